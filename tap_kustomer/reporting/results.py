"""What came of the streams of a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Status(Enum):
    """How the extraction of a stream ended.

    Attributes:
        COMPLETE: All rows came, as far as can be told.
        INCOMPLETE: Kustomer counts more rows than it gave.
        LEFT_OUT: The stream, or the rest of it, can't be read.
        CUT_SHORT: The run ended before.
    """

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    LEFT_OUT = "left_out"
    CUT_SHORT = "cut_short"

    @property
    def label(self) -> str:
        """The status as people read it."""
        return self.value.replace("_", " ")


@dataclass(frozen=True, slots=True)
class StreamResult:
    """What came of one stream in one run.

    Attributes:
        stream: Name of the stream.
        status: How its extraction ended.
        reason: Why the status is not `COMPLETE`; empty if it is.
        fails_run: Whether the run fails for this reason once all other streams are read.
        rows: Records written.
        came_with: The stream whose extraction gave these rows; empty where it had one of its own.
        requests: HTTP requests that were sent for it; 0 where the rows came with another stream.
        seconds: From the first record to the last.
        missing: Rows that Kustomer has counted but did not give, however often it was asked.
        is_unproven: Whether Kustomer's search gave no count of these rows, or one that may have
            stopped at 10,000: then it proves nothing.
        bookmark: Up to when it was read; None for what is read whole each time.
    """

    stream: str
    status: Status
    reason: str
    fails_run: bool
    rows: int
    came_with: str
    requests: int
    seconds: float
    missing: int
    is_unproven: bool
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
        is_finished: Whether the run came to its end, and its last STATE was written.
    """

    selected: list[str] = field(default_factory=list)
    streams: list[StreamResult] = field(default_factory=list)
    is_finished: bool = False

    @property
    def failed(self) -> dict[str, str]:
        """Why streams for which the run fails could not be read to their end, by their names."""
        return {result.stream: result.reason for result in self.streams if result.fails_run}
