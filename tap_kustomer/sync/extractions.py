"""Readings are opened side by side and written one after the other."""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final

from tap_kustomer.client.errors import (
    AccessError,
    MissingError,
    NoAnswerError,
    StreamError,
)
from tap_kustomer.errors import TapKustomerError
from tap_kustomer.reading.children import NoneFoundError
from tap_kustomer.reading.pages import IncompleteError, Unproven, Window
from tap_kustomer.reading.prefetch import Prefetch
from tap_kustomer.reading.sources import is_searched, is_windowed, root_of
from tap_kustomer.reporting.results import StreamResult
from tap_kustomer.reporting.summary import log_result
from tap_kustomer.streams.roles import SEARCH_ROLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tap_kustomer.reading.pages import Page, Shortfall
    from tap_kustomer.reading.sources import Source
    from tap_kustomer.reporting.progress import Progress
    from tap_kustomer.reporting.results import RunResults
    from tap_kustomer.resource import Resource
    from tap_kustomer.shaping.records import Record
    from tap_kustomer.singer.stream import TapStream
    from tap_kustomer.streams.definition import StreamDefinition
    from tap_kustomer.sync.context import Context, RunTimes

# How many readings are open at once: each has asked for its first rows.
_OPEN_AT_ONCE: Final = 32

# After how many rows a STATE is due; with batches, after a file's worth.
_RECORDS_A_STATE: Final = 1_000

# What is known of a reading until its end.
_CUT_SHORT: Final = "Cut short, as the run ended"


class Extraction:
    """One run over a source, and the streams that its rows go to.

    Args:
        context: What all streams of this run share.
        times: The points in time of this run.
        source: What is read.
        streams: Those that are made of this source's rows. The first one speaks for them all.

    Attributes:
        source: What is read.
        streams: Those that its rows go to.
        lead: The stream that names the extraction in logs and errors.
    """

    def __init__(
        self, context: Context, times: RunTimes, source: Source, streams: Sequence[TapStream]
    ) -> None:
        self.source = source
        self.lead = streams[0]
        self._context = context
        self._until = times.until
        self.streams = streams
        self._by_type: dict[str, list[TapStream]] = {}
        self._ahead: Prefetch | None = None
        self._reader = context.reader(times, self._note_count)
        self._missing = 0
        self._is_unproven = False
        self._left_out = ""
        self._failure = ""
        self._incomplete: IncompleteError | None = None
        self._was_read = False

    def open(self, before_waiting: Callable[[], None]) -> None:
        """Begin to read, without writing anything yet."""
        # Found out here: it depends on the state, which belongs to the thread that writes.
        self._ahead = Prefetch(
            partial(self._read, self._window),
            before_waiting=before_waiting,
            stop_if_asked=self._context.stop_if_asked,
        )

    def write(
        self, write_state: Callable[[], None], progress: Progress, results: RunResults
    ) -> None:
        """Write all that is read.

        Args:
            write_state: Writes a STATE; called when one is due.
            progress: Told of what is written.
            results: What came of each stream is added to it.

        Raises:
            TapKustomerError: The run can't go on.
        """
        assert self._ahead is not None, "it is opened first"  # noqa: S101
        for stream in self.streams:
            stream.begin(self._window)
        progress.begin(self.lead.name, self._window.end if is_windowed(self.source) else None)
        began = self._context.clock.monotonic()
        self._left_out = _CUT_SHORT
        self._was_read = any(stream.was_read for stream in self.streams)
        try:
            with self._leaving_out():
                self._write_pages(self._ahead, write_state, progress)
                for stream in self.streams:
                    if stream.is_incremental:
                        stream.advance_bookmark(self._until)
                    stream.finish(is_complete=not self._missing)
                self._left_out = ""
            if self._left_out:
                self._keep_what_came()
        finally:
            self._report(self._context.clock.monotonic() - began, results)
        write_state()

    def _keep_what_came(self) -> None:
        """End the tables of a reading that has not come to its own end."""
        for stream in self.streams:
            if self._incomplete is None:
                stream.write_batch()
            else:
                if self._incomplete.since is not None:
                    stream.cap_bookmark(self._incomplete.since)
                stream.finish(is_complete=False)

    def sample(self) -> list[Resource] | None:
        """A few resources, at the lowest price; None where there is nothing to ask by.

        Raises:
            RequestError: They can't be read.
        """
        window = self._window
        window = Window(min(window.start, window.end), window.end)
        return self._reader.peek(self.source, window, self.lead.name)

    def records(self) -> Iterator[Record]:
        """The records of the first stream alone, without writing anything.

        Raises:
            TapKustomerError: They can't be read to the end.
        """
        with self._leaving_out():
            for page in self._read(self._window, lambda: True):
                for resource in page.resources:
                    if self.lead in self._takers(resource.get("type")):
                        yield from self.lead.shape(resource)
                self._context.stop_if_asked()
        if self._failure:
            raise TapKustomerError(self._failure)

    @property
    def others(self) -> int:
        """How many tables are made of the same rows as the first one."""
        return len(self.streams) - 1

    @property
    def _window(self) -> Window:
        return Window(min(stream.start for stream in self.streams), self._until)

    def _read(self, window: Window, is_consumed: Callable[[], bool]) -> Iterator[Page]:
        if window.start > window.end and is_windowed(self.source):
            return
        yield from self._reader.read(self.source, window, self.lead.name, is_consumed=is_consumed)

    def _write_pages(
        self, pages: Iterable[Page], write_state: Callable[[], None], progress: Progress
    ) -> None:
        batches = self._context.settings.batches
        due = _RECORDS_A_STATE if batches is None else batches.batch_size
        written = 0
        for page in pages:
            count = self._write_page(page)
            written += count
            progress.wrote(sum(stream.rows for stream in self.streams), page.reached)
            # The next page may be as large, and a file holds no more.
            if written + count > due:
                written = 0
                # The state speaks of all tables, so their files are ended together.
                for stream in self.streams:
                    stream.write_batch()
                write_state()
            # Between two pages the state speaks of exactly what was written.
            self._context.stop_if_asked()

    def _write_page(self, page: Page) -> int:
        for stream in self.streams:
            stream.begin_page()
        count = 0
        try:
            for resource in page.resources:
                for stream in self._takers(resource.get("type")):
                    stream.write_resource(resource)
                count += 1
        except BaseException:
            # Told to end while a reader pauses: rows of such a page come in order.
            if page.reached is not None:
                for stream in self.streams:
                    stream.flush_partial()
            raise
        if page.reached is not None:
            for stream in self.streams:
                stream.advance_bookmark(page.reached)
        return count

    def _takers(self, resource_type: str | None) -> list[TapStream]:
        """The tables that resources of this type go to."""
        key = str(resource_type)
        if key not in self._by_type:
            self._by_type[key] = [
                stream
                for stream in self.streams
                if not stream.definition.types or key in stream.definition.types
            ]
        return self._by_type[key]

    @property
    def _was_begun(self) -> bool:
        """Whether the tables were read before, or in part just now."""
        return self._was_read or any(stream.rows for stream in self.streams)

    @contextmanager
    def _leaving_out(self) -> Iterator[None]:
        """Take an error for a reason to leave out the tables, or the rest of them.

        Raises:
            TapKustomerError: Other tables can't be read either.
        """
        try:
            yield
        except AccessError as error:
            # The key is good, so what it lacks is a role.
            self._context.check_key()
            self._leave_out(explain_refusal(self.lead.definition, error), is_fault=self._was_begun)
        except NoneFoundError as error:
            # They may all have been deleted: asked about again, with others, they hold up nobody.
            self._leave_out(str(error), is_fault=False)
        except StreamError as error:
            if isinstance(error, NoAnswerError):
                self._make_sure_that_others_answer(error)
            if self._was_begun or not is_absent(self.lead.definition, error):
                self._leave_out(str(error), is_fault=True)
            else:
                self._leave_out(f"this organisation does not have it: {error}", is_fault=False)
        except IncompleteError as error:
            self._accept(error)

    def _make_sure_that_others_answer(self, error: NoAnswerError) -> None:
        """Find out whether it is this stream alone that can't be read.

        Raises:
            RequestError: Kustomer can't be asked at all, or does not know the key any more.
        """
        try:
            self._context.check_key()
        except StreamError:
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
            self._failure = reason

    def _accept(self, error: IncompleteError) -> None:
        """Note that rows are missing. In a list, that is no fault by default."""
        self._incomplete = error
        self._left_out = f"Incomplete: {error}"
        self.lead.logger.warning(self._left_out)
        if is_searched(root_of(self.source)) or self._context.settings.strict_counts:
            self._failure = str(error)

    def _note_count(self, count: Shortfall | Unproven) -> None:
        if isinstance(count, Unproven):
            self._is_unproven = True
        else:
            self._missing += count.expected - count.delivered

    def _report(self, seconds: float, results: RunResults) -> None:
        """Log what came of each stream, and note it for the summary."""
        if self._failure:
            results.failed[self.lead.name] = self._failure
        for stream in self.streams:
            is_lead = stream is self.lead
            result = StreamResult(
                stream=stream.name,
                rows=stream.rows,
                came_with="" if is_lead else self.lead.name,
                requests=self._reader.session.requests if is_lead else 0,
                seconds=round(seconds, 1) if is_lead else 0.0,
                missing=self._missing if is_lead else 0,
                is_unproven=self._is_unproven and is_lead,
                left_out=self._left_out,
                bookmark=stream.bookmark,
            )
            results.streams.append(result)
            log_result(result, stream.logger)


