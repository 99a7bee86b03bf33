"""Reads by search: several requests at once, rows in order of time."""

from __future__ import annotations

import heapq
import logging
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import TYPE_CHECKING, Final

import msgspec

from tap_kustomer import times
from tap_kustomer.client.errors import MissingError, RefusedError
from tap_kustomer.nesting import encode
from tap_kustomer.reading.incomplete import IncompleteError
from tap_kustomer.reading.lists import read_list
from tap_kustomer.reading.pages import Page
from tap_kustomer.reading.search.client import SearchClient
from tap_kustomer.reading.search.dispatch import dispatch
from tap_kustomer.reading.search.query import ARCHIVE_PATH, PATH, Row, time_of
from tap_kustomer.reading.search.slices import Batch, Schedule, useful_parallelism
from tap_kustomer.reading.window import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tap_kustomer.reading.reader import Reader
    from tap_kustomer.reading.sources import Criterion, PagedList, Search
    from tap_kustomer.resource import Resource

# The search forgets rows that were not updated for two years. When exactly a row moves to the
# archive is not documented, so both are read for some days before and after the edge.
_TWO_YEARS: Final = 730 * times.DAY
_OVERLAP: Final = 3 * times.DAY

# Rows on a page that is put together here.
_PAGE_ROWS: Final = 500

logger = logging.getLogger(__name__)


def read_search(
    reader: Reader,
    source: Search,
    window: Window,
    name: str,
    in_turn: Callable[[], bool],
) -> Iterator[Page]:
    """Every row whose time lies in the window, oldest first, page by page.

    Requests are only sent while the caller asks for rows.

    Args:
        reader: Has the session, the workers, and the bounds for both.
        source: What to search for.
        window: From when to when. Its end lies before now by more than the index lags.
        name: Of the stream, for errors and the log.
        in_turn: Whether the rows are waited for. While they are not, one request at a time is
            sent, and nothing is read ahead.

    Raises:
        RequestError: The search can't be asked.
        AccessError: A role is missing, be it for the archive alone.
        IncompleteError: The search does not give all rows of one time, or counts are strict
            and rows don't come.
    """
    reading = _SearchExtraction(reader, source, window, name, in_turn)
    for batch in reading.batches():
        yield Page(map(Row.resource, batch.rows), batch.reached)


