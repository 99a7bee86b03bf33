"""Run a command beside the server, and leave no process behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FrameType

# Windows has no SIGHUP.
_FORWARDED = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
_GRACE = 3.0
_PAUSE = 0.02
_LOOK_UP = 1.0
# As of a shell: not found, not executable.
_NOT_FOUND = 127
_NOT_EXECUTABLE = 126


class CommandError(Exception):
    """The command could not be started.

    Args:
        message: Why.
        code: Exit code that a shell would return.
    """

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command, forward signals to it, and return its exit code.

    The command gets a process group of its own, so that the processes it started end with it, also
    when a signal reaches this process alone. Windows has no such groups: there the command has to
    end them itself.

    Raises:
        CommandError: It can't be started.
    """
    received: list[int] = []
    child: subprocess.Popen[bytes] | None = None

    def forward(number: int, frame: FrameType | None) -> None:
        del frame
        received.append(number)
        if child is not None:
            _signal_group(child.pid, number)

    before = {number: signal.signal(number, forward) for number in _FORWARDED}
    try:
        child = _started(command, environment)
        for number in received:
            _signal_group(child.pid, number)
        code = _ended(child)
        _end_group(child.pid)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 128 - code if code < 0 else code


def _ended(child: subprocess.Popen[bytes]) -> int:
    """Wait for a command.

    Python runs signal handlers between its own instructions: a signal just before an endless wait
    would be forwarded only after that wait.
    """
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return child.wait(timeout=_LOOK_UP)


def _started(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603  # The user's own command.
            command, env={**os.environ, **environment}, process_group=0
        )
    except FileNotFoundError as error:
        raise CommandError(f"{command[0]}: command not found", _NOT_FOUND) from error
    except OSError as error:
        raise CommandError(f"{command[0]}: {error.strerror}", _NOT_EXECUTABLE) from error


def _signal_group(group: int, number: int) -> bool:
    """Send a signal to a process group; false if no process is left in it."""
    if not hasattr(os, "killpg"):
        # On Windows, Ctrl-C reaches every process of the console by itself.
        return False
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def _end_group(group: int) -> None:
    """End the processes that a command has left running."""
    if not _signal_group(group, signal.SIGTERM):
        return
    end = time.monotonic() + _GRACE
    while time.monotonic() < end:
        if not _signal_group(group, 0):
            return
        time.sleep(_PAUSE)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
