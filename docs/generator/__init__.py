"""From the tap's declarations to the documentation of its tables."""
