"""The clock, an argument of everything that waits or measures."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

# How often a wait checks whether the run is to end, in seconds: a signal handler only sets a flag.
POLL_SECONDS: Final = 0.25


class Clock(Protocol):
    """Time in seconds."""

    def monotonic(self) -> float:
        """A time that never runs backwards, for measuring."""
        ...

    def now(self) -> float:
        """Seconds since 1970."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class SystemClock:
    """The machine's clock.

    Args:
        interrupt: Called several times a second during a sleep, which it may end by raising.
    """

    def __init__(self, interrupt: Callable[[], None] = lambda: None) -> None:
        self._interrupt = interrupt

    def monotonic(self) -> float:
        """A time that never runs backwards, for measuring."""
        return time.monotonic()

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Wait, unless `interrupt` raises."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._interrupt()
            time.sleep(min(left, POLL_SECONDS))