def explain_refusal(stream: StreamDefinition, error: AccessError) -> str:
    """What a key that is good lacks to read a stream, and what came."""
    roles = ", ".join(stream.roles)
    if is_searched(stream.source):
        roles = f"{roles} or, to search, none of {', '.join(SEARCH_ROLES)}"
    if not roles:
        return f"the API key may not read it: {error}"
    return f"the API key has none of the roles {roles}: {error}"


def is_absent(stream: StreamDefinition, error: StreamError) -> bool:
    """Whether an error shows that an organisation does not have a stream.

    For a stream that is only assumed to be there, any of these errors does.
    """
    if stream.assumed:
        return True
    return isinstance(error, MissingError) and not is_searched(stream.source)


def write_all(
    extractions: Iterable[Extraction],
    *,
    write_state: Callable[[], None],
    before_waiting: Callable[[], None],
    progress: Progress,
    results: RunResults,
) -> None:
    """Write all extractions in turn, while those behind have asked for their first rows already.

    Args:
        extractions: In the order in which they are written.
        write_state: Writes a STATE.
        before_waiting: Called when nothing is there to be written.
        progress: Told of what is written.
        results: What came of each stream is added to it.

    Raises:
        TapKustomerError: The run can't go on.
    """
    waiting = deque(extractions)
    opened: deque[Extraction] = deque()
    while waiting or opened:
        while waiting and len(opened) < _OPEN_AT_ONCE:
            opened.append(waiting.popleft())
            opened[-1].open(before_waiting)
        opened.popleft().write(write_state, progress, results)
