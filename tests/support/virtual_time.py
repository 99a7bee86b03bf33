"""A clock that tests move, so that an hour of waiting takes no time."""

from __future__ import annotations

import heapq
import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class VirtualClock:
    """Sleeping moves it; nothing else does, unless a test says so."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self._started = now
        self.elapsed = 0.0
        self.sleeps: list[float] = []
        self._order = itertools.count()
        self._due: list[tuple[float, int, Callable[[], None]]] = []

    def monotonic(self) -> float:
        return self.elapsed

    def now(self) -> float:
        return self._started + self.elapsed

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        end = self.elapsed + seconds
        while self._due and self._due[0][0] <= end:
            at, _, action = heapq.heappop(self._due)
            self.elapsed = max(self.elapsed, at)
            action()
        self.elapsed = max(self.elapsed, end)

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Have something done while somebody sleeps."""
        heapq.heappush(self._due, (self.elapsed + seconds, next(self._order), action))
