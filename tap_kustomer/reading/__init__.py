"""How rows are read completely: search windows, page-number lists. Knows nothing of Singer."""
