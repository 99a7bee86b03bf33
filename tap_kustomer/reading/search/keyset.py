"""Reads one closed window completely, by keyset.

The algorithm knows no network: it says which question to ask next and learns from the answer.

1. Ask for the window from the cursor on. Deliver what was not delivered yet.
2. A page that is not full is the last one: the window is read.
3. Else the cursor moves to the time of the last row, and the rows delivered at that very time are
   remembered, for they come again. A row that is updated meanwhile only moves forward, out of the
   window: it can hide nobody, as it would with page numbers.
4. When one time fills a page, the cursor can't move. That tie is read alone, page by page, until
   as many different ids were found as it has rows: the order inside may change from call to call,
   so positions prove nothing. Ties that are too large for the search's cap, or that are not whole
   after one pass, are split by `createdAt`, which may lie anywhere: before or after the tie's
   time, or in one millisecond for all its rows.

Where rows do not come in order, or don't show the time they are found by, the window is read in
parts that fit on a page.

The number of questions is bounded by the rows that are found, whatever their times of creation
are and whatever the search makes of them, and of rows only ids and times are kept.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from tap_kustomer import times
from tap_kustomer.reading.pages import IncompleteError, Shortfall, Unproven, Window
from tap_kustomer.reading.search.query import SearchQuery, Span

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from tap_kustomer.reading.search.query import Row, SearchPage

# "There is a hard limit of 100 for the maximum number of pages": the documentation of the search.
MOST_PAGES: Final = 100
# Others have met an end after 10,000 rows, and a total that stops counting there. A tie that is
# split below this size is read whole in either case.
MOST_ROWS: Final = 10_000

# How often a tie that can't be split is paged through.
_PASSES_AT_MOST: Final = 25

# How many questions a split tie may take for each page of its rows. Where rows do not show their
# creation, up to 48 halves are asked for before they come apart; a search that does not honour the
# criterion would be asked for smaller and smaller parts for ever.
_QUESTIONS_A_PAGE: Final = 100

# How often a window is read whose rows are fewer than its count.
_READINGS_AT_MOST: Final = 3

# What can be written as a time: the years 1 to 9999.
_EARLIEST: Final = times.to_milliseconds("0001-01-01")
_LATEST: Final = times.to_milliseconds("9999-12-31T23:59:59.999Z")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Tie:
    """Rows of one time, or those of them created in a span of time."""

    time: int
    created: Span | None = None

    @property
    def is_divisible(self) -> bool:
        """Whether it spans more than a millisecond of creation."""
        return self._start < self._end

    def query(self, page: int = 1) -> SearchQuery:
        # Within one time, no order is wrong.
        return SearchQuery(Window(self.time, self.time), self.created, page, sorted=False)

    def parts(self, seen: Iterable[int | None]) -> list[_Tie]:
        """Split it at the middle of the times of creation that were seen.

        That very millisecond is a part of its own, so that each part has fewer rows than the whole.
        Without any such time, the parts are halves of the span.
        """
        start, end = self._start, self._end
        inside = sorted(time for time in seen if time is not None and start <= time <= end)
        if inside:
            first = last = inside[len(inside) // 2]
        else:
            last = (start + end) // 2
            first = last + 1
        span = self.created or Span(None, None)
        spans = []
        if start < first:
            spans.append(Span(span.start, first - 1))
        if first == last:
            spans.append(Span(first, last))
        if last < end:
            spans.append(Span(last + 1, span.end))
        return [_Tie(self.time, one) for one in spans]

    @property
    def _start(self) -> int:
        start = self.created.start if self.created else None
        return _EARLIEST if start is None else start

    @property
    def _end(self) -> int:
        end = self.created.end if self.created else None
        return _LATEST if end is None else end


@dataclass(slots=True)
class _Found:
    """What paging through a tie has brought.

    Attributes:
        created: When each row was created, by id. Not the rows: those are held by the
            reader that waits for them, within its own bounds.
        total: How many there are, by the latest answer.
        page_rows: The most rows that came on a page.
        is_complete: Whether these are all of them.
        is_capped: Whether the search will not give the others, however often it is asked.
    """

    created: dict[str, int | None] = field(default_factory=dict)
    total: int | None = None
    page_rows: int = 1
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
    """A window that is being read: two verbs, `query` and `learn`.

    Args:
        window: What to read.
        name: Of the stream, for errors.
        is_sorted: False where the server is known not to sort these rows by time.
        is_splittable: Whether ties can be split by `createdAt`.

    Attributes:
        query: What to ask next; None when the window is read.
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
        self._is_counted = True
        self._asked = 0
        self._steps = self._read()
        self.query: SearchQuery | None = next(self._steps, None)

    def learn(self, answer: SearchPage) -> list[Row]:
        """Take the answer to `query`; give the rows in it that are new, in order of time.

        Raises:
            IncompleteError: Rows of one time can't be read whole.
        """
        self._fresh = []
        self._asked += 1
        try:
            self.query = self._steps.send(answer)
        except StopIteration:
            self.query = None
            self.remaining = 0
        return self._fresh

    def shorten(self, end: int) -> None:
        """Leave what is later than `end` to others. Only while `is_divisible`."""
        self.end = end
        self.remaining = 0
        if self.query is not None and self.query.window.end > end:
            self.query = replace(self.query, window=Window(self.cursor, end))
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
        """Whether the window can be shortened: the query is one for rows from the cursor on.

        Read again, it is not: whoever took over its end would deliver that once more.
        """
        return self._is_plain and not self._is_repeated and self.cursor < self.end

    @property
    def is_cut_off(self) -> bool:
        """Whether there may be more rows than the search has counted, as far as is known."""
        return self._count.expected is not None and may_be_cut_off(self._count.expected)

    @property
    def unproven(self) -> Unproven | None:
        """The window, if what the search counted can't prove that all its rows came."""
        return None if self._is_counted else Unproven(Window(self._count.start, self.end))

    def _read(self) -> Generator[SearchQuery, SearchPage, None]:
        for _ in range(_READINGS_AT_MOST):
            if self.is_sorted:
                yield from self._read_in_order()
            if not self.is_sorted:
                yield from self._read_in_parts()
            if self._count.is_complete():
                return
            # Rows may have moved forward, out of the window, since it was counted.
            answer = yield SearchQuery(Window(self._count.start, self.end), sorted=False)
            self._count.expected = answer.total
            if self._count.is_complete():
                self._note_count(answer.total)
                return
            self.cursor = self._count.start
            self._is_repeated = True
        self.shortfall = Shortfall(
            Window(self._count.start, self.end),
            expected=self._count.expected or 0,
            delivered=len(self._count.delivered),
        )

    def _read_in_order(self) -> Generator[SearchQuery, SearchPage, None]:
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
                break
            self.expect((answer.total or 0) - len(answer.rows))
            last = answer.rows[-1].time
            if last == self.cursor:
                yield from self._read_tie(last)
                last += 1
            self.cursor = last
        self._note_count(self._count.expected)

    def _read_in_parts(self) -> Generator[SearchQuery, SearchPage, None]:
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
                yield from self._read_tie(self.cursor)
            else:
                self._note_count(answer.total)
            self._deliver(answer)
            self.expect(self.remaining - len(answer.rows))
            self.cursor += length
            self.reached = self.cursor - 1
            if 2 * len(answer.rows) < page_rows:
                length *= 2

    def _ask_to(self, end: int) -> Generator[SearchQuery, SearchPage, SearchPage]:
        """Ask for all rows from the cursor on; the window may be shortened meanwhile."""
        self._is_plain = True
        answer = yield SearchQuery(Window(self.cursor, end), sorted=self.is_sorted)
        self._is_plain = False
        return answer

    def _deliver(self, answer: SearchPage) -> None:
        """Hand on the rows that were not delivered yet."""
        for row in answer.rows:
            self.reached = max(self.reached, row.time)
            if self._count.add(row):
                self._fresh.append(row)

    def _note_count(self, total: int | None) -> None:
        self._is_counted = self._is_counted and not may_be_cut_off(total)

    def _read_tie(self, time: int) -> Generator[SearchQuery, SearchPage, None]:
        """Read all rows of one time.

        Raises:
            IncompleteError: The search does not give them all.
        """
        tie, found = _Tie(time), _Found()
        if self._is_splittable:
            yield from self._page_through(tie, found, passes=1, most=MOST_ROWS)
            if not found.is_complete:
                yield from self._read_by_creation(tie, found)
        if not found.is_complete:
            yield from self._page_through(tie, found, passes=_PASSES_AT_MOST)
        if not found.is_complete:
            raise self._incomplete(tie, found)
        self._note_count(found.total)

    def _page_through(
        self, tie: _Tie, found: _Found, *, passes: int, most: int | None = None
    ) -> Generator[SearchQuery, SearchPage, None]:
        """Take what the pages of a tie have, until nothing is missing or the search gives no more.

        Args:
            tie: What to ask for.
            found: Takes it.
            passes: How often to begin with the first page.
            most: From how many rows on it is not worth trying.
        """
        found.is_capped = False
        for _ in range(passes):
            for page in range(1, MOST_PAGES + 1):
                answer = yield tie.query(page)
                if answer.refused:
                    found.is_capped = True
                    return
                self._take(answer, found)
                total = found.total or 0
                if page == 1 and not answer.full:
                    found.is_complete = True
                elif may_be_cut_off(found.total) or (most is not None and total >= most):
                    found.is_capped = True
                elif len(found.created) >= total:
                    found.is_complete = True
                if found.is_capped or found.is_complete:
                    return
                if not answer.full:
                    break

    def _take(self, answer: SearchPage, found: _Found) -> None:
        if answer.total != found.total:
            # Rows came or went: what was found before proves nothing about what is there.
            found.created, found.total = {}, answer.total
        self._deliver(answer)
        found.created.update((row.id, row.created_at) for row in answer.rows)
        found.page_rows = max(found.page_rows, len(answer.rows))

    def _read_by_creation(
        self, tie: _Tie, found: _Found
    ) -> Generator[SearchQuery, SearchPage, None]:
        """Read a tie in parts that are proven by themselves; what they brought goes to `found`.

        It is left incomplete where that can't be done.
        """
        logger.info(
            "%s: %s rows share %s: they are read by the time of their creation",
            self._name,
            _in_words(found.total),
            times.to_text(tie.time),
        )
        began = self._asked
        created: dict[str, int | None] = {}
        parts = [(part, found.total) for part in tie.parts(found.created.values())]
        while parts:
            pages = 1 + max(len(found.created), len(created)) // found.page_rows
            if self._asked - began > _QUESTIONS_A_PAGE * pages:
                return
            part, whole = parts.pop()
            of_part = _Found()
            if part.is_divisible:
                # One with as many rows as the whole is split again at once.
                most = MOST_ROWS if whole is None else min(whole, MOST_ROWS)
                yield from self._page_through(part, of_part, passes=1, most=most)
            else:
                yield from self._page_through(part, of_part, passes=_PASSES_AT_MOST)
            created |= of_part.created
            if of_part.is_complete:
                continue
            if of_part.is_capped and not of_part.created:
                self._is_splittable = False  # Not even its first page was answered.
                return
            if not part.is_divisible:
                return
            parts += [(one, of_part.total) for one in part.parts(of_part.created.values())]
        # Together the parts lack only the rows that do not say when they were created.
        self._take((yield tie.query()), found)
        found.created |= created
        found.is_complete = found.total is None or len(found.created) >= found.total

    def _incomplete(self, tie: _Tie, found: _Found) -> IncompleteError:
        delivered = sum(time == tie.time for time in self._count.delivered.values())
        return IncompleteError(
            f"{self._name}: {delivered} of {_in_words(found.total)} rows of "
            f"{times.to_text(tie.time)} could be read. Kustomer's search does not give the others, "
            "and without them no bookmark passes this time"
        )


def _shorter(length: int, page_rows: int, total: int | None) -> int:
    """The part of a stretch of time with so many rows that fits on a page with some to spare."""
    fitting = 3 * length * page_rows // (4 * total) if total else length
    return max(min(fitting, length // 2), 1)


def _in_words(total: int | None) -> str:
    if total is None:
        return "uncounted"
    return f"{total} or more" if may_be_cut_off(total) else str(total)


def may_be_cut_off(total: int | None) -> bool:
    """Whether there may be more rows than that: a count may be missing, or stop at 10,000."""
    return total is None or total == MOST_ROWS
