"""The tap as a user runs it: the installed command, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMAND = Path(sys.executable).with_name("tap-kustomer")
LONGEST_RUN = 120


def environment(**more: str) -> dict[str, str]:
    """This process' environment without settings of the tap, and some more variables."""
    clean = {
        name: value
        for name, value in os.environ.items()
        # How Python buffers its output is for a test to say.
        if "KUSTOMER" not in name and not name.startswith("PYTHON")
    }
    return {**clean, **more}


def start(
    *arguments: str | Path,
    env: Mapping[str, str] | None = None,
    command: tuple[str | Path, ...] = (COMMAND,),
    cwd: Path | None = None,
    pipesize: int = -1,
) -> subprocess.Popen[bytes]:
    """Start the tap; its output is to be read, at once or first by lines and then the rest."""
    return subprocess.Popen(  # noqa: S603
        [*command, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(**(env or {})),
        cwd=cwd,
        bufsize=0,  # So that reading a line takes no more than that line.
        pipesize=pipesize,
    )
