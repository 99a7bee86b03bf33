"""Cuts a window into slices that are read at once, and puts them together again in order of time.

A slice is a closed window of its own, read by its own keyset. Nothing is asked just to find out
where to cut: every answer says how many rows its window has left, and how dense they lie. Each
slice wastes at most a part of its last page, so slices are as long as the rows that are read ahead
may take room, and no longer than their count can be trusted.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tap_kustomer.reading.keyset import MOST_ROWS, Keyset
from tap_kustomer.reading.search import Window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_kustomer.reading.incomplete import Shortfall
    from tap_kustomer.reading.search import Answer, Question, Row

# Pages that a slice has at least, so that the part of its last page that is wasted is small.
_SHORTEST_SLICE: Final = 4

# Pages that are worth sharing with an idle worker.
_WORTH_SHARING: Final = 4

# How many times as long as fits its place a slice must be to be cut.
_TOO_LONG: Final = 1.5

# The share of the room from which on waiting rows make the first slices worth cutting.
_PRESSING: Final = 0.5

# The share of a page's rows from which on it counts as full.
_NEARLY_FULL: Final = 0.9


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one answer that were not handed on before.

    Attributes:
        rows: In order of time.
        reached: Everything before this time (milliseconds since 1970) was handed on, with them.
        size: Of the answer, in bytes.
    """

    rows: list[Row]
    reached: int
    size: int = 0


@dataclass(eq=False, slots=True)
class Slice:
    """A part of the window, and the rows of it that wait for their turn."""

    keyset: Keyset
    batches: deque[Batch] = field(default_factory=deque)
    is_asked: bool = False
    is_new: bool = True

    @property
    def is_read(self) -> bool:
        """Whether there is nothing more to ask."""
        return self.keyset.question is None and not self.is_asked


def worthwhile(latency: float, rate: float) -> int:
    """How many questions under way at once use a budget up: more would only fill the room.

    Args:
        latency: Seconds that an answer takes.
        rate: Questions a second that the budget allows.
    """
    return math.ceil(latency * rate * 1.05 + 0.2)


