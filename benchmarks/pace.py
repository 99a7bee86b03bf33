"""Measure how much of its share a sync uses, by the settings that determine it and by latency.

The tap's own session, limiter and engine read from a search on virtual time. So minutes of
searching take a second, even on a busy machine.
"""

from __future__ import annotations

import json
import math
import random
from dataclasses import dataclass
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

import requests
import urllib3
from hour import BUDGET, FixedMinutes
from reading import open_session, read_conversations
from report import Line, say, write_table
from requests.adapters import HTTPAdapter
from rows import milliseconds, time_text
from typing_extensions import override
from virtual_threads import START, VirtualThreads

from tap_kustomer.client import session as sessions
from tap_kustomer.client.limits import BudgetKind, Limiter
from tap_kustomer.reading.pages import Window

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LEAST: Final = 0.95

# Rows are decoded in real time, so pages are small; only their number counts.
PAGE_SIZE: Final = 100
# Seconds that the tap takes to parse a page of 500 rows, and to write it.
PARSING: Final = 0.06
WRITING: Final = 0.15
# The same for short rows, without which no thousand pages a minute can be written.
FAST_PARSING: Final = 0.01
FAST_WRITING: Final = 0.04
# Each takes ten times as many searches.
_FAST_MINUTES: Final = 2

# How far an answer's time may differ from the average, and the part of it that passes before
# Kustomer counts the request.
_VARIATION: Final = 0.5
_WAY: Final = 0.1

# The default of `api_usage_percent`.
_PERCENT: Final = 90

# The default of `max_parallel_requests`, and the most that it allows.
_PARALLEL: Final = 32
_MOST_PARALLEL: Final = 64
_LOOKAHEAD: Final = 64_000_000
_URL: Final = "https://kustomer.example"

# A row a minute, the last of them long before the end of the window.
_APART: Final = 60_000


@dataclass(frozen=True)
class Size:
    """How much is measured.

    Attributes:
        percents: Values of `api_usage_percent`.
        budgets: Values of `searches_per_minute`, beside that of an API key.
        latencies: Seconds that answers take on average.
        minutes: How long a sync lasts.
        seeds: How many syncs to measure; the worst one counts.
    """

    percents: tuple[int, ...]
    budgets: tuple[int, ...]
    latencies: tuple[float, ...]
    minutes: int
    seeds: int


FULL: Final = Size((25, 50, 75, 90, 95, 100), (1000,), (0.3, 1.0, 1.5, 3.0), minutes=5, seeds=3)
QUICK: Final = Size((25, 90, 100), (), (1.5,), minutes=3, seeds=1)


@dataclass(frozen=True)
class Pace:
    """The result of a sync.

    Attributes:
        used: Searches a minute, relative to those that `api_usage_percent` allows.
        refused: Searches that were answered 429.
    """

    used: float
    refused: int


def lines_by_setting(size: Size) -> tuple[list[Line], list[str]]:
    """Measure one line for each setting, with one column for each latency."""
    say("Searching with several settings of api_usage_percent, searches_per_minute (virtual time)")
    lines = list(_lines(size))
    return lines, [f"answers taking {latency:g} s" for latency in size.latencies]


def _lines(size: Size) -> Iterable[Line]:
    refused = []
    settings = [(f"api_usage_percent: {percent}", BUDGET, percent) for percent in size.percents]
    settings += [(f"searches_per_minute: {budget}", budget, _PERCENT) for budget in size.budgets]
    for setting, budget, percent in settings:
        paces = [_worst(size, budget, percent, latency) for latency in size.latencies]
        refused += [pace.refused for pace in paces]
        yield Line(
            f"searches ÷ those that `{setting}` allows (virtual time)",
            f"≥ {LEAST}",
            tuple(f"{pace.used:.3f}" for pace in paces),
            all(pace.used >= LEAST for pace in paces),
        )
    yield Line(
        "answers 429 with any of these settings (virtual time)",
        "0",
        tuple(str(sum(refused[n :: len(size.latencies)])) for n in range(len(size.latencies))),
        not any(refused),
    )


def _worst(size: Size, budget: int, percent: int, latency: float) -> Pace:
    paces = [measure(budget, percent, latency, size.minutes, seed) for seed in range(size.seeds)]
    return Pace(min(pace.used for pace in paces), max(pace.refused for pace in paces))


