"""The dbt package on the tables of a sandbox that were loaded twice."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import duckdb

from support.metrics_oracle import Oracle
from support.sandboxes import generous_sandbox
from support.singer_output import only
from support.tap_in_process import InProcess
from support.tap_process import environment
from support.targets import SCHEMA, DuckdbTarget

if TYPE_CHECKING:
    from support.postgres import Database

ROOT: Final = Path(__file__).parents[2]
PACKAGE: Final = ROOT / "dbt"
DBT: Final = ROOT / ".venv" / "dbt" / "bin" / "dbt"

# Not a whole hour from UTC for all of the year, so that days and hours differ from those of UTC.
ZONE: Final = "Europe/Berlin"

# The tables that the models read.
STREAMS: Final = frozenset(
    path.stem.removeprefix("stg_kustomer__") for path in PACKAGE.glob("models/staging/stg_*.sql")
) - {"conversation_times_v2"}

RESOURCES: Final = ("conversation", "conversation_time", "message", "team", "user", "work_item")


@dataclass(frozen=True)
class Dbt:
    """Runs dbt on a DuckDB file.

    Attributes:
        folder: For what it writes.
        variables: Of the package.
        settings: Environment variables that the profile reads.
    """

    folder: Path
    variables: dict[str, Any]
    settings: dict[str, str]

    def __call__(self, *arguments: str, project: Path = PACKAGE, code: int = 0) -> str:
        """Run a command; what it printed.

        Args:
            arguments: Of dbt.
            project: The folder with `dbt_project.yml`.
            code: The exit code to expect.
        """
        command: list[str | Path] = [DBT, "--no-version-check", "--no-use-colors", *arguments]
        command += ["--project-dir", project, "--log-path", self.folder / "logs"]
        if arguments[0] != "deps":
            command += ["--vars", json.dumps(self.variables)]
            command += ["--target-path", self.folder / "target"]
        done = subprocess.run(  # noqa: S603
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            cwd=self.folder,
            env=environment(
                DBT_PROFILES_DIR=str(PACKAGE),
                DBT_SEND_ANONYMOUS_USAGE_STATS="false",
                **self.settings,
            ),
        )
        assert done.returncode == code, done.stdout[-6_000:]
        return done.stdout


@dataclass(frozen=True)
class Warehouse:
    """The files that all tests share; the first worker makes them.

    Attributes:
        folder: With the DuckDB file, and the sandbox's resources.
    """

    folder: Path

    @property
    def file(self) -> Path:
        """The DuckDB file."""
        return self.folder / "warehouse.duckdb"

    @property
    def runs(self) -> tuple[Path, Path]:
        """The files with what the two runs of the tap wrote."""
        return self.folder / "first.jsonl", self.folder / "second.jsonl"

    @property
    def truth(self) -> Path:
        """The file with what the sandbox held at the end, and when that was."""
        return self.folder / "truth.json"

    def copy_to(self, folder: Path) -> Path:
        """The file of a copy in a folder, for a test to change."""
        return Path(shutil.copy(self.file, folder))

    def oracle(self) -> Oracle:
        """What the models should find."""
        truth = json.loads(self.truth.read_text())
        return Oracle(truth["resources"], ZoneInfo(ZONE), datetime.fromisoformat(truth["now"]))

    def query(self, query: str) -> list[dict[str, Any]]:
        """The rows that a query gives."""
        with duckdb.connect(self.file, read_only=True) as database:
            found = database.execute(query)
            names = [name for name, *_ in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def variables(now: datetime) -> dict[str, Any]:
    """The variables of the package in these tests."""
    return {
        "kustomer_schema": SCHEMA,
        "kustomer_time_zone": ZONE,
        "kustomer_now": f"{now:%Y-%m-%d %H:%M:%S}",
        "first_day": f"{now - timedelta(days=120):%Y-%m-%d}",
        "last_day": f"{now - timedelta(days=30):%Y-%m-%d}",
    }


def variables_beside_project(now: datetime) -> dict[str, Any]:
    """The variables that the project with the package does not set."""
    return {name: value for name, value in variables(now).items() if name != "kustomer_time_zone"}


def in_duckdb(file: Path) -> dict[str, str]:
    """The settings with which dbt uses a file."""
    return {"KUSTOMER_DUCKDB": str(file)}


def in_postgres(database: Database) -> dict[str, str]:
    """The settings with which dbt uses a database."""
    return {
        "KUSTOMER_DBT_TARGET": "postgres",
        "KUSTOMER_POSTGRES_PORT": str(database.port),
        "KUSTOMER_POSTGRES_DATABASE": database.name,
    }


def reports(folder: Path) -> Path:
    """A copy of the project that uses the package, in a folder that may be written to."""
    project = folder / "project"
    shutil.copytree(ROOT / "tests" / "metrics" / "project", project)
    package = os.path.relpath(PACKAGE, project)
    (project / "packages.yml").write_text(f"packages:\n- local: {package}\n")
    return project


def reports_with_package(folder: Path) -> Path:
    """The same, with the package installed as `dbt deps` does, which the nightly tests run."""
    project = reports(folder)
    (project / "dbt_packages").mkdir()
    (project / "dbt_packages" / "kustomer").symlink_to(PACKAGE)
    return project


def write_page(database: Path, path: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Write the page of `make answers`."""
    script = ROOT / "answers" / "page.py"
    return subprocess.run(  # noqa: S603
        [DBT.with_name("python"), script, database, path, "--time-zone", ZONE, *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def make(shared: Warehouse) -> None:
    """Load a sandbox, let time pass, load what has changed, and run the models."""
    now = datetime.now(UTC).replace(microsecond=0)
    target = DuckdbTarget(shared.folder)
    dbt = Dbt(shared.folder, variables_beside_project(now), in_duckdb(shared.file))
    project = reports_with_package(shared.folder)
    with generous_sandbox(scale=0.2) as sandbox:
        tap = InProcess(sandbox)
        catalog = only(tap.discover(), STREAMS)
        first = tap(catalog=catalog)
        target.load(first.output)
        sandbox.advance(90)
        second = tap(catalog=catalog, state=first.state())
        target.load(second.output)
        dbt("build", project=project)
        resources = {kind: sandbox.organisation.resources(kind) for kind in RESOURCES}
    for path, run in zip(shared.runs, (first, second), strict=True):
        path.write_bytes(run.output)
    shared.truth.write_text(json.dumps({"now": now.isoformat(), "resources": resources}))
