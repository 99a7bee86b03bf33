"""Search and archive search."""
