"""Readings are opened side by side and written one after the other."""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final

from tap_kustomer.client.errors import (
    AccessError,
    DeadKeyError,
    GaveUpError,
    MissingError,
    OversizedError,
    RedirectError,
    RefusedError,
    RequestError,
    WrongAnswerError,
)
from tap_kustomer.errors import TapKustomerError
from tap_kustomer.reading.children import NoneFoundError
from tap_kustomer.reading.pages import IncompleteError, Unproven, Window
from tap_kustomer.reading.prefetch import Prefetch
from tap_kustomer.reading.sources import is_searched, is_windowed, reading_order, root_of
from tap_kustomer.reporting.outcome import Outcome
from tap_kustomer.streams.roles import SEARCH_ROLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tap_kustomer.reading.pages import Page, Shortfall
    from tap_kustomer.resource import Resource
    from tap_kustomer.shaping.records import Record
    from tap_kustomer.singer.stream import TapStream
    from tap_kustomer.sync.run import Run

# How many readings are open at once: each has asked for its first rows.
_OPEN_AT_ONCE: Final = 32

# After how many rows a STATE is due; with batches, after a file's worth.
_RECORDS_A_STATE: Final = 1_000

# What is known of a reading until its end.
_CUT_SHORT: Final = "Cut short, as the run ended"

# Errors that may concern one table alone.
_OF_ONE_TABLE: Final = (
    MissingError,
    RefusedError,
    OversizedError,
    WrongAnswerError,
    RedirectError,
    GaveUpError,
)


class Extraction:
    """One reading of a source, and the tables that its rows go to.

    Args:
        run: What all readings of this run share.
        tables: Those that are made of this source's rows. The first one speaks for them all.

    Attributes:
        lead: The table that names the reading in logs and errors.
    """

    def __init__(self, run: Run, tables: Sequence[TapStream]) -> None:
        self.lead = tables[0]
        self._run = run
        self._tables = tables
        self._by_type: dict[str, list[TapStream]] = {}
        self._ahead: Prefetch | None = None
        self._reader = run.reader(self._note_count)
        self._missing = 0
        self._is_unproven = False
        self._left_out = ""
        self._incomplete: IncompleteError | None = None
        self._was_read = False

    def open(self, before_waiting: Callable[[], None]) -> None:
        """Begin to read, without writing anything yet."""
        # Found out here: it depends on the state, which belongs to the thread that writes.
        self._ahead = Prefetch(
            partial(self._read, self._window),
            before_waiting=before_waiting,
            stop_if_asked=self._run.stop_if_asked,
        )

    def write(self, write_state: Callable[[], None]) -> None:
        """Write all that is read.

        Args:
            write_state: Writes a STATE; called when one is due.

        Raises:
            TapKustomerError: The run can't go on.
        """
        assert self._ahead is not None, "it is opened first"  # noqa: S101
        for table in self._tables:
            table.begin(self._window)
        self._run.progress.begin(
            self.lead.name, self._window.end if is_windowed(self.lead.source) else None
        )
        began = self._run.clock.monotonic()
        self._left_out = _CUT_SHORT
        self._was_read = any(table.was_read for table in self._tables)
        try:
            with self._leaving_out():
                self._write_pages(self._ahead, write_state)
                for table in self._tables:
                    if table.is_incremental:
                        table.advance_bookmark(self._run.until)
                    table.finish(is_complete=not self._missing)
                self._left_out = ""
            if self._left_out:
                self._keep_what_came()
        finally:
            self._report(self._run.clock.monotonic() - began)
        write_state()

    def _keep_what_came(self) -> None:
        """End the tables of a reading that has not come to its own end."""
        for table in self._tables:
            if self._incomplete is None:
                table.write_batch()
            else:
                if self._incomplete.since is not None:
                    table.cap_bookmark(self._incomplete.since)
                table.finish(is_complete=False)

    def sample(self) -> list[Resource] | None:
        """A few resources, at the lowest price; None where there is nothing to ask by.

        Raises:
            RequestError: They can't be read.
        """
        window = self._window
        window = Window(min(window.start, window.end), window.end)
        return self._reader.peek(self.lead.source, window, self.lead.name)

    def records(self) -> Iterator[Record]:
        """The records of the first table alone, without writing anything.

        Raises:
            TapKustomerError: They can't be read to the end.
        """
        with self._leaving_out():
            for page in self._read(self._window, lambda: True):
                for resource in page.resources:
                    if self.lead in self._takers(resource.get("type")):
                        yield from self.lead.shape_rows(resource)
                self._run.stop_if_asked()
        if self.lead.name in self._run.failed:
            raise TapKustomerError(self._run.failed[self.lead.name])

    @property
    def others(self) -> int:
        """How many tables are made of the same rows as the first one."""
        return len(self._tables) - 1

    @property
    def _window(self) -> Window:
        return Window(min(table.start for table in self._tables), self._run.until)

    def _read(self, window: Window, is_consumed: Callable[[], bool]) -> Iterator[Page]:
        if window.start > window.end and is_windowed(self.lead.source):
            return
        yield from self._reader.read(
            self.lead.source, window, self.lead.name, is_consumed=is_consumed
        )

    def _write_pages(self, pages: Iterable[Page], write_state: Callable[[], None]) -> None:
        batches = self._run.settings.batches
        due = _RECORDS_A_STATE if batches is None else batches.batch_size
        written = 0
        for page in pages:
            count = self._write_page(page)
            written += count
            self._run.progress.wrote(sum(table.rows for table in self._tables), page.reached)
            # The next page may be as large, and a file holds no more.
            if written + count > due:
                written = 0
                # The state speaks of all tables, so their files are ended together.
                for table in self._tables:
                    table.write_batch()
                write_state()
            # Between two pages the state speaks of exactly what was written.
            self._run.stop_if_asked()

    def _write_page(self, page: Page) -> int:
        for table in self._tables:
            table.begin_page()
        count = 0
        try:
            for resource in page.resources:
                for table in self._takers(resource.get("type")):
                    table.write_resource(resource)
                count += 1
        except BaseException:
            # Told to end while a reader pauses: rows of such a page come in order.
            if page.reached is not None:
                for table in self._tables:
                    table.flush_partial()
            raise
        if page.reached is not None:
            for table in self._tables:
                table.advance_bookmark(page.reached)
        return count

    def _takers(self, resource_type: str | None) -> list[TapStream]:
        """The tables that resources of this type go to."""
        key = str(resource_type)
        if key not in self._by_type:
            self._by_type[key] = [
                table for table in self._tables if not table.types or key in table.types
            ]
        return self._by_type[key]

    @property
    def _was_begun(self) -> bool:
        """Whether the tables were read before, or in part just now."""
        return self._was_read or any(table.rows for table in self._tables)

    @contextmanager
    def _leaving_out(self) -> Iterator[None]:
        """Take an error for a reason to leave out the tables, or the rest of them.

        Raises:
            TapKustomerError: Other tables can't be read either.
        """
        try:
            yield
        except DeadKeyError:
            raise
        except AccessError as error:
            # The key is good, so what it lacks is a role.
            self._run.check_key()
            self._leave_out(explain_refusal(self.lead, error), is_fault=self._was_begun)
        except NoneFoundError as error:
            # They may all have been deleted: asked about again, with others, they hold up nobody.
            self._leave_out(str(error), is_fault=False)
        except _OF_ONE_TABLE as error:
            if isinstance(error, GaveUpError | RedirectError):
                self._make_sure_that_others_answer(error)
            if self._was_begun or not is_absent(self.lead, error):
                self._leave_out(str(error), is_fault=True)
            else:
                self._leave_out(f"this organisation does not have it: {error}", is_fault=False)
        except IncompleteError as error:
            self._accept(error)

    def _make_sure_that_others_answer(self, error: RequestError) -> None:
        """Find out whether it is this table alone that can't be read.

        Raises:
            RequestError: Kustomer can't be asked at all, or does not know the key any more.
        """
        try:
            self._run.check_key()
        except DeadKeyError:
            raise
        except RequestError:
            raise error from None

    def _leave_out(self, reason: str, *, is_fault: bool) -> None:
        """Go on without the tables, or without the rest of them.

        Args:
            reason: Why they can't be read.
            is_fault: Whether they should be there, so that the run has failed in the end.
        """
        self._left_out = f"Left out: {reason}"
        self.lead.logger.warning(self._left_out)
        if is_fault:
            self._run.failed[self.lead.name] = reason

    def _accept(self, error: IncompleteError) -> None:
        """Note that rows are missing. In a list, that is no fault by default."""
        self._incomplete = error
        self._left_out = f"Incomplete: {error}"
        self.lead.logger.warning(self._left_out)
        if is_searched(root_of(self.lead.source)) or self._run.settings.strict_counts:
            self._run.failed[self.lead.name] = str(error)

    def _note_count(self, count: Shortfall | Unproven) -> None:
        if isinstance(count, Unproven):
            self._is_unproven = True
        else:
            self._missing += count.expected - count.delivered

    def _report(self, seconds: float) -> None:
        """Log what came of each table, and note it for the summary."""
        for table in self._tables:
            is_lead = table is self.lead
            outcome = Outcome(
                stream=table.name,
                rows=table.rows,
                came_with="" if is_lead else self.lead.name,
                requests=self._reader.session.requests if is_lead else 0,
                seconds=round(seconds, 1) if is_lead else 0.0,
                missing=self._missing if is_lead else 0,
                is_unproven=self._is_unproven and is_lead,
                left_out=self._left_out,
                bookmark=table.bookmark,
            )
            self._run.outcomes.append(outcome)
            table.report(outcome)


