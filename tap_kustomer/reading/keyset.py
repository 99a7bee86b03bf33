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

Where rows do not come in order, or don't show the time they are found by, the window is read in
parts that fit on a page.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from tap_kustomer import times
from tap_kustomer.reading.incomplete import IncompleteError, Shortfall
from tap_kustomer.reading.questions import Question
from tap_kustomer.reading.window import Span, Window

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from tap_kustomer.reading.questions import Answer, Row

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


@dataclass(frozen=True, slots=True)
class _Group:
    """Rows of one time, or those of them created in a span of time."""

    time: int
    created: Span | None = None

    def question(self, page: int = 1) -> Question:
        # Within one time, no order is wrong.
        return Question(Window(self.time, self.time), self.created, page, sorted=False)

    def halves(self, created: Iterable[int] = ()) -> tuple[_Group, _Group] | None:
        """The older and the newer half by time of creation, or None for a single millisecond.

        Args:
            created: Times of creation that were seen, to find the middle by.
        """
        span = self.created or Span(None, None)
        start = _EARLIEST_CREATION if span.start is None else span.start
        end = max(self.time, start) + 1 if span.end is None else span.end
        if start >= end:
            return None
        seen = sorted(time for time in created if start <= time <= end)
        middle = seen[(len(seen) - 1) // 2] if seen else (start + end) // 2
        if seen and middle == seen[-1]:
            middle -= 1
        middle = min(max(middle, start), end - 1)
        return (
            _Group(self.time, Span(span.start, middle)),
            _Group(self.time, Span(middle + 1, span.end)),
        )


@dataclass(slots=True)
class _Found:
    """What paging through a group has brought.

    Attributes:
        rows: By id.
        total: How many there are, by the latest answer.
        is_complete: Whether these are all of them.
        is_capped: Whether the search will not give the others, however often it is asked.
    """

    rows: dict[str, Row] = field(default_factory=dict)
    total: int | None = None
    is_complete: bool = False
    is_capped: bool = False


class _Count:
    """How many rows a window has, and which ones it gave."""

    def __init__(self, start: int, delivered: dict[str, int] | None = None) -> None:
        self.start = start
        self.expected: int | None = None
        self.delivered = delivered or {}

    def is_complete(self) -> bool:
        """Whether no row is missing."""
        return self.expected is None or len(self.delivered) >= self.expected

    def add(self, row: Row) -> bool:
        """Note a delivered row; False if this very revision was delivered before."""
        if self.delivered.get(row.id) == row.time:
            return False
        self.delivered[row.id] = row.time
        return True


class Keyset:
    """A window that is being read: two verbs, `question` and `learn`.

    Args:
        window: What to read.
        name: Of the stream, for errors.
        is_sorted: False where the server is known not to sort these rows by time.
        is_splittable: Whether groups of one time can be split by `createdAt`.

    Attributes:
        question: What to ask next; None when the window is read.
        cursor: Everything before this time is delivered (milliseconds since 1970).
        reached: The same, as far as rows or whole parts have shown it: never beyond the window.
        end: The end of the window.
        remaining: How many rows are still to come, as far as the latest answer tells.
        is_sorted: Whether the server has been found to sort.
        shortfall: What is missing in the end, if anything is.
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
        self._fresh: list[Row] = []
        self._count = _Count(window.start)
        self._is_splittable = is_splittable
        self._is_plain = False
        self._is_repeated = False
        self._steps = self._read()
        self.question: Question | None = next(self._steps, None)

    def learn(self, answer: Answer) -> list[Row]:
        """Take the answer to `question`; give the rows in it that are new, in order of time.

        Raises:
            IncompleteError: Rows of one time can't be read whole.
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
        if self.question is not None and self.question.window.end > end:
            self.question = replace(self.question, window=Window(self.cursor, end))
        # Counted anew from the cursor on; what was delivered before it, came in whole pages.
        at_cursor = {
            row_id: time for row_id, time in self._count.delivered.items() if time >= self.cursor
        }
        self._count = _Count(self.cursor, at_cursor)

    def expect(self, remaining: int) -> None:
        """Take over what is known from elsewhere about how many rows are to come."""
        self.remaining = max(remaining, 0)

    @property
    def is_divisible(self) -> bool:
        """Whether the window can be shortened: the question is one for rows from the cursor on.

        Read again, it is not: whoever took over its end would deliver that once more.
        """
        return self._is_plain and not self._is_repeated and self.cursor < self.end

    def _read(self) -> Generator[Question, Answer, None]:
        for _ in range(_READINGS_AT_MOST):
            if self.is_sorted:
                yield from self._read_in_order()
            if not self.is_sorted:
                yield from self._read_in_parts()
            if self._count.is_complete():
                return
            # Rows may have moved forward, out of the window, since it was counted.
            answer = yield Question(Window(self._count.start, self.end), sorted=False)
            self._count.expected = answer.total
            if self._count.is_complete():
                return
            self.cursor = self._count.start
            self._is_repeated = True
        self.shortfall = Shortfall(
            Window(self._count.start, self.end),
            expected=self._count.expected or 0,
            delivered=len(self._count.delivered),
        )

    def _read_in_order(self) -> Generator[Question, Answer, None]:
        """Ask from the cursor on, until a page is not full or rows come out of order."""
        while self.cursor <= self.end:
            answer = yield from self._ask_to(self.end)
            if answer.unsorted:
                self.is_sorted = False
                return
            if self._count.expected is None:
                self._count.expected = answer.total
            self._deliver(answer)
            if not answer.full:
                self.cursor = self.end + 1
                return
            self.expect((answer.total or 0) - len(answer.rows))
            last = answer.rows[-1].time
            if last == self.cursor:
                yield from self._read_group(_Group(last))
                last += 1
            self.cursor = last

    def _read_in_parts(self) -> Generator[Question, Answer, None]:
        """Step through the window in parts that fit on a page. Each is proven by its own count."""
        page_rows = 0
        length = self.end - self.cursor + 1
        while self.cursor <= self.end:
            answer = yield from self._ask_to(min(self.cursor + length - 1, self.end))
            length = min(length, self.end - self.cursor + 1)
            if answer.full and length > 1:
                page_rows = len(answer.rows)
                self.expect(max(answer.total or 0, self.remaining))
                length = _shorter(length, page_rows, answer.total)
                continue
            if answer.full:
                yield from self._read_group(_Group(self.cursor))
            self._deliver(answer)
            self.expect(self.remaining - len(answer.rows))
            self.cursor += length
            self.reached = self.cursor - 1
            if 2 * len(answer.rows) < page_rows:
                length *= 2

    def _ask_to(self, end: int) -> Generator[Question, Answer, Answer]:
        """Ask for all rows from the cursor on; the window may be shortened meanwhile."""
        self._is_plain = True
        answer = yield Question(Window(self.cursor, end), sorted=self.is_sorted)
        self._is_plain = False
        return answer

    def _deliver(self, answer: Answer) -> None:
        """Hand on the rows that were not delivered yet."""
        for row in answer.rows:
            self.reached = max(self.reached, row.time)
            if self._count.add(row):
                self._fresh.append(row)

    def _read_group(self, group: _Group) -> Generator[Question, Answer, set[str]]:
        """Read a group whole; the ids of its rows."""
        is_splittable = self._is_splittable and group.halves() is not None
        found = _Found()
        for _ in range(_PASSES_BEFORE_SPLIT if is_splittable else _PASSES_AT_MOST):
            yield from self._page_through(group, found, most=MOST_ROWS if is_splittable else None)
            if found.is_complete:
                return set(found.rows)
            if found.is_capped:
                break
        return (yield from self._split(group, found))

    def _page_through(
        self, group: _Group, found: _Found, most: int | None
    ) -> Generator[Question, Answer, None]:
        """Take what the pages of a group have, until nothing is missing or a page is the last.

        Args:
            group: What to ask for.
            found: Takes it.
            most: From how many rows on it is not worth trying.
        """
        for page in range(1, MOST_PAGES + 1):
            answer = yield group.question(page)
            if answer.refused:
                found.is_capped = True
                return
            if answer.total != found.total:
                # Rows came or went: what was found before proves nothing about what is there.
                found.rows, found.total = {}, answer.total
            self._deliver(answer)
            found.rows.update((row.id, row) for row in answer.rows)
            total = found.total
            is_alone = page == 1 and not answer.full
            if not is_alone and (total is None or (most is not None and total >= most)):
                found.is_capped = True
            elif is_alone or len(found.rows) >= (total or 0):
                found.is_complete = True
            if found.is_capped or found.is_complete or not answer.full:
                return

    def _split(self, group: _Group, found: _Found) -> Generator[Question, Answer, set[str]]:
        if not found.rows and group.created is not None:
            raise _CreationRefusedError  # Not even its first page was answered.
        halves = group.halves(
            row.created_at for row in found.rows.values() if row.created_at is not None
        )
        if halves is None or not self._is_splittable:
            raise self._incomplete(group, len(found.rows), found.total)
        ids: set[str] = set()
        try:
            for half in halves:
                ids |= yield from self._read_group(half)
        except _CreationRefusedError:
            if group.created is not None:
                raise
            self._is_splittable = False
            return (yield from self._read_group(group))
        # The halves are proven by themselves; together they lack rows without `createdAt`.
        answer = yield group.question()
        if answer.total is not None and len(ids) < answer.total:
            raise self._incomplete(group, len(ids), answer.total)
        return ids

    def _incomplete(self, group: _Group, found: int, total: int | None) -> IncompleteError:
        return IncompleteError(
            f"{self._name}: {found} of {'unknown' if total is None else total} rows of "
            f"{times.to_text(group.time)} could be read. Kustomer's search does not give the "
            "others, and without them no bookmark passes this time"
        )


def _shorter(length: int, page_rows: int, total: int | None) -> int:
    """The part of a stretch of time with so many rows that fits on a page with some to spare."""
    fitting = 3 * length * page_rows // (4 * total) if total else length
    return max(min(fitting, length // 2), 1)
