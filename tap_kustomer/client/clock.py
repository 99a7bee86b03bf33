"""Time as an argument: whatever waits or measures takes a clock."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

_LONGEST_NAP = 0.25


class Clock(Protocol):
    """What waiting code may ask for. All in seconds."""

    def monotonic(self) -> float:
        """A time that never goes back, for measuring."""
        ...

    def now(self) -> float:
        """Seconds since 1970."""
        ...

    def sleep(self, seconds: float) -> None:
        """Come back when the time has passed."""
        ...


class SystemClock:
    """The machine's clock.

    Args:
        interrupt: Called several times a second during a sleep; it ends the sleep by raising.
            A signal handler may only set a flag (`docs` of the module `signal`), so somebody has
            to look at it.
    """

    def __init__(self, interrupt: Callable[[], None] = lambda: None) -> None:
        self._interrupt = interrupt

    def monotonic(self) -> float:
        """A time that never goes back, for measuring."""
        return time.monotonic()

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Come back when the time has passed, or as soon as `interrupt` raises."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._interrupt()
            time.sleep(min(left, _LONGEST_NAP))
