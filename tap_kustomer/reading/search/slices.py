"""Cuts a window into slices that are read at once, and puts them together again in order of time.

A slice is a closed window of its own, read by its own keyset. Nothing is asked just to find out
where to cut: every answer says how many rows its window has left. Each slice wastes at most a part
of its last page, so slices are as long as the rows that are read ahead may take room, and no longer
than their count can be trusted. They are cut when somebody is about to ask for them, and as long as
nobody has asked for the next one, the end of a slice moves to where its last page is full.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final

from tap_kustomer.reading.pages import Window
from tap_kustomer.reading.search.keyset import MOST_ROWS, Keyset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_kustomer.reading.pages import Shortfall, Unproven
    from tap_kustomer.reading.search.query import Row, SearchPage, SearchQuery

# Pages that a slice has at least, however little room there is.
_SHORTEST_SLICE: Final = 4

# Pages that are left of a slice whose reader soon has nothing to do.
_NEARLY_READ: Final = 2

# How many times as long as it may be a slice must be to be cut.
_TOO_LONG: Final = 1.2

# The part of its last page that a slice leaves free, in case its rows lie denser than others: when
# it is cut by an estimate, and when its rows are counted.
_SPARE: Final = 0.2
_SPARE_WHEN_COUNTED: Final = 0.05

# The part of a page from which on it counts as full.
_NEARLY_FULL: Final = 0.9

# Of the latest page, in the average of their sizes.
_WEIGHT: Final = 0.2


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one answer that were not handed on before.

    Attributes:
        rows: In order of time.
        reached: Everything before this time (milliseconds since 1970) was handed on, with them;
            None where that is not known.
        size: Of the answer, in bytes.
    """

    rows: list[Row]
    reached: int | None
    size: int = 0


@dataclass(eq=False, slots=True)
class Slice:
    """A part of the window, and the rows of it that wait for their turn.

    Attributes:
        keyset: Reads it.
        batches: What waits.
        is_asked: Whether a query is under way.
        is_new: Whether there was no answer yet, so that its count is only estimated.
    """

    keyset: Keyset
    batches: deque[Batch] = field(default_factory=deque)
    is_asked: bool = False
    is_new: bool = True

    @property
    def is_read(self) -> bool:
        """Whether there is nothing more to ask."""
        return self.keyset.query is None and not self.is_asked

    @property
    def size(self) -> int:
        """Of what waits, in bytes."""
        return sum(batch.size for batch in self.batches)


