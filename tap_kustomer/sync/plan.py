"""Decides which extractions a run needs: one for all streams that are made of the same rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tap_kustomer.reading.sources import reading_order

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_kustomer.reading.sources import Source
    from tap_kustomer.singer.stream import TapStream


class Planned(NamedTuple):
    """One extraction.

    Attributes:
        source: What is read.
        streams: Those that its rows go to. The first one names the extraction in logs and errors.
    """

    source: Source
    streams: list[TapStream]


def plan(streams: Iterable[TapStream], *, shared_rows: int | None, page_size: int) -> list[Planned]:
    """Plan the extractions for these streams, in the order in which they are written.

    Args:
        streams: Those that are selected.
        shared_rows: How many rows `undecided` streams find together; None if that is not known.
        page_size: Rows that one request of a search gives.
    """
    planned = [
        one
        for source, group in _by_source(streams)
        for one in _plan_source(source, group, shared_rows, page_size)
    ]
    return sorted(planned, key=lambda one: reading_order(one.source))


def undecided(streams: Iterable[TapStream]) -> list[TapStream]:
    """The streams of which only a count of their rows tells whether to read them together.

    These are streams of single klasses, without that of all klasses.
    """
    for _, group in _by_source(streams):
        if len(group) > 1 and all(stream.definition.own_source for stream in group):
            return group
    return []


def _by_source(streams: Iterable[TapStream]) -> list[tuple[Source, list[TapStream]]]:
    """The streams of each source. Sources are compared, as some of them can't be hashed."""
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
    source: Source, streams: list[TapStream], shared_rows: int | None, page_size: int
) -> Iterator[Planned]:
    """Plan the extractions of the streams that one source has the rows of.

    A stream that reads all of the source gives those with a source of their own along, unless one
    of them begins earlier: that one is read by itself, as reading everything again would cost
    more. Without such a stream, they are read together where that takes no more requests than to
    ask about each of them by itself.
    """
    single = [stream for stream in streams if stream.definition.own_source is not None]
    others = [stream for stream in streams if stream.definition.own_source is None]
    if others:
        start = min(stream.start for stream in others)
        together = [stream for stream in single if stream.start >= start]
    elif len(single) > 1 and shared_rows is not None and shared_rows <= len(single) * page_size:
        together = single
    else:
        together = []
    if others or together:
        yield Planned(source, sorted([*others, *together], key=_rank))
    for stream in single:
        if stream not in together and stream.definition.own_source is not None:
            yield Planned(stream.definition.own_source, [stream])


def _rank(stream: TapStream) -> tuple[bool, int]:
    """An extraction goes by the name of the stream it is made for: `slas`, not `sla_versions`."""
    return stream.definition.is_derived, len(stream.name)
