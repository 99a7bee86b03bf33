"""The models are SQL that Snowflake and BigQuery can read.

Nothing runs there. But their macros are rendered, each model is parsed as that database's dialect,
and each function is one that it has.
"""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest
import sqlglot

from support.tap_process import environment
from support.warehouse import DBT, PACKAGE, ROOT, in_duckdb, variables

if TYPE_CHECKING:
    from pathlib import Path

    from support.metrics_oracle import Oracle
    from support.warehouse import Warehouse

MODELS = {path.name for path in PACKAGE.glob("models/**/*.sql")}


@pytest.mark.thorough
@pytest.mark.parametrize("database", ["snowflake", "bigquery"])
def test_snowflake_and_bigquery_parse_each_model(
    warehouse: Warehouse, oracle: Oracle, tmp_path: Path, database: str
) -> None:
    compile_models(warehouse, oracle, tmp_path, database)
    paths = tmp_path.glob("compiled/kustomer/models/**/*.sql")
    found = {path.name: path.read_text() for path in paths if path.name in MODELS}
    assert found.keys() == MODELS
    for name, query in found.items():
        parsed = sqlglot.parse_one(query, dialect=database)
        unknown = {function.name for function in parsed.find_all(sqlglot.exp.Anonymous)}
        assert not unknown, name


def compile_models(warehouse: Warehouse, oracle: Oracle, folder: Path, database: str) -> None:
    script = ROOT / "tests" / "support" / "compile_models.py"
    # dbt locks the file while other tests read the warehouse.
    file = warehouse.copy_to(folder)
    done = subprocess.run(  # noqa: S603
        [
            *(DBT.with_name("python"), script, database, "--threads", "1"),
            *("--project-dir", PACKAGE, "--profiles-dir", PACKAGE),
            *("--target-path", folder, "--log-path", folder / "logs"),
            *("--vars", json.dumps(variables(oracle.now))),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        env=environment(**in_duckdb(file), DBT_SEND_ANONYMOUS_USAGE_STATS="false"),
    )
    assert done.returncode == 0, done.stdout[-6_000:]
