"""Reads windows of the search: several requests at once, rows in order of time."""

from __future__ import annotations

import heapq
import logging
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tap_kustomer import times
from tap_kustomer.client.errors import AccessError, MissingError, RefusedError
from tap_kustomer.reading.incomplete import IncompleteError
from tap_kustomer.reading.lists import read_list
from tap_kustomer.reading.schedule import Schedule, worthwhile
from tap_kustomer.reading.search import (
    ARCHIVE_PATH,
    PATH,
    REFUSED,
    UNSORTED,
    Row,
    UnsortedError,
    Window,
    answer_from,
    request_for,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Future

    from tap_kustomer.client.session import Reply, Session
    from tap_kustomer.client.workers import Workers
    from tap_kustomer.reading.keyset import Shortfall
    from tap_kustomer.reading.schedule import Slice
    from tap_kustomer.reading.search import Answer, Question
    from tap_kustomer.reading.sources import PagedList, Search

_DAY: Final = 86_400_000

# The search forgets rows that were not updated for two years. When exactly a row moves to the
# archive is not documented, so both are read for some days before and after the edge.
_TWO_YEARS: Final = 730 * _DAY
_OVERLAP: Final = 3 * _DAY

# How often an answer out of order is asked for again before the server is taken not to sort.
_UNSORTED_ANSWERS: Final = 3

_MERGED_PAGE: Final = 500

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Searcher:
    """Reads by search.

    Attributes:
        session: Asks Kustomer.
        workers: Ask for the session, several at once.
        page_size: Rows a page, at most 500.
        parallel: How many requests may be under way at once.
        lookahead: Bytes of rows that may be read before their turn.
        strict: Whether rows that are counted but don't come are an error.
    """

    session: Session
    workers: Workers
    page_size: int
    parallel: int
    lookahead: int
    strict: bool = False

    def read(self, source: Search, window: Window, name: str, *, now: int) -> Iterator[list[Row]]:
        """Every row whose `updatedAt` lies in the window, oldest first, page by page.

        Requests are only sent while the caller asks for rows.

        Args:
            source: What to search for.
            window: From when to when. Its end lies before now by more than the index lags.
            name: Of the stream, for errors and the log.
            now: Milliseconds since 1970, by Kustomer's clock.

        Raises:
            RequestError: The search can't be asked.
            IncompleteError: The search does not give all rows of one `updatedAt`.
        """
        try:
            yield from self._read_all_ages(source, window, name, edge=now - _TWO_YEARS)
        except RefusedError as error:
            if source.fallback is None:
                raise
            logger.warning("%s: %s is read instead, whole: %s", name, source.fallback.path, error)
            yield from self._read_list(source.fallback, window)

    def _read_all_ages(
        self, source: Search, window: Window, name: str, *, edge: int
    ) -> Iterator[list[Row]]:
        recent = partial(self._read_window, source, name=name, path=PATH)
        if window.start >= edge:
            yield from recent(window)
        elif not source.archived:
            logger.info(
                "%s: Kustomer has no archive of them; those not updated since %s can't be read",
                name,
                times.to_text(edge),
            )
            yield from recent(window)
        else:
            old = self._read_archive(
                source, Window(window.start, min(window.end, edge + _OVERLAP)), name
            )
            new = recent(Window(max(window.start, edge - _OVERLAP), window.end))
            yield from _merge(old, new)

    def _read_archive(self, source: Search, window: Window, name: str) -> Iterator[list[Row]]:
        try:
            yield from self._read_window(source, window, name=name, path=ARCHIVE_PATH)
        except (AccessError, MissingError) as error:
            logger.warning("%s: left out what is archived: %s", name, error)

    def _read_window(
        self, source: Search, window: Window, *, name: str, path: str
    ) -> Iterator[list[Row]]:
        schedule = Schedule(window, name, page_size=self.page_size, lookahead=self.lookahead)
        under_way: dict[Future[Answer], Slice] = {}
        try:
            while not schedule.is_done:
                while (task := schedule.next_question(self._worthwhile)) is not None:
                    part, question = task
                    ask = partial(self._ask, source, question, path)
                    under_way[self.workers.submit(ask)] = part
                yield from schedule.deliver()
                while schedule.shortfalls:
                    self._report(name, schedule.shortfalls.pop())
                if under_way:
                    for answer in self.workers.finished(under_way):
                        part = under_way.pop(answer)
                        schedule.learn(part, answer.result(), self._worthwhile)
        finally:
            for answer in under_way:
                answer.cancel()

    @property
    def _worthwhile(self) -> int:
        """Requests at once that use the budget up, given how long the answers take."""
        rate = self.session.limiter.search.rate
        return min(worthwhile(self.session.latency, rate), self.parallel)

    def _ask(self, source: Search, question: Question, path: str) -> Answer:
        unsorted = 0

        def read(reply: Reply) -> Answer:
            nonlocal unsorted
            try:
                return answer_from(reply, question, self.page_size)
            except UnsortedError:
                unsorted += 1
                if unsorted < _UNSORTED_ANSWERS:
                    raise
                return UNSORTED

        request = request_for(source, question, self.page_size, path=path)
        try:
            return self.session.send(request, read)
        except RefusedError:
            if question.page == 1 and question.created is None:
                raise
            # A page or a criterion beyond what the search can do: the keyset knows another way.
            return REFUSED

    def _report(self, name: str, shortfall: Shortfall) -> None:
        message = (
            f"{name}: of {shortfall.expected} rows updated from "
            f"{times.to_text(shortfall.window.start)} to {times.to_text(shortfall.window.end)}, "
            f"{shortfall.delivered} came, however often they were asked for"
        )
        if self.strict:
            raise IncompleteError(message, since=shortfall.window.start)
        logger.warning(message)

    def _read_list(self, source: PagedList, window: Window) -> Iterator[list[Row]]:
        """The rows of a list that lie in the window, sorted here."""
        pages = read_list(self.session, self.workers, source, self.page_size)
        rows = [
            row
            for resource in chain.from_iterable(pages)
            if (row := _row(resource, window)).updated_at <= window.end
            and row.updated_at >= window.start
        ]
        rows.sort(key=_updated_at)
        yield rows


def _row(resource: dict[str, Any], window: Window) -> Row:
    try:
        updated_at = times.to_milliseconds(resource["attributes"]["updatedAt"])
    except (KeyError, TypeError, ValueError):
        # What does not say when it was updated belongs to every window.
        updated_at = window.start
    return Row(
        id=str(resource.get("id")),
        updated_at=updated_at,
        created_at=None,
        raw=msgspec.Raw(msgspec.json.encode(resource)),
    )


def _merge(*sources: Iterable[list[Row]]) -> Iterator[list[Row]]:
    """Rows of several sources in order of time; those that two of them have, once."""
    streams = (chain.from_iterable(pages) for pages in sources)
    rows = _without_repetitions(heapq.merge(*streams, key=_updated_at))
    while page := list(islice(rows, _MERGED_PAGE)):
        yield page


def _without_repetitions(rows: Iterable[Row]) -> Iterator[Row]:
    time: int | None = None
    seen: set[str] = set()
    for row in rows:
        if row.updated_at != time:
            time, seen = row.updated_at, set()
        if row.id not in seen:
            seen.add(row.id)
            yield row


def _updated_at(row: Row) -> int:
    return row.updated_at
