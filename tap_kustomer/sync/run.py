"""One run over the selected streams: plan its extractions, and write them."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from tap_kustomer.client.errors import AccessError, StreamError
from tap_kustomer.reading.pages import Window
from tap_kustomer.reading.sources import Search
from tap_kustomer.reporting.progress import show_progress
from tap_kustomer.sync.access import check_access
from tap_kustomer.sync.extractions import Extraction
from tap_kustomer.sync.plan import SharedSource, plan, streams_of_shared_source

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
    """Plan the extractions of a run. A source is looked at first if the plan depends on it.

    Raises:
        RunError: Kustomer can't be reached at all.
    """
    shared_source = _look_at_shared_source(context, run_times, streams_of_shared_source(streams))
    planned = plan(
        streams, run_times, shared_source=shared_source, page_size=context.settings.page_size
    )
    return [Extraction(context, run_times, source, group) for source, group in planned]


def _look_at_shared_source(
    context: RunContext, run_times: RunTimes, streams: Sequence[TapStream]
) -> SharedSource:
    """Find out, with one request at most, whether and how these streams can be read together."""
    shared = [stream for stream in streams if stream.definition.own_source is None]
    # Where an earlier run has read the rows of all klasses, this one may do so too.
    if not streams or any(stream.was_read for stream in shared):
        return SharedSource()
    source = streams[0].definition.source
    start = min(map(run_times.start_of, streams))
    if start > run_times.until:
        return SharedSource(row_count=0)
    if not isinstance(source, Search):
        return SharedSource()
    try:
        count = context.reader(run_times).count(source, Window(start, run_times.until))
    except AccessError:
        return SharedSource(is_allowed=False)
    except StreamError:
        return SharedSource()  # Each extraction will log what it lacks.
    return SharedSource(row_count=count)
