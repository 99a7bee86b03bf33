"""What all ways of reading share: the session, its workers, and the bounds for both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from tap_kustomer.client.workers import SerialWorkers

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_kustomer.client.session import Session
    from tap_kustomer.client.workers import Workers
    from tap_kustomer.reading.pages import Shortfall, Unproven
    from tap_kustomer.reading.search.schema import SearchSchema

_SERIAL_WORKERS: Final = SerialWorkers()


@dataclass(frozen=True, slots=True)
class ReadContext:
    """What reading needs besides a source and a window.

    Attributes:
        session: Sends requests to Kustomer.
        workers: Threads that use the session, several requests at once.
        page_size: The most rows to ask for on a page.
        max_parallel: The most requests under way at once.
        lookahead: The most bytes of rows that may be read before they are consumed.
        strict: Whether rows that are counted but do not come are an error.
        started: The start of the run by Kustomer's clock, in milliseconds since 1970.
        earliest: Rows of a list that replaces a search are left out if they are older than this, in
            milliseconds since 1970. A search asks by the start of its window alone.
        report: Called with each part of a window that is short of rows, or unproven.
        search_schema: The criteria that the search lists, requested once for all that share it.
    """

    session: Session
    workers: Workers
    page_size: int
    max_parallel: int
    lookahead: int
    strict: bool
    started: int
    earliest: int
    report: Callable[[Shortfall | Unproven], None]
    search_schema: SearchSchema

    def in_worker(self) -> ReadContext:
        """Return the context for a task in a worker: it sends its requests in its own thread."""
        return replace(self, workers=_SERIAL_WORKERS)
