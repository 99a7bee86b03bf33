"""Run commands, and measure what they cost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

TAP: Final = Path(sys.executable).with_name("tap-kustomer")

# A word of a command.
Word = str | Path

_BLOCK: Final = 1 << 20
# The unit of the peak resident size is a kilobyte on Linux and a byte on macOS.
_UNIT: Final = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Spent:
    """The cost of a command.

    Attributes:
        seconds: From its start to its end.
        cpu: Seconds of processor time, in user and system mode.
        peak: Its peak memory, in megabytes.
    """

    seconds: float
    cpu: float
    peak: float


def spend(
    command: Sequence[Word],
    *,
    messages: Path = Path(os.devnull),
    output: Path = Path(os.devnull),
    log: Path = Path(os.devnull),
    pause: Callable[[int], float] | None = None,
) -> Spent:
    """Run a command to its end.

    Args:
        command: The command with its arguments.
        messages: The file that its standard input comes from.
        output: The file that its standard output goes to.
        log: The file that its standard error goes to.
        pause: If given, its output is read through a pipe instead, with a pause in seconds after
            each read of so many bytes.

    Raises:
        SystemExit: The command failed.
    """
    began = time.monotonic()
    with messages.open("rb") as given, output.open("wb") as file, log.open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603
            command,
            stdin=given,
            stdout=subprocess.PIPE if pause else file,
            stderr=errors,
            env=environment(),
        )
        if process.stdout is not None and pause is not None:
            while block := os.read(process.stdout.fileno(), _BLOCK):
                time.sleep(pause(len(block)))
            process.stdout.close()
        cpu, peak = wait_for(process, log)
    return Spent(time.monotonic() - began, cpu, peak)


def wait_for(process: subprocess.Popen[bytes], log: Path) -> tuple[float, float]:
    """Wait for a process; its processor time in seconds, and its peak memory in megabytes.

    Args:
        process: What was started.
        log: The file that its standard error goes to.

    Raises:
        SystemExit: It failed.
    """
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        text = log.read_text(encoding="utf-8") if log.is_file() else ""
        raise SystemExit(f"{process.args!r} ended with {process.returncode}: {text}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * _UNIT / 1e6


def spend_alone(command: Sequence[Word], messages: Path) -> Spent:
    """Run a command on a file as `spend` does, from a small process.

    The peak of a command begins with that of the process that starts it.
    """
    ran = subprocess.run(  # noqa: S603
        [sys.executable, __file__, messages, *command], stdout=subprocess.PIPE, check=True
    )
    return Spent(**json.loads(ran.stdout))


@contextmanager
def serving(command: Sequence[Word]) -> Iterator[str]:
    """Run a server, and yield the first line that it prints."""
    with subprocess.Popen(  # noqa: S603
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment()
    ) as server:
        try:
            assert server.stdout is not None  # noqa: S101  # Asked for above.
            yield server.stdout.readline().decode().strip()
        finally:
            server.terminate()


def environment() -> dict[str, str]:
    """Return this process's environment without the tap's settings, and with bytecode kept."""
    return {
        name: value
        for name, value in os.environ.items()
        if "KUSTOMER" not in name and name != "PYTHONDONTWRITEBYTECODE"
    }


if __name__ == "__main__":
    given, *words = sys.argv[1:]
    sys.stdout.write(json.dumps(asdict(spend(words, messages=Path(given)))))
