"""One way in to all ways of reading: a source and a window in, pages out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from tap_kustomer import times
from tap_kustomer.client.errors import MissingError, WrongAnswerError
from tap_kustomer.client.session import Request
from tap_kustomer.reading.children import NoneFoundError, read_children
from tap_kustomer.reading.cursors import read_cursor
from tap_kustomer.reading.incomplete import IncompleteError
from tap_kustomer.reading.lists import read_list
from tap_kustomer.reading.pages import Page
from tap_kustomer.reading.prefetch import read_concurrently
from tap_kustomer.reading.search.client import SearchClient
from tap_kustomer.reading.search.query import SearchQuery
from tap_kustomer.reading.search.read import read_search
from tap_kustomer.reading.sources import (
    Concatenation,
    CursorList,
    LiveIds,
    PagedList,
    Search,
    Single,
)
from tap_kustomer.reading.window import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_kustomer.client.session import Reply, Session
    from tap_kustomer.client.workers import Workers
    from tap_kustomer.reading.incomplete import Shortfall, Unproven
    from tap_kustomer.reading.sources import Source

# Further ahead than any run takes, in milliseconds.
_FUTURE: Final = 7 * times.DAY


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads sources.

    Attributes:
        session: Asks Kustomer.
        workers: Ask for the session, several at once.
        page_size: Rows a page, at most.
        parallel: How many requests may be under way at once.
        lookahead: Bytes of rows that may be read before their turn.
        strict: Whether rows that are counted but don't come are an error.
        now: The start of the run, in milliseconds since 1970 by Kustomer's clock.
        earliest: Nothing older is wanted, in milliseconds since 1970.
        report: Called with rows that are counted but don't come, and with what no count proves.
    """

    session: Session
    workers: Workers
    page_size: int
    parallel: int
    lookahead: int
    strict: bool
    now: int
    earliest: int
    report: Callable[[Shortfall | Unproven], None]

    def read(
        self, source: Source, window: Window, name: str, *, in_turn: Callable[[], bool]
    ) -> Iterator[Page]:
        """All rows of a source; those of a search or a cursor list by the window.

        Where the search refuses all it is asked by, and a list is read in its stead, rows from
        before the window come too.

        Args:
            source: Where they are found.
            window: From when to when. Lists that know no time are read whole.
            name: Of the stream, for errors and the log.
            in_turn: Whether the rows are waited for: else nothing much is read ahead.

        Raises:
            NoneFoundError: All pages were given, but of the parents that were asked about, every
                one is missing.
            RequestError: They can't be read.
            IncompleteError: All that came was given, but more is known to be there.
        """
        if isinstance(source, Concatenation):
            yield from self._read_chain(source, window, name, in_turn)
        elif isinstance(source, Single):
            yield self.workers.call(partial(self._read_single, source))
        elif isinstance(source, PagedList):
            yield from read_list(self.session, self.workers, source, self.page_size)
        elif isinstance(source, CursorList):
            yield from read_cursor(self.session, self.workers, source, window, name)
        elif isinstance(source, LiveIds):
            yield from read_search(self, source.search, Window(0, window.end), name, in_turn)
            # A row that is updated meanwhile moves to here, out of what was read before.
            rest = Window(window.end + 1, self.now + _FUTURE)
            yield from read_search(self, source.search, rest, name, in_turn)
        elif isinstance(source, Search):
            yield from read_search(self, source, window, name, in_turn)
        else:
            # To ask about parents that have not changed, as a list has them, would take hours.
            changed = replace(self, earliest=window.start)
            parents = changed.read(source.parent, window, name, in_turn=in_turn)
            yield from read_children(
                self.session, self.workers, source, parents, name, parallel=self.parallel
            )

    def count(self, source: Search, window: Window) -> int | None:
        """How many rows a search finds, at the price of one request; None if it does not say.

        Raises:
            RequestError: The search can't be asked.
        """
        index = SearchClient(self.session, source, source.times[0], page_size=1)
        query = SearchQuery(window, sorted=False)
        return self.workers.call(partial(index.ask, query)).total

    def _read_chain(
        self, chain: Concatenation, window: Window, name: str, in_turn: Callable[[], bool]
    ) -> Iterator[Page]:
        """The rows of all parts.

        Raises:
            MissingError: None of them is there.
            IncompleteError: All that came was given, but a part is not there.
        """
        missing: list[MissingError] = []

        def read(part: Source) -> Iterator[Page]:
            try:
                yield from self.read(part, window, name, in_turn=in_turn)
            except MissingError as error:
                missing.append(error)

        yield from read_concurrently([partial(read, part) for part in chain.sources])
        if len(missing) == len(chain.sources):
            raise missing[0]
        # Without any of its parents a part is empty.
        gone = [error for error in missing if not isinstance(error, NoneFoundError)]
        if gone:
            raise IncompleteError(f"{name}: a part of it is not there: {gone[0]}")

    def _read_single(self, source: Single) -> Page:
        return self.session.send(Request("GET", source.path), _single)


def _single(reply: Reply) -> Page:
    data = reply.document().get("data")
    if not isinstance(data, dict):
        raise WrongAnswerError("the answer has no resource")
    return Page([data])
