"""The content of a Parquet file: a column for each property of a flat schema.

Imported only by runs that write Parquet: pyarrow is an optional dependency.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any, Final

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

from tap_kustomer.shaping.schema import types_of
from tap_kustomer.singer.encoding import as_json_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tap_kustomer.shaping.records import Record
    from tap_kustomer.shaping.schema import Schema

_TYPES: Final = {"boolean": pa.bool_(), "integer": pa.int64(), "number": pa.float64()}

# In UTC, but without a zone: a target could otherwise store them in the zone of its session.
_TIME: Final = pa.timestamp("ms")


def write_table(
    file: IO[bytes], records: Sequence[Record], schema: Schema, compression: str
) -> None:
    """Write records to a file.

    Args:
        file: Where to.
        records: Flat records.
        schema: Their schema: it has neither objects nor arrays.
        compression: Of the parts of the file: `gzip` or `none`.

    Raises:
        pa.ArrowException: A value does not fit its column.
    """
    columns = {name: _type(leaf) for name, leaf in schema["properties"].items()}
    values = {
        name: _values(type_, [record.get(name) for record in records])
        for name, type_ in columns.items()
    }
    pq.write_table(pa.table(values, schema=pa.schema(columns)), file, compression=compression)


def _type(leaf: Schema) -> Any:
    if leaf.get("format") == "date-time":
        return _TIME
    kinds = [kind for kind in types_of(leaf) if kind != "null"]
    return _TYPES.get(kinds[0], pa.string()) if len(kinds) == 1 else pa.string()


def _values(type_: Any, values: Sequence[Any]) -> Any:
    convert = _CONVERSIONS.get(type_)
    if convert is not None:
        values = [None if value is None else convert(value) for value in values]
    return pa.array(values, type_)


def _naive(time: Any) -> datetime:
    """Return a time of a record, in UTC and without a zone."""
    value = time if isinstance(time, datetime) else datetime.fromisoformat(time)
    return value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)


# Stream maps may give any value for a column.
_CONVERSIONS: Final[dict[Any, Callable[[Any], Any]]] = {
    _TIME: _naive,
    pa.float64(): float,
    pa.string(): as_json_text,
}
