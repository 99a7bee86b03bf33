"""The models give the same rows in PostgreSQL as in DuckDB."""

from __future__ import annotations

import json
import math
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from support.targets import SCHEMA
from support.warehouse import Dbt, in_postgres, reports, variables_beside_project

if TYPE_CHECKING:
    from pathlib import Path

    from support.metrics_oracle import Oracle
    from support.postgres import Database
    from support.warehouse import Warehouse


def rows(names: list[str], found: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rows in an order that does not depend on the database, with one type of number."""
    order = sorted(range(len(names)), key=names.__getitem__)
    plain = [tuple(_plain(row[place]) for place in order) for row in found]
    return sorted(plain, key=lambda row: tuple(map(_rounded, row)))


def _plain(value: Any) -> Any:
    if isinstance(value, str) and value.startswith("["):
        return json.dumps(json.loads(value))
    return float(value) if isinstance(value, Decimal | int) and value is not True else value


def _rounded(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def alike(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return bool(one == other)


@pytest.mark.thorough
def test_each_table_has_the_same_rows(warehouse: Warehouse, database: Database) -> None:
    compare(warehouse, database)


@pytest.mark.thorough
def test_each_table_has_the_same_rows_where_json_is_text_and_times_have_a_time_zone(
    warehouse: Warehouse, database: Database, oracle: Oracle, tmp_path: Path
) -> None:
    # PostgreSQL keeps the type of a column that a view reads.
    database.query("drop schema metrics cascade")
    others = {
        "jsonb": "alter table {} alter {} type text",
        "timestamp without time zone": (
            "set timezone = 'UTC'; alter table {} alter {} type timestamptz"
        ),
    }
    columns = database.query(f"""
        select table_name, column_name, data_type
        from information_schema.columns where table_schema = '{SCHEMA}'
    """)  # noqa: S608 - a constant.
    assert others.keys() <= {kind for *_, kind in columns}
    for table, column, kind in columns:
        if kind in others:
            database.query(others[kind].format(f"{SCHEMA}.{table}", f'"{column}"'))
    dbt = Dbt(tmp_path, variables_beside_project(oracle.now), in_postgres(database))
    project = reports(tmp_path)
    dbt("deps", project=project)
    dbt("build", "--exclude-resource-type", "unit_test", project=project)
    compare(warehouse, database)


def compare(warehouse: Warehouse, database: Database) -> None:
    """Assert that each mart has the rows that it has in DuckDB."""
    tables = [
        row["table_name"]
        for row in warehouse.query("""
            from information_schema.tables
            where table_schema = 'metrics' and not regexp_matches(table_name, '^(stg|int)_')
        """)
    ]
    assert "conversations" in tables
    assert "by_team_id" in tables
    for table in tables:
        first = warehouse.query(f"from metrics.{table}")
        assert first, table
        columns = list(first[0])
        listed = ", ".join(f'"{column}"' for column in columns)
        second = database.query(f"select {listed} from metrics.{table}")  # noqa: S608
        expected = rows(columns, [tuple(row.values()) for row in first])
        found = rows(columns, second)
        assert len(found) == len(expected), table
        for one, other in zip(found, expected, strict=True):
            assert all(map(alike, one, other)), (table, one, other)