def explain_refusal(table: TapStream, error: AccessError) -> str:
    """What a key that is good lacks to read a table, and what came."""
    roles = ", ".join(table.roles)
    if is_searched(table.source):
        roles = f"{roles} or, to search, none of {', '.join(SEARCH_ROLES)}"
    if not roles:
        return f"the API key may not read it: {error}"
    return f"the API key has none of the roles {roles}: {error}"


def is_absent(table: TapStream, error: RequestError) -> bool:
    """Whether an error shows that an organisation does not have a table.

    What nobody has confirmed may be absent in any way.
    """
    if not table.documented:
        return True
    return isinstance(error, MissingError) and not is_searched(table.source)


def in_order(readings: Iterable[Extraction]) -> list[Extraction]:
    """Readings in the order in which they are written: what is quick to read comes first."""
    return sorted(readings, key=lambda reading: reading_order(reading.lead.source))


def write_all(
    opening: Iterable[Extraction],
    *,
    write_state: Callable[[], None],
    before_waiting: Callable[[], None],
) -> None:
    """Write all readings in turn, while those behind have asked for their first rows already.

    Args:
        opening: In the order in which they are written.
        write_state: Writes a STATE.
        before_waiting: Called when nothing is there to be written.

    Raises:
        TapKustomerError: The run can't go on.
    """
    waiting = deque(opening)
    opened: deque[Extraction] = deque()
    while waiting or opened:
        while waiting and len(opened) < _OPEN_AT_ONCE:
            opened.append(waiting.popleft())
            opened[-1].open(before_waiting)
        opened.popleft().write(write_state)
