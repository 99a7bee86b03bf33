"""How rows are read completely: by search, from lists, by cursors, per parent. Knows no Singer."""
