"""Turn the tap's declarations into documentation."""
