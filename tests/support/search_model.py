"""Kustomer's search as a few lines of Python: an index that may change between two questions."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast
from zlib import crc32

import msgspec

from tap_kustomer import times
from tap_kustomer.reading.search.query import REFUSED, UNSORTED, Row, SearchPage, SearchQuery

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterable

ROW_BYTES = 100

# By id: when a row was changed, and when it was created, in milliseconds since 1970.
Rows = dict[str, tuple[int, int | None]]


@dataclass
class IndexModel:
    """Rows, and how they are found.

    Attributes:
        page_size: The most rows that it puts on a page.
        row_cap: It answers nothing beyond this many rows.
        total_cap: It counts no further than this, unless it is asked to.
        order: Draws the order inside ties, anew for each answer; None keeps it the same.
        sorts: It puts the oldest rows first, as it is asked to.
        shows_time: Its rows show the time that they are found by.
        shows_creation: Its rows show when they were created.
        knows_creation: It has a criterion on the time of creation.
        honours_creation: Its rows are narrowed by that criterion; else they come all the same.
        before_answer: Called before each answer, to change the rows.
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
    questions: list[SearchQuery] = field(default_factory=list)
    held: int = 0

    def find(
        self, query: SearchQuery, page_size: int, *, is_tracked: bool = False
    ) -> tuple[list[str], int] | None:
        """Ids on the page and the count of all, or None where the query is refused."""
        self.questions.append(query)
        self.before_answer(self)
        first = (query.page - 1) * page_size
        if first + 1 > self.row_cap or (query.created and not self.knows_creation):
            return None
        start, end = query.window.start, query.window.end
        found = [
            (updated if self.sorts else -updated, self._tie_breaker(row_id), row_id)
            for row_id, (updated, created) in self.rows.items()
            if start <= updated <= end and (not self.honours_creation or _lies_in(created, query))
        ]
        found.sort()
        ids = [row_id for *_, row_id in found[first : first + page_size]]
        return ids, len(found) if is_tracked else min(len(found), self.total_cap)

    def ask(self, query: SearchQuery, page_size: int = 500) -> SearchPage:
        """The answer as the reading has it, without its way through JSON."""
        size = min(page_size, self.page_size)
        found = self.find(query, size)
        if found is None:
            return REFUSED
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
        if query.sorted and rows != in_order:
            return UNSORTED
        return _answer(in_order, size, total)

    def document(
        self, query: SearchQuery, page_size: int, *, is_tracked: bool = False
    ) -> dict[str, Any] | None:
        """The answer's document, or None where the query is refused."""
        size = min(page_size, self.page_size)
        found = self.find(query, size, is_tracked=is_tracked)
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
    """The content of a row, which counts itself for as long as somebody has the row."""

    def __init__(self, index: IndexModel) -> None:
        self._index = index
        index.held += 1

    def __del__(self) -> None:
        self._index.held -= 1


class StillIndex:
    """An index that nobody changes; it answers large windows at once.

    Args:
        updated: The times of its rows.
        row_bytes: What each of them takes.
        total_cap: It counts no further than this.
    """

    def __init__(
        self, updated: Iterable[int], row_bytes: int = ROW_BYTES, total_cap: int = 10**9
    ) -> None:
        self.questions: list[SearchQuery] = []
        self.page_size = 500
        self.held = 0  # What is built once is not counted.
        self._times = sorted(updated)
        self._row_bytes = row_bytes
        self._total_cap = total_cap
        self.rows = tuple(
            Row(f"row{n}", time, None, msgspec.Raw(b"{}")) for n, time in enumerate(self._times)
        )

    def ask(self, query: SearchQuery, page_size: int) -> SearchPage:
        self.questions.append(query)
        first = bisect_left(self._times, query.window.start)
        end = bisect_right(self._times, query.window.end)
        start = first + (query.page - 1) * page_size
        page = self.rows[start : min(start + page_size, end)]
        total = min(end - first, self._total_cap)
        return _answer(page, page_size, total, self._row_bytes)


def _answer(rows: Iterable[Row], size: int, total: int, row_bytes: int = ROW_BYTES) -> SearchPage:
    page = tuple(rows)
    return SearchPage(page, full=len(page) >= size, total=total, size=len(page) * row_bytes)


def _lies_in(created: int | None, query: SearchQuery) -> bool:
    span = query.created
    if span is None:
        return True
    if created is None:
        return False
    return (span.start is None or created >= span.start) and (
        span.end is None or created <= span.end
    )


def resource(row_id: str, updated: int, created: int | None) -> dict[str, Any]:
    attributes = {"updatedAt": times.to_text(updated)}
    if created is not None:
        attributes["createdAt"] = times.to_text(created)
    return {"type": "conversation", "id": row_id, "attributes": attributes}
