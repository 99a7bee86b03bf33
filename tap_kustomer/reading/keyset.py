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
from tap_kustomer.errors import TapKustomerError
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

# Kustomer was founded in 2015; imports may say that something was created before.
_EARLIEST_CREATION: Final = times.to_milliseconds("2000-01-01")


class IncompleteError(TapKustomerError):
    """A group of rows with the same `updatedAt` could not be read whole."""


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


class Keyset:
    """A window that is being read: two verbs, `question` and `learn`.

    Args:
        window: What to read.
        name: Of the stream, for errors.

    Attributes:
        question: What to ask next; None when the window is read.
        cursor: Everything before this time is delivered (milliseconds since 1970).
        delivered: How many rows were delivered so far.
    """

    def __init__(self, window: Window, name: str) -> None:
        self.window = window
        self.cursor = window.start
        self.delivered = 0
        self._name = name
        self._fresh: list[Row] = []
        self._at_cursor: set[str] = set()
        self._steps = self._read()
        self.question: Question | None = next(self._steps)

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
        self.delivered += len(self._fresh)
        return self._fresh

    def _read(self) -> Generator[Question, Answer, None]:
        while self.cursor <= self.window.end:
            answer = yield Question(Window(self.cursor, self.window.end))
            before = self.cursor
            self._deliver(answer)
            if not answer.full:
                return
            if self.cursor == before:
                yield from self._read_group(_Group(self.cursor))
                self._move_cursor(self.cursor + 1)

    def _deliver(self, answer: Answer) -> None:
        """Hand on the rows that were not delivered yet, and move the cursor to the last one."""
        for row in answer.rows:
            if row.updated_at > self.cursor:
                self._move_cursor(row.updated_at)
            if row.id not in self._at_cursor:
                self._at_cursor.add(row.id)
                self._fresh.append(row)

    def _move_cursor(self, to: int) -> None:
        self.cursor = to
        self._at_cursor = set()

    def _read_group(self, group: _Group) -> Generator[Question, Answer, set[str]]:
        """Read a group whole; the ids of its rows."""
        splittable = group.halves() is not None
        found: dict[str, Row] = {}
        total: int | None = None
        for _ in range(_PASSES_BEFORE_SPLIT if splittable else _PASSES_AT_MOST):
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
                if total is None or (splittable and total >= MOST_ROWS):
                    return (yield from self._split(group, found, total))
                if len(found) >= total:
                    return set(found)
                if not answer.full:
                    break
        return (yield from self._split(group, found, total))

    def _split(
        self, group: _Group, found: dict[str, Row], total: int | None
    ) -> Generator[Question, Answer, set[str]]:
        halves = group.halves(
            row.created_at for row in found.values() if row.created_at is not None
        )
        if halves is None:
            raise self._incomplete(group, len(found), total)
        ids: set[str] = set()
        for half in halves:
            ids |= yield from self._read_group(half)
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
