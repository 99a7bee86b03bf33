"""Measure how much the engine reads ahead of a slow consumer.

This can't be seen from outside the process. So here the engine alone reads from the stand-in, eight
requests at once and without a rate limit, while the consumer pauses after each page.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final
from unittest import mock

from typing_extensions import override

from tap_kustomer.client.authenticator import BearerAuthenticator
from tap_kustomer.client.clock import SystemClock
from tap_kustomer.client.credentials import ApiKey
from tap_kustomer.client.limits import Limiter
from tap_kustomer.client.session import Session
from tap_kustomer.client.workers import Workers
from tap_kustomer.reading.context import ReadContext
from tap_kustomer.reading.pages import Window
from tap_kustomer.reading.reader import Reader
from tap_kustomer.reading.search import read
from tap_kustomer.reading.search.schema import SearchSchema
from tap_kustomer.reading.search.slices import Schedule, Slice
from tap_kustomer.reading.sources import Search

if TYPE_CHECKING:
    from tap_kustomer.reading.pages import Shortfall, Unproven
    from tap_kustomer.reading.search.query import SearchPage

PARALLEL: Final = 8
PAGE_SIZE: Final = 500

# More than the stand-in can answer, so all workers are always busy.
_NO_LIMIT: Final = 60_000

_DAYS: Final = 400 * 86_400


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
    now = int(time.time() * 1000)
    context = ReadContext(
        session=Session(
            base_url=address,
            authenticator=BearerAuthenticator(ApiKey("benchmark"), address),
            limiter=limiter,
            clock=clock,
            timeout=60,
            user_agent="benchmark",
            max_retry_seconds=60,
            connections=PARALLEL,
        ),
        workers=Workers(PARALLEL, _never_stop),
        page_size=PAGE_SIZE,
        max_parallel=PARALLEL,
        lookahead=lookahead,
        strict=True,
        started=now,
        earliest=0,
        report=_never_short,
        search_schema=SearchSchema(),
    )
    reader = Reader(context)
    most = rows = 0

    class Watched(Schedule):
        @override
        def learn(self, part: Slice, answer: SearchPage) -> None:
            nonlocal most
            super().learn(part, answer)
            most = max(most, self.waiting_bytes)

    window = Window(now - _DAYS * 1000, now)
    with mock.patch.object(read, "Schedule", Watched):
        for page in reader.read(
            Search("conversation"), window, "conversations", is_consumed=_always
        ):
            rows += sum(1 for _ in page.resources)
            time.sleep(pause)
    return most, rows


def _never_stop() -> None:
    """No signal ends a benchmark."""


def _always() -> bool:
    """Whether the rows are waited for: nothing else is read."""
    return True


def _never_short(shortfall: Shortfall | Unproven) -> None:
    """The stand-in gives all rows that it counts."""
    raise AssertionError(shortfall)