@dataclass(frozen=True, slots=True)
class _SearchExtraction:
    """One reading of a source, by search or by what stands in for it."""

    reader: Reader
    source: Search
    window: Window
    name: str
    in_turn: Callable[[], bool]

    @property
    def edge(self) -> int:
        """Rows that were not updated since are archived, in milliseconds since 1970."""
        return self.reader.now - _TWO_YEARS

    def batches(self) -> Iterator[Batch]:
        """By the first criterion that the search knows; else from the list.

        Raises:
            RefusedError: The search knows none of them, and there is no list.
        """
        refusals: list[RefusedError] = []
        for criterion in self.source.times:
            if refusals:
                logger.info("%s: searched by %s: %s", self.name, criterion.name, refusals[-1])
            batches = self._of_all_ages(criterion)
            try:
                first = next(batches, None)
            except RefusedError as error:
                refusals.append(error)
                continue
            if first is not None:
                yield first
                yield from batches
            return
        if self.source.fallback is None:
            raise refusals[-1]
        path = self.source.fallback.path
        logger.warning("%s: %s is read instead, whole: %s", self.name, path, refusals[-1])
        yield from self._of_list(self.source.fallback)

    def _of_all_ages(self, criterion: Criterion) -> Iterator[Batch]:
        if self.window.start < self.edge and self.source.archived:
            yield from self._of_both_searches(criterion)
            return
        if self.window.start < self.edge:
            logger.info(
                "%s: Kustomer has no archive of them; those not updated since %s can't be read",
                self.name,
                times.to_text(self.edge),
            )
        yield from self._of_window(criterion, PATH, self.window, self.in_turn)

    def _of_both_searches(self, criterion: Criterion) -> Iterator[Batch]:
        """The archive first; what the search has of its last days is mixed in.

        Raises:
            IncompleteError: All that the search has was given, but there is no archive.
        """
        is_old_read = False
        missing: MissingError | None = None

        def old() -> Iterator[Batch]:
            nonlocal is_old_read, missing
            window = Window(self.window.start, min(self.window.end, self.edge + _OVERLAP))
            try:
                yield from self._of_window(criterion, ARCHIVE_PATH, window, self.in_turn)
            except MissingError as error:
                missing = error
            is_old_read = True

        # The two share the room for what is read ahead: the archive has it first.
        new = self._of_window(
            criterion,
            PATH,
            Window(max(self.window.start, self.edge - _OVERLAP), self.window.end),
            in_turn=lambda: is_old_read and self.in_turn(),
        )
        for batch in _merge(old(), new):
            # A run that goes on from here would never ask the archive again.
            yield batch if missing is None else replace(batch, reached=None)
        if missing is not None:
            raise IncompleteError(
                f"{self.name}: what was not updated since {times.to_text(self.edge)} is missing, "
                f"as the archive can't be read: {missing}. To do without, set start_date to a "
                "later time"
            )

    def _of_window(
        self, criterion: Criterion, path: str, window: Window, in_turn: Callable[[], bool]
    ) -> Iterator[Batch]:
        reader = self.reader
        index = SearchClient(
            reader.session, self.source, criterion, path=path, page_size=reader.page_size
        )
        schedule = Schedule(
            window,
            self.name,
            page_size=reader.page_size,
            lookahead=reader.lookahead,
            is_sorted=criterion.attribute is not None,
            is_splittable=criterion.attribute != "createdAt",
        )
        batches = dispatch(
            schedule,
            index.ask,
            reader.workers,
            parallel=self._useful_parallelism,
            in_turn=in_turn,
        )
        for batch in batches:
            self._note(schedule, criterion)
            yield batch
        self._note(schedule, criterion)

    def _useful_parallelism(self) -> int:
        """Requests at once that use the budget up, given how long the answers take."""
        session = self.reader.session
        return min(
            useful_parallelism(session.latency, session.limiter.search.rate), self.reader.parallel
        )

    def _note(self, schedule: Schedule, criterion: Criterion) -> None:
        while schedule.unproven:
            self.reader.report(schedule.unproven.pop(0))
        while schedule.shortfalls:
            shortfall = schedule.shortfalls.pop(0)
            self.reader.report(shortfall)
            window = shortfall.window
            message = (
                f"{self.name}: of {shortfall.expected} rows with {criterion.name} from "
                f"{times.to_text(window.start)} to {times.to_text(window.end)}, "
                f"{shortfall.delivered} came, however often they were asked for"
            )
            if self.reader.strict:
                raise IncompleteError(message, since=window.start)
            logger.warning(message)

    def _of_list(self, source: PagedList) -> Iterator[Batch]:
        """The rows of a list up to the window's end, sorted here.

        Those from before the window too: one that slips through while the list moves would else be
        too old for every later run.
        """
        reader = self.reader
        attribute = self.source.times[0].attribute or "updatedAt"
        earliest, end = reader.earliest, self.window.end
        rows: list[Row] = []
        incomplete: IncompleteError | None = None
        try:
            for page in read_list(reader.session, reader.workers, source, reader.page_size):
                found = (_row(resource, attribute, earliest) for resource in page.resources)
                rows += (row for row in found if earliest <= row.time <= end)
        except IncompleteError as error:
            incomplete = error
        rows.sort(key=time_of)
        yield from _batches(rows)
        if incomplete is not None:
            raise IncompleteError(str(incomplete), since=self.window.start)


def _row(resource: Resource, attribute: str, otherwise: int) -> Row:
    try:
        time = times.to_milliseconds(resource["attributes"][attribute])
    except (KeyError, TypeError, ValueError):
        # What does not say when it was updated belongs to every window.
        time = otherwise
    raw = msgspec.Raw(encode(resource))
    return Row(id=str(resource.get("id")), time=time, created=None, raw=raw)


def _merge(*sources: Iterable[Batch]) -> Iterator[Batch]:
    """Rows of several sources in order of time; those that two of them have, once."""
    streams = (chain.from_iterable(batch.rows for batch in batches) for batches in sources)
    yield from _batches(_without_repetitions(heapq.merge(*streams, key=time_of)))


def _batches(rows: Iterable[Row]) -> Iterator[Batch]:
    rows = iter(rows)
    while some := list(islice(rows, _PAGE_ROWS)):
        yield Batch(some, reached=some[-1].time)


def _without_repetitions(rows: Iterable[Row]) -> Iterator[Row]:
    time: int | None = None
    seen: set[str] = set()
    for row in rows:
        if row.time != time:
            time, seen = row.time, set()
        if row.id not in seen:
            seen.add(row.id)
            yield row
