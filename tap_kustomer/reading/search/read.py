"""Reads one source by search: by the first criterion that is accepted, and from the archive too.

If the search refuses every criterion of a source, lists with the same rows are read instead. If it
accepts one that not all rows have, such as the end of the work, the list gives the others.
"""

from __future__ import annotations

import heapq
import logging
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, filterfalse, islice
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

import msgspec

from tap_kustomer import times
from tap_kustomer.client.errors import AccessError, MissingError, RefusedError
from tap_kustomer.nesting import encode_sorted
from tap_kustomer.reading.pages import IncompleteError, Page, Window, chunked
from tap_kustomer.reading.search.client import SearchClient
from tap_kustomer.reading.search.dispatch import dispatch
from tap_kustomer.reading.search.query import ARCHIVE_PATH, PATH, Row, SearchQuery, time_of
from tap_kustomer.reading.search.slices import NewRows, Schedule, useful_parallelism
from tap_kustomer.resource import PARENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tap_kustomer.reading.context import ReadContext
    from tap_kustomer.reading.search.query import SearchPage
    from tap_kustomer.reading.sources import Criterion, LiveIds, PagedList, PerParent, Search
    from tap_kustomer.resource import Resource

    ReadList: TypeAlias = Callable[[PagedList | PerParent, Window], Iterator[Page]]

# The search drops rows that were not updated for two years. When exactly a row moves to the archive
# is not documented, so both are read for some days before and after that edge.
_TWO_YEARS: Final = 730 * times.DAY
_OVERLAP: Final = 3 * times.DAY

# Later than the end of any run, counted from its start, in milliseconds.
_FUTURE: Final = 7 * times.DAY

# Rows on a page that is put together here.
_PAGE_ROWS: Final = 500

T = TypeVar("T")

logger = logging.getLogger(__name__)


def read_search(  # noqa: PLR0913  # The list is read by a function that knows all sources.
    context: ReadContext,
    source: Search,
    window: Window,
    name: str,
    is_consumed: Callable[[], bool],
    *,
    read_list: ReadList,
) -> Iterator[Page]:
    """Yield every row whose time lies in the window, oldest first, page by page.

    Requests are only sent while the caller asks for pages.

    Args:
        context: The session, its workers, and the bounds for both.
        source: What to search for.
        window: The time range. Its end lies before now by more than the index lags behind.
        name: Name of the stream, for errors and the log.
        is_consumed: Whether a consumer takes the pages already. Until then, one request at a time
            is sent, and nothing is read ahead.
        read_list: Reads the source's list, within a window.

    Raises:
        RequestError: The search fails.
        AccessError: A role is missing.
        IncompleteError: The search does not return all rows of a tie; or fewer rows came than it
            counts, and counts are strict.
    """
    for new_rows in _SearchReader(context, source, window, name, is_consumed, read_list).read():
        yield Page(map(Row.resource, new_rows.rows), new_rows.reached)


def read_live_ids(  # noqa: PLR0913  # As `read_search`.
    context: ReadContext,
    source: LiveIds,
    window: Window,
    name: str,
    is_consumed: Callable[[], bool],
    *,
    read_list: ReadList,
) -> Iterator[Page]:
    """Yield the ids of all live rows, whenever they were updated.

    Raises:
        RequestError: The search fails.
        IncompleteError: Some ids did not come.
    """
    past = Window(0, window.end)
    # A row that is updated meanwhile moves into this window, out of the one before.
    recent = Window(window.end + 1, context.started + _FUTURE)
    for part in (past, recent):
        yield from read_search(context, source.search, part, name, is_consumed, read_list=read_list)


def peek_search(
    context: ReadContext, source: Search, window: Window, name: str, rows: int
) -> list[Resource]:
    """Ask for a few rows, by the first criterion that the search accepts.

    Raises:
        RefusedError: The search refuses every criterion.
        RequestError: The search fails.
    """
    query = SearchQuery(window, must_be_sorted=False)

    def first_page(criterion: Criterion) -> SearchPage:
        client = SearchClient(context.session, source, criterion, page_size=rows)
        return context.workers.call(partial(client.search, query))

    criteria = context.search_schema.ordered_criteria(context.session, context.workers, source)
    _, page = _first_accepted(name, criteria, first_page)
    return [row.resource() for row in page.rows]


def count_search(context: ReadContext, source: Search, window: Window) -> int | None:
    """Count the rows of a window with one request; None where the server gives no count.

    Raises:
        RequestError: The search fails.
    """
    client = SearchClient(context.session, source, source.effective_criteria[0], page_size=1)
    return context.workers.call(
        partial(client.search, SearchQuery(window, must_be_sorted=False))
    ).total


