"""Reads one closed window completely, by keyset.

The algorithm knows no network: it says which question to ask next and learns from the answer.

1. Ask for the window from the cursor on. Deliver what was not delivered yet.
2. A page that is not full is the last one: the window is read.
3. Else the cursor moves to the time of the last row, and the rows delivered at that very time are
   remembered, for they come again. A row that is updated meanwhile only moves forward, out of the
   window: it can hide nobody, as it would with page numbers.
4. When one time fills a page, the cursor can't move. That time is read alone, page by page, until
   as many different ids were found as it has rows: the order inside may change from call to call,
   so positions prove nothing. Groups that are too large for the search's cap, or that do not
   become whole, are split by `createdAt`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tap_kustomer import times
from tap_kustomer.reading.incomplete import IncompleteError
from tap_kustomer.reading.search import Question, Span, Window

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from tap_kustomer.reading.search import Answer, Row

# "There is a hard limit of 100 for the maximum number of pages": the documentation of the search.
MOST_PAGES: Final = 100
# Others have met an end after 10,000 rows, and a total that stops counting there. A group that is
# split below this size is read whole in either case.
MOST_ROWS: Final = 10_000

# How often a group is paged through before it is split instead, and when it can't be split.
_PASSES_BEFORE_SPLIT: Final = 3
_PASSES_AT_MOST: Final = 25

# How often a window is read whose rows are fewer than its count.
_READINGS_AT_MOST: Final = 3

# Kustomer was founded in 2015; imports may say that something was created before.
_EARLIEST_CREATION: Final = times.to_milliseconds("2000-01-01")


class _CreationRefusedError(Exception):
    """The search does not know the criterion on `createdAt` in this context."""


@dataclass(slots=True)
class _Group:
    """Rows of one `updatedAt`, or those of them created in a span of time."""

    updated_at: int
    created: Span | None = None

    def question(self, page: int = 1) -> Question:
        return Question(Window(self.updated_at, self.updated_at), self.created, page)

    def halves(self, created: Iterable[int] = ()) -> tuple[_Group, _Group] | None:
        """The older and the newer half by time of creation, or None for a single millisecond.

        Args:
            created: Times of creation that were seen, to find the middle by.
        """
        span = self.created or Span(None, None)
        start = _EARLIEST_CREATION if span.start is None else span.start
        end = max(self.updated_at, start) + 1 if span.end is None else span.end
        if start >= end:
            return None
        seen = sorted(time for time in created if start <= time <= end) or [start, end]
        middle = seen[(len(seen) - 1) // 2]
        if middle == seen[-1]:
            middle -= 1
        middle = min(max(middle, start), end - 1)
        return (
            _Group(self.updated_at, Span(span.start, middle)),
            _Group(self.updated_at, Span(middle + 1, span.end)),
        )


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Rows that a window has, but that did not come however often it was read."""

    window: Window
    expected: int
    delivered: int


class _Count:
    """How many rows a window has, and which ones it gave."""

    def __init__(self, start: int, delivered: dict[str, int] | None = None) -> None:
        self.start = start
        self.expected: int | None = None
        self.delivered = delivered or {}

    def is_whole(self) -> bool:
        """Whether no row is missing."""
        return self.expected is None or len(self.delivered) >= self.expected

    def add(self, row: Row) -> bool:
        """Note a delivered row; False if this very revision was delivered before."""
        if self.delivered.get(row.id) == row.updated_at:
            return False
        self.delivered[row.id] = row.updated_at
        return True


