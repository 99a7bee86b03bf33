"""The Meltano project that users copy works as it is, in an empty folder."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from kustomer_sandbox import Sandbox
from support.sandbox_truth import truth
from support.tap_process import environment

ROOT = Path(__file__).parents[2]
MELTANO = ROOT / ".venv" / "meltano" / "bin" / "meltano"

# In so many minutes the sandbox's organisation adds a klass.
MINUTES_TO_A_NEW_KLASS = 600

TABLES_OF_KLASSES = (
    "select table_name from duckdb_tables() where starts_with(table_name, 'kobject_')"
)

pytestmark = pytest.mark.skipif(
    not MELTANO.exists(), reason="Meltano is not installed: `make test` does that"
)


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel into a folder, as long as PyPI does not have it."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run([*build, "--directory", str(folder)], cwd=ROOT, check=True)  # noqa: S603
    return folder


def test_it_loads_an_organisation_and_later_the_klass_that_this_has_added(
    distributions: Path, tmp_path: Path
) -> None:
    project = tmp_path / "support-data"
    shutil.copytree(ROOT / "examples" / "meltano", project)
    shutil.copy(project / ".env.example", project / ".env")

    with Sandbox(scale=0.05) as sandbox:

        def meltano(*arguments: str) -> None:
            variables = environment(
                UV_FIND_LINKS=str(distributions),
                TAP_KUSTOMER_API_KEY=sandbox.api_key,
                TAP_KUSTOMER_API_URL=sandbox.url,
            )
            subprocess.run([MELTANO, *arguments], cwd=project, env=variables, check=True)  # noqa: S603

        meltano("install")
        meltano("run", "tap-kustomer", "target-duckdb")
        customers = truth(sandbox.organisation, "customers")
        assert {key for (key,) in rows(project, "select id from customers")} == customers.keys()

        before = rows(project, TABLES_OF_KLASSES)
        sandbox.advance(MINUTES_TO_A_NEW_KLASS)
        meltano("run", "tap-kustomer", "target-duckdb")
        assert len(rows(project, TABLES_OF_KLASSES)) == len(before) + 1


def rows(project: Path, query: str) -> list[tuple[str]]:
    with duckdb.connect(project / "kustomer.duckdb", read_only=True) as database:
        database.execute("set schema 'tap_kustomer'")
        return database.execute(query).fetchall()
