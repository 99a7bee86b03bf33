"""Reads a tie: rows that share one time, so many of them that they fill a page.

The cursor of a keyset can't move inside a tie, so a tie is read by itself:

1. Page through it until as many distinct ids came as the search counts. The order inside a tie may
   change from query to query, so a position proves nothing.
2. If it has too many rows for that, or is not complete after one pass, split it by `createdAt` into
   subties, and read each in the same way. Rows may be created at any time: before or after they
   were updated, or all in one millisecond.
3. If it can't be split, page through it again and again.

The number of queries is bounded by the rows found, whatever their times of creation are and
whatever the server returns. Of the rows, only ids and times of creation are kept.
"""

from __future__ import annotations

import logging
from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tap_kustomer import times
from tap_kustomer.reading.pages import Window
from tap_kustomer.reading.search.query import (
    COUNT_LIMIT,
    SearchPage,
    SearchQuery,
    Span,
    may_be_limited,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# A generator of queries, to which the response to each is sent.
Queries = Generator[SearchQuery, SearchPage, None]

# "There is a hard limit of 100 for the maximum number of pages"
# (https://developer.kustomer.com/api/core-resources/create-customer-search).
_MOST_PAGES: Final = 100

# How often a tie that can't be split is paged through.
_MOST_PASSES: Final = 25

# How many queries a split tie may take for each page of its rows. If rows do not show when they
# were created, it may take up to 48 halvings before they come apart. A search that ignores the
# criterion would be sent smaller and smaller subties for ever.
_QUERIES_PER_PAGE: Final = 100

# What can be written as a time: the years 1 to 9999.
_EARLIEST: Final = times.to_milliseconds("0001-01-01")
_LATEST: Final = times.to_milliseconds("9999-12-31T23:59:59.999Z")

logger = logging.getLogger(__name__)


class TieReader:
    """Reads one tie, without I/O.

    Args:
        time: The one time of its rows, in milliseconds since 1970.
        name: Name of the stream, for the log.
        deliver: Called with each page; passes on the rows that were not delivered before.
        is_splittable: Whether ties can be split by `createdAt`, as far as is known.

    Attributes:
        is_splittable: Whether ties can be split, as far as is known after this one.
    """

    def __init__(
        self,
        time: int,
        name: str,
        *,
        deliver: Callable[[SearchPage], None],
        is_splittable: bool,
    ) -> None:
        self.is_splittable = is_splittable
        self._tie = _Subtie(time)
        self._name = name
        self._deliver = deliver
        self._found = _Found()
        self._queries = 0

    @property
    def is_complete(self) -> bool:
        """Whether all rows of the tie came."""
        return self._found.is_complete

    @property
    def total(self) -> int | None:
        """How many rows the tie has by the latest count; None if the search gave no count."""
        return self._found.total

    def read(self) -> Queries:
        """Read all rows, if the search returns them at all."""
        tie, found = self._tie, self._found
        if self.is_splittable:
            yield from self._page_through(tie, found, passes=1, give_up_at=COUNT_LIMIT)
            if not found.is_complete:
                yield from self._read_by_creation()
        if not found.is_complete:
            yield from self._page_through(tie, found, passes=_MOST_PASSES)

    def _page_through(
        self, subtie: _Subtie, found: _Found, *, passes: int, give_up_at: int | None = None
    ) -> Queries:
        """Read page after page, until no row is missing or the search gives no more.

        Args:
            subtie: What to ask for.
            found: Collects what comes.
            passes: How often to start from the first page.
            give_up_at: Give up if the count reaches this.
        """
        found.is_cut_off = False
        for _ in range(passes):
            for number in range(1, _MOST_PAGES + 1):
                page = yield subtie.query(number)
                self._queries += 1
                if page.is_refused:
                    found.is_cut_off = True
                    return
                self._collect(page, found)
                total = found.total or 0
                if number == 1 and not page.is_full:
                    found.is_complete = True
                elif may_be_limited(found.total) or (
                    give_up_at is not None and total >= give_up_at
                ):
                    found.is_cut_off = True
                elif len(found.created_by_id) >= total:
                    found.is_complete = True
                if found.is_cut_off or found.is_complete:
                    return
                if not page.is_full:
                    break

    def _collect(self, page: SearchPage, found: _Found) -> None:
        if page.total != found.total:
            # Rows were added or removed: the ids found before no longer prove anything.
            found.created_by_id, found.total = {}, page.total
        self._deliver(page)
        found.created_by_id.update((row.id, row.created_at) for row in page.rows)
        found.page_rows = max(found.page_rows, len(page.rows))

    def _read_by_creation(self) -> Queries:
        """Read the tie in subties, each proven by its own count.

        Where that is not possible, the tie is left incomplete.
        """
        tie, found = self._tie, self._found
        logger.info(
            "%s: %s rows share %s: they are read by the time of their creation",
            self._name,
            describe_count(found.total),
            times.to_text(tie.time),
        )
        before = self._queries
        created: dict[str, int | None] = {}
        subties = [(subtie, found.total) for subtie in tie.split(found.created_by_id.values())]
        while subties:
            pages = 1 + max(len(found.created_by_id), len(created)) // found.page_rows
            if self._queries - before > _QUERIES_PER_PAGE * pages:
                return
            subtie, parent_total = subties.pop()
            part_found = _Found()
            if subtie.is_divisible:
                # A subtie with as many rows as its parent is split again at once.
                give_up_at = COUNT_LIMIT if parent_total is None else min(parent_total, COUNT_LIMIT)
                yield from self._page_through(subtie, part_found, passes=1, give_up_at=give_up_at)
            else:
                yield from self._page_through(subtie, part_found, passes=_MOST_PASSES)
            created |= part_found.created_by_id
            if part_found.is_complete:
                continue
            if part_found.is_cut_off and not part_found.created_by_id:
                self.is_splittable = False  # The search refuses to narrow rows by creation.
                return
            if not subtie.is_divisible:
                return
            subties += [
                (part, part_found.total) for part in subtie.split(part_found.created_by_id.values())
            ]
        # The subties can lack only rows without `createdAt`: ask once without that criterion.
        page = yield tie.query()
        self._queries += 1
        self._collect(page, found)
        found.created_by_id |= created
        found.is_complete = found.total is None or len(found.created_by_id) >= found.total


def describe_count(total: int | None) -> str:
    """Describe a count, which may be missing or too low."""
    if total is None:
        return "uncounted"
    return f"{total} or more" if may_be_limited(total) else str(total)


@dataclass(frozen=True, slots=True)
class _Subtie:
    """The rows of one time, or those of them that were created in a span of time."""

    time: int
    created: Span | None = None

    @property
    def is_divisible(self) -> bool:
        """Whether it spans more than one millisecond of creation."""
        return self._start < self._end

    def query(self, page: int = 1) -> SearchQuery:
        # All rows have the same time: they can't be out of order.
        return SearchQuery(Window(self.time, self.time), self.created, page, must_be_sorted=False)

    def split(self, seen: Iterable[int | None]) -> list[_Subtie]:
        """Split it at the median of the times of creation that were seen.

        That millisecond becomes a subtie of its own, so that each has fewer rows than the whole.
        Without any such time, split the span in half.
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
        return [_Subtie(self.time, one) for one in spans]

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
    """What paging through a tie or a subtie has found.

    Attributes:
        created_by_id: When each row was created. Rows are not kept here; the schedule bounds the
            rows in memory.
        total: How many rows there are, by the latest count.
        page_rows: The most rows that came on a page.
        is_complete: Whether all rows came.
        is_cut_off: Whether paging ended before the last row: the search refused, or counts so many
            rows that the tie is to be split.
    """

    created_by_id: dict[str, int | None] = field(default_factory=dict)
    total: int | None = None
    page_rows: int = 1
    is_complete: bool = False
    is_cut_off: bool = False
