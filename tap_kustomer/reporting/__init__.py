"""What people see of a run: its progress while it lasts, and its summary at the end."""
