"""One run over the selected streams: plan its extractions, and write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_kustomer.client.errors import StreamError
from tap_kustomer.reading.pages import Window
from tap_kustomer.reading.sources import Search
from tap_kustomer.reporting.progress import shown
from tap_kustomer.sync.access import check_access
from tap_kustomer.sync.extractions import Extraction, write_all
from tap_kustomer.sync.plan import plan, undecided

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tap_kustomer.reporting.results import RunResults
    from tap_kustomer.shaping.records import Record
    from tap_kustomer.singer.stream import TapStream
    from tap_kustomer.sync.access import AccessCheck
    from tap_kustomer.sync.context import Context, RunTimes


def write_extractions(
    context: Context,
    extractions: Sequence[Extraction],
    results: RunResults,
    *,
    write_state: Callable[[], None],
    before_waiting: Callable[[], None],
) -> None:
    """Write all extractions of a run, and show on a terminal how far it has come.

    Args:
        context: What all extractions share.
        extractions: In the order in which they are written.
        results: Takes the result of each stream.
        write_state: Writes a STATE; called when one is due.
        before_waiting: Called before the writer waits for a page.

    Raises:
        TapKustomerError: The run can't go on.
    """
    with shown(context.session.limiter.search, context.clock, len(extractions)) as progress:
        write_all(
            extractions,
            write_state=write_state,
            before_waiting=before_waiting,
            progress=progress,
            results=results,
        )


def check_streams(context: Context, streams: Sequence[TapStream]) -> list[AccessCheck]:
    """Check which streams the API key can read.

    Raises:
        TapKustomerError: Kustomer can't be reached at all.
    """
    times = context.fix_times()
    return check_access(context, plan_extractions(context, times, streams))


def read_alone(context: Context, stream: TapStream) -> Iterator[Record]:
    """Read the records of one stream, in an extraction of its own.

    Raises:
        TapKustomerError: Some records can't be read.
    """
    source = stream.definition.source
    return Extraction(context, context.fix_times(), source, [stream]).records()


def plan_extractions(
    context: Context, times: RunTimes, streams: Sequence[TapStream]
) -> list[Extraction]:
    """Plan the extractions of a run. Rows are counted first if the plan depends on it.

    Raises:
        RunError: Kustomer can't be reached at all.
    """
    planned = plan(
        streams,
        times,
        shared_rows=_count_shared_rows(context, times, undecided(streams)),
        page_size=context.settings.page_size,
    )
    return [Extraction(context, times, source, group) for source, group in planned]


def _count_shared_rows(
    context: Context, times: RunTimes, streams: Sequence[TapStream]
) -> int | None:
    """Count the rows of streams that may be read together; None if Kustomer gives no count."""
    if not streams:
        return None
    source = streams[0].definition.source
    start = min(map(times.start_of, streams))
    if start > times.until:
        return 0
    if not isinstance(source, Search):
        return None
    try:
        return context.reader(times).count(source, Window(start, times.until))
    except StreamError:
        return None  # Each extraction will log what it lacks.
