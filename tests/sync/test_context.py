"""The points in time of a run, by Kustomer's clock, and what its limiter starts with."""

from __future__ import annotations

import logging
from email.utils import formatdate
from typing import TYPE_CHECKING

import pytest

from support.virtual_time import VirtualClock
from tap_kustomer.client.limits import ORGANIZATION_LIMIT
from tap_kustomer.config import settings_from
from tap_kustomer.sync.context import RunTimes, open_context

if TYPE_CHECKING:
    from pathlib import Path

    from requests_mock import Mocker

NOW = 1_700_000_000
DAY = 86_400
YEAR = 365 * DAY


def times_of(requests_mock: Mocker, server: int, **config: str) -> RunTimes:
    """The points in time of a run, while Kustomer's clock shows this time."""
    requests_mock.get(
        "https://api.kustomerapp.com/v1/auth/tokens/current",
        json={"data": {}},
        headers={"Date": formatdate(server, usegmt=True)},
    )
    settings = settings_from({"api_key": "a-key", **config})
    return open_context(settings, VirtualClock(NOW), lambda: None).fix_times()


@pytest.mark.parametrize("offset", [0, -YEAR, -3600, 60, DAY - 60], ids=str)
def test_a_run_starts_by_the_clock_of_kustomer(requests_mock: Mocker, offset: int) -> None:
    times = times_of(requests_mock, NOW + offset)

    assert times.started == (NOW + offset) * 1000
    assert times.until == times.started - 60_000


@pytest.mark.parametrize("offset", [DAY + 60, YEAR, 100 * YEAR], ids=str)
def test_a_clock_that_is_far_ahead_moves_no_bookmark_into_the_future(
    requests_mock: Mocker, offset: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        times = times_of(requests_mock, NOW + offset)

    assert times == RunTimes(NOW * 1000, 0, (NOW - 60) * 1000)
    (warning,) = caplog.messages
    assert f"{offset / DAY:.1f} days ahead" in warning


def test_a_window_ends_with_the_end_date_where_that_is_earlier(requests_mock: Mocker) -> None:
    times = times_of(requests_mock, NOW, end_date="2020-01-01")

    assert times == RunTimes(NOW * 1000, 0, 1_577_836_800_000)


def test_all_readers_of_a_run_share_the_criteria_that_the_search_lists() -> None:
    context = open_context(settings_from({"api_key": "a-key"}), VirtualClock(NOW), lambda: None)
    times = RunTimes(NOW * 1000, 0, NOW * 1000)

    one, other = context.reader(times).context, context.reader(times).context

    assert one.search_schema is other.search_schema


@pytest.mark.parametrize(("config", "searches"), [({}, 100), ({"searches_per_minute": 1000}, 1000)])
def test_the_budget_of_searches_begins_with_the_setting(
    config: dict[str, int], searches: int
) -> None:
    settings = settings_from({"api_key": "a-key", **config})

    context = open_context(settings, VirtualClock(NOW), lambda: None)

    assert context.session.limiter.search.limit == searches


def test_the_token_endpoint_neither_draws_on_nor_teaches_the_organisation_s_budget(
    requests_mock: Mocker, tmp_path: Path
) -> None:
    requests_mock.post(
        "https://acme.api.kustomerapp.com/oauth/token",
        json={"access_token": "a-token"},
        headers={"x-ratelimit-limit": "7", "x-ratelimit-remaining": "0"},
    )
    requests_mock.get("https://acme.api.kustomerapp.com/v1/users/current", json={"data": {}})
    signed_in = {"client_id": "a-client", "organization": "acme", "refresh_token": "a-token"}
    settings = settings_from({**signed_in, "token_path": str(tmp_path / "tokens.json")})
    context = open_context(settings, VirtualClock(NOW), lambda: None)

    context.check_credential()

    budget = context.session.limiter.organization
    assert (budget.limit, budget.spent) == (ORGANIZATION_LIMIT, 1)
