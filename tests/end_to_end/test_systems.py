"""The tap where only some of what Linux offers exists, as on macOS and on Windows."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.other_systems import SYSTEMS, environment_of
from support.singer_output import Output, Runner, check
from support.tap_process import environment

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="takes from Linux what it has")

ROUND_TRIP = Path(__file__).parents[2] / ".ci" / "round_trip.py"
SANDBOX = Path(sys.executable).with_name("kustomer-sandbox")


@pytest.mark.thorough
@pytest.mark.parametrize("system", SYSTEMS)
def test_another_system_gives_the_same_catalog_and_the_same_rows(
    system: str,
    command: Runner,
    catalog: dict[str, Any],
    full_run: Output,
    tmp_path: Path,
) -> None:

    env = environment_of(system, tmp_path)

    discovered = command("--discover", env=env)
    run = command(env=env)
    about = command("--about", env=env)

    assert discovered.code == 0, discovered.log
    assert b"\r" not in discovered.output
    assert json.loads(discovered.output) == catalog
    check(run)
    whole = full_run.held()
    assert run.held() == {stream: whole[stream] for stream in run.streams & whole.keys()}
    assert about.code == 0
    assert b"\r" not in about.output


def test_the_sandbox_and_a_sync_from_a_state_need_nothing_that_windows_lacks(
    tmp_path: Path,
) -> None:
    ended = subprocess.run(  # noqa: S603
        [SANDBOX, "run", "--scale", "0.05", "--", sys.executable, ROUND_TRIP],
        env=environment(**environment_of("Windows", tmp_path)),
        capture_output=True,
        check=False,
        encoding="utf-8",
    )

    assert ended.returncode == 0, ended.stderr
    assert "rows, then" in ended.stdout
