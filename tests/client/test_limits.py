"""Requests stay within Kustomer's rate limits, and use them up."""

from __future__ import annotations

import random
from collections import deque
from functools import partial
from typing import TYPE_CHECKING

import pytest

from support.minute_windows import (
    HOUR,
    MinuteWindows,
    ask_for_an_hour,
    learning,
    limit_headers,
)
from tap_kustomer.client.limits import BudgetKind, Limiter

if TYPE_CHECKING:
    from support.virtual_time import VirtualClock


@pytest.mark.parametrize("begin", [0.0, 17.3, 59.9])
@pytest.mark.parametrize("latency", [0.05, 1.0, 3.0])
@pytest.mark.parametrize("percent", [25, 90, 95, 98, 100])
def test_without_other_clients_the_tap_uses_its_share_and_is_never_refused(
    clock: VirtualClock, begin: float, latency: float, percent: int
) -> None:
    server = MinuteWindows(clock, 100, begin)

    sent = ask_for_an_hour(clock, Limiter(clock, percent / 100), server, latency)

    assert server.refused == []
    assert 0.98 * 60 * percent <= sent <= 60 * percent + 11


@pytest.mark.parametrize("begin", [0.0, 17.3])
@pytest.mark.parametrize("latency", [0.3, 3.0])
@pytest.mark.parametrize("percent", [90, 100])
def test_a_thousand_searches_a_minute_are_used_where_the_setting_grants_them(
    clock: VirtualClock, begin: float, latency: float, percent: int
) -> None:
    server, limiter = MinuteWindows(clock, 1000, begin), Limiter(clock, percent / 100, 1000)
    limiter.learn(BudgetKind.PLAIN, limit_headers(2000, 1999), sent=0.0)

    sent = ask_for_an_hour(clock, limiter, server, latency, hours=0.1)

    assert server.refused == []
    assert 0.98 * 60 * percent <= sent <= 60 * percent + 101


@pytest.mark.parametrize("percent", [90, 100])
def test_unused_requests_are_made_up_for(clock: VirtualClock, percent: int) -> None:
    limiter, draw, sent = Limiter(clock, percent / 100), random.Random(1), 0
    while clock.elapsed < HOUR:
        limiter.wait(BudgetKind.SEARCH)
        sent += 1
        if draw.random() < 0.1:
            clock.sleep(draw.uniform(0, 4))

    assert sent >= 0.97 * 60 * percent


@pytest.mark.parametrize("seed", range(20))
def test_requests_that_arrive_a_second_late_are_not_refused(clock: VirtualClock, seed: int) -> None:
    draw = random.Random(seed)
    server, limiter = MinuteWindows(clock, 100, draw.uniform(0, 60)), Limiter(clock, 1.0)
    while clock.elapsed < HOUR / 4:
        limiter.wait(BudgetKind.SEARCH)
        clock.later(draw.choice((0.0, 0.99)), server.use)

    assert server.refused == []


def test_a_response_from_the_old_window_does_not_delay_requests_in_the_new_one(
    clock: VirtualClock,
) -> None:
    limiter = Limiter(clock, 0.9)
    for remaining in range(99, 9, -1):
        sent = limiter.wait(BudgetKind.SEARCH)
        limiter.learn(BudgetKind.SEARCH, limit_headers(100, remaining), sent)
    clock.sleep(10)
    first, second = limiter.wait(BudgetKind.SEARCH), limiter.wait(BudgetKind.SEARCH)
    clock.sleep(1)
    limiter.learn(BudgetKind.SEARCH, limit_headers(100, 99), first)

    limiter.learn(BudgetKind.SEARCH, limit_headers(100, 5), second)

    for _ in range(4):
        limiter.wait(BudgetKind.SEARCH)
    assert clock.elapsed == second + 1


