"""The example for Dagster with PostgreSQL as the store of rows and states."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import make_url

from kustomer_dagster.pipes import Pipe
from kustomer_dagster.settings import load_settings
from kustomer_dagster.states import States
from kustomer_dagster.streams import load_streams, parents_of
from kustomer_sandbox import Sandbox

if TYPE_CHECKING:
    from support.postgres import Database, Server

FILE = Path(__file__).parents[2] / "examples" / "dagster" / "organizations.postgres.toml"
PROGRAMS = Path(sys.executable).parent

COUNT = "select count(*) from {}.companies"


def run(organization: str, sandbox: Sandbox, database: Database, states: States) -> int:
    """Read companies as a run of Dagster does; return how many came."""
    target = load_settings(FILE).target
    program, *arguments = target.command
    pipe = Pipe(
        folder=FILE.parent,
        tap=[str(PROGRAMS / "tap-kustomer")],
        tap_settings={"api_url": sandbox.url},
        api_key=sandbox.api_key,
        target=[str(PROGRAMS / Path(program).name), *arguments],
        target_settings={**target.settings_for(organization), **database.target_config},
        environment=os.environ,
    )
    summary = pipe.run(
        {"companies"},
        parents_of(load_streams().values()),
        states.load(organization, "present"),
        lambda state: states.save(organization, "present", state),
    )
    return sum(entry["rows"] for entry in summary["streams"] if entry["stream"] == "companies")


@pytest.mark.thorough
def test_each_organisation_has_a_schema_and_a_state_of_its_own(postgres: Server) -> None:
    database = postgres.new_database()
    url = make_url(f"postgresql+psycopg://postgres@127.0.0.1:{database.port}/{database.name}")
    states = States(url.render_as_string())
    with Sandbox(scale=0.1) as acme, Sandbox(scale=0.2, seed=8) as globex:
        read = {
            name: run(name, sandbox, database, states)
            for name, sandbox in {"acme": acme, "globex": globex}.items()
        }
        again = run("acme", acme, database, states)
    for name, rows in read.items():
        assert database.query(COUNT.format(name)) == [(rows,)]
    assert read["globex"] > read["acme"] > again