@dataclass(frozen=True, slots=True)
class _SearchReader:
    """Reads one source, by search or by the list that replaces it."""

    context: ReadContext
    source: Search
    window: Window
    name: str
    is_consumed: Callable[[], bool]
    read_list: ReadList

    @property
    def edge(self) -> int:
        """Rows that were not updated since this time are archived; milliseconds since 1970."""
        return self.context.started - _TWO_YEARS

    def read(self) -> Iterator[NewRows]:
        """Read by the first criterion that the search accepts; otherwise from the list.

        What that criterion does not find comes from the list, after the rows of the search.

        Raises:
            RefusedError: The search refuses every criterion, and there is no list.
        """
        context, fallback = self.context, self.source.fallback
        criteria = context.search_schema.ordered_criteria(
            context.session, context.workers, self.source
        )
        try:
            criterion, found = _first_accepted(
                self.name, criteria, lambda criterion: _start(self._search_by(criterion))
            )
        except RefusedError as error:
            if fallback is None:
                raise
            logger.warning("%s: all of %s is read instead: %s", self.name, fallback.path, error)
            found = self._read_list(fallback)
        else:
            if criterion.requires and fallback is not None:
                found = chain(found, self._read_others(fallback, criterion))
        yield from found

    def _search_by(self, criterion: Criterion) -> Iterator[NewRows]:
        if self.window.start < self.edge and self.source.archived:
            return self._search_with_archive(criterion)
        if self.window.start < self.edge:
            logger.info(
                "%s: there is no archive of these rows; those not updated since %s can't be read",
                self.name,
                times.to_text(self.edge),
            )
        return self._search_window(criterion, PATH, self.window, self.is_consumed)

    def _search_with_archive(self, criterion: Criterion) -> Iterator[NewRows]:
        """Read the archive and then the search; where they overlap, merge their rows.

        Raises:
            RefusedError: The search refuses the criterion.
            AccessError: The credential may not search.
            IncompleteError: All rows of the search were yielded, but there is no archive, it
                refuses every criterion, or the credential may not search it.
        """
        is_archive_read = False
        archive_error: AccessError | MissingError | RefusedError | None = None

        def archived() -> Iterator[NewRows]:
            nonlocal is_archive_read, archive_error
            try:
                yield from self._search_archive(criterion)
            except (AccessError, MissingError, RefusedError) as error:
                archive_error = error
            is_archive_read = True

        # Both share the room for rows that are read ahead: the archive has it first.
        recent = self._search_window(
            criterion,
            PATH,
            Window(max(self.window.start, self.edge - _OVERLAP), self.window.end),
            is_consumed=lambda: is_archive_read and self.is_consumed(),
        )
        for new_rows in _merge(archived(), recent):
            # Without the archive no bookmark may move: the next run would not ask it again.
            yield new_rows if archive_error is None else replace(new_rows, reached=None)
        if archive_error is not None:
            raise IncompleteError(
                f"{self.name}: what was not updated since {times.to_text(self.edge)} is missing, "
                f"as the archive can't be read: {archive_error}. To do without, set start_date to "
                "a later time"
            )

    def _search_archive(self, preferred: Criterion) -> Iterator[NewRows]:
        """Read the archive, by the criterion of the search if it accepts that.

        Raises:
            MissingError: There is no archive.
            RefusedError: It refuses every criterion on this time.
        """
        window = Window(self.window.start, min(self.window.end, self.edge + _OVERLAP))
        # Both are merged by time, so they must show the same one.
        others = (
            other
            for other in self.source.effective_criteria
            if other != preferred and other.attribute == preferred.attribute
        )
        _, found = _first_accepted(
            self.name,
            (preferred, *others),
            lambda criterion: _start(
                self._search_window(criterion, ARCHIVE_PATH, window, self.is_consumed)
            ),
        )
        yield from found

    def _search_window(
        self, criterion: Criterion, path: str, window: Window, is_consumed: Callable[[], bool]
    ) -> Iterator[NewRows]:
        context = self.context
        client = SearchClient(
            context.session, self.source, criterion, path=path, page_size=context.page_size
        )
        schedule = Schedule(
            window,
            self.name,
            page_size=context.page_size,
            lookahead=context.lookahead,
            is_sorted=criterion.attribute is not None,
            is_splittable=criterion.attribute != "createdAt",
        )
        found = dispatch(
            schedule,
            client.search,
            context.workers,
            parallelism=self._useful_parallelism,
            is_consumed=is_consumed,
        )
        for new_rows in found:
            self._report(schedule, criterion)
            yield new_rows
        self._report(schedule, criterion)

    def _useful_parallelism(self) -> int:
        """Enough requests at once to use the budget up, given how long responses take."""
        session = self.context.session
        return min(
            useful_parallelism(session.latency, session.limiter.search.rate),
            self.context.max_parallel,
        )

    def _report(self, schedule: Schedule, criterion: Criterion) -> None:
        """Report what the latest slices lack.

        Raises:
            IncompleteError: Rows are missing, and counts are strict.
        """
        while schedule.unproven:
            self.context.report(schedule.unproven.pop(0))
        while schedule.shortfalls:
            shortfall = schedule.shortfalls.pop(0)
            self.context.report(shortfall)
            window = shortfall.window
            message = (
                f"{self.name}: of {shortfall.expected} rows with {criterion.name} from "
                f"{times.to_text(window.start)} to {times.to_text(window.end)}, "
                f"only {shortfall.delivered} came"
            )
            if self.context.strict:
                raise IncompleteError(message, missing_from=window.start)
            logger.warning(message)

    def _read_others(
        self, source: PagedList | PerParent, criterion: Criterion
    ) -> Iterator[NewRows]:
        """Read from a list what the search does not find by a criterion.

        These rows move no bookmark: they lack the time that it counts, and every run lists them.

        Raises:
            IncompleteError: All that came was yielded, but the list counts more rows.
        """
        try:
            for new_rows in self._read_list(source, criterion):
                yield replace(new_rows, reached=None)
        except (AccessError, MissingError, RefusedError) as error:
            logger.warning(
                "%s: those that are still open are missing, as the search finds only rows with %s: "
                "%s",
                self.name,
                ".".join(criterion.requires),
                error,
            )

    def _read_list(
        self, source: PagedList | PerParent, searched: Criterion | None = None
    ) -> Iterator[NewRows]:
        """Read a list up to the end of the window, and sort it here.

        Rows from before the window are yielded too: a row that slipped through while the list
        changed would be too old for every later run.

        Args:
            source: The list, or one for each row of another list.
            searched: Leave out the rows that the search finds by this criterion.

        Raises:
            IncompleteError: All that came was yielded, but the list counts more rows.
        """
        attribute = self.source.effective_criteria[0].attribute or "updatedAt"
        earliest, end = self.context.earliest, self.window.end
        rows: list[Row] = []
        incomplete: IncompleteError | None = None
        try:
            for page in self.read_list(source, self.window):
                resources = page.resources
                if searched is not None:
                    resources = filterfalse(searched.finds, resources)
                found = (_row(_without_parent(each), attribute, earliest) for each in resources)
                rows += (row for row in found if earliest <= row.time <= end)
        except IncompleteError as error:
            incomplete = error
        rows.sort(key=time_of)
        yield from _as_new_rows(rows)
        if incomplete is not None:
            raise IncompleteError(str(incomplete), missing_from=self.window.start)


