"""`make demo` fills a file that was deleted from the start, and goes on with one that was not."""

from __future__ import annotations

import importlib.util
import signal
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

SCRIPT = Path(__file__).parents[2] / "plugins" / "demo.py"


@pytest.fixture
def demo(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    monkeypatch.setenv("KUSTOMER_SANDBOX_URL", "http://127.0.0.1")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    spec = importlib.util.spec_from_file_location("demo", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("exists", [False, True])
def test_bookmarks_are_kept_only_with_the_file_that_they_belong_to(
    demo: ModuleType, monkeypatch: pytest.MonkeyPatch, *, exists: bool
) -> None:
    commands: list[list[str]] = []

    def call(command: list[str], **_: object) -> int:
        commands.append(command)
        return 0

    monkeypatch.setattr(subprocess, "call", call)
    if exists:
        demo.DATABASE.parent.mkdir()
        demo.DATABASE.touch()
    assert demo.sync() == 0
    *before, run = commands
    assert run[1] == "run"
    cleared = ["state", "clear", "--force", "demo:tap-kustomer-to-target-duckdb"]
    assert [command[1:] for command in before] == ([] if exists else [cleared])
