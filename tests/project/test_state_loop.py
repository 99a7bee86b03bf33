"""The commands that the documentation gives for syncing again and again."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
RUNNING = ROOT / "docs" / "running.md"

# Programs in place of the tap and the target; the target prints what a file holds.
STUBS = {"tap-kustomer": "exec true", "target-jsonl": "exec cat printed"}


def commands() -> list[str]:
    """Return the blocks of commands that keep a state, in order."""
    blocks = re.findall(r"(?:^    .+\n)+", README.read_text(encoding="utf-8"), re.MULTILINE)
    return [block for block in blocks if "state.json\n" in block]


@pytest.mark.skipif(sys.platform == "win32", reason="the commands are those of a POSIX shell")
def test_the_state_stays_as_it_was_when_the_target_prints_nothing(tmp_path: Path) -> None:
    for name, line in STUBS.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)

    def sync(block: str, printed: str) -> str:
        (tmp_path / "printed").write_text(printed, encoding="utf-8")
        subprocess.run(  # noqa: S603
            ["/bin/sh", "-c", block],
            check=True,
            cwd=tmp_path,
            env={"PATH": f"{tmp_path}{os.pathsep}{os.defpath}"},
        )
        return (tmp_path / "state.json").read_text(encoding="utf-8")

    first, later = commands()
    assert sync(first, '{"state": 0}\n{"state": 1}\n') == '{"state": 1}\n'
    assert sync(later, "") == '{"state": 1}\n'
    assert sync(later, '{"state": 2}\n') == '{"state": 2}\n'


@pytest.mark.skipif(sys.platform == "win32", reason="the script is for a POSIX system")
def test_the_script_for_a_schedule_fails_with_the_tap_and_keeps_the_state(tmp_path: Path) -> None:
    (script,) = re.findall(r"```bash\n(.+?)```", RUNNING.read_text(encoding="utf-8"), re.DOTALL)
    stubs = {
        "tap-kustomer": 'cat "$4" >> given; exit "$(cat code)"',
        "target-jsonl": "cat >> /dev/null; exec cat printed",
        "sync.sh": script,
    }
    for name, text in stubs.items():
        body = text if text.startswith("#!") else f"#!/bin/sh\n{text}\n"
        (tmp_path / name).write_text(body, encoding="utf-8")
        (tmp_path / name).chmod(0o755)

    def run(code: int, printed: str) -> int:
        (tmp_path / "code").write_text(str(code), encoding="utf-8")
        (tmp_path / "printed").write_text(printed, encoding="utf-8")
        environment = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
        return subprocess.run([tmp_path / "sync.sh"], check=False, env=environment).returncode  # noqa: S603

    assert run(0, "") == 0
    assert run(0, '{"state": 1}\n') == 0
    assert run(1, '{"state": 2}\n') == 1
    assert run(0, "") == 0
    assert (tmp_path / "given").read_text().splitlines() == [
        "{}",
        "{}",
        '{"state": 1}',
        '{"state": 2}',
    ]
