"""Search for an hour of virtual time, against Kustomer's budget of fixed minutes."""

from __future__ import annotations

import random
from functools import partial
from typing import TYPE_CHECKING, Final

import tests_on_path  # noqa: F401  # Before `support` is imported.

from support.virtual_time import VirtualClock
from tap_kustomer.client.limits import BudgetKind, Limiter

if TYPE_CHECKING:
    from tap_kustomer.client.clock import Clock

HOUR: Final = 3_600.0
BUDGET: Final = 100
LATENCY: Final = 1.0


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