class Schedule:
    """What to ask next, and what may be handed on.

    Args:
        window: What to read.
        name: Of the stream, for errors.
        page_size: Rows a page.
        lookahead: Bytes that may wait for their turn.

    Attributes:
        rows: Rows handed on so far.
        waiting: Bytes that wait for their turn.
        shortfalls: Parts of the window that gave fewer rows than they have.
    """

    def __init__(  # noqa: PLR0913
        self,
        window: Window,
        name: str,
        *,
        page_size: int,
        lookahead: int,
        is_sorted: bool = True,
        is_splittable: bool = True,
    ) -> None:
        self.rows = 0
        self.waiting = 0
        self.shortfalls: list[Shortfall] = []
        self._name = name
        self._page_size = page_size
        self._lookahead = lookahead
        self._page_bytes = 1.0
        self._is_sorted = is_sorted
        self._is_splittable = is_splittable
        self._slices = deque([Slice(self._keyset(window))])

    @property
    def is_done(self) -> bool:
        """Whether everything was read and handed on."""
        return not self._slices

    def next_question(self, parallel: int) -> tuple[Slice, Question] | None:
        """The next question and whom to bring the answer, or None if others must come first.

        Args:
            parallel: How many questions are worth having under way at once.
        """
        if sum(part.is_asked for part in self._slices) >= parallel:
            return None
        part = self._idle_slice()
        if part is None or part.keyset.question is None:
            return None
        part.is_asked, part.is_new = True, False
        return part, part.keyset.question

    def learn(self, part: Slice, answer: Answer, parallel: int) -> None:
        """Take an answer.

        Raises:
            IncompleteError: Rows of one `updatedAt` can't be read whole.
        """
        part.is_asked = False
        rows = part.keyset.learn(answer)
        if rows:
            part.batches.append(Batch(rows, part.keyset.reached, answer.size))
            self.waiting += answer.size
        if answer.full and answer.size:
            self._page_bytes += (answer.size - self._page_bytes) * (0.2 if self.rows else 1)
        self._is_sorted = self._is_sorted and part.keyset.is_sorted
        self._divide(part, parallel)
        self._fill_last_page(part)

    def deliver(self) -> Iterator[Batch]:
        """The rows whose turn has come, in order of time."""
        while self._slices:
            first = self._slices[0]
            while first.batches:
                batch = first.batches.popleft()
                self.waiting -= batch.size
                self.rows += len(batch.rows)
                yield batch
            if not first.is_read:
                return
            if first.keyset.shortfall is not None:
                self.shortfalls.append(first.keyset.shortfall)
            self._slices.popleft()

    def _idle_slice(self) -> Slice | None:
        for part in self._slices:
            if not part.is_asked and part.keyset.question is not None:
                # The first one holds up all others, so it always goes on.
                return part if self._has_room or part is self._slices[0] else None
        return None

    @property
    def _has_room(self) -> bool:
        asked = sum(part.is_asked for part in self._slices)
        return self.waiting + asked * self._page_bytes < self._lookahead

    def _divide(self, part: Slice, parallel: int) -> None:
        """Cut a slice that is too long for its place, or that could keep an idle worker busy.

        The slices that come first are shorter than those behind them, so that they end one after
        the other and nothing waits long for its turn.
        """
        longest = self._longest_slice(parallel)
        position = self._slices.index(part)
        while part.keyset.is_divisible:
            pages = part.keyset.remaining / self._page_size
            fitting = max(longest * min((position + 1) / parallel, 1.0), _SHORTEST_SLICE)
            allowed = fitting if self.waiting > _PRESSING * self._lookahead else longest
            is_too_long = pages > _TOO_LONG * allowed and not part.is_new
            is_needed = self._unread < parallel and pages >= _WORTH_SHARING
            if not is_too_long and not is_needed:
                return
            part = self._cut(part, min(fitting, pages / 2))
            position += 1

    def _fill_last_page(self, part: Slice) -> None:
        """Move the end of a slice so that its last page is nearly full.

        The latest answer has said how many rows it has. What is over goes to the next slice, as
        long as nothing was asked for that one.
        """
        keyset = part.keyset
        place = self._slices.index(part) + 1
        if place == len(self._slices) or not keyset.is_divisible:
            return
        following = self._slices[place]
        over = keyset.remaining % self._page_size
        pages = keyset.remaining // self._page_size
        if not following.is_new or not pages or over > _NEARLY_FULL * self._page_size:
            return
        rows = over + int((1 - _NEARLY_FULL) / 2 * self._page_size) + 1
        span = (keyset.end - keyset.cursor) * rows // keyset.remaining
        end = max(keyset.end - span, keyset.cursor + 1)
        if end < keyset.end:
            rest = following.keyset
            following.keyset = self._continued(end + 1, rest, rest.remaining + rows)
            keyset.shorten(end)

    @property
    def _unread(self) -> int:
        return sum(not part.is_read for part in self._slices)

    def _longest_slice(self, parallel: int) -> float:
        """Pages a slice may have so that those read ahead of the first one fit into the room.

        They are on average half read while they wait. A slice never has so many rows that the
        server may have stopped counting them.
        """
        room = self._lookahead / self._page_bytes
        fitting = 1.2 * room / max(parallel - 1, 1)
        countable = (MOST_ROWS - 1) / self._page_size
        return max(min(fitting, countable), _SHORTEST_SLICE)

    def _cut(self, part: Slice, pages: float) -> Slice:
        """Leave a slice about so many pages and give the rest to a new one right behind it."""
        keyset = part.keyset
        left = keyset.end - keyset.cursor
        evenly = left * pages * self._page_size / keyset.remaining
        end = min(max(keyset.cursor + int(evenly), keyset.cursor + 1), keyset.end - 1)
        remaining = keyset.remaining - int(pages * self._page_size)
        rest = Slice(self._continued(end + 1, keyset, remaining))
        keyset.shorten(end)
        self._slices.insert(self._slices.index(part) + 1, rest)
        return rest

    def _continued(self, start: int, like: Keyset, remaining: int) -> Keyset:
        """A keyset that begins at another time and ends where `like` does."""
        keyset = self._keyset(Window(start, like.end))
        keyset.expect(remaining)
        return keyset

    def _keyset(self, window: Window) -> Keyset:
        return Keyset(
            window, self._name, is_sorted=self._is_sorted, is_splittable=self._is_splittable
        )
