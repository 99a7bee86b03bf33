"""Requests that a server counts in fixed minutes, and a client that keeps to its limiter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_kustomer.client.limits import BudgetKind, Limiter

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.virtual_time import VirtualClock

HOUR = 3600.0


class MinuteWindows:
    """Counts requests in fixed minutes with any beginning, as documented."""

    def __init__(self, clock: VirtualClock, limit: int, begin: float) -> None:
        self._clock, self.limit, self._begin = clock, limit, begin
        self._window = -1
        self.used = 0
        self.refused: list[float] = []

    def use(self) -> dict[str, str] | None:
        """Headers of an answer, or None for a 429."""
        window = int((self._clock.elapsed + self._begin) // 60)
        if window != self._window:
            self._window, self.used = window, 0
        if self.used >= self.limit:
            self.refused.append(self._clock.elapsed)
            return None
        self.used += 1
        return limit_headers(self.limit, self.limit - self.used)


def limit_headers(limit: int, remaining: int) -> dict[str, str]:
    return {"x-ratelimit-limit": str(limit), "x-ratelimit-remaining": str(remaining)}


def ask_for_an_hour(
    clock: VirtualClock,
    limiter: Limiter,
    server: MinuteWindows,
    latency: float = 0.5,
    hours: float = 1.0,
) -> int:
    """Search as fast as the limiter allows; answers arrive after `latency` seconds."""
    sent = 0
    while clock.elapsed < HOUR * hours:
        at = limiter.wait(BudgetKind.SEARCH)
        headers = server.use()
        if headers is None:
            clock.later(latency, lambda: None)
            limiter.pause_after_429(BudgetKind.SEARCH, {})
        else:
            sent += 1
            clock.later(latency, learning(limiter, headers, at))
    return sent


def learning(limiter: Limiter, headers: dict[str, str], sent: float) -> Callable[[], None]:
    return lambda: limiter.learn(BudgetKind.SEARCH, headers, sent)
