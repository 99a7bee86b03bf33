"""Singer messages on standard output, and the files that BATCH messages announce."""
