"""What the limiter learns of the budgets from the headers of responses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.minute_windows import limit_headers
from tap_kustomer.client.limits import BudgetKind, Limiter

if TYPE_CHECKING:
    from support.virtual_time import VirtualClock

# The server's clock is ten minutes ahead of this machine's.
AT_THE_SERVER = {"date": "Tue, 14 Nov 2023 22:23:20 GMT"}


def test_the_organisation_has_a_budget_of_its_own(clock: VirtualClock) -> None:
    limiter = Limiter(clock, 0.9)
    limiter.learn(BudgetKind.PLAIN, {"x-ratelimit-limit": "1000"}, sent=0.0)

    for _ in range(900):
        limiter.wait(BudgetKind.PLAIN)

    assert 50 <= clock.elapsed <= 61
    assert limiter.search.spent == 0


def test_a_search_draws_on_both_budgets(clock: VirtualClock) -> None:
    limiter = Limiter(clock, 0.9)
    limiter.wait(BudgetKind.SEARCH)

    assert (limiter.organization.spent, limiter.search.spent) == (1, 1)


def test_the_headers_of_a_search_may_describe_either_budget(clock: VirtualClock) -> None:
    limiter = Limiter(clock, 0.9)
    limiter.learn(BudgetKind.SEARCH, limit_headers(limit=1000, remaining=999), sent=0.0)
    limiter.learn(BudgetKind.SEARCH, limit_headers(limit=60, remaining=59), sent=0.0)

    assert (limiter.organization.limit, limiter.search.limit) == (1000, 60)


@pytest.mark.parametrize(
    ("organisation", "stated", "searches"),
    [
        (2000, 1000, 1000),
        # The organisation's own limit says nothing about searches.
        (1000, 1000, 100),
        # Without another request's response it is not known whose limit this is.
        (None, 1000, 100),
        (1000, 120, 120),
    ],
)
def test_more_searches_are_sent_only_once_a_search_states_its_own_limit(
    clock: VirtualClock, organisation: int | None, stated: int, searches: int
) -> None:
    limiter = Limiter(clock, 1.0)
    if organisation is not None:
        limiter.learn(BudgetKind.PLAIN, limit_headers(organisation, organisation - 1), sent=0.0)

    limiter.learn(
        BudgetKind.SEARCH, limit_headers(stated, stated - 2), limiter.wait(BudgetKind.SEARCH)
    )

    assert limiter.search.limit == searches


@pytest.mark.parametrize(("sent", "searches"), [(400, 400), (30, 100)])
def test_a_429_that_states_no_limit_lowers_it_to_what_was_sent_in_the_minute_before(
    clock: VirtualClock, sent: int, searches: int
) -> None:
    limiter = Limiter(clock, 1.0, 1000)
    limiter.learn(BudgetKind.PLAIN, limit_headers(2000, 1999), sent=0.0)
    for _ in range(sent):
        limiter.wait(BudgetKind.SEARCH)

    limiter.pause_after_429(BudgetKind.SEARCH, {})

    assert limiter.search.limit == searches


def test_a_limit_that_a_search_has_stated_is_not_lowered_for_a_429_of_other_clients(
    clock: VirtualClock,
) -> None:
    limiter = Limiter(clock, 1.0, 1000)
    limiter.learn(BudgetKind.PLAIN, limit_headers(2000, 1999), sent=0.0)
    limiter.learn(BudgetKind.SEARCH, limit_headers(800, 700), limiter.wait(BudgetKind.SEARCH))

    limiter.pause_after_429(BudgetKind.SEARCH, {})

    assert limiter.search.limit == 800


def test_a_search_that_is_refused_while_the_organisation_has_requests_left_stops_searches_only(
    clock: VirtualClock,
) -> None:
    limiter = Limiter(clock, 1.0, 1000)

    limiter.pause_after_429(BudgetKind.SEARCH, {**limit_headers(2000, 1500), "retry-after": "9"})

    limiter.wait(BudgetKind.PLAIN)
    assert clock.elapsed == 0
    limiter.wait(BudgetKind.SEARCH)
    assert clock.elapsed == 9
    assert limiter.search.limit == 100


def test_a_429_states_the_limit_too(clock: VirtualClock) -> None:
    limiter = Limiter(clock, 1.0, 1000)

    limiter.pause_after_429(BudgetKind.SEARCH, limit_headers(100, 0))

    assert limiter.search.limit == 100


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "600"}, 60),
        ({"retry-after": "Tue, 14 Nov 2023 22:23:29 GMT", **AT_THE_SERVER}, 9),
        ({"retry-after": "Tue, 14 Nov 2023 22:23:29 GMT"}, 60),
        ({"x-ratelimit-reset": "12"}, 12),
        ({"x-ratelimit-reset": "1700000009"}, 9),
        ({"x-ratelimit-reset": "1700000009000"}, 9),
        ({"x-ratelimit-reset": "1600000000"}, 1),
        ({"x-ratelimit-reset": "soon"}, 60),
        ({}, 60),
        ({"x-ratelimit-reset": "1700000630", **AT_THE_SERVER}, 30),
    ],
)
def test_a_429_stops_all_requests_for_as_long_as_the_server_asks(
    clock: VirtualClock, headers: dict[str, str], wait: float
) -> None:
    limiter = Limiter(clock, 0.9)

    assert limiter.pause_after_429(BudgetKind.SEARCH, headers) == pytest.approx(wait)

    limiter.wait(BudgetKind.PLAIN)
    assert clock.elapsed == 0
    limiter.wait(BudgetKind.SEARCH)
    assert clock.elapsed == pytest.approx(wait)


def test_a_response_that_was_under_way_at_a_429_does_not_end_the_pause(clock: VirtualClock) -> None:
    limiter = Limiter(clock, 0.9)
    under_way = limiter.wait(BudgetKind.SEARCH)
    limiter.learn(BudgetKind.SEARCH, limit_headers(100, 10), limiter.wait(BudgetKind.SEARCH))
    clock.sleep(1)
    limiter.pause_after_429(BudgetKind.SEARCH, {"retry-after": "30"})

    limiter.learn(BudgetKind.SEARCH, limit_headers(100, 99), under_way)

    assert limiter.wait(BudgetKind.SEARCH) == pytest.approx(31)


def test_without_headers_the_documented_budgets_hold(clock: VirtualClock) -> None:
    limiter = Limiter(clock, 1.0)
    limiter.learn(BudgetKind.SEARCH, {}, sent=0.0)

    for _ in range(101):
        limiter.wait(BudgetKind.SEARCH)

    assert clock.elapsed == pytest.approx(61)
