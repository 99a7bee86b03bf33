"""The terminal that people watch. It may be closed during a run."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, TextIO, cast

if TYPE_CHECKING:
    from rich.console import Console


def open_console(*, soft_wrap: bool = False) -> Console:
    """Make a console on standard error that raises nothing if its terminal is closed."""
    # Most runs have no terminal.
    from rich.console import Console  # noqa: PLC0415

    return Console(file=cast("IO[str]", _Terminal(sys.stderr)), soft_wrap=soft_wrap)


class _Terminal:
    """A text stream that ignores failed writes: a run does not end with its terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()
