"""Reads lists that are followed by cursor, newest row first, and gives their rows oldest first.

Only so can a run that was stopped go on where it stood. The window is halved until a part of it is
small enough to be held and turned round, and the older half is always read before the newer one.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tap_kustomer import times
from tap_kustomer.client.documents import decode
from tap_kustomer.client.session import Request
from tap_kustomer.nesting import encode
from tap_kustomer.reading.lists import peek_at
from tap_kustomer.reading.pages import IncompleteError, Page, Window
from tap_kustomer.reading.paging import VisitedPages, next_link, resources_in, whole_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_kustomer.client.session import Reply, Session
    from tap_kustomer.client.workers import Workers
    from tap_kustomer.reading.sources import CursorList
    from tap_kustomer.resource import Resource

# Pages whose rows are held at once. With the 1,000 rows that a page of the audit log has, a part
# of 10,000 rows is cut: where a search index stops counting, it mostly says just that.
_PAGES_HELD: Final = 10

_READINGS_AT_MOST: Final = 3

# How often a window is halved for each part that is read: 39 halvings lead from ten years to a
# millisecond. A list that counts many rows wherever some are would be halved for each row.
_HALVINGS_A_PART: Final = 50

_ANY_RESOURCE: Final = msgspec.json.Decoder(dict[str, Any])

# The year in which Kustomer was founded.
_FIRST_TIME: Final = times.to_milliseconds("2015-01-01")

# A time from which there can be no row.
_BEFORE_ALL: Final = Window(
    times.to_milliseconds("2014-12-01"), times.to_milliseconds("2014-12-02")
)

logger = logging.getLogger(__name__)


def read_cursor_list(
    session: Session, workers: Workers, source: CursorList, window: Window, name: str
) -> Iterator[Page]:
    """Every row of a window, oldest first, and those that the list gives beside it.

    Where the list does not say how many rows a window has, a window of many pages is given as it
    comes: newest first, and `reached` only at its end.

    Source of the parameters and of the cursor: https://developer.kustomer.com/api/core-resources.

    Args:
        session: Asks Kustomer.
        workers: Ask for the session.
        source: Which list.
        window: From when to when. Its end lies before now.
        name: Of the stream, for errors and the log.

    Raises:
        RequestError: The list can't be read.
        IncompleteError: All that came was given, but it is less than the list says it has.
    """
    reading = _CursorExtraction(session, workers, source, name)
    yield from reading.read(Window(max(window.start, _FIRST_TIME), window.end))
    if reading.shortfall is not None:
        raise reading.shortfall


def peek_cursor_list(
    session: Session, workers: Workers, source: CursorList, rows: int
) -> list[Resource]:
    """Ask for the latest rows of a list.

    Raises:
        RequestError: The list can't be read.
    """
    return peek_at(session, workers, Request("GET", source.path, params={"count": rows}))


@dataclass(frozen=True, slots=True)
class _Row:
    """A row that waits for its turn, as JSON: parsed, it would take several times the room."""

    key: str
    time: int
    content: bytes


@dataclass(frozen=True, slots=True)
class _CursorPage:
    rows: list[_Row]
    next_link: str | None
    count: int | None


class _CursorExtraction:
    """One reading of a list.

    Attributes:
        shortfall: The first part that did not give all its rows.
    """

    def __init__(self, session: Session, workers: Workers, source: CursorList, name: str) -> None:
        self.shortfall: IncompleteError | None = None
        self._session = session
        self._workers = workers
        self._source = source
        self._name = name
        self._most_held = _PAGES_HELD * source.count
        self._given_last: frozenset[str] = frozenset()
        self._given = self._halved = 0

    def read(self, window: Window) -> Iterator[Page]:
        """All rows of a window, the older half of each part before the newer one."""
        parts = [window]
        while parts:
            part = parts.pop()
            answers = self._answers(part)
            first = next(answers)
            if part.start < part.end and self._is_too_large(first) and self._counts_by_time:
                self._halved += 1
                middle = (part.start + part.end) // 2
                parts += [Window(middle + 1, part.end), Window(part.start, middle)]
            else:
                yield from self._read_through(part, chain((first,), answers))

    def _is_too_large(self, first: _CursorPage) -> bool:
        has_more = bool(first.rows) and first.next_link is not None
        is_many = first.count is not None and first.count >= self._most_held
        most_halvings = _HALVINGS_A_PART * (1 + self._given / self._most_held)
        return has_more and is_many and self._halved < most_halvings

    @cached_property
    def _counts_by_time(self) -> bool:
        """Whether the list narrows its rows and its count to a window at all."""
        answer = self._ask(self._request(_BEFORE_ALL, 1))
        if answer.rows or answer.count:
            logger.info("%s: the list does not count by time: it is read as it comes", self._name)
            return False
        return True

    def _read_through(self, part: Window, answers: Iterable[_CursorPage]) -> Iterator[Page]:
        held: dict[str, _Row] = {}
        difference = ""
        for _ in range(_READINGS_AT_MOST):
            count: int | None = None
            is_held = True
            for answer in answers:
                rows = {row.key: row for row in answer.rows}
                if len(held.keys() | rows.keys()) > self._most_held:
                    # More than was counted, or nothing was: it can't be turned round or proved.
                    is_held = False
                    yield self._page(held)
                    held = {}
                held.update(rows)
                # The first answer counts the window, others perhaps what is left of it.
                count = (answer.count or 0) if count is None else count
            if not is_held or len(held) >= (count or 0) or not self._counts_by_time:
                yield self._page(held, reached=part.end)
                return
            difference = (
                f"{self._name}: of {count} rows written from {times.to_text(part.start)} to "
                f"{times.to_text(part.end)}, {len(held)} came"
            )
            logger.warning(difference)
            answers = self._answers(part)
        self.shortfall = self.shortfall or IncompleteError(difference, since=part.start)
        yield self._page(held)

    def _page(self, held: dict[str, _Row], reached: int | None = None) -> Page:
        # Parts overlap, so what the one before has given is left out.
        rows = [row for key, row in reversed(held.items()) if key not in self._given_last]
        rows.sort(key=lambda row: row.time)
        self._given_last = frozenset(held)
        self._given += len(rows)
        if self.shortfall is not None:
            reached = None
        return Page(_resources(rows), reached)

    def _answers(self, part: Window) -> Iterator[_CursorPage]:
        request = self._request(part, self._source.count)
        trail = VisitedPages(self._session, request)
        before: set[str] = set()
        while True:
            answer = self._ask(request)
            yield answer
            # An empty page ends a list even where it names a next one, and so does one that only
            # repeats the one before: the list takes no notice of the cursor.
            keys = {row.key for row in answer.rows}
            if keys <= before or answer.next_link is None:
                return
            before = keys
            request = trail.follow(answer.next_link)

    def _request(self, part: Window, count: int) -> Request:
        # Whether the ends belong to a window is not documented: a millisecond more on both sides
        # is right either way.
        return Request(
            "GET",
            self._source.path,
            params={
                "count": count,
                "filter[start]": times.to_text(part.start - 1),
                "filter[end]": times.to_text(part.end + 1),
            },
        )

    def _ask(self, request: Request) -> _CursorPage:
        return self._workers.call(partial(self._session.send, request, self._read_answer))

    def _read_answer(self, reply: Reply) -> _CursorPage:
        document = reply.document()
        return _CursorPage(
            rows=[self._row(row) for row in resources_in(document.get("data"))],
            next_link=next_link(document),
            count=_count(document.get("meta")),
        )

    def _row(self, resource: Resource) -> _Row:
        content = encode(resource)
        try:
            time = times.to_milliseconds(resource["attributes"][self._source.attribute])
        except (KeyError, TypeError, ValueError):
            time = 0
        return _Row(str(resource.get("id") or content), time, content)


def _count(meta: Any) -> int | None:
    """How many rows a window has, as far as the answer says it."""
    if not isinstance(meta, dict):
        return None
    # What tells the two apart is not documented.
    counts = [whole_number(meta.get("total")), whole_number(meta.get("cursorCount"))]
    return min((count for count in counts if count is not None), default=None)


def _resources(rows: Iterable[_Row]) -> Iterator[Resource]:
    for row in rows:
        yield decode(row.content, _ANY_RESOURCE)
