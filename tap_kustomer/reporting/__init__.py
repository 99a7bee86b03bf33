"""What people are told of a run, while it lasts and at its end."""
