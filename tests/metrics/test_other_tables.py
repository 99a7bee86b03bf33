"""Tables that are missing, older, empty, or loaded with other types: the models are built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from support.targets import SCHEMA
from support.warehouse import PACKAGE, Dbt, in_duckdb, variables, write_page

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.metrics_oracle import Oracle
    from support.warehouse import Warehouse

MARTS = sorted(PACKAGE.glob("models/marts/*.sql"))

# ruff: noqa: S608 - queries are put together of names of tables and columns.


class Other:
    """A copy of the warehouse whose tables a test changes before it runs the models."""

    def __init__(self, warehouse: Warehouse, oracle: Oracle, folder: Path) -> None:
        """Copy the warehouse into the folder."""
        self.warehouse = warehouse
        self.file = warehouse.copy_to(folder)
        self._dbt = Dbt(folder, variables(oracle.now), in_duckdb(self.file))

    def change(self, *statements: str) -> None:
        """Execute statements in the schema of the tables."""
        with duckdb.connect(self.file) as database:
            database.execute("set timezone = 'UTC'")
            database.execute(f"use {SCHEMA}")
            for statement in statements:
                database.execute(statement)

    def columns(self) -> list[tuple[str, str, str]]:
        """The table, name and type of each column."""
        query = f"""
            select table_name, column_name, data_type
            from duckdb_columns() where schema_name = '{SCHEMA}'
        """
        with duckdb.connect(self.file, read_only=True) as database:
            return database.execute(query).fetchall()

    def build(self) -> str:
        """Run the models and their tests; what dbt said."""
        return self._dbt("build", "--full-refresh", "--exclude-resource-type", "unit_test")

    def query(self, query: str) -> list[tuple[Any, ...]]:
        """The rows that a query gives."""
        return _query(self.file, query)

    def before(self, query: str) -> list[tuple[Any, ...]]:
        """The rows that a query gives in the warehouse as it was."""
        return _query(self.warehouse.file, query)

    def differing(self) -> set[str]:
        """The marts whose rows are not those of the warehouse."""
        queries = {path.stem: f"from metrics.{path.stem}" for path in MARTS}
        return {
            mart
            for mart, query in queries.items()
            if _plain(self.query(query)) != _plain(self.before(query))
        }


def _query(file: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(file, read_only=True) as database:
        return database.execute(query).fetchall()


def _plain(rows: list[tuple[Any, ...]]) -> list[list[str]]:
    """Rows in order. Sums depend, in their last digits, on the order of what they add."""
    return sorted(
        [f"{one:.9g}" if isinstance(one, float) else str(one) for one in row] for row in rows
    )


@pytest.fixture
def other(warehouse: Warehouse, oracle: Oracle, tmp_path: Path) -> Other:
    return Other(warehouse, oracle, tmp_path)


@pytest.mark.thorough
def test_a_stream_that_was_not_selected_leaves_its_models_empty_and_is_named_once(
    other: Other,
) -> None:
    other.change("drop table work_items")
    log = other.build()
    (line,) = [line for line in log.splitlines() if "not loaded" in line]
    assert f"{SCHEMA}.work_items: not loaded" in line
    assert "Select the stream `work_items`" in line
    assert other.query("select count(*) from metrics.queue_days") == [(0,)]
    # They have columns from work items, or rows.
    assert other.differing() <= {"queue_days", "backlog_days", "agent_days", "team_days"}


@pytest.mark.thorough
def test_without_any_table_each_stream_is_named_and_the_page_is_refused(
    other: Other, tmp_path: Path
) -> None:
    tables = {table for table, *_ in other.columns()}
    other.change(*(f"drop table {table}" for table in tables))
    log = other.build()
    assert all(f"Select the stream `{table}`" in log for table in tables)
    _refused(other, tmp_path)


@pytest.mark.thorough
def test_columns_that_an_older_tap_did_not_write_are_null(other: Other, tmp_path: Path) -> None:
    keys = {
        "sla_metrics": "sla_version_id, position",
        "team_members": "team_id, position",
    }
    other.change(
        *(
            f"create or replace table {table} as select {keys.get(table, 'id')} from {table}"
            for table in {table for table, *_ in other.columns()}
        )
    )
    other.build()
    conversations = other.before("select count(*) from metrics.conversations")[0][0]
    counts = "select count(*), count(id), count(status) from metrics.conversations"
    assert other.query(counts) == [(conversations, conversations, 0)]
    _refused(other, tmp_path)


@pytest.mark.thorough
@pytest.mark.parametrize("missing", ["siblings", "team_updated_at"])
def test_derived_tables_of_an_older_tap_are_whole(other: Other, missing: str) -> None:
    other.change(
        *(
            f"create or replace table {table} as select * exclude ({column}) from {table}"
            for table, column, _ in other.columns()
            if column == missing
        )
    )
    other.build()
    members = "select count(*) from metrics.stg_kustomer__team_members"
    assert other.query(members) >= other.before(members) > [(0,)]


@pytest.mark.thorough
def test_tables_without_a_row_give_models_without_a_row(other: Other, tmp_path: Path) -> None:
    other.change(*(f"delete from {table}" for table in {table for table, *_ in other.columns()}))
    other.build()
    for table in ("conversations", "messages", "agent_days", "team_days", "backlog_days"):
        assert not other.query(f"from metrics.{table}")
    _refused(other, tmp_path)


def _retyped(kinds: set[str], to: str) -> Callable[[str, str, str], str | None]:
    def change(table: str, column: str, kind: str) -> str | None:
        # DuckDB keeps the type of a key.
        if kind not in kinds or column == "position":
            return None
        return f'alter table {table} alter "{column}" type {to}'

    return change


LOADED: dict[str, Callable[[str, str, str], str | None]] = {
    "upper-case names": lambda table, column, _: (
        f'alter table {table} rename "{column}" to "{column.upper()}_"'
    ),
    "JSON as text": _retyped({"JSON"}, "varchar"),
    "times with a time zone": _retyped({"TIMESTAMP"}, "timestamptz"),
    "everything as text": _retyped(
        {"JSON", "TIMESTAMP", "HUGEINT", "BIGINT", "DOUBLE", "BOOLEAN"}, "varchar"
    ),
}


@pytest.mark.thorough
@pytest.mark.parametrize("how", LOADED)
def test_other_names_and_types_give_the_same_figures(other: Other, how: str) -> None:
    changes = [LOADED[how](*column) for column in other.columns()]
    statements = [change for change in changes if change]
    assert statements
    other.change(*statements)
    if how == "upper-case names":
        # DuckDB does not rename a column to itself in other letters.
        other.change(
            *(
                f'alter table {table} rename "{column}" to "{column.removesuffix("_")}"'
                for table, column, _ in other.columns()
            )
        )
    other.build()
    assert not other.differing()


def _refused(other: Other, folder: Path) -> None:
    done = write_page(other.file, folder / "answers.html")
    assert done.returncode == 1
    assert done.stdout.endswith("expected conversations or messages, but there is no row\n")
    assert len(done.stdout.splitlines()) == 1
