"""HTTP with Kustomer: a request in, a parsed document out. Knows nothing of streams."""
