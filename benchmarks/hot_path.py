"""Measure the way of a row, from the body of a response to its line: processor time by stage.

In this process, on rows of the sandbox, and relative to msgspec alone, which decodes and encodes
the same bytes, row by row. The ratios of minima repeat to a few percent, even on a busy machine.
"""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec
from report import Line, say, write_table
from typing_extensions import override

from kustomer_sandbox import Clock, Organisation
from kustomer_sandbox.generation.custom import metadata
from tap_kustomer import times
from tap_kustomer.client.session import Body
from tap_kustomer.reading.pages import Window
from tap_kustomer.reading.search.query import SearchQuery, ServerBehaviour, parse_page
from tap_kustomer.resource import Resource
from tap_kustomer.shaping.custom import fields_from_metadata
from tap_kustomer.shaping.records import Record
from tap_kustomer.singer.encoding import encode
from tap_kustomer.singer.output.writer import BufferedWriter
from tap_kustomer.streams.conversations import Conversations
from tap_kustomer.streams.customers import Customers
from tap_kustomer.streams.definition import define, define_derived
from tap_kustomer.streams.messages import Messages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tap_kustomer.streams.base import KustomerStream
    from tap_kustomer.streams.definition import StreamDefinition

COLUMNS: Final = (
    "bytes",
    "msgspec, µs",
    "check",
    "decode",
    "shape",
    "encode, write",
    "a row in all",
    "a derived row",
)

MOST_OF_ROW: Final = 2.0
MOST_OF_DERIVED_ROW: Final = 0.15

_NOW: Final = times.to_milliseconds("2026-06-01T12:00:00.000Z")

# So few that one round takes a millisecond, in which other processes seldom interfere.
_ROWS: Final = 20
_ROUNDS: Final = 400

_QUERY: Final = SearchQuery(Window(0, _NOW))
_parse: Final = partial(
    parse_page,
    query=_QUERY,
    behaviour=ServerBehaviour(),
    page_size=_ROWS,
    attribute="updatedAt",
)

_HEAD: Final = b'{"type":"RECORD","stream":"conversations","record":'
_TAIL: Final = b',"time_extracted":"2026-06-01T12:00:00.000000Z"}\n'

_decode: Final = msgspec.json.Decoder().decode
_encode: Final = msgspec.json.Encoder().encode

MakeRecords = Callable[[Resource], Iterable[Record]]

_STREAMS: Final[tuple[type[KustomerStream], ...]] = (Conversations, Messages, Customers)


@dataclass(frozen=True)
class Costs:
    """Seconds of processor time for the same rows: the least of all rounds.

    Attributes:
        msgspec: To decode and encode each row, and nothing else.
        check: To parse their page as far as the search needs it.
        decode: To decode each row.
        shape: To decode each row and shape it.
        write: To decode each row, shape it, and encode and write its record.
        derived: To shape, encode and write the derived rows.
    """

    msgspec: float
    check: float
    decode: float
    shape: float
    write: float
    derived: float


class _Nowhere(BufferedWriter):
    """Joins the lines of a block, as every output does, and drops it."""

    @override
    def flush(self) -> None:
        b"".join(self._lines)
        self._lines.clear()
        self._bytes = 0


def lines_by_stream() -> Iterator[Line]:
    """Measure each stage for rows of several streams."""
    organisation = Organisation(started_at=_NOW, clock=Clock(frozen=_NOW), scale=0.2)
    for stream in _STREAMS:
        say(f"Shaping {stream.name}")
        resources = organisation.resources(stream.resource_type)[:_ROWS]
        resources.sort(key=lambda resource: resource["attributes"]["updatedAt"])
        declared = metadata(organisation, stream.resource_type) or {}
        custom_fields = fields_from_metadata(declared["attributes"]["properties"])
        derived = [define_derived(stream, each) for each in stream.derived]
        derive = [_compiled(definition) for definition in derived]
        derived_rows = sum(len(list(rows(each))) for each in resources for rows in derive)
        page = msgspec.json.encode(
            {"data": resources, "meta": {"page": 1, "pageSize": _ROWS, "total": _ROWS}}
        )
        costs = _HotPath(page, _compiled(define(stream, custom_fields)), derive).measure()
        floor = costs.msgspec
        row = (costs.check + costs.write) / floor
        derived_row = costs.derived / derived_rows * _ROWS / floor
        parts = (
            costs.check,
            costs.decode,
            costs.shape - costs.decode,
            costs.write - costs.shape,
        )
        yield Line(
            f"`{stream.name}`",
            f"a row ≤ {MOST_OF_ROW}, a derived row ≤ {MOST_OF_DERIVED_ROW}",
            (
                f"{len(page) // _ROWS:,}",
                f"{floor / _ROWS * 1e6:.1f}",
                *(f"{part / floor:.2f}" for part in parts),
                f"{row:.2f}",
                f"{derived_row:.2f}",
            ),
            row <= MOST_OF_ROW and derived_row <= MOST_OF_DERIVED_ROW,
        )


class _HotPath:
    """The stages that the rows of one page go through.

    Args:
        page: The body of a response to a search.
        shape: Makes the records of a resource.
        derive: Makes the rows of each derived stream.
    """

    def __init__(self, page: bytes, shape: MakeRecords, derive: Sequence[MakeRecords]) -> None:
        self._body = Body(page)
        self._shape = shape
        self._derive = derive
        self._rows = _parse(self._body).rows
        self._resources = [row.resource() for row in self._rows]
        self._writer = _Nowhere()

    def measure(self) -> Costs:
        """Run all stages in turn, some hundred times, and keep the least time of each."""
        stages = (
            self._use_msgspec_alone,
            self._check_page,
            self._decode_rows,
            self._shape_rows,
            self._write_rows,
            self._write_derived_rows,
        )
        return Costs(*_least(stages))

    def _use_msgspec_alone(self) -> None:
        for row in self._rows:
            _encode(_decode(row.raw))

    def _check_page(self) -> None:
        _parse(self._body)

    def _decode_rows(self) -> None:
        for row in self._rows:
            row.resource()

    def _shape_rows(self) -> None:
        for row in self._rows:
            for _ in self._shape(row.resource()):
                pass

    def _write_rows(self) -> None:
        for row in self._rows:
            self._write(self._shape(row.resource()))

    def _write_derived_rows(self) -> None:
        for resource in self._resources:
            for rows in self._derive:
                self._write(rows(resource))

    def _write(self, records: Iterable[Record]) -> None:
        writer = self._writer
        for record in records:
            writer.write_line(b"".join((_HEAD, encode(record), _TAIL)))


def _compiled(definition: StreamDefinition) -> MakeRecords:
    return definition.compile_rows(definition.schema["properties"].keys())


def _least(stages: Iterable[Callable[[], None]]) -> list[float]:
    least = dict.fromkeys(stages, math.inf)
    gc.collect()
    gc.disable()
    try:
        for _ in range(_ROUNDS):
            for stage in least:
                began = time.thread_time()
                stage()
                least[stage] = min(least[stage], time.thread_time() - began)
    finally:
        gc.enable()
    return list(least.values())


if __name__ == "__main__":
    write_table(list(lines_by_stream()), list(COLUMNS))
