"""Reads lists that are followed by cursor, newest row first, and yields their rows oldest first.

Only in that order can a run that was stopped continue where it stopped. The window is halved until
a part of it is small enough to be held in memory and reversed. The older half is always read before
the newer one.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

import msgspec

from tap_kustomer import times
from tap_kustomer.client.documents import decode, decode_object
from tap_kustomer.client.errors import WrongResponseError
from tap_kustomer.client.session import Request
from tap_kustomer.nesting import encode_sorted
from tap_kustomer.reading.lists import peek_at
from tap_kustomer.reading.pages import IncompleteError, Page, Unproven, Window
from tap_kustomer.reading.paging import (
    VisitedPages,
    follow_link,
    names_next,
    next_link,
    whole_number,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_kustomer.client.session import Body
    from tap_kustomer.reading.context import ReadContext
    from tap_kustomer.reading.sources import CursorList
    from tap_kustomer.resource import Resource

# Most pages whose rows are held at once. At 10 pages of 1,000 rows, halve: counts may be capped at
# 10,000.
_PAGES_HELD: Final = 10

# Most passes over a part of the window that gives fewer rows than it counts.
_MOST_PASSES: Final = 3

# Most halvings of the window for each part that is read: 39 halvings lead from ten years to
# a millisecond. A list that counts many rows wherever it has some would be halved for each row.
_HALVINGS_PER_PART: Final = 50

# The year in which Kustomer was founded.
_FIRST_TIME: Final = times.to_milliseconds("2015-01-01")

# A window that can have no row.
_BEFORE_ALL: Final = Window(
    times.to_milliseconds("2014-12-01"), times.to_milliseconds("2014-12-02")
)

logger = logging.getLogger(__name__)


def read_cursor_list(
    context: ReadContext, source: CursorList, window: Window, name: str
) -> Iterator[Page]:
    """Yield every row of a window, oldest first, and rows near it that the list adds.

    If the list does not say how many rows a window has, a window of many pages is yielded as it
    comes: newest first, and `reached` only at its end.

    Source of the parameters and of the cursor: https://developer.kustomer.com/api/core-resources.

    Args:
        context: The session and its workers.
        source: Which list.
        window: The time range. Its end lies before now.
        name: Name of the stream, for errors and the log.

    Raises:
        RequestError: The list can't be read.
        IncompleteError: All that came was yielded, but the list counts more rows.
    """
    reader = _CursorReader(context, source, name)
    yield from reader.read(Window(max(window.start, _FIRST_TIME), window.end))
    if reader.shortfall is not None:
        raise reader.shortfall


def peek_cursor_list(context: ReadContext, source: CursorList, rows: int) -> list[Resource]:
    """Ask for the latest rows of a list.

    Raises:
        RequestError: The list can't be read.
    """
    return peek_at(context, Request("GET", source.path, params={"count": rows}))


class _Row(msgspec.Struct, frozen=True, gc=False):
    """A row that waits, as JSON: parsed, it would take several times the memory."""

    key: str
    time: int
    raw: msgspec.Raw

    def resource(self) -> Resource:
        return decode_object(self.raw)


@dataclass(frozen=True, slots=True)
class _CursorPage:
    rows: list[_Row]
    next_link: str | None
    count: int | None
    names_next: bool


class _Document(msgspec.Struct):
    data: list[msgspec.Raw]
    links: Any = None
    meta: Any = None


_DOCUMENT: Final = msgspec.json.Decoder(_Document)


class _CursorReader:
    """Reads one list by cursor.

    Attributes:
        shortfall: What the first incomplete part of the window lacks.
    """

    def __init__(self, context: ReadContext, source: CursorList, name: str) -> None:
        self.shortfall: IncompleteError | None = None
        self._report = context.report
        self._session = context.session
        self._workers = context.workers
        self._source = source
        self._name = name
        self._most_held = _PAGES_HELD * source.page_size
        self._counts_by_time: bool | None = None
        self._latest_keys: frozenset[str] = frozenset()
        self._yielded = self._halvings = self._largest = 0

    def read(self, window: Window) -> Iterator[Page]:
        """Yield all rows of a window, the older half of each part before the newer one."""
        parts = [window]
        while parts:
            part = parts.pop()
            pages = self._pages(part)
            first = next(pages)
            if part.start < part.end and self._is_too_large(first) and self._check_counts():
                self._halvings += 1
                middle = (part.start + part.end) // 2
                parts += [Window(middle + 1, part.end), Window(part.start, middle)]
            else:
                yield from self._read_part(part, chain((first,), pages))

    def _is_too_large(self, first: _CursorPage) -> bool:
        has_more = bool(first.rows) and first.next_link is not None
        is_many = first.count is not None and first.count >= self._most_held
        most_halvings = _HALVINGS_PER_PART * (1 + self._yielded / self._most_held)
        return has_more and is_many and self._halvings < most_halvings

    def _check_counts(self) -> bool:
        """Ask once whether the list narrows its rows and its count to a window at all."""
        if self._counts_by_time is None:
            page = self._fetch(self._request(_BEFORE_ALL, 1))
            self._counts_by_time = not (page.rows or page.count)
            if not self._counts_by_time:
                logger.info(
                    "%s: the list does not count by time, so its rows are yielded as they come",
                    self._name,
                )
        return self._counts_by_time

    def _read_part(self, part: Window, pages: Iterable[_CursorPage]) -> Iterator[Page]:
        held: dict[str, _Row] = {}
        difference = ""
        for _ in range(_MOST_PASSES):
            count: int | None = None
            is_held = True
            is_proven = False
            for page in pages:
                # The server may put fewer rows on a page than it was asked for.
                is_proven = page.names_next or not page.rows or len(page.rows) < self._largest
                self._largest = max(self._largest, len(page.rows))
                rows = {row.key: row for row in page.rows}
                if len(held.keys() | rows.keys()) > self._most_held:
                    # More rows than were counted, or no count: too many to reverse or to prove.
                    is_held = False
                    yield self._emit(held)
                    held = {}
                held.update(rows)
                # The first page counts the window; later ones perhaps only what is left of it.
                count = (page.count or 0) if count is None else count
            if not (is_proven or count):
                self._report(Unproven())
            if not is_held or len(held) >= (count or 0) or not self._check_counts():
                yield self._emit(held, reached=part.end)
                return
            difference = (
                f"{self._name}: of {count} rows written from {times.to_text(part.start)} to "
                f"{times.to_text(part.end)}, {len(held)} came"
            )
            logger.warning(difference)
            pages = self._pages(part)
        self.shortfall = self.shortfall or IncompleteError(difference, missing_from=part.start)
        yield self._emit(held)

    def _emit(self, held: dict[str, _Row], reached: int | None = None) -> Page:
        """Turn held rows into a page, without those of the page before, and note them as yielded.

        Args:
            held: The rows, newest first.
            reached: Up to when all rows are yielded after this page. Ignored after a shortfall.
        """
        # Parts overlap.
        rows = [row for key, row in reversed(held.items()) if key not in self._latest_keys]
        rows.sort(key=lambda row: row.time)
        self._latest_keys = frozenset(held)
        self._yielded += len(rows)
        if self.shortfall is not None:
            reached = None
        return Page(map(_Row.resource, rows), reached)

    def _pages(self, part: Window) -> Iterator[_CursorPage]:
        request = self._request(part, self._source.page_size)
        first = request
        visited = VisitedPages(first)
        before: set[str] = set()
        while True:
            page = self._fetch(request)
            yield page
            # An empty page ends a list even if it names a next one. So does a page that only
            # repeats the one before: the list ignores the cursor.
            keys = {row.key for row in page.rows}
            if keys <= before or page.next_link is None:
                return
            before = keys
            request = visited.add(follow_link(self._session.base_url, first, page.next_link))

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

    def _fetch(self, request: Request) -> _CursorPage:
        return self._workers.call(partial(self._session.send, request, self._parse))

    def _parse(self, body: Body) -> _CursorPage:
        try:
            document = decode(body.content, _DOCUMENT)
            rows = [self._row(raw) for raw in document.data]
        except msgspec.DecodeError as error:
            raise WrongResponseError("the response has no list of rows") from error
        link = next_link(document.links) or self._unnamed_link(rows, document)
        return _CursorPage(rows, link, _count(document.meta), names_next(document.links))

    def _unnamed_link(self, rows: list[_Row], document: _Document) -> str | None:
        """The link to the page after a full one that does not say whether there is one.

        As of June 2026, Kustomer documents the links inside of each row, and `before` as the id of
        the row to continue with (https://developer.kustomer.com/api/core-resources).
        """
        if names_next(document.links) or len(rows) < self._source.page_size:
            return None
        return f"?{urlencode({'before': rows[-1].key})}"

    def _row(self, raw: msgspec.Raw) -> _Row:
        resource = decode_object(raw)
        try:
            time = times.to_milliseconds(resource["attributes"][self._source.attribute])
        except (KeyError, TypeError, ValueError):
            time = 0
        return _Row(str(resource.get("id") or encode_sorted(resource)), time, raw)


def _count(meta: Any) -> int | None:
    """How many rows a window has, if the response says it."""
    if not isinstance(meta, dict):
        return None
    # Kustomer does not document how these two differ.
    counts = [whole_number(meta.get("total")), whole_number(meta.get("cursorCount"))]
    return min((count for count in counts if count is not None), default=None)
