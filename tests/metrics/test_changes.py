"""An incremental build gives the same rows as a full one, whatever has changed.

The other tests build twice, too, and show that the models find what a sandbox changes between two
runs. Here are changes that it does not make.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from support.targets import SCHEMA
from support.warehouse import Dbt, in_duckdb, in_postgres, variables

# ruff: noqa: S608 - queries are put together of this module's own texts.

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from support.metrics_oracle import Oracle
    from support.postgres import Database
    from support.warehouse import Warehouse

    Query = Callable[[str], list[tuple[Any, ...]]]

# Read alike by DuckDB and PostgreSQL. An id ends with any of 16 digits, so each of these statements
# changes rows of its own.
_UPDATED = "updated_at = updated_at + interval '1 minute'"
CHANGES = {
    "conversations are reopened": f"""
        update conversations set status = 'open', reopen_count = 3, {_UPDATED}
        where right(id, 1) = '0'
    """,
    "conversations are deleted": f"""
        update conversations set deleted = true, {_UPDATED} where right(id, 1) = '1'
    """,
    "conversations get another team, brand and queue": f"""
        update conversations set
            assigned_teams = null, brand_id = 'other', queue_id = 'other', {_UPDATED}
        where right(id, 1) = '2'
    """,
    "resolutions move to another day, user and team": f"""
        update conversations set
            first_done = first_response, last_done = first_response, {_UPDATED}
        where right(id, 1) = '3'
    """,
    "conversations arrive late, with times of years ago": """
        update conversations set
            created_at = created_at - interval '900 days',
            updated_at = updated_at - interval '800 days'
        where right(id, 1) = '4'
    """,
    "conversations are removed without a trace": """
        delete from conversations where right(id, 1) = '5'
    """,
    "messages are deleted": f"""
        update messages set deleted = true, {_UPDATED} where right(id, 1) = '6'
    """,
    "messages get another author": f"""
        update messages set
            created_by_id = (select min(id) from users),
            created_by_teams = null,
            {_UPDATED}
        where right(id, 1) = '7'
    """,
    "messages are removed without a trace": "delete from messages where right(id, 1) = '8'",
    "messages arrive without a time of creation": """
        insert into messages (id, conversation_id, updated_at)
        select id || '-', conversation_id, updated_at from messages where right(id, 1) = 'c'
    """,
    "handle times are removed without a trace": """
        delete from conversation_times where right(id, 1) = '9'
    """,
    "handle times are added": """
        insert into conversation_times
            (id, conversation_id, created_by_id, created_at, handle_at, handle_time)
        select id || '-', conversation_id, created_by_id, created_at, handle_at, 60
        from conversation_times
        where right(id, 1) = 'a'
    """,
    "a tag gets another name": """
        update tags set
            name = 'another name',
            updated_at = (select max(updated_at) from tags) + interval '1 minute'
        where id = (select max(id) from tags)
    """,
    "teams get another name": "update teams set name = 'New ' || name, display_name = null",
    "a user is deleted": """
        update users set deleted = true where id = (select max(created_by_id) from messages)
    """,
    "work items move to another queue": """
        update work_items set queue_id = 'other' where right(id, 1) = 'b'
    """,
}


def _compare(query: Query, dbt: Dbt) -> None:
    for change in CHANGES.values():
        query(change)
    before = _rows(query)
    # As after each sync: views show changes at once.
    dbt("run", "--exclude", "config.materialized:view")
    incremental = _rows(query)
    dbt("run", "--full-refresh")
    full = _rows(query)
    assert full.keys() == incremental.keys()
    for table, rows in full.items():
        assert incremental[table] == rows, table
    assert {table for table, rows in full.items() if before[table] == rows} <= _UNCHANGED


# A view on the tap's own tables shows changes at once, and nothing was done that the others count.
_UNCHANGED = {"queue_days", "satisfaction_ratings", "sla_states", "conversations"}


def _rows(query: Query) -> dict[str, list[tuple[str, ...]]]:
    """The rows of each table and view of the models, in order."""
    names = query("""
        select table_name from information_schema.tables
        where table_schema = 'metrics' and table_name not like 'stg_%'
    """)
    return {
        name: sorted(tuple(map(_plain, row)) for row in query(f"select * from metrics.{name}"))
        for (name,) in names
        if not name.startswith("by_") and name not in {"in_range", "overall"}
    }


def _plain(value: Any) -> str:
    """Sums depend, in their last digits, on the order of what they add."""
    return f"{value:.9g}" if isinstance(value, float) else str(value)


@pytest.mark.thorough
def test_an_incremental_build_equals_a_full_one_in_duckdb(
    warehouse: Warehouse, oracle: Oracle, tmp_path: Path
) -> None:
    file = warehouse.copy_to(tmp_path)

    def query(statement: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(file) as database:
            database.execute(f"set search_path = '{SCHEMA}'")
            return database.execute(statement).fetchall()

    _compare(query, Dbt(tmp_path, variables(oracle.now), in_duckdb(file)))


@pytest.mark.thorough
def test_an_incremental_build_equals_a_full_one_in_postgres(
    database: Database, oracle: Oracle, tmp_path: Path
) -> None:
    def query(statement: str) -> list[tuple[Any, ...]]:
        return database.query(f"set search_path = {SCHEMA}; {statement}")

    _compare(query, Dbt(tmp_path, variables(oracle.now), in_postgres(database)))
