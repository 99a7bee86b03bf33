"""What all ways of reading share: the session, its workers, the bounds for both, and each other."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tap_kustomer.reading.search.schema import SearchSchema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_kustomer.client.session import Session
    from tap_kustomer.client.workers import Workers
    from tap_kustomer.reading.pages import Page, Shortfall, Unproven, Window
    from tap_kustomer.reading.sources import Source
    from tap_kustomer.resource import Resource


@dataclass(frozen=True, slots=True)
class ReadContext(ABC):
    """What reading needs besides a source and a window.

    A source may consist of others, or be replaced by one. `read` and `peek` are there for these.

    Attributes:
        session: Sends requests to Kustomer.
        workers: Threads that use the session, several requests at once.
        page_size: The most rows to ask for on a page.
        parallel: The most requests under way at once.
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
    parallel: int
    lookahead: int
    strict: bool
    started: int
    earliest: int
    report: Callable[[Shortfall | Unproven], None]
    search_schema: SearchSchema = field(default_factory=SearchSchema)

    @abstractmethod
    def read(
        self, source: Source, window: Window, name: str, *, is_consumed: Callable[[], bool]
    ) -> Iterator[Page]:
        """Yield all rows of a source of any kind."""

    @abstractmethod
    def peek(
        self, source: Source, window: Window, name: str, *, rows: int = 1
    ) -> list[Resource] | None:
        """Ask for a few rows of a source of any kind."""
