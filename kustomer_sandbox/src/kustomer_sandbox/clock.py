"""The sandbox's clock: real time plus an offset, so that it never runs backwards."""

from __future__ import annotations

import time
from email.utils import formatdate

from kustomer_sandbox.times import MINUTE, SECOND


class Clock:
    """Tells the sandbox's time; ``frozen`` stops it, for tests."""

    __slots__ = ("_frozen", "_offset")

    def __init__(self, offset: int = 0, *, frozen: int | None = None) -> None:
        """Run ``offset`` milliseconds ahead of real time, or stand at ``frozen``."""
        self._offset = offset
        self._frozen = frozen

    def now(self) -> int:
        """Return the sandbox's time in milliseconds since 1970."""
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
        """Return the sandbox's time as an HTTP ``Date`` header."""
        return formatdate(self.now() / SECOND, usegmt=True)
