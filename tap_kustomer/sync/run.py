"""One run over the selected streams: plan its extractions, and write them."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from tap_kustomer.client.errors import StreamError
from tap_kustomer.reading.pages import Window
from tap_kustomer.reading.sources import Search
from tap_kustomer.reporting.progress import show_progress
from tap_kustomer.sync.access import check_access
from tap_kustomer.sync.extractions import Extraction
from tap_kustomer.sync.plan import klass_streams_without_shared_stream, plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tap_kustomer.reporting.results import RunResults
    from tap_kustomer.shaping.records import Record
    from tap_kustomer.singer.stream import TapStream
    from tap_kustomer.sync.access import AccessCheck
    from tap_kustomer.sync.context import RunContext, RunTimes

# How many extractions are open at once: each has requested its first rows. Enough for the small
# lists not to wait for each other; `max_parallel_requests` limits the requests by itself.
_OPEN_AT_ONCE: Final = 32


def write_extractions(
    context: RunContext,
    extractions: Sequence[Extraction],
    results: RunResults,
    *,
    write_state: Callable[[], None],
    before_waiting: Callable[[], None],
) -> None:
    """Write all extractions in turn, and show on a terminal how far the run has come.

    The next ones have requested their first rows already.

    Args:
        context: What all extractions share.
        extractions: In the order in which they are written.
        results: Takes the result of each stream.
        write_state: Writes a STATE; called when one is due.
        before_waiting: Called before the writer waits for a page.

    Raises:
        TapKustomerError: The run can't go on.
    """
    with show_progress(context.session.limiter.search, context.clock, len(extractions)) as progress:
        waiting = deque(extractions)
        opened: deque[Extraction] = deque()
        while waiting or opened:
            while waiting and len(opened) < _OPEN_AT_ONCE:
                opened.append(waiting.popleft())
                opened[-1].open(before_waiting)
            opened.popleft().write(write_state, progress, results)


def check_streams(context: RunContext, streams: Sequence[TapStream]) -> list[AccessCheck]:
    """Check which streams can be read.

    Raises:
        TapKustomerError: Kustomer can't be reached at all.
    """
    run_times = context.fix_times()
    return check_access(context, plan_extractions(context, run_times, streams))


def read_one_stream(context: RunContext, stream: TapStream) -> Iterator[Record]:
    """Read the records of one stream in an extraction of its own, for the SDK's `get_records`.

    Raises:
        TapKustomerError: Some records can't be read.
    """
    source = stream.definition.source
    return Extraction(context, context.fix_times(), source, [stream]).records()


def plan_extractions(
    context: RunContext, run_times: RunTimes, streams: Sequence[TapStream]
) -> list[Extraction]:
    """Plan the extractions of a run. Rows are counted first if the plan depends on it.

    Raises:
        RunError: Kustomer can't be reached at all.
    """
    planned = plan(
        streams,
        run_times,
        shared_row_count=_count_shared_rows(
            context, run_times, klass_streams_without_shared_stream(streams)
        ),
        page_size=context.settings.page_size,
    )
    return [Extraction(context, run_times, source, group) for source, group in planned]


def _count_shared_rows(
    context: RunContext, run_times: RunTimes, streams: Sequence[TapStream]
) -> int | None:
    """Count the rows of streams that may be read together; None if Kustomer gives no count."""
    if not streams:
        return None
    source = streams[0].definition.source
    start = min(map(run_times.start_of, streams))
    if start > run_times.until:
        return 0
    if not isinstance(source, Search):
        return None
    try:
        return context.reader(run_times).count(source, Window(start, run_times.until))
    except StreamError:
        return None  # Each extraction will log what it lacks.
