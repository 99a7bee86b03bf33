"""Kustomer's rate limits, and how to stay within them without bursts.

All API keys and users of an organisation share 300 to 2,000 requests a minute, depending on the
plan. Searches by API keys also draw on a budget of their own, 100 a minute; searches by people do
not (https://developer.kustomer.com/docs/concepts/rate-limits). The server counts in fixed
minutes. Where one begins shows only when the header `x-ratelimit-remaining` jumps up again.
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

MINUTE_SECONDS: Final = 60.0

# The smallest plan's limit, assumed until a response states the real one.
ORGANIZATION_LIMIT: Final = 300
SEARCH_LIMIT: Final = 100

# The documentation does not say which of the two budgets the headers of a search describe. A limit
# of up to this many is that of searches, as every plan grants more requests than that. A larger one
# is that of searches if the responses to other requests have stated a still larger one.
_LARGEST_SEARCH_LIMIT: Final = 150

# Seconds' worth of unused requests that may be sent at once; more would be a burst.
_BURST_SECONDS: Final = 6.0

# Seconds by which one request may take longer to arrive than another: requests sent a minute and
# up to this much apart may be counted in the same minute.
_LONGEST_DELAY: Final = 1.0

# Share of the organisation's limit that a run may use at once in the beginning, so that a sync of
# many small streams takes no longer than their responses. A pause pays it back.
_HEAD_START: Final = 0.25

# A rise of the remaining requests means a new minute only if it is larger than both: so many
# requests, and this share of the limit.
_LEAST_JUMP: Final = 8.0
_JUMP_SHARE: Final = 0.1

_EPOCH_MILLISECONDS: Final = 1e12
_EPOCH_SECONDS: Final = 1e9


class BudgetKind(Enum):
    """Which budgets a request draws on."""

    PLAIN = "plain"
    SEARCH = "search"


@dataclass(slots=True)
class Budget:
    """A number of requests a minute, evenly spread. It has no clock: methods take the time.

    A generic cell rate algorithm (GCRA) with a burst spaces the requests; a log of the last minute
    keeps them below the limit whenever the server's minute begins.

    Attributes:
        limit: Requests a minute that the server grants to all clients together.
        share: Part of the limit that the tap may use, up to 1.
        head_start: Part of the limit that may be sent at once in the beginning.
        spent: Requests sent so far.
        throttled_count: Responses with status 429 so far.
    """

    limit: int
    share: float
    head_start: float = 0.0
    spent: int = 0
    throttled_count: int = 0
    # When the requests of the last minute were sent.
    _sent_at: deque[float] = field(default_factory=deque)
    # When the next request is due if none is sent early, in a burst.
    _next_slot: float = 0.0
    _blocked_until: float = 0.0
    # The latest times at which the server's minute may have begun and may end.
    _minute_begin: float = -math.inf
    _minute_end: float = -math.inf
    # What was sent before this time may have been counted in an earlier minute.
    _minute_seen: float = -math.inf
    _remaining: float = math.inf

    @property
    def rate(self) -> float:
        """Requests a second that the tap may send."""
        return self.limit * self.share / MINUTE_SECONDS

    def percent(self, requests: int, seconds: float) -> int:
        """Percentage of the limit that a number of requests in some seconds (at least 60) used."""
        return round(100 * requests / (self.limit * max(seconds / MINUTE_SECONDS, 1.0)))

    def ready_at(self, now: float) -> float:
        """Earliest time at which the next request may be sent."""
        earliest = max(now, self._next_slot - self._burst / self.rate, self._blocked_until)
        if len(self._sent_at) < self.limit:
            return earliest
        return max(earliest, self._sent_at[-self.limit] + MINUTE_SECONDS + _LONGEST_DELAY)

    def take(self, at: float) -> None:
        """Count a request sent at a time that `ready_at` allows."""
        self.spent += 1
        self._sent_at.append(at)
        while self._sent_at[0] <= at - MINUTE_SECONDS - _LONGEST_DELAY:
            self._sent_at.popleft()
        self._remaining -= 1
        interval = 1.0 / self.rate
        if at < self._minute_end:
            left = self._minute_begin + MINUTE_SECONDS - at
            usable = self._remaining - self._reserve
            if usable < 1:
                # Other clients have used up the budget: wait for the next minute.
                self._blocked_until = max(self._blocked_until, self._minute_end)
            else:
                interval = max(interval, left / usable)
        self._next_slot = max(self._next_slot, at) + interval

    def learn(self, now: float, sent: float, limit: int, remaining: int | None) -> None:
        """Correct the budget by the headers of a response.

        Args:
            now: When the response arrived.
            sent: When its request was sent.
            limit: Requests a minute that the server grants to all clients together.
            remaining: How many of them were left once the server had counted the request.
        """
        self.limit = limit
        # A request sent before the new minute was noticed may have been counted in the old one.
        if remaining is None or sent < self._minute_seen:
            return
        # Responses overtake each other, so a small rise means nothing. A rise by more than the
        # number of requests in flight at the same time means a new minute.
        jump = max(_LEAST_JUMP, limit * _JUMP_SHARE, self._sent_since(sent - (now - sent)))
        is_first = math.isinf(self._remaining)
        if is_first or remaining > self._remaining + jump:
            self._minute_begin, self._minute_seen = sent, now
            self._minute_end = now + MINUTE_SECONDS
            if not is_first:
                # Scarcity in the old minute must not delay requests in the new one.
                self._next_slot = min(self._next_slot, now + _BURST_SECONDS + 1.0 / self.rate)
        elif sent >= self._minute_end:
            # If hardly anything of the last minute was used, its reset goes unnoticed: let this
            # minute run on for a while.
            self._minute_end = sent + jump / self.rate
        else:
            self._remaining = min(self._remaining, remaining)
            return
        self._remaining = remaining
        self._blocked_until = min(self._blocked_until, now)

    def pause(self, now: float, wait: float | None) -> float:
        """Send nothing for a while after a 429, and return for how many seconds.

        Args:
            now: When the response arrived.
            wait: Seconds that the server asks to wait, if it does.
        """
        self.throttled_count += 1
        if wait is None:
            wait = self._minute_end - now if self._minute_end > now else MINUTE_SECONDS
        wait = min(max(wait, 1.0), MINUTE_SECONDS)
        self._blocked_until = max(self._blocked_until, now + wait)
        self._next_slot = max(self._next_slot, self._blocked_until)
        # A response to a request that was under way must not end the pause.
        self._minute_seen = now
        self._minute_end = -math.inf
        return wait

    def lower(self, now: float, least: int) -> None:
        """Lower the limit to the requests of the last minute: they were too many.

        Args:
            now: When a response with status 429 arrived that states no limit.
            least: The limit is at least so many requests a minute.
        """
        self.limit = min(self.limit, max(self._sent_since(now - MINUTE_SECONDS), least))

    def _sent_since(self, time: float) -> int:
        return sum(1 for _ in takewhile(lambda at: at >= time, reversed(self._sent_at)))

    @property
    def _burst(self) -> float:
        """Requests that may be sent at once."""
        if self.spent < self.limit * self.head_start * self.share:
            return self.limit * self.head_start * self.share
        return self.rate * _BURST_SECONDS

    @property
    def _reserve(self) -> float:
        """Requests of each minute that are left to other clients, whatever they have used."""
        return self.limit * (1.0 - self.share) / 2


class Limiter:
    """The rate limiter of the process. Threads may share it.

    Args:
        clock: Tells the time and waits.
        share: Part of each budget that the tap may use, up to 1.
        searches: Searches a minute that the credential is assumed to be granted, until a response
            states their number.
    """

    def __init__(self, clock: Clock, share: float, searches: int = SEARCH_LIMIT) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self.organization = Budget(ORGANIZATION_LIMIT, share, _HEAD_START)
        self.search = Budget(searches, share)
        # Limits that responses have stated beyond doubt.
        self._stated: set[BudgetKind] = set()

    def wait(self, kind: BudgetKind) -> float:
        """Wait until a request may be sent, and return that time, in the clock's `monotonic`."""
        while True:
            now = self._clock.monotonic()
            with self._lock:
                budgets = self._budgets(kind)
                at = max(budget.ready_at(now) for budget in budgets)
                if at <= now:
                    for budget in budgets:
                        budget.take(now)
                    return now
            # Nothing is reserved: after the wait, a 429 may have changed what is allowed.
            self._clock.sleep(at - now)

    def learn(self, kind: BudgetKind, headers: Mapping[str, str], sent: float) -> None:
        """Learn from `x-ratelimit-limit` and `-remaining`, which not every response has.

        Args:
            kind: The budgets that the request drew on.
            headers: Headers of the response.
            sent: The time that `wait` returned for the request.
        """
        limit = _whole(headers.get("x-ratelimit-limit"))
        if not limit:
            return
        remaining = _whole(headers.get("x-ratelimit-remaining"))
        with self._lock:
            self._note_stated_limit(kind, limit).learn(
                self._clock.monotonic(), sent, limit, remaining
            )

    def is_stated(self, kind: BudgetKind) -> bool:
        """Whether a response has stated the limit of this kind of request."""
        return kind in self._stated

    def pause_after_429(self, kind: BudgetKind, headers: Mapping[str, str]) -> float:
        """Learn from a 429, and return the seconds to wait.

        Args:
            kind: The budgets that the request drew on.
            headers: Headers of the response.
        """
        with self._lock:
            now = self._clock.monotonic()
            budget = self._learn_from_429(kind, headers)
            if budget is self.search and not self.is_stated(BudgetKind.SEARCH):
                budget.lower(now, SEARCH_LIMIT)
            return budget.pause(now, self._requested_wait(headers))

    def _budgets(self, kind: BudgetKind) -> tuple[Budget, ...]:
        if kind is BudgetKind.SEARCH:
            return (self.organization, self.search)
        return (self.organization,)

    def _learn_from_429(self, kind: BudgetKind, headers: Mapping[str, str]) -> Budget:
        """Take the limit that a 429 may state, and return the budget that is used up."""
        if limit := _whole(headers.get("x-ratelimit-limit")):
            budget = self._note_stated_limit(kind, limit)
            budget.limit = limit
            is_spent = not _whole(headers.get("x-ratelimit-remaining"))
            if is_spent or budget is self.search or kind is BudgetKind.PLAIN:
                return budget
        return self._budgets(kind)[-1]

    def _note_stated_limit(self, kind: BudgetKind, limit: int) -> Budget:
        """Note that a response has stated this limit, and return the budget that it belongs to."""
        is_below_plan = self.is_stated(BudgetKind.PLAIN) and limit < self.organization.limit
        if kind is BudgetKind.SEARCH and not (limit <= _LARGEST_SEARCH_LIMIT or is_below_plan):
            return self.organization
        self._stated.add(kind)
        return self.search if kind is BudgetKind.SEARCH else self.organization

    def _requested_wait(self, headers: Mapping[str, str]) -> float | None:
        """Seconds to wait by `Retry-After` or `x-ratelimit-reset`; None without both.

        The latter is documented as epoch seconds but occurs in other units, so its size decides.
        """
        if (asked := retry_after(headers)) is not None:
            return asked
        reset = _number(headers.get("x-ratelimit-reset"))
        if reset is None:
            return None
        if reset < _EPOCH_SECONDS:
            return reset
        # By the server's clock: this machine's may differ by minutes.
        now = server_time(headers) or self._clock.now()
        return (reset / 1000 if reset >= _EPOCH_MILLISECONDS else reset) - now


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait by the header `Retry-After`; None if it has neither seconds nor a date.

    A date counts from the response's own `Date`: this machine's clock may differ by minutes.
    """
    text = headers.get("retry-after")
    if (seconds := _number(text)) is not None:
        return seconds
    until, now = _timestamp(text), server_time(headers)
    return None if until is None or now is None else until - now


def server_time(headers: Mapping[str, str]) -> float | None:
    """Seconds since 1970 by the header `Date`; None if it is absent or not a date."""
    return _timestamp(headers.get("date"))


def _timestamp(date: str | None) -> float | None:
    try:
        return parsedate_to_datetime(date or "").timestamp()
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
