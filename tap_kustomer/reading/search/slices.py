"""Splits a window into slices that are read at once, and delivers their rows in order of time.

A slice is a closed window of its own, with a keyset of its own. No query is sent just to find out
where to split: every response counts the rows that its slice has left. Each slice wastes at most a
part of its last page. So slices are as long as the memory for rows that are read ahead allows, and
are kept below 10,000 rows, so that their count is exact. A slice is split or resized right before a
query is sent for it. Its end can move until the next slice has been queried, to where its last page
is full.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final

from tap_kustomer.reading.pages import Window
from tap_kustomer.reading.search.keyset import Keyset
from tap_kustomer.reading.search.query import COUNT_CAP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_kustomer.reading.pages import Shortfall, Unproven
    from tap_kustomer.reading.search.query import Row, SearchPage, SearchQuery

# The fewest pages of a slice, however little memory there is.
_SHORTEST_SLICE: Final = 4

# A slice with so few pages left will soon have nothing left to ask.
_NEARLY_READ: Final = 2

# Split a slice once it is this many times its target length.
_TOO_LONG: Final = 1.2

# The part of its last page that a slice leaves free, in case its rows lie denser than expected:
# when it is split by an estimate, and when its rows are counted.
_SPARE: Final = 0.2
_SPARE_WHEN_COUNTED: Final = 0.05

# A page counts as full from this part on.
_NEARLY_FULL: Final = 0.9

# The weight of the latest page in the average size of pages.
_WEIGHT: Final = 0.2

# More requests at once than the budget strictly needs, as a factor and as a constant.
_MARGIN: Final = 1.05
_HEADROOM: Final = 0.2


@dataclass(frozen=True, slots=True)
class DeliveredRows:
    """The rows of one answer that were not delivered before.

    Attributes:
        rows: In order of time.
        reached: All rows before this time (milliseconds since 1970) have been delivered, this
            batch included; None where that is not known.
        size: Size of the response, in bytes.
    """

    rows: list[Row]
    reached: int | None
    size: int = 0


@dataclass(eq=False, slots=True)
class Slice:
    """A part of the window, and those of its rows that wait to be delivered.

    Attributes:
        keyset: Reads it.
        batches: What waits.
        is_asked: Whether a query is under way.
        is_new: Whether no answer has come yet, so that its count is an estimate.
    """

    keyset: Keyset
    batches: deque[DeliveredRows] = field(default_factory=deque)
    is_asked: bool = False
    is_new: bool = True

    @property
    def is_read(self) -> bool:
        """Whether there is nothing left to ask."""
        return self.keyset.query is None and not self.is_asked

    @property
    def size(self) -> int:
        """How many bytes wait."""
        return sum(batch.size for batch in self.batches)


def useful_parallelism(latency: float, rate: float) -> int:
    """How many queries at once use a budget up; more would only fill the memory.

    Args:
        latency: Seconds that an answer takes.
        rate: Queries a second that the budget allows.
    """
    return math.ceil(latency * rate * _MARGIN + _HEADROOM)


class Schedule:
    """Decides which query comes next, and which rows may be delivered. Does no I/O.

    Args:
        window: What to read.
        name: Name of the stream, for errors.
        page_size: Rows on a page.
        lookahead: The most bytes that may wait to be delivered.
        is_sorted: Whether the server sorts these rows by time, as far as is known.
        is_splittable: Whether ties can be split by `createdAt`.

    Attributes:
        waiting: Bytes that wait to be delivered.
        shortfalls: Parts of the window that gave fewer rows than they count.
        unproven: Parts of the window whose rows no count proves complete.
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
        """Whether everything was read and delivered."""
        return not self._slices

    @property
    def is_due(self) -> bool:
        """Whether there are rows that can be delivered now."""
        return bool(self._slices) and bool(self._slices[0].batches)

    def next_query(self, parallel: int) -> tuple[Slice, SearchQuery] | None:
        """The next query and the slice that it is for; None if an answer must come first.

        Args:
            parallel: How many queries it is useful to have under way at once.
        """
        asked = sum(part.is_asked for part in self._slices)
        if asked >= parallel:
            return None
        unread = [part for part in self._slices if not part.is_read]
        part = next((part for part in unread if not part.is_asked), None)
        if part is None:
            return None
        # The rows of all other slices wait for the first one, so it always goes on.
        has_room = self.waiting + asked * self._page_bytes < self._lookahead
        if not has_room and part is not unread[0]:
            return None
        self._resize(part, parallel)
        query = part.keyset.query
        if query is None:
            return None
        part.is_asked = True
        return part, query

    def learn(self, part: Slice, page: SearchPage) -> None:
        """Take the answer to a query.

        Raises:
            IncompleteError: The search does not return all rows of a tie.
        """
        keyset = part.keyset
        is_surprise = part.is_new and keyset.remaining and not page.rows
        rows = keyset.learn(page)
        if rows:
            part.batches.append(DeliveredRows(rows, keyset.reached, page.size))
            self.waiting += page.size
        if page.is_full and page.rows:
            self._page_rows = len(page.rows)
            change = page.size - self._page_bytes
            self._page_bytes += change * _WEIGHT if self._page_bytes else change
        self._is_sorted = self._is_sorted and keyset.is_sorted
        if part.is_new:
            self._is_predictable = not is_surprise
        part.is_asked = part.is_new = False

    def deliver(self) -> Iterator[DeliveredRows]:
        """Yield the rows that can be delivered now, in order of time."""
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

    def _resize(self, part: Slice, parallel: int) -> None:
        """Split a slice that is too long, or move its end so that its last page is nearly full."""
        keyset = part.keyset
        if not keyset.can_shorten or not keyset.remaining:
            return
        if part.is_new and not self._is_predictable:
            return  # The latest slice was unexpectedly empty. Let this one be counted first.
        pages = keyset.remaining / self._page_rows
        target = self._target_length(part, parallel)
        if keyset.is_count_capped:
            # Its length is not known: halve it until a count can prove its rows.
            self._split(part, min(pages / 2, target))
        elif pages > _TOO_LONG * target:
            self._split(part, max(round(target), 1) - _SPARE)
        elif not part.is_new and pages > 1 and pages % 1 <= _NEARLY_FULL and self._next_new(part):
            self._split(part, int(pages) - _SPARE_WHEN_COUNTED)

    def _target_length(self, part: Slice, parallel: int) -> float:
        """How many pages a slice should have at most.

        Never so many rows that the server may have stopped counting them. While it is read, the
        rows of the slices behind it wait, and they must fit into the memory; queries that are now
        under way before it will be followed by queries behind it. If there are not enough slices
        left for all queries at once, now or soon, a fair share of all remaining pages is enough.
        """
        longest = (COUNT_CAP - 1) / self._page_rows
        if parallel > 1:
            place = self._slices.index(part)
            behind = sum(later.size for later in islice(self._slices, place + 1, None))
            queries_behind = parallel - 1 - min(place, parallel - 1) / 2
            fitting = (self._lookahead - behind) / max(self._page_bytes, 1.0) / queries_behind
            longest = min(longest, max(fitting, _SHORTEST_SLICE))
        left = [other.keyset.remaining / self._page_rows for other in self._slices]
        if sum(pages > _NEARLY_READ for pages in left) < parallel:
            longest = min(longest, sum(left) / parallel)
        return max(longest, 1.0)

    def _split(self, part: Slice, pages: float) -> None:
        """Leave a slice about so many pages, and give the rest to the slice behind it."""
        keyset = part.keyset
        rows = max(int(pages * self._page_rows), 1)
        rest_rows = keyset.remaining - rows
        span = (keyset.end - keyset.cursor) * rows // keyset.remaining
        end = min(max(keyset.cursor + span, keyset.cursor + 1), keyset.end - 1)
        following = self._next_new(part)
        if following is None:
            rest = self._keyset(Window(end + 1, keyset.end))
            self._slices.insert(self._slices.index(part) + 1, Slice(rest))
        else:
            rest_rows += following.keyset.remaining
            rest = following.keyset = self._keyset(Window(end + 1, following.keyset.end))
        rest.expect(rest_rows)
        keyset.shorten(end)
        keyset.expect(rows)

    def _next_new(self, part: Slice) -> Slice | None:
        """The slice behind another one, if no query was sent for it: its start can be moved."""
        following = next(islice(self._slices, self._slices.index(part) + 1, None), None)
        return following if following and following.is_new and not following.is_asked else None

    def _keyset(self, window: Window) -> Keyset:
        return Keyset(
            window, self._name, is_sorted=self._is_sorted, is_splittable=self._is_splittable
        )
