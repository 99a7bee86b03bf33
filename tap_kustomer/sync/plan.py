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


class SharedSource(NamedTuple):
    """What is known of the source that several klasses share, before a run reads it.

    Attributes:
        row_count: How many rows it has in the window of the run; None if unknown.
        is_allowed: False if the credential is known not to be allowed to read it.
    """

    row_count: int | None = None
    is_allowed: bool = True

    def fits(self, rows: int) -> bool:
        """Whether it is known to have no more rows than these."""
        return self.row_count is not None and self.row_count <= rows


def plan(
    streams: Iterable[TapStream],
    run_times: RunTimes,
    *,
    shared_source: SharedSource,
    page_size: int,
) -> list[PlannedExtraction]:
    """Plan the extractions for these streams, in the order in which they are written.

    Args:
        streams: The selected streams.
        run_times: The points in time of the run.
        shared_source: What is known of the source of the `streams_of_shared_source`.
        page_size: Rows that one request of a search returns.
    """
    planned = [
        one
        for source, group in _by_source(streams)
        for one in _plan_source(source, group, run_times, shared_source, page_size=page_size)
    ]
    return sorted(planned, key=lambda one: reading_order(one.source))


def streams_of_shared_source(streams: Iterable[TapStream]) -> list[TapStream]:
    """The streams that can be read together or, at least some of them, each from its own source.

    These are the streams of single klasses, with the stream of all klasses if that is selected. At
    most one source has such streams.
    """
    for _, group in _by_source(streams):
        if len(group) > 1 and any(stream.definition.own_source for stream in group):
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
    source: Source,
    streams: list[TapStream],
    run_times: RunTimes,
    shared_source: SharedSource,
    *,
    page_size: int,
) -> Iterator[PlannedExtraction]:
    """Plan the extractions of the streams whose rows one source has.

    A stream of all klasses takes those of single klasses along. A klass whose window starts earlier
    has an extraction of its own, as reading all klasses from there on would cost more. Without a
    stream of all klasses, the klasses are read together if that takes no more requests than reading
    each of them. If the credential may not read all klasses, it may still read some: the roles
    `org.permission.kobject.kobject_*.read` name a klass each
    (https://developer.kustomer.com/api/core-resources).
    """
    single = [stream for stream in streams if stream.definition.own_source is not None]
    others = [stream for stream in streams if stream.definition.own_source is None]
    together: list[TapStream] = []
    if others and shared_source.is_allowed:
        start = min(map(run_times.start_of, others))
        together = [stream for stream in single if run_times.start_of(stream) >= start]
    elif len(single) > 1 and shared_source.fits(len(single) * page_size):
        together = single
    if others or together:
        yield PlannedExtraction(source, sorted([*others, *together], key=_rank))
    for stream in single:
        if stream not in together and stream.definition.own_source is not None:
            yield PlannedExtraction(stream.definition.own_source, [stream])


def _rank(stream: TapStream) -> tuple[bool, int]:
    """The lead has the lowest rank: `slas` and not `sla_versions`, and no derived stream."""
    return stream.definition.is_derived, len(stream.name)
