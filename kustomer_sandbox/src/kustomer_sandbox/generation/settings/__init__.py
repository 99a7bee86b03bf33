"""Records that an administrator sets up."""
