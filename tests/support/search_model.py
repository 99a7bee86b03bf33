"""Kustomer's search as a few lines of Python: an index that may change between two queries."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast
from zlib import crc32

import msgspec

from tap_kustomer import times
from tap_kustomer.reading.search.query import (
    REFUSED_PAGE,
    UNSORTED_PAGE,
    Row,
    SearchPage,
    SearchQuery,
)

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable

ROW_BYTES = 100

# By id: when a row was updated, and when it was created, in milliseconds since 1970.
Rows = dict[str, tuple[int, int | None]]


@dataclass
class IndexModel:
    """Rows, and how they are found.

    Attributes:
        page_size: The most rows that it puts on a page.
        row_cap: It returns nothing beyond this many rows.
        total_cap: It counts no further than this, unless a count of all rows is asked for.
        order: Draws the order inside ties, again for each response; None keeps it the same.
        sorts: It puts the oldest rows first, as it is asked to.
        shows_time: Its rows show the time that they are found by.
        shows_creation: Its rows show when they were created.
        knows_creation: It has a criterion on the time of creation.
        honours_creation: Its rows are narrowed by that criterion; otherwise it is ignored.
        before_answer: Called before each answer, to change the rows.
        queries: All queries so far.
        held: How many rows of its answers are in memory.
    """

    rows: Rows
    page_size: int = 500
    row_cap: int = 50_000
    total_cap: int = 10**9
    order: random.Random | None = None
    sorts: bool = True
    shows_time: bool = True
    shows_creation: bool = True
    knows_creation: bool = True
    honours_creation: bool = True
    before_answer: Callable[[IndexModel], None] = lambda _: None
    queries: list[SearchQuery] = field(default_factory=list)
    held: int = 0

    def find(
        self, query: SearchQuery, page_size: int, *, counts_all: bool = False
    ) -> tuple[list[str], int] | None:
        """Ids on the page and the count of all, or None where the query is refused."""
        self.queries.append(query)
        self.before_answer(self)
        first = (query.page - 1) * page_size
        if first + 1 > self.row_cap or (query.created and not self.knows_creation):
            return None
        start, end = query.window.start, query.window.end
        found: Iterable[tuple[str, tuple[int, int | None]]] = (
            item for item in self.rows.items() if start <= item[1][0] <= end
        )
        if query.created is not None and self.honours_creation:
            low = -math.inf if query.created.start is None else query.created.start
            high = math.inf if query.created.end is None else query.created.end
            found = (item for item in found if item[1][1] is not None and low <= item[1][1] <= high)
        direction = 1 if self.sorts else -1
        order = [
            (direction * updated, self._tie_breaker(row_id), row_id)
            for row_id, (updated, _) in found
        ]
        order.sort()
        ids = [row_id for *_, row_id in order[first : first + page_size]]
        return ids, len(order) if counts_all else min(len(order), self.total_cap)

    def search(self, query: SearchQuery, page_size: int = 500) -> SearchPage:
        """The answer as the keyset gets it, without its way through JSON."""
        size = min(page_size, self.page_size)
        found = self.find(query, size)
        if found is None:
            return REFUSED_PAGE
        ids, total = found
        rows = [
            Row(
                row_id,
                updated if self.shows_time else query.window.start,
                times.to_text(created) if self.shows_creation and created is not None else None,
                cast("msgspec.Raw", _Held(self)),
            )
            for row_id in ids
            for updated, created in [self.rows[row_id]]
        ]
        in_order = sorted(rows, key=lambda row: row.time)
        if query.must_be_sorted and rows != in_order:
            return UNSORTED_PAGE
        return _page(in_order, size, total)

    def document(
        self, query: SearchQuery, page_size: int, *, counts_all: bool = False
    ) -> dict[str, Any] | None:
        """The answer's document, or None where the query is refused."""
        size = min(page_size, self.page_size)
        found = self.find(query, size, counts_all=counts_all)
        if found is None:
            return None
        ids, total = found
        return {
            "meta": {
                "page": query.page,
                "pageSize": size,
                "total": total,
                "timed_out": False,
            },
            "data": [resource(row_id, *self.rows[row_id]) for row_id in ids],
        }

    def _tie_breaker(self, row_id: str) -> float:
        return self.order.random() if self.order else crc32(row_id.encode())


class _Held:
    """The content of a row, which is counted for as long as the row is in memory."""

    def __init__(self, index: IndexModel) -> None:
        self._index = index
        index.held += 1

    def __del__(self) -> None:
        self._index.held -= 1


class StillIndex:
    """An index that does not change; it answers large windows at once.

    Args:
        updated: The times of its rows.
        row_bytes: The size of each.
        total_cap: It counts no further than this.
    """

    def __init__(
        self, updated: Iterable[int], row_bytes: int = ROW_BYTES, total_cap: int = 10**9
    ) -> None:
        self.queries: list[SearchQuery] = []
        self.page_size = 500
        self.held = 0  # Its rows are built once, so they are not counted.
        self._times = sorted(updated)
        self._row_bytes = row_bytes
        self._total_cap = total_cap
        self.rows = tuple(
            Row(f"row{n}", time, None, msgspec.Raw(b"{}")) for n, time in enumerate(self._times)
        )

    def search(self, query: SearchQuery, page_size: int) -> SearchPage:
        self.queries.append(query)
        first = bisect_left(self._times, query.window.start)
        end = bisect_right(self._times, query.window.end)
        start = first + (query.page - 1) * page_size
        page = self.rows[start : min(start + page_size, end)]
        total = min(end - first, self._total_cap)
        return _page(page, page_size, total, self._row_bytes)


def _page(rows: Iterable[Row], size: int, total: int, row_bytes: int = ROW_BYTES) -> SearchPage:
    page = tuple(rows)
    return SearchPage(
        page, is_full=len(page) >= size, total=total, byte_count=len(page) * row_bytes
    )


def resource(row_id: str, updated: int, created: int | None) -> dict[str, Any]:
    attributes = {"updatedAt": times.to_text(updated)}
    if created is not None:
        attributes["createdAt"] = times.to_text(created)
    return {"type": "conversation", "id": row_id, "attributes": attributes}
