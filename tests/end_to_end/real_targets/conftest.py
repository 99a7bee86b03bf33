"""Pipelines from a sandbox into an empty real target."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.tap_in_process import InProcess, TapOfLater
from support.target_pipeline import Pipeline
from support.targets import JSONL, JsonlTarget

if TYPE_CHECKING:
    from pathlib import Path

    from support.sandboxes import SandboxMaker
    from support.singer_output import Output
    from support.target_matrix import Loader
    from support.targets import Target


@pytest.fixture
def target(request: pytest.FixtureRequest, loader: Loader, tmp_path: Path) -> Target:
    """A target that holds nothing yet."""
    made = loader.make(tmp_path, lambda: request.getfixturevalue("postgres").new_database())
    if isinstance(made, JsonlTarget) and not JSONL[0].exists():
        pytest.skip("target-jsonl is not installed: `make .venv/target-jsonl/.complete`")
    return made


@pytest.fixture(scope="module")
def runs() -> dict[str, Output]:
    """Runs against the sandbox that stands still."""
    return {}


@pytest.fixture
def pipeline(
    tap: InProcess, loader: Loader, target: Target, tmp_path: Path, runs: dict[str, Output]
) -> Pipeline:
    """Against the sandbox that stands still."""
    return Pipeline(tap, loader, loader.tap_config(tmp_path), target, runs)


@pytest.fixture
def later(make_sandbox: SandboxMaker, loader: Loader, target: Target, tmp_path: Path) -> Pipeline:
    """Against a sandbox of its own, in which time may pass."""
    tap = InProcess(make_sandbox(scale=0.05), TapOfLater)
    return Pipeline(tap, loader, loader.tap_config(tmp_path), target)
