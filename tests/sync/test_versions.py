"""Versions of full tables, which let a target remove the rows that did not come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.given import (
    FORBIDDEN,
    INCOMPLETE,
    ONE_TAG,
    SHORTFALL,
    UNPROVEN,
    cut_off,
    page,
    resource,
)
from support.offline_tap import OfflineTap
from support.singer_output import check
from tap_kustomer.reading.pages import Page
from tap_kustomer.streams.tags import Tags
from tap_kustomer.streams.teams import Teams

if TYPE_CHECKING:
    from support.singer_output import Output

WITH_VERSIONS: dict[str, Any] = {"emit_activate_version_messages": True}


@pytest.mark.parametrize(
    ("given", "activated"),
    [
        ([], True),
        ([SHORTFALL], False),
        ([UNPROVEN], False),
        ([INCOMPLETE], False),
        ([FORBIDDEN], False),
    ],
    ids=["whole", "fewer rows than counted", "no count", "short", "refused half-way"],
)
def test_a_version_is_activated_only_if_nothing_can_be_missing(
    given: list[Any], *, activated: bool
) -> None:
    pages_by_stream = {"tags": [ONE_TAG, *given]}

    run = OfflineTap(Tags, pages=pages_by_stream, **WITH_VERSIONS).sync()

    assert run.by_id("tags").keys() == {"a"}
    assert bool(run.of_type("ACTIVATE_VERSION")) == activated


def test_a_run_that_ends_early_activates_no_version() -> None:
    pages_by_stream = {"teams": [Page(cut_off(resource("team", "t", members=["u"])))]}

    run = OfflineTap(Teams, pages=pages_by_stream, **WITH_VERSIONS).sync()

    assert len(run.records("teams")) == 1
    assert not run.of_type("ACTIVATE_VERSION")


def test_the_versions_of_derived_streams_are_activated_with_that_of_their_root() -> None:
    pages_by_stream = {"teams": [page(resource("team", "t", members=["u"]))]}

    run = OfflineTap(Teams, pages=pages_by_stream, **WITH_VERSIONS).sync()

    check(run)
    activated = {message["stream"] for message in run.of_type("ACTIVATE_VERSION")}
    assert activated == {"team_members", "team_role_groups", "teams"}


TEAMS = (
    resource("team", "one", members=["ada", "bob"]),
    resource("team", "two", members=["cyd"]),
)


def sync_teams(state: dict[str, Any] | None) -> Output:
    pages_by_stream = {"teams": [page(*TEAMS)]}
    return OfflineTap(Teams, state=state, pages=pages_by_stream, **WITH_VERSIONS).sync()


def test_full_tables_and_their_derived_streams_are_written_whole_even_without_a_change() -> None:
    first = sync_teams(None)

    second = sync_teams(first.state())

    check(second)
    assert first.counts() == second.counts() == {"teams": 2, "team_members": 3}
    activated = {message["stream"] for message in second.of_type("ACTIVATE_VERSION")}
    assert activated == second.streams