def test_responses_that_overtake_each_other_do_not_look_like_a_new_window(
    clock: VirtualClock,
) -> None:
    limiter = Limiter(clock, 0.9)
    limiter.learn(BudgetKind.SEARCH, limit_headers(100, 99), limiter.wait(BudgetKind.SEARCH))
    sent = [limiter.wait(BudgetKind.SEARCH) for _ in range(8)]
    clock.sleep(3)
    limiter.learn(BudgetKind.SEARCH, limit_headers(100, 8), sent[-1])

    limiter.learn(BudgetKind.SEARCH, limit_headers(100, 15), sent[0])

    times = [limiter.wait(BudgetKind.SEARCH) for _ in range(4)]
    assert times[-1] >= 60, "others have used the rest of this window"


@pytest.mark.parametrize("begin", [50.0, *(55 + half / 2 for half in range(10))])
@pytest.mark.parametrize("latency", [0.3, 1.0, 3.0])
@pytest.mark.parametrize("percent", [90, 100])
def test_a_run_that_begins_late_in_a_window_is_not_delayed(
    clock: VirtualClock, begin: float, latency: float, percent: int
) -> None:
    server, draw = MinuteWindows(clock, 100, begin), random.Random(1)
    limiter = Limiter(clock, percent / 100)

    for _ in range(200):
        sent = limiter.wait(BudgetKind.SEARCH)
        clock.sleep(draw.uniform(0, 0.6))
        headers = server.use()
        assert headers is not None
        clock.later(latency, learning(limiter, headers, sent))

    assert clock.elapsed < 200 * 60 / percent * 1.05


def test_requests_are_spread_over_the_minute(clock: VirtualClock) -> None:
    limiter = Limiter(clock, 0.9)
    times = []
    for _ in range(100):
        limiter.wait(BudgetKind.SEARCH)
        times.append(clock.elapsed)

    busiest = max(sum(start <= t < start + 6 for t in times) for start in times)
    assert busiest <= 9 + 9 + 1


@pytest.mark.parametrize(
    ("kind", "limit", "percent", "most"),
    [
        (BudgetKind.SEARCH, 100, 90, 9),
        (BudgetKind.PLAIN, 300, 90, 67),
        (BudgetKind.PLAIN, 1000, 90, 225),
        (BudgetKind.PLAIN, 300, 25, 18),
        (BudgetKind.SEARCH, 100, 100, 10),
    ],
)
def test_a_run_begins_with_a_burst_of_requests(
    clock: VirtualClock, kind: BudgetKind, limit: int, percent: int, most: int
) -> None:
    limiter = Limiter(clock, percent / 100)
    limiter.learn(kind, {"x-ratelimit-limit": str(limit)}, sent=0.0)
    at_once = -1
    while clock.elapsed == 0:
        limiter.wait(kind)
        at_once += 1

    assert most <= at_once <= most + 1


def test_the_first_minute_stays_within_the_share_despite_the_head_start(
    clock: VirtualClock,
) -> None:
    limiter = Limiter(clock, 0.5)
    sent = [limiter.wait(BudgetKind.PLAIN)]
    while sent[-1] < 60:
        headers = limit_headers(limit=300, remaining=300 - len(sent))
        clock.later(0.5, partial(limiter.learn, BudgetKind.PLAIN, headers, sent[-1]))
        sent.append(limiter.wait(BudgetKind.PLAIN))

    assert len(sent) <= 0.5 * 300 * 1.1 + 2


@pytest.mark.parametrize("percent", [25, 50, 80, 90, 95, 100])
@pytest.mark.parametrize("limit", [60, 100, 300, 2000])
def test_no_minute_has_more_requests_than_the_limit(
    clock: VirtualClock, limit: int, percent: int
) -> None:
    limiter = Limiter(clock, percent / 100)
    limiter.learn(BudgetKind.PLAIN, {"x-ratelimit-limit": str(limit)}, sent=0.0)
    draw = random.Random(limit + percent)
    times = []
    while clock.elapsed < 300:
        limiter.wait(BudgetKind.PLAIN)
        times.append(clock.elapsed)
        if draw.random() < 0.02:
            clock.sleep(draw.uniform(0, 20))

    in_window: deque[float] = deque()
    for time in times:
        in_window.append(time)
        while in_window[0] <= time - 59.999:
            in_window.popleft()
        assert len(in_window) <= limit


