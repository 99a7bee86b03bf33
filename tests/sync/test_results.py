"""The results of a run, stream by stream."""

from __future__ import annotations

from support.given import (
    FORBIDDEN,
    GIVEN_UP,
    SHORTFALL,
    UNPROVEN,
    at,
    company,
    page,
)
from support.offline_tap import UNTIL, OfflineTap
from tap_kustomer.reporting.results import Status
from tap_kustomer.streams.brands import Brands
from tap_kustomer.streams.companies import Companies
from tap_kustomer.streams.tags import Tags


def test_the_result_of_each_stream_is_noted() -> None:
    pages = {
        "companies": [page(company(1, "x", "y"), reached=at(1)), SHORTFALL, UNPROVEN],
        "tags": [FORBIDDEN],
    }
    tap = OfflineTap(
        *(Companies, Tags),
        selected=["companies", "company_tags", "tags"],
        pages=pages,
    )

    tap.sync()

    outcomes = {outcome.stream: outcome for outcome in tap.results.streams}
    companies, tags = outcomes["companies"], outcomes["company_tags"]
    assert (companies.rows, companies.requests, companies.missing) == (1, 1, 2)
    assert (tags.rows, tags.requests, tags.missing) == (2, 0, 0)
    assert (companies.came_with, tags.came_with) == ("", "companies")
    assert (companies.is_unproven, tags.is_unproven) == (True, False)
    assert companies.bookmark == tags.bookmark == UNTIL
    assert companies.status is tags.status is Status.INCOMPLETE
    assert companies.reason == "1 of 3 rows came"
    assert outcomes["tags"].status is Status.LEFT_OUT
    assert "403" in outcomes["tags"].reason


def test_a_run_without_a_selected_stream_warns() -> None:
    run = OfflineTap(Tags, Brands, selected=["no_such_stream"]).sync()

    (warning,) = run.logged("WARNING")
    assert "No stream is selected" in warning
    assert run.code == 0
    assert not OfflineTap(Tags, selected=["tags"]).sync().logged("WARNING")


def test_a_stream_that_the_run_did_not_finish_is_cut_short() -> None:
    tap = OfflineTap(Tags, Brands, pages={"brands": [GIVEN_UP]}, kustomer={"is_reachable": False})

    tap.sync()

    (outcome,) = tap.results.streams
    assert outcome.stream == "brands"
    assert (outcome.status, outcome.reason) == (Status.CUT_SHORT, "the run ended")
