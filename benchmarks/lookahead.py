"""Measure how much the engine reads ahead of a slow consumer.

This can't be seen from outside the process. So here the engine alone reads from the stand-in, eight
requests at once and without a rate limit, while the consumer pauses after each page.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final
from unittest import mock

from reading import open_session, read_conversations
from typing_extensions import override

from tap_kustomer.client.clock import SystemClock
from tap_kustomer.client.limits import Limiter
from tap_kustomer.client.workers import Workers
from tap_kustomer.reading.pages import Window
from tap_kustomer.reading.search import read
from tap_kustomer.reading.search.slices import Schedule, Slice
from tap_kustomer.times import DAY

if TYPE_CHECKING:
    from tap_kustomer.reading.search.query import SearchPage

PARALLEL: Final = 8
PAGE_SIZE: Final = 500

# More than the stand-in can answer, so all workers are always busy.
_NO_LIMIT: Final = 60_000

# More than the year in which the stand-in's rows were updated, in milliseconds.
_PERIOD: Final = 400 * DAY


def most_waiting(address: str, *, lookahead: int, pause: float) -> tuple[int, int]:
    """Return the most bytes that waited to be delivered at any time, and the rows that came.

    Args:
        address: Of the stand-in.
        lookahead: The bound, in bytes.
        pause: Seconds that the consumer takes per page.
    """
    clock = SystemClock()
    limiter = Limiter(clock, share=1.0)
    limiter.organization.limit = limiter.search.limit = _NO_LIMIT
    session = open_session(address, limiter, clock, parallel=PARALLEL)
    most = rows = 0

    class Watched(Schedule):
        @override
        def learn(self, part: Slice, answer: SearchPage) -> None:
            nonlocal most
            super().learn(part, answer)
            most = max(most, self.waiting_bytes)

    now = int(time.time() * 1000)
    with mock.patch.object(read, "Schedule", Watched):
        for page in read_conversations(
            session,
            Workers(PARALLEL, _never_stop),
            Window(now - _PERIOD, now),
            page_size=PAGE_SIZE,
            parallel=PARALLEL,
            lookahead=lookahead,
        ):
            rows += sum(1 for _ in page.resources)
            time.sleep(pause)
    return most, rows


def _never_stop() -> None:
    """No signal ends a benchmark."""
