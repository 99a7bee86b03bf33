"""What the models refuse to compute, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

from support.warehouse import Dbt, in_duckdb, variables

if TYPE_CHECKING:
    from pathlib import Path

    from support.metrics_oracle import Oracle
    from support.warehouse import Warehouse


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("kustomer_hours", "business or calendar"),
        ("kustomer_handle_times", "conversation_times or conversation_times_v2"),
    ],
)
def test_a_value_that_a_variable_does_not_have_is_refused(
    oracle: Oracle, tmp_path: Path, name: str, values: str
) -> None:
    dbt = Dbt(tmp_path, {**variables(oracle.now), name: "other"}, {})
    log = dbt("parse", code=2)
    assert f"expected the variable {name} to be {values}, but got other" in log


@pytest.mark.thorough
def test_a_table_with_the_columns_of_another_version_is_refused(
    warehouse: Warehouse, oracle: Oracle, tmp_path: Path
) -> None:
    file = warehouse.copy_to(tmp_path)
    with duckdb.connect(file) as database:
        database.execute("alter table metrics.handle_times drop column is_resolved")
    dbt = Dbt(tmp_path, variables(oracle.now), in_duckdb(file))
    log = dbt("run", "--select", "handle_times", code=1)
    assert "Re-run the incremental model with `full_refresh: True`" in log
    assert "is_resolved" in log
    dbt("run", "--select", "handle_times", "--full-refresh")
