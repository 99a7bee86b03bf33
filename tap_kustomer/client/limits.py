"""Kustomer's budgets, and how to stay inside them without bursts.

All API keys and users of an organisation share 300 to 2,000 requests a minute, by plan; searches
by API keys have a budget of 100 a minute of their own on top of that
(https://developer.kustomer.com/docs/concepts/rate-limits). The windows are fixed minutes, but
where they begin is known only from the header `x-ratelimit-remaining` when it jumps up again.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from enum import Enum
from itertools import takewhile
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_kustomer.client.clock import Clock

WINDOW_SECONDS: Final = 60.0

# The smallest plan's budget: what is assumed until an answer has named the real one.
ORGANIZATION_LIMIT: Final = 300
SEARCH_LIMIT: Final = 100

# Limits up to this many a minute, named in the answer to a search, mean the search budget: no plan
# has so little. It is not documented which of the two budgets a search's headers speak of.
_LARGEST_SEARCH_LIMIT: Final = 150

# Seconds' worth of missed requests that may be sent at once: more would be a burst.
_BURST_SECONDS: Final = 6.0

# Seconds by which one request may take longer to arrive than another. Requests that were sent a
# minute apart, and no more than this, may be counted in the same minute.
_LONGEST_DELAY: Final = 1.0

# The share of the organisation's limit that a run may begin with at once, so that a sync of many
# small tables takes no longer than their answers. It is paid back by a pause.
_HEAD_START: Final = 0.25

_EPOCH_MILLISECONDS: Final = 1e12
_EPOCH_SECONDS: Final = 1e9


class BudgetKind(Enum):
    """Which budgets a request draws on."""

    PLAIN = "plain"
    SEARCH = "search"


@dataclass(slots=True)
class Budget:
    """So many requests a minute, evenly spread. Knows no clock: every method is told the time.

    Attributes:
        limit: Requests a minute that the server grants to everybody together.
        share: The part of them that the tap may use, up to 1.
        head_start: The part of them that may go at once when nothing was sent before.
    """

    limit: int
    share: float
    head_start: float = 0.0
    spent: int = 0
    refused: int = 0
    _latest: deque[float] = field(default_factory=deque)
    _next_slot: float = 0.0
    _blocked_until: float = 0.0
    # When the server's window began at the latest, when an answer showed it, and when it ends at
    # the latest.
    _window_begin: float = -math.inf
    _window_seen: float = -math.inf
    _window_end: float = -math.inf
    _remaining: float = math.inf

    @property
    def rate(self) -> float:
        """Requests a second that the tap allows itself."""
        return self.limit * self.share / WINDOW_SECONDS

    def percent(self, requests: int, seconds: float) -> int:
        """How much of the limit so many requests in so many seconds are, a minute at least."""
        return round(100 * requests / (self.limit * max(seconds / WINDOW_SECONDS, 1.0)))

    def ready_at(self, now: float) -> float:
        """The earliest time for the next request."""
        earliest = max(now, self._next_slot - self._burst / self.rate, self._blocked_until)
        if len(self._latest) < self.limit:
            return earliest
        return max(earliest, self._latest[-self.limit] + WINDOW_SECONDS + _LONGEST_DELAY)

    def take(self, at: float) -> None:
        """Book one request for a time that `ready_at` has named."""
        self.spent += 1
        self._latest.append(at)
        while self._latest[0] <= at - WINDOW_SECONDS - _LONGEST_DELAY:
            self._latest.popleft()
        self._remaining -= 1
        interval = 1.0 / self.rate
        if at < self._window_end:
            left = self._window_begin + WINDOW_SECONDS - at
            usable = self._remaining - self._reserve
            if usable < 1:
                # Others have used the budget up. Wait for the next window, then ask again.
                self._blocked_until = max(self._blocked_until, self._window_end)
            else:
                interval = max(interval, left / usable)
        self._next_slot = max(self._next_slot, at) + interval

    def learn(self, now: float, sent: float, limit: int, remaining: int | None) -> None:
        """Correct the budget by what an answer's headers say.

        Args:
            now: When the answer came.
            sent: When its request was sent.
            limit: Requests a minute that the server grants to everybody together.
            remaining: How many of them were left when the server counted the request.
        """
        self.limit = limit
        # The server may have counted a request in the old window if it was sent before the new one
        # was noticed.
        if remaining is None or sent < self._window_seen:
            return
        # Answers overtake each other, so a small rise means nothing. A rise by more than the
        # requests that were under way at the same time is a new window.
        jump = max(8.0, limit * 0.1, self._sent_since(sent - (now - sent)))
        is_first = math.isinf(self._remaining)
        if is_first or remaining > self._remaining + jump:
            self._window_begin, self._window_seen = sent, now
            self._window_end = now + WINDOW_SECONDS
            if not is_first:
                # What was scarce in the old window holds up the new one no longer.
                self._next_slot = min(self._next_slot, now + _BURST_SECONDS + 1.0 / self.rate)
        elif sent >= self._window_end:
            # If hardly anything of the last window was used, its reset goes unnoticed: let this
            # window run on for a while.
            self._window_end = sent + jump / self.rate
        else:
            self._remaining = min(self._remaining, remaining)
            return
        self._remaining = remaining
        self._blocked_until = min(self._blocked_until, now)

    def refuse(self, now: float, wait: float | None) -> float:
        """Note a 429 and give the seconds for which nothing more may be asked."""
        self.refused += 1
        if wait is None:
            wait = self._window_end - now if self._window_end > now else WINDOW_SECONDS
        wait = min(max(wait, 1.0), WINDOW_SECONDS)
        self._blocked_until = max(self._blocked_until, now + wait)
        self._next_slot = max(self._next_slot, self._blocked_until)
        self._window_end = -math.inf
        return wait

    def _sent_since(self, time: float) -> int:
        return sum(1 for _ in takewhile(lambda at: at >= time, reversed(self._latest)))

    @property
    def _burst(self) -> float:
        """Requests that may go at once."""
        if self.spent < self.limit * self.head_start * self.share:
            return self.limit * self.head_start * self.share
        return self.rate * _BURST_SECONDS

    @property
    def _reserve(self) -> float:
        """Requests of each window that are left to others, whatever they have used so far."""
        return self.limit * (1.0 - self.share) / 2


class Limiter:
    """One limiter for all requests of the process; threads may share it.

    Args:
        clock: Tells the time and waits.
        share: The part of each budget that the tap may use, up to 1.
    """

    def __init__(self, clock: Clock, share: float) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self.organization = Budget(ORGANIZATION_LIMIT, share, _HEAD_START)
        self.search = Budget(SEARCH_LIMIT, share)

    def wait(self, kind: BudgetKind) -> float:
        """Come back when the request may be sent, with the time by the clock's `monotonic`."""
        while True:
            now = self._clock.monotonic()
            with self._lock:
                budgets = self._budgets(kind)
                at = max(budget.ready_at(now) for budget in budgets)
                if at <= now:
                    for budget in budgets:
                        budget.take(now)
                    return now
            # Nothing is booked ahead: who wakes up looks again, for a 429 may have come meanwhile.
            self._clock.sleep(at - now)

    def learn(self, kind: BudgetKind, headers: Mapping[str, str], sent: float) -> None:
        """Take note of an answer's `x-ratelimit-limit` and `-remaining`; not every one has them.

        Args:
            kind: The budgets that the request draws on.
            headers: Of the answer.
            sent: When `wait` let the request go.
        """
        limit = _whole(headers.get("x-ratelimit-limit"))
        if not limit:
            return
        with self._lock:
            self._meant(kind, limit).learn(
                self._clock.monotonic(), sent, limit, _whole(headers.get("x-ratelimit-remaining"))
            )

    def refuse(self, kind: BudgetKind, headers: Mapping[str, str]) -> float:
        """Take note of a 429 and give the seconds to wait."""
        limit = _whole(headers.get("x-ratelimit-limit"))
        with self._lock:
            budget = self._meant(kind, limit)
            return budget.refuse(self._clock.monotonic(), self._asked_wait(headers))

    def _budgets(self, kind: BudgetKind) -> tuple[Budget, ...]:
        if kind is BudgetKind.SEARCH:
            return (self.organization, self.search)
        return (self.organization,)

    def _meant(self, kind: BudgetKind, limit: int | None) -> Budget:
        if kind is BudgetKind.SEARCH and (limit is None or limit <= _LARGEST_SEARCH_LIMIT):
            return self.search
        return self.organization

    def _asked_wait(self, headers: Mapping[str, str]) -> float | None:
        """Seconds from `Retry-After` or `x-ratelimit-reset`.

        The unit of the latter is documented once as epoch seconds and seen otherwise, so it is
        told from its size.
        """
        if (asked := retry_after(headers)) is not None:
            return asked
        reset = _number(headers.get("x-ratelimit-reset"))
        if reset is None:
            return None
        if reset < _EPOCH_SECONDS:
            return reset
        # Compared with the server's own clock: this machine's may be minutes apart from it.
        now = server_time(headers) or self._clock.now()
        return (reset / 1000 if reset >= _EPOCH_MILLISECONDS else reset) - now


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the header `Retry-After` asks to wait; None without one that says seconds."""
    return _number(headers.get("retry-after"))


def server_time(headers: Mapping[str, str]) -> float | None:
    """Seconds since 1970 by the clock that wrote the header `Date`; None without a valid one."""
    try:
        return parsedate_to_datetime(headers.get("date", "")).timestamp()
    except (ValueError, OverflowError):
        return None


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _whole(text: str | None) -> int | None:
    number = _number(text)
    return int(number) if number is not None and number >= 0 else None
