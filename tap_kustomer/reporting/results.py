"""What came of the streams of a run."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class StreamResult:
    """What came of one stream in one run.

    Attributes:
        stream: Name of the stream.
        rows: Records written.
        came_with: The stream whose extraction gave these rows; empty where it had one of its own.
        requests: HTTP requests that were sent for it; 0 where the rows came with another stream.
        seconds: From the first record to the last.
        missing: Rows that Kustomer has counted but did not give, however often it was asked.
        is_unproven: Whether Kustomer's search gave no count of these rows, or one that may have
            stopped at 10,000: then it proves nothing.
        left_out: Why the stream, or part of it, could not be read; empty if all is well.
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


@dataclass
class RunResults:
    """What came of a run, noted while it lasts.

    Attributes:
        selected: Names of the streams that are to be read.
        streams: What came of each stream, in the order in which they were finished.
        failed: Why streams that there should be could not be read to their end, by their names.
        is_finished: Whether the run came to its end, and its last STATE was written.
    """

    selected: list[str] = field(default_factory=list)
    streams: list[StreamResult] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    is_finished: bool = False
