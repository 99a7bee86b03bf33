"""Processes on this system that lack what Windows or macOS lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

# Python imports a module of this name, wherever it finds it, before anything else.
_STARTUP: Final = "sitecustomize.py"

# Modules and names that only POSIX has, no database of time zones, and streams as they are there.
_WINDOWS: Final = """
import ctypes, os, select, signal, sys

for name in ("fcntl", "termios", "resource", "pwd", "grp", "tzdata"):
    sys.modules[name] = None
LACKING = {
    os: ("killpg", "getpgid", "setsid", "writev", "fork", "getuid", "geteuid", "set_blocking"),
    select: ("poll", "epoll"),
    signal: ("SIGHUP", "SIGKILL", "SIGPIPE", "SIGALRM", "SIGUSR1"),
}
for module, names in LACKING.items():
    for name in names:
        delattr(module, name)

class NamedLibrary(ctypes.CDLL):
    def __init__(self, name, *arguments, **options):
        super().__init__(name + "", *arguments, **options)  # No text is a TypeError.

ctypes.CDLL = NamedLibrary
sys.stdout.reconfigure(encoding="cp1252", newline="\\r\\n")
sys.stderr.reconfigure(encoding="cp1252", errors="backslashreplace", newline="\\r\\n")
"""

# Pipes that do not report their size.
_MACOS: Final = """
import fcntl, select

del fcntl.F_GETPIPE_SZ, fcntl.F_SETPIPE_SZ, select.epoll
"""

SYSTEMS: Final = {"Windows": _WINDOWS, "macOS": _MACOS}


def environment_of(system: str, folder: Path) -> dict[str, str]:
    """Return environment variables that take from a Python process what a system lacks.

    Args:
        system: Its name in `SYSTEMS`.
        folder: An empty one.
    """
    (folder / _STARTUP).write_text(SYSTEMS[system], encoding="utf-8")
    return {"PYTHONPATH": str(folder), "PYTHONTZPATH": ""}
