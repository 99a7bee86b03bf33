"""The dbt package on the tables of a sandbox."""

from __future__ import annotations

import fcntl
from typing import TYPE_CHECKING

import pytest

from support.targets import PostgresTarget
from support.warehouse import (
    DBT,
    Dbt,
    Warehouse,
    in_postgres,
    make,
    reports,
    variables_beside_project,
)

if TYPE_CHECKING:
    from support.metrics_oracle import Oracle
    from support.postgres import Database, Server


@pytest.fixture(scope="session", autouse=True)
def installed() -> None:
    """Skips the tests where dbt is not installed."""
    if not DBT.exists():
        pytest.skip("dbt is not installed; `make .venv/dbt/.complete`")


@pytest.fixture(scope="session")
def warehouse(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Warehouse:
    """The models on two loads of a sandbox in which time passed between the two."""
    base = tmp_path_factory.getbasetemp()
    shared = Warehouse((base if worker_id == "master" else base.parent) / "metrics")
    shared.folder.mkdir(exist_ok=True)
    with (shared.folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not shared.truth.exists():
            make(shared)
    return shared


@pytest.fixture(scope="session")
def oracle(warehouse: Warehouse) -> Oracle:
    """What the models should find."""
    return warehouse.oracle()


@pytest.fixture(scope="module")
def database(
    warehouse: Warehouse,
    oracle: Oracle,
    postgres: Server,
    tmp_path_factory: pytest.TempPathFactory,
) -> Database:
    """A database with the models on the same two loads."""
    found = postgres.new_database()
    folder = tmp_path_factory.mktemp("postgres")
    target = PostgresTarget(folder, found)
    for run in warehouse.runs:
        target.load(run.read_bytes(), hard_delete=True)
    dbt = Dbt(folder, variables_beside_project(oracle.now), in_postgres(found))
    project = reports(folder)
    dbt("deps", project=project)
    dbt("build", project=project)
    return found
