"""An extraction: reads a source ahead of time, and writes the rows when it is its turn."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from tap_kustomer.client.errors import AccessError, NoResponseError, StreamError
from tap_kustomer.errors import TapKustomerError
from tap_kustomer.reading.pages import IncompleteError, Unproven, Window
from tap_kustomer.reading.prefetch import Prefetch
from tap_kustomer.reading.reader import Reader
from tap_kustomer.reading.sources import is_windowed
from tap_kustomer.reporting.results import Status, StreamResult
from tap_kustomer.reporting.summary import log_result
from tap_kustomer.sync.endings import COMPLETE, CUT_SHORT, Ending, incomplete, left_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from tap_kustomer.reading.pages import Page, Shortfall
    from tap_kustomer.reading.sources import Source
    from tap_kustomer.reporting.progress import Progress
    from tap_kustomer.reporting.results import RunResults
    from tap_kustomer.resource import Resource
    from tap_kustomer.shaping.records import Record
    from tap_kustomer.singer.stream import TapStream
    from tap_kustomer.sync.context import RunContext, RunTimes

# A STATE is due after about this many rows of the source; with batches, after a file's worth. How
# many rows the next page has is not known yet: it is expected to be as large as the latest one.
_ROWS_PER_STATE: Final = 1_000


class Extraction:
    """One pass over a source, for all streams that are made of its rows.

    Args:
        context: What all extractions of this run share.
        run_times: The points in time of this run.
        source: Where the rows are read from.
        streams: The streams that the rows go to. The first one is the lead.

    Attributes:
        source: Where the rows are read from.
        streams: The streams that the rows go to.
        lead: The stream that the extraction is named after in logs and errors.
    """

    def __init__(
        self, context: RunContext, run_times: RunTimes, source: Source, streams: Sequence[TapStream]
    ) -> None:
        self.source = source
        self.lead = streams[0]
        self._context = context
        self._run_times = run_times
        self.streams = streams
        self._by_type: dict[str, list[TapStream]] = {}
        self._prefetch: Prefetch | None = None
        self._reader = context.reader(run_times, self._note_gap)
        self._missing = 0
        self._is_unproven = False
        self._missing_from: int | None = None
        self._was_read = False

    def open(self, before_waiting: Callable[[], None]) -> None:
        """Start to read, without writing anything yet.

        Args:
            before_waiting: Called before the writer waits for a page.
        """
        # The window depends on the state, which only the thread that writes may read.
        self._prefetch = Prefetch(
            partial(self._read, self._window),
            before_waiting=before_waiting,
            stop_if_asked=self._context.stop_if_asked,
        )

    def write(
        self, write_state: Callable[[], None], progress: Progress, results: RunResults
    ) -> None:
        """Write all rows, as they are read.

        Args:
            write_state: Writes a STATE; called when one is due.
            progress: Shows how far the extraction has come.
            results: Takes the result of each stream.

        Raises:
            TapKustomerError: The run can't go on.
        """
        assert self._prefetch is not None, "open() comes before write()"  # noqa: S101
        window = self._window
        for stream in self.streams:
            start = self._run_times.start_of(stream)
            stream.begin(skip_before=start if window.start < start else None)
        progress.begin(self.lead.name, window.end if is_windowed(self.source) else None)
        began = self._context.clock.monotonic()
        self._was_read = any(stream.was_read for stream in self.streams)
        ending = CUT_SHORT
        try:
            ending = self._write_to_end(self._prefetch, write_state, progress)
            if ending != COMPLETE:
                self._finish_incomplete(ending)
        finally:
            self._report(ending, self._context.clock.monotonic() - began, results)
        write_state()

    def _write_to_end(
        self, pages: Iterable[Page], write_state: Callable[[], None], progress: Progress
    ) -> Ending:
        try:
            self._write_pages(pages, write_state, progress)
            self._finish()
        except (StreamError, IncompleteError) as error:
            return self._ending_for(error)
        return COMPLETE

    def _finish(self) -> None:
        """Finish the streams once all rows have come."""
        is_whole = not self._missing and not self._is_unproven
        for stream in self.streams:
            if stream.is_incremental:
                stream.advance_bookmark(self._run_times.until)
            stream.finish(is_whole=is_whole)

    def _finish_incomplete(self, ending: Ending) -> None:
        """Finish the streams if some of their rows could not be read."""
        for stream in self.streams:
            if ending.status is Status.LEFT_OUT:
                # Not marked as read: the next run may leave it out again without failing.
                stream.write_batch()
                continue
            if self._missing_from is not None:
                stream.cap_bookmark(self._missing_from)
            stream.finish(is_whole=False)

    def peek_in_worker(self) -> list[Resource] | None:
        """Read a few resources to see whether it works; None if there is no parent to ask about.

        One request is sent after the other, in the calling thread.

        Raises:
            RequestError: It does not work.
        """
        window = self._window
        window = Window(min(window.start, window.end), window.end)
        reader = Reader(self._reader.context.in_worker())
        return reader.peek(self.source, window, self.lead.name)

    def records(self) -> Iterator[Record]:
        """Yield the records of the lead, without writing anything.

        Raises:
            TapKustomerError: Some records can't be read.
        """
        try:
            for page in self._read(self._window, lambda: True):
                for resource in page.resources:
                    if self.lead in self._streams_for(resource.get("type")):
                        yield from self.lead.make_records(resource)
                self._context.stop_if_asked()
        except (StreamError, IncompleteError) as error:
            ending = self._ending_for(error)
            if ending.fails_run:
                raise TapKustomerError(ending.reason) from error

    @property
    def other_count(self) -> int:
        """How many streams besides the lead are made of the same rows."""
        return len(self.streams) - 1

    @property
    def _window(self) -> Window:
        return Window(min(map(self._run_times.start_of, self.streams)), self._run_times.until)

    def _read(self, window: Window, is_consumed: Callable[[], bool]) -> Iterator[Page]:
        if window.start > window.end and is_windowed(self.source):
            return
        yield from self._reader.read(self.source, window, self.lead.name, is_consumed=is_consumed)

    def _write_pages(
        self, pages: Iterable[Page], write_state: Callable[[], None], progress: Progress
    ) -> None:
        batches = self._context.settings.batches
        due = _ROWS_PER_STATE if batches is None else batches.batch_size
        written = 0
        for page in pages:
            count = self._write_page(page)
            written += count
            progress.wrote(sum(stream.rows for stream in self.streams), page.reached)
            # Write the STATE before the next page is likely to exceed the limit.
            if written + count > due:
                written = 0
                # Close the batch files of all streams together, because one STATE covers them.
                for stream in self.streams:
                    stream.write_batch()
                write_state()
            # Between two pages, the state covers exactly what was written.
            self._context.stop_if_asked()

    def _write_page(self, page: Page) -> int:
        for stream in self.streams:
            stream.begin_page()
        count = 0
        try:
            for resource in page.resources:
                for stream in self._streams_for(resource.get("type")):
                    stream.write_resource(resource)
                count += 1
        except BaseException:
            # A signal ended the wait for the pipe. A page with `reached` is sorted, so the bookmark
            # may move to the last written row.
            if page.reached is not None:
                for stream in self.streams:
                    stream.advance_within_page()
            raise
        if page.reached is not None:
            for stream in self.streams:
                stream.advance_bookmark(page.reached)
        return count

    def _streams_for(self, resource_type: str | None) -> list[TapStream]:
        """The streams that resources of this type go to."""
        key = str(resource_type)
        if key not in self._by_type:
            self._by_type[key] = [
                stream
                for stream in self.streams
                if not stream.definition.types or key in stream.definition.types
            ]
        return self._by_type[key]

    @property
    def _has_history(self) -> bool:
        """Whether these streams were read before: by an earlier run, or in part by this one."""
        return self._was_read or any(stream.rows for stream in self.streams)

    def _ending_for(self, error: StreamError | IncompleteError) -> Ending:
        """Return how the extraction ends by an error that concerns only its streams, and log it.

        Raises:
            TapKustomerError: The error concerns the run.
        """
        definition = self.lead.definition
        if isinstance(error, StreamError):
            self._raise_if_run_ends(error)
            name = self._context.session.credential.name
            ending = left_out(definition, error, credential=name, was_begun=self._has_history)
        else:
            self._missing_from = error.missing_from
            strict = self._context.settings.strict_counts
            ending = incomplete(definition, error, strict=strict)
        self.lead.logger.warning("%s: %s", ending.status.label.capitalize(), ending.reason)
        return ending

    def _raise_if_run_ends(self, error: StreamError) -> None:
        """Check the credential after an error that may concern all streams.

        Raises:
            RequestError: Kustomer can't be reached at all, or does not know the credential.
        """
        if isinstance(error, AccessError):
            self._context.check_credential()
        elif isinstance(error, NoResponseError):
            try:
                self._context.check_credential()
            except StreamError:
                raise error from None

    def _note_gap(self, count: Shortfall | Unproven) -> None:
        if isinstance(count, Unproven):
            self._is_unproven = True
        else:
            self._missing += count.expected - count.delivered

    def _report(self, ending: Ending, seconds: float, results: RunResults) -> None:
        """Log the result of each stream, and keep it for the summary."""
        status, reason, fails_run = ending
        if self._missing and ending == COMPLETE:
            status = Status.INCOMPLETE
            reason = f"{self.lead.rows} of {self.lead.rows + self._missing} rows came"
        for stream in self.streams:
            is_lead = stream is self.lead
            result = StreamResult(
                stream=stream.name,
                status=status,
                reason=reason,
                fails_run=fails_run and is_lead,
                rows=stream.rows,
                came_with="" if is_lead else self.lead.name,
                requests=self._reader.context.session.request_count if is_lead else 0,
                seconds=round(seconds, 1) if is_lead else 0.0,
                missing=self._missing if is_lead else 0,
                is_unproven=self._is_unproven and is_lead,
                bookmark=stream.bookmark,
            )
            results.streams.append(result)
            log_result(result, stream.logger)
