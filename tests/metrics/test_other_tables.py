"""Tables that are missing, older, empty, or loaded with other types: the models are built."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import duckdb
import pytest

from support.targets import SCHEMA
from support.warehouse import Dbt, variables

if TYPE_CHECKING:
    from pathlib import Path

    from support.metrics_oracle import Oracle
    from support.warehouse import Warehouse


@pytest.mark.thorough
def test_models_are_built_on_what_there_is(
    warehouse: Warehouse, oracle: Oracle, tmp_path: Path
) -> None:
    file = tmp_path / "other.duckdb"
    shutil.copy(warehouse.file, file)
    with duckdb.connect(file) as database:
        database.execute("set timezone = 'UTC'")
        database.execute(f"use {SCHEMA}")
        # Not selected, of an older tap, empty, with other letters, with time zones, and with times
        # and JSON as text.
        database.execute("drop table work_items")
        database.execute("alter table messages drop column response_business_time")
        database.execute("delete from users")
        database.execute('alter table conversations rename status to "STATUS"')
        database.execute("alter table conversations alter created_at type timestamptz")
        database.execute("alter table conversations alter updated_at type varchar")
        database.execute("alter table conversations alter first_response type varchar")
        database.execute("alter table conversations alter assigned_teams type varchar")
    dbt = Dbt(tmp_path, variables(oracle.now), {"KUSTOMER_DUCKDB": str(file)})

    log = dbt("run", "--full-refresh")

    told = [line for line in log.splitlines() if "not loaded" in line]
    assert len([line for line in told if f"{SCHEMA}.work_items: not loaded" in line]) == 1
    assert "Select the stream `work_items`" in log
    with duckdb.connect(file, read_only=True) as database:

        def value(query: str) -> object:
            return (database.execute(query).fetchone() or (None,))[0]

        assert value("select count(*) from metrics.queue_days") == 0
        assert value("select count(*) from metrics.agent_days") == 0
        assert value("select count(response_business_seconds) from metrics.messages") == 0
        database.execute(f"attach '{warehouse.file}' as before (read_only)")
        columns = "id, status, created_at, updated_at, first_response_business_seconds, team_id"
        assert not database.execute(
            f"select {columns} from metrics.conversations "  # noqa: S608
            f"except select {columns} from before.metrics.conversations"
        ).fetchall()


@pytest.mark.thorough
def test_models_are_built_on_tables_without_a_row(
    warehouse: Warehouse, oracle: Oracle, tmp_path: Path
) -> None:
    file = tmp_path / "empty.duckdb"
    shutil.copy(warehouse.file, file)
    with duckdb.connect(file) as database:
        names = database.execute(
            f"select table_name from duckdb_tables() where schema_name = '{SCHEMA}'"  # noqa: S608
        ).fetchall()
        for (name,) in names:
            database.execute(f"delete from {SCHEMA}.{name}")  # noqa: S608
    dbt = Dbt(tmp_path, variables(oracle.now), {"KUSTOMER_DUCKDB": str(file)})
    dbt("run")
    with duckdb.connect(file, read_only=True) as database:
        for table in ("conversations", "messages", "agent_days", "team_days", "backlog_days"):
            assert not database.execute(f"from metrics.{table}").fetchall()
