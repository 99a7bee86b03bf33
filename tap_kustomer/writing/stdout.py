"""Writes lines to standard output so that a reader never finds half of one at its end.

A reader that pauses fills the pipe, and whoever writes then waits inside the system call, in the
middle of a line and deaf to signals. So on Linux a line is only begun when the pipe has room for
all of it, and some room is always left for the last STATE.
"""

from __future__ import annotations

import os
import select
import stat
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from tap_kustomer.errors import TapKustomerError

if TYPE_CHECKING:
    from collections.abc import Callable

_IS_LINUX: Final = sys.platform == "linux"
if _IS_LINUX:
    import fcntl
    import termios

# The most that a pipe may hold without special rights (`man 7 pipe`).
_LARGEST_PIPE: Final = 1_048_576
_PAGE: Final = 4096
# Pages that may be partly filled: the reader's, the writer's, and one from when the pipe was empty.
_PARTLY_FILLED: Final = 3
_LARGEST_RESERVE: Final = 65_536
_NAP: Final = 0.005


class OutputError(TapKustomerError):
    """Nothing more can be written to standard output."""


class Output:
    """Standard output, by whole lines.

    Args:
        stop_if_asked: Raises when the run is to end; called in a wait for the reader.
    """

    def __init__(self, stop_if_asked: Callable[[], None]) -> None:
        self._stop_if_asked = stop_if_asked
        self._pipe: _Pipe | None = None
        self._stream: object = None

    def write(self, lines: list[bytes]) -> None:
        """Write lines and take them from the list, in order; what is written is gone from it.

        Raises:
            OutputError: The reader is gone, or the disk is full.
        """
        try:
            pipe = self._open()
            if pipe is None:
                self._write_at_once(lines)
                return
            while lines:
                self._write_to(pipe, lines, spare=pipe.reserve)
        except BrokenPipeError as error:
            self._discard()
            raise OutputError(
                "The program that reads the tap's output has ended; expected it to read to the "
                "end. Run again with the last state that it has confirmed"
            ) from error
        except OSError as error:
            self._discard()
            raise OutputError(
                f"Standard output can't be written to: {error.strerror}. Run again with the last "
                "state that the target has confirmed"
            ) from error

    def write_last(self, line: bytes) -> None:
        """Write the last line of all into the room that was kept for it."""
        with suppress(OSError):
            pipe = self._open()
            if pipe is None:
                self._write_at_once([line])
            elif pipe.free >= len(line):
                pipe.write(line)

    def _write_to(self, pipe: _Pipe, lines: list[bytes], *, spare: int) -> None:
        """Write as many lines as there is room for, or wait for room."""
        room = pipe.free - spare
        count = size = 0
        while count < len(lines) and size + len(lines[count]) <= room:
            size += len(lines[count])
            count += 1
        if not count and len(lines[0]) > pipe.capacity - spare and pipe.is_empty:
            count = 1  # It never fits as a whole, so it is written while the reader reads.
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
        # With PYTHONUNBUFFERED it is a raw stream, which may write less than it was given.
        output = sys.stdout.buffer
        while block:
            block = block[output.write(block) :]
        output.flush()

    def _open(self) -> _Pipe | None:
        """The pipe behind standard output, looked up anew when a test runner has replaced that."""
        if self._stream is not sys.stdout:
            self._stream, self._pipe = sys.stdout, None
            with suppress(OSError, ValueError):
                descriptor = sys.stdout.fileno()
                if _IS_LINUX and stat.S_ISFIFO(os.fstat(descriptor).st_mode):
                    self._pipe = _Pipe(descriptor)
        return self._pipe

    @staticmethod
    def _discard() -> None:
        """Keep the interpreter from writing what is left once more when it ends."""
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Pipe:
    """A pipe that is written to page by page, so that its free room is known.

    Args:
        descriptor: Of the pipe's writing end.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._filled = 0
        with suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _LARGEST_PIPE)
        size = fcntl.fcntl(descriptor, fcntl.F_GETPIPE_SZ)
        self.capacity = size - _PARTLY_FILLED * _PAGE
        self.reserve = min(_LARGEST_RESERVE, size // 4)

    @property
    def free(self) -> int:
        """Bytes that can be written without waiting, at least."""
        return self.capacity - self._unread

    @property
    def is_empty(self) -> bool:
        """Whether the reader has read everything."""
        return self._unread == 0

    @property
    def is_broken(self) -> bool:
        """Whether the reader is gone: what it has not read still takes up room."""
        watch = select.poll()
        watch.register(self._descriptor, 0)
        return bool(watch.poll(0))

    @property
    def _unread(self) -> int:
        answer = bytearray(4)
        fcntl.ioctl(self._descriptor, termios.FIONREAD, answer)
        return int.from_bytes(answer, sys.byteorder)

    def write(self, block: bytes) -> None:
        """Write so that each page is filled before the next one is begun."""
        rest = memoryview(block)
        while rest:
            written = os.write(self._descriptor, rest[: _PAGE - self._filled])
            self._filled = (self._filled + written) % _PAGE
            rest = rest[written:]