def useful_parallelism(latency: float, rate: float) -> int:
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
        is_sorted: Whether rows come in order of time, as far as is known.
        is_splittable: Whether ties can be split by `createdAt`.

    Attributes:
        waiting: Bytes that wait for their turn.
        shortfalls: Parts of the window that gave fewer rows than they have.
        unproven: Parts of the window whose rows no count proves.
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
        self.waiting = 0
        self.shortfalls: list[Shortfall] = []
        self.unproven: list[Unproven] = []
        self._name = name
        self._lookahead = lookahead
        self._page_rows = page_size
        self._page_bytes = 0.0
        self._is_predictable = True
        self._is_sorted = is_sorted
        self._is_splittable = is_splittable
        self._slices = deque([Slice(self._keyset(window))])

    @property
    def is_done(self) -> bool:
        """Whether everything was read and handed on."""
        return not self._slices

    @property
    def is_due(self) -> bool:
        """Whether there are rows whose turn has come."""
        return bool(self._slices) and bool(self._slices[0].batches)

    def next_query(self, parallel: int) -> tuple[Slice, SearchQuery] | None:
        """The next query and whom to bring the answer, or None if others must come first.

        Args:
            parallel: How many questions are worth having under way at once.
        """
        asked = sum(part.is_asked for part in self._slices)
        if asked >= parallel:
            return None
        unread = [part for part in self._slices if not part.is_read]
        part = next((part for part in unread if not part.is_asked), None)
        if part is None:
            return None
        # The first one holds up all others, so it always goes on.
        has_room = self.waiting + asked * self._page_bytes < self._lookahead
        if not has_room and part is not unread[0]:
            return None
        self._fit(part, parallel)
        query = part.keyset.query
        if query is None:
            return None
        part.is_asked = True
        return part, query

    def learn(self, part: Slice, answer: SearchPage) -> None:
        """Take an answer.

        Raises:
            IncompleteError: Rows of one time can't be read whole.
        """
        keyset = part.keyset
        is_surprise = part.is_new and keyset.remaining and not answer.rows
        rows = keyset.learn(answer)
        if rows:
            part.batches.append(Batch(rows, keyset.reached, answer.size))
            self.waiting += answer.size
        if answer.full and answer.rows:
            self._page_rows = len(answer.rows)
            change = answer.size - self._page_bytes
            self._page_bytes += change * _WEIGHT if self._page_bytes else change
        self._is_sorted = self._is_sorted and keyset.is_sorted
        if part.is_new:
            self._is_predictable = not is_surprise
        part.is_asked = part.is_new = False

    def deliver(self) -> Iterator[Batch]:
        """The rows whose turn has come, in order of time."""
        while self._slices:
            first = self._slices[0]
            while first.batches:
                batch = first.batches.popleft()
                self.waiting -= batch.size
                yield batch
            if not first.is_read:
                return
            if first.keyset.shortfall is not None:
                self.shortfalls.append(first.keyset.shortfall)
            if first.keyset.unproven is not None:
                self.unproven.append(first.keyset.unproven)
            self._slices.popleft()

    def _fit(self, part: Slice, parallel: int) -> None:
        """Cut a slice that is too long, or move its end so that its last page is nearly full."""
        keyset = part.keyset
        if not keyset.is_divisible or not keyset.remaining:
            return
        if part.is_new and not self._is_predictable:
            return  # The latest slice lay where there are no rows. This one is counted first.
        pages = keyset.remaining / self._page_rows
        longest = self._longest(part, parallel)
        if keyset.is_cut_off:
            # Nobody knows how long it is: halved until it is counted, its rows can be proven.
            self._cut(part, min(pages / 2, longest))
        elif pages > _TOO_LONG * longest:
            self._cut(part, max(round(longest), 1) - _SPARE)
        elif not part.is_new and pages > 1 and pages % 1 <= _NEARLY_FULL and self._next_new(part):
            self._cut(part, int(pages) - _SPARE_WHEN_COUNTED)

    def _longest(self, part: Slice, parallel: int) -> float:
        """Pages that a slice may have.

        It never has so many rows that the server may have stopped counting them. By the time it is
        read, what is read behind it must fit into the room; whoever reads ahead of it comes to work
        behind it in the course of that. And if somebody has nothing to do, or soon, a fair share of
        all that is left is enough.
        """
        longest = (MOST_ROWS - 1) / self._page_rows
        if parallel > 1:
            place = self._slices.index(part)
            behind = sum(later.size for later in islice(self._slices, place + 1, None))
            readers = parallel - 1 - min(place, parallel - 1) / 2
            fitting = (self._lookahead - behind) / max(self._page_bytes, 1.0) / readers
            longest = min(longest, max(fitting, _SHORTEST_SLICE))
        left = [other.keyset.remaining / self._page_rows for other in self._slices]
        if sum(pages > _NEARLY_READ for pages in left) < parallel:
            longest = min(longest, sum(left) / parallel)
        return max(longest, 1.0)

    def _cut(self, part: Slice, pages: float) -> None:
        """Leave a slice about so many pages, and the rest to the one behind it."""
        keyset = part.keyset
        rows = max(int(pages * self._page_rows), 1)
        over = keyset.remaining - rows
        span = (keyset.end - keyset.cursor) * rows // keyset.remaining
        end = min(max(keyset.cursor + span, keyset.cursor + 1), keyset.end - 1)
        following = self._next_new(part)
        if following is None:
            rest = self._keyset(Window(end + 1, keyset.end))
            self._slices.insert(self._slices.index(part) + 1, Slice(rest))
        else:
            over += following.keyset.remaining
            rest = following.keyset = self._keyset(Window(end + 1, following.keyset.end))
        rest.expect(over)
        keyset.shorten(end)
        keyset.expect(rows)

    def _next_new(self, part: Slice) -> Slice | None:
        """The slice behind another one, if nobody has asked for it: its start can be moved."""
        following = next(islice(self._slices, self._slices.index(part) + 1, None), None)
        return following if following and following.is_new and not following.is_asked else None

    def _keyset(self, window: Window) -> Keyset:
        return Keyset(
            window, self._name, is_sorted=self._is_sorted, is_splittable=self._is_splittable
        )
