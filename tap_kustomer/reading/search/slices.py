"""Splits a window into slices that are read at once, and delivers their rows in order of time.

A slice is a closed window of its own, with a keyset of its own. No query is sent just to find out
where to split: every response counts the rows that its slice has left. Each slice wastes at most a
part of its last page. So slices are as long as the memory for rows that are read ahead allows, and
are kept below 10,000 rows, so that their count is exact. A slice is split or resized right before a
query is sent for it. Until the next slice is queried, the boundary between the two can move so that
the last page is nearly full.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final

from tap_kustomer.reading.pages import Window
from tap_kustomer.reading.search.keyset import Keyset
from tap_kustomer.reading.search.query import COUNT_LIMIT

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

# The part of its last page that a slice leaves free when it is split by an estimate: its rows may
# lie denser than expected.
_SPARE: Final = 0.2

# The same for a slice whose rows are counted: only how they are spread is an estimate.
_SPARE_WHEN_COUNTED: Final = 0.05

# A page counts as full from this part on.
_NEARLY_FULL: Final = 0.9

# The weight of the latest page in the average size of pages.
_WEIGHT: Final = 0.2

# More requests at once than the budget strictly needs, as a factor and as a constant.
_MARGIN: Final = 1.05
_HEADROOM: Final = 0.2


@dataclass(frozen=True, slots=True)
class NewRows:
    """The rows of one response that no earlier response had.

    Attributes:
        rows: In order of time.
        reached: As `Page.reached`, once these rows are delivered.
        byte_count: Size of the response.
    """

    rows: list[Row]
    reached: int | None
    byte_count: int = 0


@dataclass(eq=False, slots=True)
class Slice:
    """A part of the window, and those of its rows that wait to be delivered.

    Attributes:
        keyset: Reads it.
        waiting: The new rows of each response that wait.
        is_asked: Whether a query is under way.
        is_new: Whether no response has come yet, so that its count is an estimate.
    """

    keyset: Keyset
    waiting: deque[NewRows] = field(default_factory=deque)
    is_asked: bool = False
    is_new: bool = True

    @property
    def is_read(self) -> bool:
        """Whether there is nothing left to ask."""
        return self.keyset.query is None and not self.is_asked

    @property
    def waiting_bytes(self) -> int:
        """How many bytes wait."""
        return sum(batch.byte_count for batch in self.waiting)


def useful_parallelism(latency: float, rate: float) -> int:
    """How many queries at once use a budget up; more would only fill the memory.

    Args:
        latency: Seconds that a response takes.
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
        waiting_bytes: Bytes that wait to be delivered.
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
        self.waiting_bytes = 0
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
        return bool(self._slices) and bool(self._slices[0].waiting)

    def next_query(self, parallel: int) -> tuple[Slice, SearchQuery] | None:
        """The next query and the slice that it is for; None if a response must come first.

        Args:
            parallel: How many queries it is useful to have under way at once.
        """
        asked = sum(slice_.is_asked for slice_ in self._slices)
        if asked >= parallel:
            return None
        unread = [slice_ for slice_ in self._slices if not slice_.is_read]
        slice_ = next((slice_ for slice_ in unread if not slice_.is_asked), None)
        if slice_ is None:
            return None
        # The rows of all other slices wait for the first one, so it always goes on.
        has_room = self.waiting_bytes + asked * self._page_bytes < self._lookahead
        if not has_room and slice_ is not unread[0]:
            return None
        self._resize(slice_, parallel)
        query = slice_.keyset.query
        if query is None:
            return None
        slice_.is_asked = True
        return slice_, query

    def learn(self, slice_: Slice, page: SearchPage) -> None:
        """Learn from the response to a query.

        Raises:
            IncompleteError: The search does not return all rows of a tie.
        """
        keyset = slice_.keyset
        is_surprise = slice_.is_new and keyset.remaining and not page.rows
        rows = keyset.learn(page)
        if rows:
            slice_.waiting.append(NewRows(rows, keyset.reached, page.byte_count))
            self.waiting_bytes += page.byte_count
        if page.is_full and page.rows:
            self._page_rows = len(page.rows)
            change = page.byte_count - self._page_bytes
            self._page_bytes += change * _WEIGHT if self._page_bytes else change
        self._is_sorted = self._is_sorted and keyset.is_sorted
        if slice_.is_new:
            self._is_predictable = not is_surprise
        slice_.is_asked = slice_.is_new = False

    def deliver(self) -> Iterator[NewRows]:
        """Yield the rows that can be delivered now, in order of time."""
        while self._slices:
            first = self._slices[0]
            while first.waiting:
                new = first.waiting.popleft()
                self.waiting_bytes -= new.byte_count
                yield new
            if not first.is_read:
                return
            if first.keyset.shortfall is not None:
                self.shortfalls.append(first.keyset.shortfall)
            if first.keyset.unproven is not None:
                self.unproven.append(first.keyset.unproven)
            self._slices.popleft()

    def _resize(self, slice_: Slice, parallel: int) -> None:
        """Split a slice that is too long, or move its end so that its last page is nearly full."""
        keyset = slice_.keyset
        if not keyset.can_shorten or not keyset.remaining:
            return
        if slice_.is_new and not self._is_predictable:
            return  # The latest slice was unexpectedly empty. Let this one be counted first.
        pages = keyset.remaining / self._page_rows
        target = self._target_length(slice_, parallel)
        if keyset.is_count_limited:
            # Its length is not known: halve it until a count can prove its rows.
            self._split(slice_, min(pages / 2, target))
        elif pages > _TOO_LONG * target:
            self._split(slice_, max(round(target), 1) - _SPARE)
        elif not slice_.is_new and self._next_new(slice_):
            self._end_on_full_page(slice_, pages)

    def _end_on_full_page(self, slice_: Slice, pages: float) -> None:
        """Move the end of a counted slice, unless its last page is nearly full already."""
        if pages > 1 and pages % 1 <= _NEARLY_FULL:
            self._split(slice_, int(pages) - _SPARE_WHEN_COUNTED)

    def _target_length(self, slice_: Slice, parallel: int) -> float:
        """How many pages a slice should have at most.

        Three bounds apply, and the shortest counts:

        * The server may stop counting at `COUNT_LIMIT`, so a slice has fewer rows than that.
        * While this slice is read, about `queries_behind` queries fetch later rows, which wait.
          Each adds one page per page of this slice. So the slice may have (free pages /
          `queries_behind`) pages.
        * If fewer slices than queries are left, each gets a fair share of all remaining pages.
        """
        longest = (COUNT_LIMIT - 1) / self._page_rows
        if parallel > 1:
            position = self._slices.index(slice_)
            behind = sum(later.waiting_bytes for later in islice(self._slices, position + 1, None))
            # All other queries, less those for earlier slices. These count half: as the earlier
            # slices end, their queries go on behind this one, on average half-way through it.
            queries_behind = parallel - 1 - min(position, parallel - 1) / 2
            fitting = (self._lookahead - behind) / max(self._page_bytes, 1.0) / queries_behind
            longest = min(longest, max(fitting, _SHORTEST_SLICE))
        left = [other.keyset.remaining / self._page_rows for other in self._slices]
        if sum(pages > _NEARLY_READ for pages in left) < parallel:
            longest = min(longest, sum(left) / parallel)
        return max(longest, 1.0)

    def _split(self, slice_: Slice, pages: float) -> None:
        """Leave a slice about so many pages, and give the rest to the slice behind it."""
        keyset = slice_.keyset
        rows = max(int(pages * self._page_rows), 1)
        rest_rows = keyset.remaining - rows
        span = (keyset.end - keyset.cursor) * rows // keyset.remaining
        end = min(max(keyset.cursor + span, keyset.cursor + 1), keyset.end - 1)
        following = self._next_new(slice_)
        if following is None:
            rest = self._keyset(Window(end + 1, keyset.end))
            self._slices.insert(self._slices.index(slice_) + 1, Slice(rest))
        else:
            rest_rows += following.keyset.remaining
            rest = following.keyset = self._keyset(Window(end + 1, following.keyset.end))
        rest.expect(rest_rows)
        keyset.shorten(end)
        keyset.expect(rows)

    def _next_new(self, slice_: Slice) -> Slice | None:
        """The slice behind another one, if no query was sent for it: its start can be moved."""
        following = next(islice(self._slices, self._slices.index(slice_) + 1, None), None)
        return following if following and following.is_new and not following.is_asked else None

    def _keyset(self, window: Window) -> Keyset:
        return Keyset(
            window, self._name, is_sorted=self._is_sorted, is_splittable=self._is_splittable
        )
