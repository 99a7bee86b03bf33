"""What is raised when rows are known to be missing."""

from __future__ import annotations

from tap_kustomer.errors import TapKustomerError


class IncompleteError(TapKustomerError):
    """Kustomer says that there are rows which it does not give, however often it is asked.

    Args:
        message: What is missing, with both counts.
        since: From when on rows may be missing, in milliseconds since 1970, where that is known.
    """

    def __init__(self, message: str, *, since: int | None = None) -> None:
        super().__init__(message)
        self.since = since
