"""The Meltano project that users copy works as it is, in an empty folder."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from kustomer_sandbox import Sandbox
from support.sandbox_truth import truth
from support.tap_process import environment

if TYPE_CHECKING:
    from collections.abc import Iterator

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


@dataclass(frozen=True)
class Project:
    """A copy of the project, and the sandbox that it loads.

    Attributes:
        folder: The copy.
        sandbox: A running one.
        distributions: The folder with the wheel.
    """

    folder: Path
    sandbox: Sandbox
    distributions: Path

    def meltano(self, *arguments: str) -> None:
        """Run a command of Meltano."""
        variables = environment(
            UV_FIND_LINKS=str(self.distributions),
            TAP_KUSTOMER_API_KEY=self.sandbox.api_key,
            TAP_KUSTOMER_API_URL=self.sandbox.url,
        )
        subprocess.run([MELTANO, *arguments], cwd=self.folder, env=variables, check=True)  # noqa: S603

    def rows(self, query: str) -> list[tuple[str]]:
        """The rows that a query gives."""
        with duckdb.connect(self.folder / "kustomer.duckdb", read_only=True) as database:
            database.execute("set schema 'tap_kustomer'")
            return database.execute(query).fetchall()


@pytest.fixture
def project(distributions: Path, tmp_path: Path) -> Iterator[Project]:
    """A project that was copied and installed as the documentation says."""
    folder = tmp_path / "support-data"
    shutil.copytree(ROOT / "examples" / "meltano", folder)
    shutil.copy(folder / ".env.example", folder / ".env")
    with Sandbox(scale=0.05) as sandbox:
        made = Project(folder, sandbox, distributions)
        made.meltano("install")
        yield made


def test_the_example_loads_the_customers_of_an_organisation(project: Project) -> None:
    project.meltano("run", "tap-kustomer", "target-duckdb")

    customers = truth(project.sandbox.organisation, "customers")
    assert {key for (key,) in project.rows("select id from customers")} == customers.keys()


# That Meltano discovers again in each run is a line of the project: see `test_project_files.py`.
@pytest.mark.thorough
def test_a_later_run_loads_the_klass_that_the_organisation_has_added(project: Project) -> None:
    project.meltano("run", "tap-kustomer", "target-duckdb")
    before = project.rows(TABLES_OF_KLASSES)
    project.sandbox.advance(MINUTES_TO_A_NEW_KLASS)

    project.meltano("run", "tap-kustomer", "target-duckdb")

    assert len(project.rows(TABLES_OF_KLASSES)) == len(before) + 1
