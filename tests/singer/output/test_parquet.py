"""Parquet files: a column for each property, of the type that its schema declares."""

from __future__ import annotations

import io
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow.parquet as pq  # type: ignore[import-untyped]
import pytest

from tap_kustomer.singer.output.parquet import write_table

TIME = {"type": ["string", "null"], "format": "date-time"}


def read(
    records: list[dict[str, Any]], compression: str = "none", **properties: dict[str, Any]
) -> Any:
    file = io.BytesIO()
    write_table(file, records, {"properties": properties}, compression)
    return pq.ParquetFile(file)


@pytest.mark.parametrize(
    ("leaf", "value", "type_", "held"),
    [
        ({"type": ["string", "null"]}, "日本", "string", "日本"),
        ({"type": ["integer", "null"]}, 2**63 - 1, "int64", 2**63 - 1),
        ({"type": "number"}, 7, "double", 7.0),
        ({"type": "number"}, Decimal("0.5"), "double", 0.5),
        ({"type": ["boolean"]}, False, "bool", False),
        (
            TIME,
            "2024-02-29T23:30:00.001Z",
            "timestamp[ms]",
            datetime(2024, 2, 29, 23, 30, 0, 1000),  # noqa: DTZ001
        ),
        (
            TIME,
            "2024-02-29T23:30:00+05:30",
            "timestamp[ms]",
            datetime(2024, 2, 29, 18),  # noqa: DTZ001
        ),
        (TIME, "0001-01-01T00:00:00.000Z", "timestamp[ms]", datetime(1, 1, 1)),  # noqa: DTZ001
        # A stream map may declare several types, or none.
        ({"type": ["string", "integer"]}, 7, "string", "7"),
        ({}, [1, "a"], "string", '[1,"a"]'),
    ],
)
def test_a_value_is_read_back_in_the_type_of_its_column(
    leaf: dict[str, Any], value: Any, type_: str, held: Any
) -> None:
    table = read([{"x": value}, {"x": None}, {}], x=leaf).read()

    assert str(table.schema.field("x").type) == type_
    assert table.column("x").to_pylist() == [held, None, None]


def test_a_column_without_a_value_has_the_type_of_its_schema() -> None:
    schema = read([{}], at=TIME, count={"type": ["integer", "null"]}).schema_arrow

    assert [str(field.type) for field in schema] == ["timestamp[ms]", "int64"]


@pytest.mark.parametrize(("compression", "held"), [("none", "UNCOMPRESSED"), ("gzip", "GZIP")])
def test_parts_of_a_file_are_packed_as_the_setting_says(compression: str, held: str) -> None:
    metadata = read([{"x": "1"}], compression, x={"type": "string"}).metadata

    assert metadata.row_group(0).column(0).compression == held
