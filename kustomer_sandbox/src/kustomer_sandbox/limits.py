"""Rate limits, for the organisation and for searches by API keys.

https://developer.kustomer.com/docs/concepts/rate-limits
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kustomer_sandbox.errors import plain
from kustomer_sandbox.times import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable

    from kustomer_sandbox.clock import Clock
    from kustomer_sandbox.options import Options

_WINDOW = 60.0


@dataclass
class Budget:
    """A limit, and how much of it is used in the current window."""

    limit: int
    used: int = 0

    @property
    def spent(self) -> bool:
        """Whether the limit is exceeded."""
        return bool(self.limit) and self.used > self.limit

    @property
    def remaining(self) -> int:
        """Number of requests left."""
        return max(0, self.limit - self.used)


class Limits:
    """Counts requests in fixed windows of a minute of real time.

    Args:
        options: Has the limits.
        clock: Tells the sandbox's time.
        monotonic: Tells the real time.
    """

    def __init__(
        self,
        options: Options,
        clock: Clock,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._options = options
        self._clock = clock
        self._monotonic = monotonic
        self._began = monotonic()
        self._organisation = Budget(options.org_limit)
        self._search = Budget(options.search_limit)

    def spend(self, organisation: int = 0, search: int = 0) -> None:
        """Use up requests, as other clients of the organisation do."""
        self._begin_window_if_due()
        self._organisation.used += organisation
        self._search.used += search

    def count_request(self, *, search: bool) -> tuple[dict[str, str], bool]:
        """Count a request; return the headers of its response and whether it is over a limit."""
        self.spend(organisation=1, search=int(search))
        organisation, searches = self._organisation, self._search
        over_search = search and searches.spent
        over = organisation.spent or over_search
        scoped = search and searches.limit and self._options.ratelimit_scope == "search"
        budget = searches if over_search or scoped else organisation
        return self._headers(budget, over=over), over

    def _headers(self, budget: Budget, *, over: bool) -> dict[str, str]:
        style = self._options.ratelimit_headers
        if style == "none" or not budget.limit:
            return {}
        headers = {
            "x-ratelimit-limit": str(budget.limit),
            "x-ratelimit-remaining": str(budget.remaining),
        }
        if over or style in ("always-reset", "ms"):
            left = self._began + _WINDOW - self._monotonic()
            reset = self._clock.now() + round(left * SECOND)
            # Epoch seconds, rounded up: the window is over by then.
            seconds = -(-reset // SECOND)
            headers["x-ratelimit-reset"] = str(reset if style == "ms" else seconds)
        return headers

    def _begin_window_if_due(self) -> None:
        passed = self._monotonic() - self._began
        if passed >= _WINDOW:
            self._began += passed // _WINDOW * _WINDOW
            self._organisation.used = self._search.used = 0
        self._organisation.limit = self._options.org_limit
        self._search.limit = self._options.search_limit


def too_many() -> dict[str, object]:
    """Body of a 429, whose real form is not documented."""
    return plain(429, "too_many_requests", "Too many requests").body
