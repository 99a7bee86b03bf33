"""The results of a run, stream by stream."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum


class Status(Enum):
    """How the extraction of a stream ended.

    Attributes:
        COMPLETE: No row is known to be missing.
        INCOMPLETE: Kustomer counts more rows than it returned.
        LEFT_OUT: The stream, or the rest of it, can't be read.
        CUT_SHORT: The run ended first.
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
    """The result of one stream in one run.

    Attributes:
        stream: The name of the stream.
        status: How its extraction ended.
        reason: Why the status is not `COMPLETE`; empty if it is.
        fails_run: Whether the run fails for this reason, once all other streams are read.
        rows: Records written.
        came_with: The stream that leads its extraction; empty if that is this stream itself.
        requests: HTTP requests sent for it; 0 if another stream leads its extraction.
        seconds: From when its turn began to its end, waiting included; 0 if another stream leads.
        missing: Rows that Kustomer counts but does not return, however often they are requested.
        is_unproven: Whether nothing proves that all rows came: Kustomer's search gave no count, or
            one that may have stopped at 10,000; or a list changed in each pass over it.
        bookmark: Up to when the stream was read; None for a full table.
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
        """How many rows Kustomer counts."""
        return self.rows + self.missing


@dataclass
class RunResults:
    """The results of a run, filled while it lasts.

    Attributes:
        selected: The names of the selected streams.
        streams: The results of the streams, in the order in which they were finished.
        is_finished: Whether the run came to its end, and its last STATE was written.
    """

    selected: list[str] = field(default_factory=list)
    streams: list[StreamResult] = field(default_factory=list)
    is_finished: bool = False

    @property
    def failed(self) -> dict[str, str]:
        """The streams that fail the run, and why."""
        return {result.stream: result.reason for result in self.streams if result.fails_run}