def test_an_hourly_sync_of_fifty_streams_takes_eight_seconds(clock: VirtualClock) -> None:
    limiter = Limiter(clock, 0.9)
    limiter.learn(BudgetKind.PLAIN, limit_headers(limit=300, remaining=300), sent=0.0)
    answers: deque[float] = deque()
    for number in range(50):
        if len(answers) == 8:
            clock.sleep(max(answers.popleft() - clock.elapsed, 0))
        limiter.wait(BudgetKind.SEARCH if number % 5 == 0 else BudgetKind.PLAIN)
        answers.append(clock.elapsed + 1)

    assert answers[-1] <= 8


@pytest.mark.parametrize(
    ("searches", "minutes", "seed"),
    [*((100, 60, seed) for seed in range(20)), *((1000, 5, seed) for seed in range(2))],
)
def test_beside_another_client_that_takes_half_refusals_are_rare(
    clock: VirtualClock, searches: int, minutes: int, seed: int
) -> None:
    server = MinuteWindows(clock, searches, seed * 3.1)
    other = random.Random(seed)

    def use_some() -> None:
        server.use()
        clock.later(other.expovariate(searches / 2 / 60), use_some)

    clock.later(1, use_some)
    server.refused = []
    sent = 0
    refused_to_tap = 0
    limiter = Limiter(clock, 0.9, searches)
    limiter.learn(BudgetKind.PLAIN, limit_headers(2000, 1999), sent=0.0)
    while clock.elapsed < minutes * 60:
        at = limiter.wait(BudgetKind.SEARCH)
        headers = server.use()
        if headers is None:
            refused_to_tap += 1
            limiter.pause_after_429(BudgetKind.SEARCH, {})
        else:
            sent += 1
            clock.later(0.5, learning(limiter, headers, at))

    assert refused_to_tap <= minutes
    assert sent >= 0.85 * searches / 2 * minutes, "what the other one leaves is used"


def test_a_budget_used_up_by_others_is_tried_once_in_the_next_window(
    clock: VirtualClock,
) -> None:
    limiter = Limiter(clock, 0.9)
    limiter.learn(BudgetKind.SEARCH, limit_headers(100, 4), limiter.wait(BudgetKind.SEARCH))

    times = [limiter.wait(BudgetKind.SEARCH) for _ in range(2)]

    assert times == [0, 60]


def test_a_window_that_begins_earlier_than_expected_is_used_at_once(clock: VirtualClock) -> None:
    limiter = Limiter(clock, 0.9)
    limiter.learn(BudgetKind.SEARCH, limit_headers(100, 4), limiter.wait(BudgetKind.SEARCH))
    sent = limiter.wait(BudgetKind.SEARCH)
    clock.sleep(20)

    limiter.learn(BudgetKind.SEARCH, limit_headers(100, 99), sent)

    assert limiter.wait(BudgetKind.SEARCH) == 20


@pytest.mark.parametrize("took", [0.0, 3.0])
def test_the_rest_of_a_window_is_spread_evenly_however_long_responses_take(
    clock: VirtualClock, took: float
) -> None:
    limiter = Limiter(clock, 1.0)
    sent = limiter.wait(BudgetKind.SEARCH)
    clock.sleep(took)
    limiter.learn(BudgetKind.SEARCH, limit_headers(100, 60), sent)

    times = [limiter.wait(BudgetKind.SEARCH) for _ in range(50)]

    assert times[-1] == pytest.approx(49, abs=0.5)
