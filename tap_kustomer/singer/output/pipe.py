"""A pipe whose free room is known, so that a line is only written if all of it fits.

Only importable on Linux: no other system reports how much a pipe holds.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from fcntl import F_GETPIPE_SZ, F_SETPIPE_SZ, fcntl, ioctl
from select import poll
from termios import FIONREAD
from typing import Final

# The most that a pipe may hold without special rights (`man 7 pipe`).
_LARGEST_PIPE: Final = 1_048_576
_PAGE: Final = 4096
# Pages that may be partly filled: the reader's, the writer's, and one from before it was empty.
_PARTLY_FILLED: Final = 3
_LARGEST_RESERVE: Final = 65_536


class Pipe:
    """A pipe that is written page by page, so that its free room is known.

    Args:
        descriptor: The file descriptor of its writing end.

    Raises:
        OSError: The system does not report its size.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._filled = 0
        with suppress(OSError):
            fcntl(descriptor, F_SETPIPE_SZ, _LARGEST_PIPE)
        size = fcntl(descriptor, F_GETPIPE_SZ)
        self.capacity = size - _PARTLY_FILLED * _PAGE
        self.reserve = min(_LARGEST_RESERVE, size // 4)

    @property
    def free(self) -> int:
        """How many bytes can be written without waiting, at least."""
        return self.capacity - self._unread

    @property
    def is_empty(self) -> bool:
        """Whether the reader has read everything."""
        return self._unread == 0

    @property
    def is_broken(self) -> bool:
        """Whether the reader has ended: what it has not read still takes up room."""
        watch = poll()
        watch.register(self._descriptor, 0)
        return bool(watch.poll(0))

    @property
    def _unread(self) -> int:
        count = bytearray(4)
        ioctl(self._descriptor, FIONREAD, count)
        return int.from_bytes(count, sys.byteorder)

    def write(self, block: bytes) -> None:
        """Write so that each page is filled before the next one starts."""
        rest = memoryview(block)
        while rest:
            written = os.write(self._descriptor, rest[: _PAGE - self._filled])
            self._filled = (self._filled + written) % _PAGE
            rest = rest[written:]
