"""Writes lines to standard output so that the last one is never cut.

If a target pauses, the pipe fills up, and a write waits inside the system call, in the middle of a
line and deaf to signals. So on Linux, a line is only written if the pipe has room for all of it,
and some room is always kept for the last STATE.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from tap_kustomer.errors import TapKustomerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_kustomer.singer.output.pipe import Pipe

_NAP: Final = 0.005


class OutputError(TapKustomerError):
    """Standard output can't be written to any more."""


class Output:
    """Standard output, written in whole lines.

    Args:
        stop_if_asked: Raises if the run should end; called while the target pauses.
    """

    def __init__(self, stop_if_asked: Callable[[], None]) -> None:
        self._stop_if_asked = stop_if_asked
        self._pipe: Pipe | None = None
        self._stream: object = None
        # Only the first error is raised: after it, all output is discarded.
        self._error: OutputError | None = None

    def write(self, lines: list[bytes]) -> None:
        """Write lines in order, and remove the written ones from the list.

        Raises:
            OutputError: The target has ended, or the disk is full.
        """
        if self._error is not None:
            raise self._error
        try:
            pipe = self._open()
            if pipe is None:
                self._write_at_once(lines)
                return
            while lines:
                self._write_to(pipe, lines, spare=pipe.reserve)
        except OSError as error:
            self._discard()
            self._error = _explained(error)
            raise self._error from error

    def write_last(self, line: bytes) -> None:
        """Write the very last line into the room that was kept for it."""
        with suppress(OSError):
            pipe = self._open()
            if pipe is None:
                self._write_at_once([line])
            elif pipe.free >= len(line):
                pipe.write(line)

    def _write_to(self, pipe: Pipe, lines: list[bytes], *, spare: int) -> None:
        """Write as many lines as there is room for, or wait for room."""
        room = pipe.free - spare
        count = size = 0
        while count < len(lines) and size + len(lines[count]) <= room:
            size += len(lines[count])
            count += 1
        if not count and len(lines[0]) > pipe.capacity - spare and pipe.is_empty:
            count = 1  # It never fits as a whole, so it is written while the target reads.
        if count:
            block = b"".join(lines[:count])
            del lines[:count]
            pipe.write(block)
        elif pipe.is_broken:
            raise BrokenPipeError
        else:
            self._stop_if_asked()
            time.sleep(_NAP)

    def _write_at_once(self, lines: list[bytes]) -> None:
        block = memoryview(b"".join(lines))
        lines.clear()
        # With PYTHONUNBUFFERED, this is a raw stream, which may write less than it was given.
        output = sys.stdout.buffer
        while block:
            block = block[output.write(block) :]
        output.flush()

    def _open(self) -> Pipe | None:
        """The pipe of standard output, looked up again if a test runner has replaced that."""
        if self._stream is not sys.stdout:
            self._stream, self._pipe = sys.stdout, None
            with suppress(ImportError, OSError, ValueError):
                descriptor = sys.stdout.fileno()
                if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
                    from tap_kustomer.singer.output.pipe import Pipe  # noqa: PLC0415  # Linux only.

                    self._pipe = Pipe(descriptor)
        return self._pipe

    @staticmethod
    def _discard() -> None:
        """Keep the interpreter from writing the rest again when it exits."""
        with suppress(OSError, ValueError), open(os.devnull, "wb") as nowhere:  # noqa: PTH123
            os.dup2(nowhere.fileno(), sys.stdout.fileno())


def _explained(error: OSError) -> OutputError:
    # On Windows, a write fails with EINVAL once the reader has ended.
    is_gone = os.name == "nt" and error.errno == errno.EINVAL
    if is_gone or isinstance(error, BrokenPipeError):
        return OutputError(
            "The program that reads the tap's output has ended; expected it to read to the end. "
            "Run again: a sync continues from the last state that it has confirmed"
        )
    return OutputError(
        f"Standard output can't be written to: {error.strerror}. Run again: a sync continues "
        "from the last state that the target has confirmed"
    )