def _first_accepted(
    name: str, criteria: Iterable[Criterion], ask: Callable[[Criterion], T]
) -> tuple[Criterion, T]:
    """Ask by one criterion after another, until the search accepts one.

    Raises:
        RefusedError: It refuses all of them; this is the last refusal.
    """
    refusals: list[RefusedError] = []
    for criterion in criteria:
        if refusals:
            logger.info("%s: the next criterion is %s: %s", name, criterion.name, refusals[-1])
        try:
            return criterion, ask(criterion)
        except RefusedError as error:
            refusals.append(error)
    raise refusals[-1]


def _without_parent(resource: Resource) -> Resource:
    """A row as the search has it, without the link that reading has added."""
    return {key: value for key, value in resource.items() if key != PARENT}


def _row(resource: Resource, attribute: str, default: int) -> Row:
    """A row of a list, encoded again: the whole list waits to be sorted, and parsed rows are large.

    Args:
        resource: The row.
        attribute: Which of its attributes holds its time.
        default: The time of a row that has none.
    """
    try:
        time = times.to_milliseconds(resource["attributes"][attribute])
    except (KeyError, TypeError, ValueError):
        time = default
    raw = msgspec.Raw(encode_sorted(resource))
    return Row(id=str(resource.get("id")), time=time, created=None, raw=raw)


def _merge(*sources: Iterable[NewRows]) -> Iterator[NewRows]:
    """The rows of several sources in order of time, each row once."""
    rows = (chain.from_iterable(new_rows.rows for new_rows in source) for source in sources)
    yield from _as_new_rows(_distinct(heapq.merge(*rows, key=time_of)))


def _start(found: Iterator[NewRows]) -> Iterator[NewRows]:
    """Read the first rows now, so that a refusal is raised here; return an iterator of all rows.

    Raises:
        RefusedError: The first query is refused.
    """
    first = [*islice(found, 1)]
    return chain(first, found)


def _as_new_rows(rows: Iterable[Row]) -> Iterator[NewRows]:
    for page in chunked(rows, _PAGE_ROWS):
        yield NewRows(page, reached=page[-1].time)


def _distinct(rows: Iterable[Row]) -> Iterator[Row]:
    """Leave out rows that came before. As rows are sorted, the ids of one time are enough."""
    time: int | None = None
    seen: set[str] = set()
    for row in rows:
        if row.time != time:
            time, seen = row.time, set()
        if row.id not in seen:
            seen.add(row.id)
            yield row
