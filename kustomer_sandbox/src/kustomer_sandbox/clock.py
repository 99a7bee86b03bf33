"""The sandbox's clock: real time plus an offset, so that it never runs backwards."""

from __future__ import annotations

import time
from email.utils import formatdate

from kustomer_sandbox.times import MINUTE, SECOND


class Clock:
    """The sandbox's clock.

    Args:
        offset: Milliseconds by which it is ahead of real time.
        frozen: Time at which it stands still, for tests.
    """

    __slots__ = ("_frozen", "_offset")

    def __init__(self, offset: int = 0, *, frozen: int | None = None) -> None:
        self._offset = offset
        self._frozen = frozen

    def now(self) -> int:
        """Milliseconds since 1970."""
        if self._frozen is not None:
            return self._frozen
        return time.time_ns() // 1_000_000 + self._offset

    def forward(self, minutes: float) -> None:
        """Move the clock forward."""
        distance = round(minutes * MINUTE)
        self._offset += distance
        if self._frozen is not None:
            self._frozen += distance

    def http_date(self) -> str:
        """The time as the value of an HTTP header `Date`."""
        return formatdate(self.now() / SECOND, usegmt=True)
