"""Search for an hour of virtual time, against Kustomer's budget of fixed minutes."""

from __future__ import annotations

import heapq
import itertools
import random
from functools import partial
from typing import TYPE_CHECKING, Final

from tap_kustomer.client.limits import BudgetKind, Limiter

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_kustomer.client.clock import Clock

HOUR: Final = 3_600.0
BUDGET: Final = 100
LATENCY: Final = 1.0


class VirtualClock:
    """A clock that sleeping moves. It also runs what falls due in the meantime."""

    def __init__(self) -> None:
        self._elapsed = 0.0
        self._order = itertools.count()
        self._due: list[tuple[float, int, Callable[[], None]]] = []

    def monotonic(self) -> float:
        """Seconds so far."""
        return self._elapsed

    def now(self) -> float:
        """Seconds since 1970."""
        return 1_700_000_000.0 + self._elapsed

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        end = self._elapsed + seconds
        while self._due and self._due[0][0] <= end:
            at, _, action = heapq.heappop(self._due)
            self._elapsed = max(self._elapsed, at)
            action()
        self._elapsed = max(self._elapsed, end)

    def later(self, seconds: float, action: Callable[[], None]) -> None:
        """Call something after a delay."""
        heapq.heappush(self._due, (self._elapsed + seconds, next(self._order), action))


class FixedMinutes:
    """Kustomer's count of searches.

    Args:
        clock: Gives the time.
        begin: Seconds of the first minute that have passed already.
        budget: Searches that each minute grants.
    """

    def __init__(self, clock: Clock, begin: float, budget: int = BUDGET) -> None:
        self._clock = clock
        self._budget = budget
        self._begin = begin
        self._minute = -1
        self._used = 0

    def admit(self) -> dict[str, str] | None:
        """Return the headers of an answer, or None for a 429."""
        minute = int((self._clock.monotonic() + self._begin) // 60)
        if minute != self._minute:
            self._minute, self._used = minute, 0
        if self._used >= self._budget:
            return None
        self._used += 1
        remaining = self._budget - self._used
        return {"x-ratelimit-limit": str(self._budget), "x-ratelimit-remaining": str(remaining)}


def refused_in_an_hour(*, share: float, others: float, seed: int) -> int:
    """Count the 429 answers in an hour of searching as fast as the limiter allows.

    Args:
        share: The part of the budget that the tap may use.
        others: Searches a minute that another client sends at random times.
        seed: Determines these times, and when the minutes begin.
    """
    draw = random.Random(seed)  # noqa: S311  # A seed is there to be repeated.
    clock = VirtualClock()
    kustomer = FixedMinutes(clock, begin=draw.uniform(0, 60))
    limiter = Limiter(clock, share)
    refused = 0

    def search_for_another() -> None:
        kustomer.admit()
        clock.later(draw.expovariate(others / 60), search_for_another)

    if others:
        search_for_another()
    while clock.monotonic() < HOUR:
        sent = limiter.wait(BudgetKind.SEARCH)
        headers = kustomer.admit()
        if headers is None:
            refused += 1
            limiter.pause_after_429(BudgetKind.SEARCH, {})
        else:
            clock.later(LATENCY, partial(limiter.learn, BudgetKind.SEARCH, headers, sent))
    return refused