class Keyset:
    """A window that is being read: two verbs, `question` and `learn`.

    Args:
        window: What to read.
        name: Of the stream, for errors.
        is_sorted: False where the server is known not to sort these rows by `updatedAt`.

    Attributes:
        question: What to ask next; None when the window is read.
        cursor: Everything before this time is delivered (milliseconds since 1970).
        end: The end of the window.
        remaining: How many rows are still to come, as far as the latest answer tells.
        page_rows: Rows on the latest full page.
        page_span: Milliseconds from its first row to its last.
        is_sorted: Whether the server has been found to sort.
        shortfall: What is missing in the end, if anything is.
    """

    def __init__(self, window: Window, name: str, *, is_sorted: bool = True) -> None:
        self.cursor = window.start
        self.end = window.end
        self.remaining = 0
        self.page_rows = 0
        self.page_span = 0
        self.is_sorted = is_sorted
        self.shortfall: Shortfall | None = None
        self._name = name
        self._fresh: list[Row] = []
        self._count = _Count(window.start)
        self._creation_is_known = True
        self._steps = self._read()
        self.question: Question | None = next(self._steps, None)

    def learn(self, answer: Answer) -> list[Row]:
        """Take the answer to `question`; give the rows in it that are new, in order of time.

        Raises:
            IncompleteError: Rows of one `updatedAt` can't be read whole.
        """
        self._fresh = []
        try:
            self.question = self._steps.send(answer)
        except StopIteration:
            self.question = None
            self.remaining = 0
        return self._fresh

    def shorten(self, end: int) -> None:
        """Leave what is later than `end` to others. Only while `is_divisible`."""
        self.end = end
        self.remaining = 0
        self.question = Question(Window(self.cursor, end))
        # Counted anew from the cursor on; what was delivered before it, came in whole pages.
        at_cursor = {
            row_id: time for row_id, time in self._count.delivered.items() if time >= self.cursor
        }
        self._count = _Count(self.cursor, at_cursor)

    def expect(self, remaining: int, like: Keyset) -> None:
        """Take over what the window was cut from says about how many rows are to come."""
        self.remaining = max(remaining, 0)
        self.page_rows, self.page_span = like.page_rows, like.page_span

    @property
    def is_divisible(self) -> bool:
        """Whether the window can be shortened: it is being read by plain keyset questions."""
        question = self.question
        return (
            self.is_sorted
            and question is not None
            and question.sorted
            and question.updated == Window(self.cursor, self.end)
            and question.created is None
            and self.cursor < self.end
        )

    def _read(self) -> Generator[Question, Answer, None]:
        for _ in range(_READINGS_AT_MOST):
            yield from self._read_once()
            if self._count.is_whole():
                return
            # Rows may have moved forward, out of the window, since it was counted.
            answer = yield Question(Window(self._count.start, self.end), sorted=False)
            self._count.expected = answer.total
            if self._count.is_whole():
                return
            self.cursor = self._count.start
        self.shortfall = Shortfall(
            Window(self._count.start, self.end),
            expected=self._count.expected or 0,
            delivered=len(self._count.delivered),
        )

    def _read_once(self) -> Generator[Question, Answer, None]:
        if not self.is_sorted:
            yield from self._read_unsorted(Window(self.cursor, self.end))
            return
        while self.cursor <= self.end:
            answer = yield Question(Window(self.cursor, self.end))
            if answer.unsorted:
                self.is_sorted = False
                yield from self._read_unsorted(Window(self.cursor, self.end))
                return
            before = self.cursor
            if self._count.expected is None:
                self._count.expected = answer.total
            self._deliver(answer)
            if not answer.full:
                return
            self._measure(answer)
            if self.cursor == before:
                yield from self._read_group(_Group(self.cursor))
                self.cursor += 1

    def _read_unsorted(self, window: Window) -> Generator[Question, Answer, None]:
        """Cut the window until each part fits on a page, and sort it here."""
        answer = yield Question(window, sorted=False)
        if not answer.full:
            self._deliver(answer)
        elif window.start == window.end:
            yield from self._read_group(_Group(window.start))
        else:
            middle = (window.start + window.end) // 2
            yield from self._read_unsorted(Window(window.start, middle))
            yield from self._read_unsorted(Window(middle + 1, window.end))

    def _measure(self, answer: Answer) -> None:
        self.page_rows = len(answer.rows)
        if answer.rows:
            self.page_span = answer.rows[-1].updated_at - answer.rows[0].updated_at
        self.remaining = max((answer.total or 0) - len(answer.rows), 0)

    def _deliver(self, answer: Answer) -> None:
        """Hand on the rows that were not delivered yet, and move the cursor to the last one."""
        for row in answer.rows:
            self.cursor = max(self.cursor, row.updated_at)
            if self._count.add(row):
                self._fresh.append(row)

    def _read_group(self, group: _Group) -> Generator[Question, Answer, set[str]]:
        """Read a group whole; the ids of its rows."""
        found: dict[str, Row] = {}
        total: int | None = None
        for reading in range(_PASSES_AT_MOST):
            if reading == _PASSES_BEFORE_SPLIT and self._is_splittable(group):
                break
            for page in range(1, MOST_PAGES + 1):
                answer = yield group.question(page)
                if answer.refused:
                    return (yield from self._split(group, found, total))
                if answer.total != total:
                    # Rows came or went: what was found before proves nothing about what is there.
                    found, total = {}, answer.total
                self._deliver(answer)
                found.update((row.id, row) for row in answer.rows)
                if not answer.full and page == 1:
                    return set(found)
                if total is None or (total >= MOST_ROWS and self._is_splittable(group)):
                    return (yield from self._split(group, found, total))
                if len(found) >= total:
                    return set(found)
                if not answer.full:
                    break
        return (yield from self._split(group, found, total))

    def _is_splittable(self, group: _Group) -> bool:
        return self._creation_is_known and group.halves() is not None

    def _split(
        self, group: _Group, found: dict[str, Row], total: int | None
    ) -> Generator[Question, Answer, set[str]]:
        if not found and group.created is not None:
            raise _CreationRefusedError  # Not even its first page was answered.
        halves = group.halves(
            row.created_at for row in found.values() if row.created_at is not None
        )
        if halves is None or not self._creation_is_known:
            raise self._incomplete(group, len(found), total)
        ids: set[str] = set()
        try:
            for half in halves:
                ids |= yield from self._read_group(half)
        except _CreationRefusedError:
            if group.created is not None:
                raise
            self._creation_is_known = False
            return (yield from self._read_group(group))
        # The halves are proven by themselves; together they lack rows without `createdAt`.
        answer = yield group.question()
        if answer.total is not None and len(ids) < answer.total:
            raise self._incomplete(group, len(ids), answer.total)
        return ids

    def _incomplete(self, group: _Group, found: int, total: int | None) -> IncompleteError:
        return IncompleteError(
            f"{self._name}: {found} of {'unknown' if total is None else total} rows with "
            f"updatedAt {times.to_text(group.updated_at)} could be read. Kustomer's search does "
            "not give the others, so the run stops rather than leave them out"
        )
