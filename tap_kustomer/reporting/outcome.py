"""What a run notes of each table."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one table in one run.

    Attributes:
        stream: Name of the table.
        rows: Records written.
        came_with: The table whose reading gave these rows; empty where the table was read itself.
        requests: HTTP requests that were sent for it; 0 where the rows came with another table.
        seconds: From the first record to the last.
        missing: Rows that Kustomer has counted but did not give, however often it was asked.
        is_unproven: Whether Kustomer's search gave no count of these rows, or one that may have
            stopped at 10,000: then it proves nothing.
        left_out: Why the table, or part of it, could not be read; empty if all is well.
        bookmark: Up to when it was read; None for what is read whole each time.
    """

    stream: str
    rows: int
    came_with: str
    requests: int
    seconds: float
    missing: int
    is_unproven: bool
    left_out: str
    bookmark: str | None

    @property
    def expected(self) -> int:
        """Rows that Kustomer has counted."""
        return self.rows + self.missing
