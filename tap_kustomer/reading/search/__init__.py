"""How Kustomer's search is read completely: queries, keyset, ties, slices."""
