"""One run of the tap: which tables there are, what is read for them, and what is written."""
