"""The marker of data that must never leave Kustomer."""

from __future__ import annotations

# Part of every secret in the data, so that one search in an output finds each of them: signatures
# of links, tokens among settings, hashes of passwords.
SECRET = "this-must-never-leave-kustomer"  # noqa: S105  # Made up.
