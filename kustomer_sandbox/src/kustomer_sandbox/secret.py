"""The marker of data that must never leave Kustomer."""

from __future__ import annotations

# Part of every secret in the data (signatures of links, tokens in settings, password hashes), so
# that secrets are easy to find in an output.
SECRET = "this-must-never-leave-kustomer"  # noqa: S105  # Made up.
