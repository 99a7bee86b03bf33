"""The plan of a run: one extraction for all streams that are made of the same rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tap_kustomer.reading.sources import reading_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_kustomer.reading.sources import Source
    from tap_kustomer.singer.stream import TapStream
    from tap_kustomer.sync.context import RunTimes


class PlannedExtraction(NamedTuple):
    """An extraction that a run needs.

    Attributes:
        source: Where the rows are read from.
        streams: The streams that the rows go to. The first one is the lead.
    """

    source: Source
    streams: list[TapStream]


def plan(
    streams: Iterable[TapStream],
    run_times: RunTimes,
    *,
    shared_row_count: int | None,
    page_size: int,
) -> list[PlannedExtraction]:
    """Plan the extractions for these streams, in the order in which they are written.

    Args:
        streams: The selected streams.
        run_times: The points in time of the run.
        shared_row_count: How many rows the source of the `klass_streams_without_shared_stream` has;
            None if unknown.
        page_size: Rows that one request of a search returns.
    """
    planned = [
        one
        for source, group in _by_source(streams)
        for one in _plan_source(
            source,
            group,
            run_times,
            is_small=shared_row_count is not None and shared_row_count <= len(group) * page_size,
        )
    ]
    return sorted(planned, key=lambda one: reading_order(one.source))


def klass_streams_without_shared_stream(streams: Iterable[TapStream]) -> list[TapStream]:
    """The streams that are read together only if their source has few enough rows.

    These are streams of single klasses, where the stream of all klasses is not selected. At most
    one source has such streams.
    """
    for _, group in _by_source(streams):
        if len(group) > 1 and all(stream.definition.own_source for stream in group):
            return group
    return []


def _by_source(streams: Iterable[TapStream]) -> list[tuple[Source, list[TapStream]]]:
    """The streams of each source. Sources with equal fields are the same; some have no hash."""
    groups: list[tuple[Source, list[TapStream]]] = []
    for stream in streams:
        for source, group in groups:
            if source == stream.definition.source:
                group.append(stream)
                break
        else:
            groups.append((stream.definition.source, [stream]))
    return groups


def _plan_source(
    source: Source, streams: list[TapStream], run_times: RunTimes, *, is_small: bool
) -> Iterator[PlannedExtraction]:
    """Plan the extractions of the streams whose rows one source has.

    A stream of all klasses takes those of single klasses along. A klass whose window starts earlier
    has an extraction of its own, as reading all klasses from there on would cost more. Without a
    stream of all klasses, the klasses are read together if the source is small.

    Args:
        source: The source.
        streams: The streams.
        run_times: The points in time of the run.
        is_small: Whether the source takes no more requests than one for each stream.
    """
    single = [stream for stream in streams if stream.definition.own_source is not None]
    others = [stream for stream in streams if stream.definition.own_source is None]
    if others:
        start = min(map(run_times.start_of, others))
        together = [stream for stream in single if run_times.start_of(stream) >= start]
    elif len(single) > 1 and is_small:
        together = single
    else:
        together = []
    if others or together:
        yield PlannedExtraction(source, sorted([*others, *together], key=_rank))
    for stream in single:
        if stream not in together and stream.definition.own_source is not None:
            yield PlannedExtraction(stream.definition.own_source, [stream])


def _rank(stream: TapStream) -> tuple[bool, int]:
    """The lead has the lowest rank: `slas` and not `sla_versions`, and no derived stream."""
    return stream.definition.is_derived, len(stream.name)
