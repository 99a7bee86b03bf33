"""Reads one closed window completely, by keyset.

The algorithm does no I/O: it says which query to send next, and learns from the response.

1. Ask for the rows of the window from the cursor on. Deliver those that were not delivered before.
2. A page that is not full is the last one: the window is read.
3. Otherwise the cursor moves to the time of the last row. The rows that were delivered at that time
   are remembered, because the next page repeats them. A row that is updated meanwhile only moves
   forward, out of the window: it can hide no other row, as it would with page numbers.
4. Where one time fills a page, the cursor can't move. That tie is read by itself (`ties.py`).

Where rows come out of order, or do not show the time that they are found by, the window is read in
parts so short that the rows of each fit on a page.

The number of queries is bounded by the rows found, whatever the server returns. Of the rows,
only ids and times are kept.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tap_kustomer import times
from tap_kustomer.reading.pages import IncompleteError, Shortfall, Unproven, Window
from tap_kustomer.reading.search.query import SearchQuery, may_be_limited
from tap_kustomer.reading.search.ties import TieReader, describe_count

if TYPE_CHECKING:
    from collections.abc import Generator

    from tap_kustomer.reading.search.query import Row, SearchPage
    from tap_kustomer.reading.search.ties import Queries

# Most passes over a window that gives fewer rows than it counts.
_MOST_PASSES: Final = 3


class Keyset:
    """A window that is being read: send `query`, then `learn` from the response.

    Args:
        window: What to read.
        name: Name of the stream, for errors.
        is_sorted: False where the server is known not to sort these rows by time.
        is_splittable: Whether ties can be split by `createdAt`.

    Attributes:
        query: What to ask next; None when the window is read.
        cursor: All rows before this time are delivered (milliseconds since 1970).
        reached: As `Page.reached`: the time of the latest delivered row, or the end of the last
            part read whole. Never beyond the window.
        end: The end of the window.
        remaining: How many rows are still to come, by the latest count.
        is_sorted: Whether the server sorts these rows, as far as is known.
        shortfall: What is missing after the last pass, if anything is.
    """

    def __init__(
        self, window: Window, name: str, *, is_sorted: bool = True, is_splittable: bool = True
    ) -> None:
        self.cursor = self.reached = window.start
        self.end = window.end
        self.remaining = 0
        self.is_sorted = is_sorted
        self.shortfall: Shortfall | None = None
        self._name = name
        self._new_rows: list[Row] = []
        self._count = _Count(window.start)
        self._is_splittable = is_splittable
        self._starts_at_cursor = False
        self._is_repeat = False
        self._are_counts_exact = True
        self._steps = self._read()
        self.query: SearchQuery | None = next(self._steps, None)

    def learn(self, page: SearchPage) -> list[Row]:
        """Learn from the response to `query`; return its rows that are new, in order of time.

        Raises:
            IncompleteError: The search does not return all rows of a tie.
        """
        self._new_rows = []
        try:
            self.query = self._steps.send(page)
        except StopIteration:
            self.query = None
            self.remaining = 0
        return self._new_rows

    def shorten(self, end: int) -> None:
        """Leave all rows after `end` to another keyset. Only while it `can_shorten`."""
        self.end = end
        self.remaining = 0
        if self.query is not None and self.query.window.end > end:
            self.query = replace(self.query, window=Window(self.cursor, end))
        # Rows are counted again, from the cursor on: those before it came on full pages.
        at_cursor = {
            row_id: time for row_id, time in self._count.delivered.items() if time >= self.cursor
        }
        self._count = _Count(self.cursor, at_cursor)

    def expect(self, remaining: int) -> None:
        """Set how many rows are still to come, by the latest count or an estimate."""
        self.remaining = max(remaining, 0)

    @property
    def can_shorten(self) -> bool:
        """Whether the window can be shortened: the next query asks for rows from the cursor on.

        Not during a second pass: the new owner of the rest would deliver its rows twice.
        """
        return self._starts_at_cursor and not self._is_repeat and self.cursor < self.end

    @property
    def is_count_limited(self) -> bool:
        """Whether the window may have more rows than the search has counted."""
        return self._count.expected is not None and may_be_limited(self._count.expected)

    @property
    def unproven(self) -> Unproven | None:
        """The window, if no count of the search proves that all its rows came."""
        return None if self._are_counts_exact else Unproven(Window(self._count.start, self.end))

    def _read(self) -> Queries:
        for _ in range(_MOST_PASSES):
            if self.is_sorted:
                yield from self._read_in_order()
            if not self.is_sorted:
                yield from self._read_in_parts()
            if self._count.is_complete():
                return
            # Rows may have moved forward, out of the window, since they were counted.
            page = yield SearchQuery(Window(self._count.start, self.end), must_be_sorted=False)
            self._count.expected = page.total
            if self._count.is_complete():
                self._note_count(page.total)
                return
            self.cursor = self._count.start
            self._is_repeat = True
        self.shortfall = Shortfall(
            Window(self._count.start, self.end),
            expected=self._count.expected or 0,
            delivered=len(self._count.delivered),
        )

    def _read_in_order(self) -> Queries:
        """Read from the cursor on, until a page is not full or rows come out of order."""
        while self.cursor <= self.end:
            page = yield from self._ask_to(self.end)
            if page.is_unsorted:
                self.is_sorted = False
                return
            if self._count.expected is None:
                self._count.expected = page.total
            self._deliver(page)
            if not page.is_full:
                self.cursor = self.end + 1
                break
            self.expect((page.total or 0) - len(page.rows))
            last = page.rows[-1].time
            if last == self.cursor:
                yield from self._read_tie(last)
                last += 1
            self.cursor = last
        self._note_count(self._count.expected)

    def _read_in_parts(self) -> Queries:
        """Step through the window in parts that fit on a page, each proven by its own count."""
        page_rows = 0
        length = self.end - self.cursor + 1
        while self.cursor <= self.end:
            page = yield from self._ask_to(min(self.cursor + length - 1, self.end))
            length = min(length, self.end - self.cursor + 1)
            if page.is_full and length > 1:
                page_rows = len(page.rows)
                self.expect(max(page.total or 0, self.remaining))
                length = _shorter(length, page_rows, page.total)
                continue
            if page.is_full:
                yield from self._read_tie(self.cursor)
            else:
                self._note_count(page.total)
            self._deliver(page)
            self.expect(self.remaining - len(page.rows))
            self.cursor += length
            self.reached = self.cursor - 1
            if 2 * len(page.rows) < page_rows:
                length *= 2

    def _ask_to(self, end: int) -> Generator[SearchQuery, SearchPage, SearchPage]:
        """Ask for all rows from the cursor on; the window may be shortened before it is sent."""
        self._starts_at_cursor = True
        page = yield SearchQuery(Window(self.cursor, end), must_be_sorted=self.is_sorted)
        self._starts_at_cursor = False
        return page

    def _read_tie(self, time: int) -> Queries:
        """Read all rows of one time.

        Raises:
            IncompleteError: The search does not return them all.
        """
        tie = TieReader(time, self._name, deliver=self._deliver, is_splittable=self._is_splittable)
        yield from tie.read()
        self._is_splittable = tie.is_splittable
        if not tie.is_complete:
            delivered = sum(at == time for at in self._count.delivered.values())
            raise IncompleteError(
                f"{self._name}: {delivered} of {describe_count(tie.total)} rows of "
                f"{times.to_text(time)} could be read. Kustomer's search does not give the "
                "others, and without them no bookmark passes this time"
            )
        self._note_count(tie.total)

    def _deliver(self, page: SearchPage) -> None:
        """Keep the rows that were not delivered before, for `learn` to return."""
        for row in page.rows:
            self.reached = max(self.reached, row.time)
            if self._count.add(row):
                self._new_rows.append(row)

    def _note_count(self, total: int | None) -> None:
        """Note whether a count can prove that all rows came."""
        self._are_counts_exact = self._are_counts_exact and not may_be_limited(total)


class _Count:
    """How many rows a window has, and which of them were delivered."""

    def __init__(self, start: int, delivered: dict[str, int] | None = None) -> None:
        self.start = start
        self.expected: int | None = None
        self.delivered = delivered or {}

    def is_complete(self) -> bool:
        """Whether no row is missing."""
        return self.expected is None or len(self.delivered) >= self.expected

    def add(self, row: Row) -> bool:
        """Note a delivered row; False if it was delivered before, with the same time."""
        if self.delivered.get(row.id) == row.time:
            return False
        self.delivered[row.id] = row.time
        return True


def _shorter(length: int, page_rows: int, total: int | None) -> int:
    """The length of a part whose rows should fit on a page, with room to spare.

    Args:
        length: Of a part that does not fit.
        page_rows: How many rows fit on a page.
        total: How many rows that part has, if the search counts them.
    """
    fitting = 3 * length * page_rows // (4 * total) if total else length
    return max(min(fitting, length // 2), 1)
