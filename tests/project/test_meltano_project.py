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

pytestmark = pytest.mark.skipif(
    not MELTANO.exists(), reason="Meltano is not installed: `make test` does that"
)


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel, for as long as PyPI does not have it."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run([*build, "--directory", str(folder)], cwd=ROOT, check=True)  # noqa: S603
    return folder


def test_it_installs_and_loads_an_organisation(distributions: Path, tmp_path: Path) -> None:
    project = tmp_path / "support-data"
    shutil.copytree(ROOT / "examples" / "meltano", project)
    shutil.copy(project / ".env.example", project / ".env")

    with Sandbox(scale=0.05) as sandbox:
        variables = environment(
            UV_FIND_LINKS=str(distributions),
            TAP_KUSTOMER_API_KEY=sandbox.api_key,
            TAP_KUSTOMER_API_URL=sandbox.url,
        )
        for arguments in (["install"], ["run", "tap-kustomer", "target-duckdb"]):
            subprocess.run([MELTANO, *arguments], cwd=project, env=variables, check=True)  # noqa: S603
        customers = truth(sandbox.organisation, "customers")

    with duckdb.connect(project / "kustomer.duckdb", read_only=True) as database:
        loaded = database.execute("select id from tap_kustomer.customers").fetchall()
    assert {key for (key,) in loaded} == customers.keys()
