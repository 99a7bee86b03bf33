"""The real target loads the values of a run into DuckDB as their schemas declare."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from support.offline_tap import OfflineTap
from tap_kustomer.reading.pages import Page
from tap_kustomer.streams.conversations import Conversations
from tap_kustomer.streams.outbound_accounts import OutboundAccounts

if TYPE_CHECKING:
    from support.singer_output import Output, Record

ROOT = Path(__file__).parents[2]
TARGET = [sys.executable, str(ROOT / "examples" / "meltano" / "plugins" / "target-duckdb")]

# The type of a column by the type and the format that its schema declares. target-duckdb stores
# times without their zone, which is UTC for all of them.
TYPES = {
    ("string", None): "VARCHAR",
    ("string", "date-time"): "TIMESTAMP",
    ("integer", None): "HUGEINT",
    ("number", None): "DOUBLE",
    ("boolean", None): "BOOLEAN",
    ("object", None): "JSON",
    ("array", None): "JSON",
}

# Values that target-duckdb changes, and what it stores instead, by the type of the column.
LOST: dict[str, dict[Any, Any]] = {"VARCHAR": {"": None}}

# Values that a CSV, a database or a conversion might trip over.
ODD: dict[str, list[Any]] = {
    "name": [
        *("a,b;c|d\te", 'She said: "No"', '"', '""', "'", "one\ntwo", "one\rtwo", "one\r\ntwo"),
        *(" spaces ", "null", "NULL", "\\N", "\\", "#", "0012", "1e5", "true", "{}", "[1]"),
        *("naïve 日本語 🙂", "\u2028", "\u0001", "", None, "x" * 100_000),
    ],
    "satisfaction": [0, -0.0, 0.1, -2.5, 1e300, 5e-324, 2**53, None],
    "messageCount": [0, 7, -1, 2**31, 2**63 - 1, -(2**63), None],
    "ended": [True, False, None],
    "endedAt": [
        *("0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
        *("2024-02-29T23:30:00.001+05:30", "2024-03-31T02:30:00Z", None),
    ],
    "tags": [[], ["a,b", '"', "\n", ""], [None], None],
    "firstDone": [{}, {"newKey": {'a "b"': ["c\n", 0.1, 2**70, None, False, "日本"]}}, None],
}


class Warehouse:
    """A DuckDB file that the target has loaded a run into."""

    def __init__(self, run: Output, folder: Path) -> None:
        file, config = folder / "warehouse.duckdb", folder / "target.json"
        config.write_text(json.dumps({"filepath": str(file), "default_target_schema": "main"}))
        subprocess.run(  # noqa: S603
            [*TARGET, "--config", str(config)], input=run.output, capture_output=True, check=True
        )
        self._run = run
        with duckdb.connect(file, read_only=True) as database:
            self.types: dict[str, dict[str, str]] = {}
            for table, column, type_ in database.execute(
                "select table_name, column_name, data_type from duckdb_columns() where not internal"
            ).fetchall():
                self.types.setdefault(table, {})[column] = type_
            self.rows = {table: self._rows(database, table) for table in run.streams}

    def _rows(
        self, database: duckdb.DuckDBPyConnection, table: str
    ) -> dict[tuple[Any, ...], Record]:
        """The rows of a table by key, their JSON decoded."""
        types = self.types[table]
        rows = {}
        loaded = database.table(table).fetchall()
        for values in loaded:
            row = dict(zip(types, values, strict=True))
            key = tuple(row[column] for column in self._run.schema(table)["key_properties"])
            rows[key] = {
                column: json.loads(value) if types[column] == "JSON" and value else value
                for column, value in row.items()
            }
        assert len(rows) == len(loaded), f"{table} has several rows of one key"
        return rows

    def expected(self, table: str) -> dict[tuple[Any, ...], Record]:
        """The rows that a table should have: all that the tap wrote."""
        types = self.types[table]
        return {
            key: {column: stored(record.get(column), types[column]) for column in types}
            for key, record in self._run.held().get(table, {}).items()
        }


def stored(value: Any, type_: str) -> Any:
    """The value that a column of this type should hold for one that the tap wrote."""
    if value is None:
        return None
    if type_ == "TIMESTAMP":
        return datetime.fromisoformat(value).replace(tzinfo=None)
    if type_ == "DOUBLE":
        return float(value)
    return LOST.get(type_, {}).get(value, value) if isinstance(value, str) else value


@pytest.fixture(scope="module")
def warehouse(full_run: Output, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return Warehouse(full_run, tmp_path_factory.mktemp("warehouse"))


@pytest.fixture(scope="module")
def odd_run() -> Output:
    """A run over conversations that have each of the odd values once."""
    number = max(map(len, ODD.values()))
    columns = [islice(cycle(values), number) for values in ODD.values()]
    resources = [
        {
            "id": str(place),
            "type": "conversation",
            "attributes": {**dict(zip(ODD, values, strict=True)), "updatedAt": "2026-01-01"},
        }
        for place, values in enumerate(zip(*columns, strict=True))
    ]
    tap = OfflineTap(
        Conversations,
        selected=["conversations"],
        pages={"conversations": [Page(resources)]},
    )
    return tap.sync()


@pytest.fixture(scope="module")
def odd_warehouse(odd_run: Output, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return Warehouse(odd_run, tmp_path_factory.mktemp("warehouse"))


def test_every_column_has_the_type_that_its_schema_declares(
    full_run: Output, warehouse: Warehouse
) -> None:
    declared = {
        table: {
            column: TYPES[schema["type"][0], schema.get("format")]
            for column, schema in full_run.schema(table)["schema"]["properties"].items()
        }
        for table in full_run.streams
    }

    assert warehouse.types == declared
    assert {type_ for types in declared.values() for type_ in types.values()} == {*TYPES.values()}


def test_no_column_has_values_of_two_types(full_run: Output) -> None:
    for table in full_run.streams:
        for column, schema in full_run.schema(table)["schema"]["properties"].items():
            assert len({*schema["type"]} - {"null"}) == 1, f"{table}.{column}"


def test_every_value_of_every_row_is_read_back_as_it_was_written(
    full_run: Output, warehouse: Warehouse
) -> None:
    for table in full_run.streams:
        assert warehouse.rows[table] == warehouse.expected(table), table


def test_odd_values_are_read_back_as_they_were_written(
    odd_run: Output, odd_warehouse: Warehouse
) -> None:
    assert not any("_extra" in record for record in odd_run.records("conversations"))
    assert odd_warehouse.rows["conversations"] == odd_warehouse.expected("conversations")


def test_rows_that_lack_a_part_of_their_key_are_all_loaded(tmp_path: Path) -> None:
    accounts: list[dict[str, Any]] = [
        {"attributes": {"channel": "chat", "name": "Shop"}},
        {"attributes": {"channel": "chat", "name": "Help", "account": ""}},
        {"attributes": {"channel": " ", "name": "Blank", "account": None}},
        {"attributes": {"name": "Unknown"}},
    ]
    pages_by_stream = {"outbound_accounts": [Page(accounts)]}
    run = OfflineTap(OutboundAccounts, pages=pages_by_stream).sync()

    rows = Warehouse(run, tmp_path).rows["outbound_accounts"]

    names = {account["attributes"]["name"] for account in accounts}
    assert {row["name"] for row in rows.values()} == names
    assert None not in {part for key in rows for part in key}


def test_what_the_target_is_said_to_lose_it_loses(
    odd_run: Output, odd_warehouse: Warehouse
) -> None:
    """Once this fails, the target is fixed."""
    (empty,) = (
        (record["id"],) for record in odd_run.records("conversations") if record["name"] == ""
    )

    assert odd_warehouse.rows["conversations"][empty]["name"] is None