def measure(budget: int, percent: int, latency: float, minutes: int, seed: int) -> Pace:
    """Read as many rows as take about the given time.

    Args:
        budget: Setting `searches_per_minute`, which is also what Kustomer grants.
        percent: Setting `api_usage_percent`.
        latency: Seconds that answers take on average.
        minutes: How long the sync takes at that share of the budget.
        seed: Determines how long each answer takes, and when the budget's minutes begin.
    """
    is_usual = budget == BUDGET
    parallel = _PARALLEL if is_usual else _MOST_PARALLEL
    threads = VirtualThreads(parallel, PARSING if is_usual else FAST_PARSING)
    if not is_usual:
        minutes = min(minutes, _FAST_MINUTES)
    searches = budget * percent * minutes // 100
    kustomer = _VirtualKustomer(threads, searches * PAGE_SIZE, budget, latency, seed)
    try:
        for _ in _pages(threads, kustomer, Limiter(threads, percent / 100, budget), parallel):
            threads.sleep(WRITING if is_usual else FAST_WRITING)
    finally:
        threads.close()
    allowed = budget * percent / 100 * (kustomer.last - kustomer.first) / 60
    return Pace(kustomer.served / allowed, kustomer.refused)


def _pages(
    threads: VirtualThreads, kustomer: _VirtualKustomer, limiter: Limiter, parallel: int
) -> Iterator[object]:
    with mock.patch.object(sessions, "HTTPAdapter", return_value=kustomer):
        session = open_session(_URL, limiter, threads, parallel=parallel)
    # Any other request states the organisation's limit.
    limiter.learn(BudgetKind.PLAIN, {"x-ratelimit-limit": "2000"}, threads.monotonic())
    return read_conversations(
        session,
        threads,
        Window(kustomer.earliest, START * 1000),
        page_size=PAGE_SIZE,
        parallel=parallel,
        lookahead=_LOOKAHEAD,
    )


class _VirtualKustomer(HTTPAdapter):
    """A search that replaces the network. Its rows are spread evenly over time.

    Args:
        threads: Give the time, and let it pass.
        rows: How many rows there are.
        budget: Searches that each minute grants.
        latency: Seconds that answers take on average.
        seed: Determines how long each one takes, and when the budget's minutes begin.

    Attributes:
        earliest: When the first row was updated, in milliseconds since 1970.
        first: When the first search was sent, in seconds.
        last: When the last answer came.
        served: Searches that were answered.
        refused: Searches that were answered 429.
    """

    def __init__(
        self, threads: VirtualThreads, rows: int, budget: int, latency: float, seed: int
    ) -> None:
        super().__init__()
        self.earliest = START * 1000 - rows * _APART
        self.first = math.inf
        self.last = 0.0
        self.served = self.refused = 0
        self._threads = threads
        self._rows = rows
        self._latency = latency
        self._draw = random.Random(seed)  # noqa: S311  # A seed is there to be repeated.
        self._minutes = FixedMinutes(threads, self._draw.uniform(0, 60), budget)

    @override
    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        self.first = min(self.first, self._threads.monotonic())
        took = self._latency * self._draw.uniform(1 - _VARIATION, 1 + _VARIATION)
        way = took * self._draw.uniform(0, _WAY)
        self._threads.sleep(way)
        headers = self._minutes.admit()
        if headers is None:
            self.refused += 1
            return _response(request, HTTPStatus.TOO_MANY_REQUESTS, b"{}", {})
        content = self._search(request)
        self._threads.sleep(took - way)
        self.served += 1
        self.last = self._threads.monotonic()
        return _response(request, HTTPStatus.OK, content, headers)

    def _search(self, request: requests.PreparedRequest) -> bytes:
        bounds: dict[str, int] = {}
        for criterion in json.loads(request.body or b"{}")["and"]:
            for condition in criterion.values():
                bounds |= {name: milliseconds(text) for name, text in condition.items()}
        begin = max(-(-(bounds["gte"] - self.earliest) // _APART), 0)
        end = min((bounds["lte"] - self.earliest) // _APART + 1, self._rows)
        found = range(begin, end)
        rows = [
            {
                "id": str(number),
                "attributes": {"updatedAt": time_text(self.earliest + number * _APART)},
            }
            for number in found[:PAGE_SIZE]
        ]
        meta = {"page": 1, "pageSize": PAGE_SIZE, "total": len(found)}
        return json.dumps({"data": rows, "meta": meta}).encode()


def _response(
    request: requests.PreparedRequest, status: HTTPStatus, content: bytes, headers: dict[str, str]
) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response.headers.update(headers)
    response.url = request.url or ""
    response.raw = urllib3.HTTPResponse(BytesIO(content), status=status, preload_content=False)
    return response


if __name__ == "__main__":
    write_table(*lines_by_setting(FULL))
