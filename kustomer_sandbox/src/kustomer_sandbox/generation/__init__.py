"""The generated organisation: its history, and how each resource is built."""
