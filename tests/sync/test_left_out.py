"""Streams that can't be read: which of them are left out, and which make the run fail."""

from __future__ import annotations

from typing import Any

import pytest

from support.given import (
    FORBIDDEN,
    GIVEN_UP,
    NOT_FOUND,
    ONE_BRAND,
    ONE_NOTE,
    ONE_TAG,
    OVERSIZED,
    REFUSED,
    at,
    bookmarked,
    page,
    resource,
)
from support.offline_tap import UNTIL, OfflineTap
from support.singer_output import check, check_messages
from tap_kustomer.client.errors import (
    InvalidCredentialError,
    PagingError,
    RequestError,
)
from tap_kustomer.reading.children import NoParentFoundError
from tap_kustomer.reporting.results import Status
from tap_kustomer.streams.assistants import Assistants
from tap_kustomer.streams.brands import Brands
from tap_kustomer.streams.companies import Companies
from tap_kustomer.streams.conversation_events import ConversationEvents
from tap_kustomer.streams.live_ids import NoteIds
from tap_kustomer.streams.notes import Notes
from tap_kustomer.streams.tags import Tags
from tap_kustomer.streams.teams import Teams


def test_a_stream_without_its_role_is_left_out_with_a_warning_that_names_the_roles() -> None:
    pages = {"tags": [FORBIDDEN], "brands": [ONE_BRAND]}

    run = OfflineTap(Tags, Brands, pages=pages).sync()

    check(run)
    (warning,) = run.logged("WARNING")
    assert "tags" in warning
    assert all(role in warning for role in Tags.roles)
    assert "403" in warning
    assert run.counts() == {"brands": 1}
    assert not run.state()["bookmarks"]["tags"]


def test_for_a_searched_stream_the_roles_for_searching_are_named_too() -> None:
    tap = OfflineTap(Companies, NoteIds, pages={"companies": [FORBIDDEN]})

    (warning,) = tap.sync().logged("WARNING")

    assert Companies.roles[0] in warning
    assert "org.permission.search.create" in warning


def test_derived_streams_are_left_out_with_their_root() -> None:
    tap = OfflineTap(Companies, pages={"companies": [FORBIDDEN]})

    run = tap.sync()

    check(run)
    assert not run.counts()
    assert not any(
        "replication_key_value" in bookmark for bookmark in run.state()["bookmarks"].values()
    )
    assert {
        outcome.stream for outcome in tap.results.streams if outcome.status is Status.LEFT_OUT
    } == run.streams


@pytest.mark.parametrize(
    "state",
    [{"bookmarks": {"tags": {"was_read": True}}}, bookmarked("company_tags")],
    ids=["a full table", "a derived table"],
)
def test_a_refused_stream_that_an_earlier_run_has_read_fails_the_run_at_its_end(
    state: dict[str, Any],
) -> None:
    pages = {"tags": [FORBIDDEN], "companies": [FORBIDDEN], "teams": [page(resource("team", "t"))]}

    run = OfflineTap(Tags, Companies, Teams, state=state, pages=pages).sync()

    check_messages(run)
    assert run.code == 1
    assert run.by_id("teams").keys() == {"t"}
    (error,) = run.logged("ERROR")
    named = "tags" if "tags" in state["bookmarks"] else "companies"
    assert named in error
    assert not {"tags", "companies"} - {named} & set(error.split())
    for stream, bookmark in state["bookmarks"].items():
        assert run.state()["bookmarks"][stream] == bookmark


def test_a_stream_that_is_refused_half_way_fails_the_run_at_its_end() -> None:
    pages = {"tags": [ONE_TAG, FORBIDDEN]}

    run = OfflineTap(Tags, pages=pages).sync()

    assert run.code == 1
    assert run.by_id("tags").keys() == {"a"}


@pytest.mark.parametrize(
    ("error", "is_good"),
    [(FORBIDDEN, False), (InvalidCredentialError("Kustomer does not know the key"), True)],
    ids=["by the credential check", "by the response"],
)
def test_a_dead_key_ends_the_run_at_once(error: RequestError, *, is_good: bool) -> None:
    pages = {"brands": [error], "tags": [ONE_TAG]}
    tap = OfflineTap(Brands, Tags, pages=pages, kustomer={"key_is_good": is_good})

    run = tap.sync()

    assert run.code == 1
    assert len(run.logged("ERROR")) == 1
    assert not run.logged("WARNING")
    assert not run.of_type("RECORD")
    assert run.messages[-1]["type"] == "STATE"


@pytest.mark.parametrize(
    ("stream", "error"),
    [(Tags, NOT_FOUND), (Assistants, NOT_FOUND), (Assistants, REFUSED), (Assistants, GIVEN_UP)],
    ids=["404", "assumed, 404", "assumed, 400", "assumed, 500"],
)
def test_a_stream_that_the_organisation_lacks_is_left_out(stream: Any, error: RequestError) -> None:
    pages = {stream.name: [error], "brands": [ONE_BRAND]}

    run = OfflineTap(stream, Brands, pages=pages).sync()

    check(run)
    (warning,) = run.logged("WARNING")
    assert stream.name in warning
    assert "does not have it" in warning
    assert run.counts() == {"brands": 1}


@pytest.mark.parametrize(
    ("stream", "error"),
    [
        *((Tags, REFUSED), (Tags, GIVEN_UP), (Tags, OVERSIZED)),
        *((Companies, NOT_FOUND), (NoteIds, NOT_FOUND)),
    ],
    ids=["400", "500", "too large", "no search", "no search for ids"],
)
def test_a_stream_that_should_be_there_fails_the_run_at_its_end(
    stream: Any, error: RequestError
) -> None:
    pages = {stream.name: [error], "brands": [ONE_BRAND], "notes": [ONE_NOTE]}
    streams = (stream, Brands, Notes)
    selected = [each.name for each in streams]

    run = OfflineTap(*streams, selected=selected, pages=pages).sync()

    check_messages(run)
    assert run.code == 1
    assert run.counts() == {"brands": 1, "notes": 1}
    assert str(error) in run.logged("ERROR")[0]
    assert not run.state()["bookmarks"].get(stream.name)
    assert run.bookmark("notes") == UNTIL


def test_the_run_ends_at_once_if_kustomer_can_t_be_reached() -> None:
    pages = {"brands": [GIVEN_UP], "tags": [ONE_TAG]}
    tap = OfflineTap(Brands, Tags, pages=pages, kustomer={"is_reachable": False})

    run = tap.sync()

    assert run.code == 1
    assert run.counts() == {}
    assert str(GIVEN_UP) in run.logged("ERROR")[0]


@pytest.mark.parametrize(
    ("stream", "error"), [(Tags, NOT_FOUND), (Assistants, REFUSED)], ids=["404", "assumed, 400"]
)
def test_a_missing_stream_that_an_earlier_run_has_read_fails_the_run_at_its_end(
    stream: Any, error: RequestError
) -> None:
    state = {"bookmarks": {stream.name: {"was_read": True}}}
    pages = {stream.name: [error]}

    run = OfflineTap(stream, state=state, pages=pages).sync()

    assert run.code == 1
    assert run.state() == state


def test_an_assumed_stream_that_fails_half_way_fails_the_run_at_its_end() -> None:
    pages = {"assistants": [page(resource("assistant", "a")), REFUSED]}

    run = OfflineTap(Assistants, pages=pages).sync()

    assert run.code == 1
    assert run.by_id("assistants").keys() == {"a"}


NONE_FOUND = NoParentFoundError("conversation_events: no parent has any (asked about: 25)")


def test_parents_that_are_all_gone_are_no_fault_and_move_no_bookmark() -> None:
    state = {"bookmarks": {"conversation_events": {"replication_key_value": at(1)}}}
    pages = {"conversation_events": [page(), NONE_FOUND]}

    run = OfflineTap(ConversationEvents, state=state, pages=pages).sync()

    check(run)
    assert run.bookmark("conversation_events") == at(1)
    assert str(NONE_FOUND) in run.logged("WARNING")[0]


def test_parents_that_are_all_gone_are_no_fault_of_a_first_run_either() -> None:
    pages = {"conversation_events": [page(), NONE_FOUND]}

    run = OfflineTap(ConversationEvents, pages=pages).sync()

    check(run)
    assert not run.state()["bookmarks"]["conversation_events"]
    assert str(NONE_FOUND) in run.logged("WARNING")[0]


def test_a_stream_whose_pages_lead_in_a_circle_holds_up_no_other() -> None:
    pages = {"tags": [PagingError("GET /v1/tags leads in a circle")], "brands": [ONE_BRAND]}

    run = OfflineTap(Tags, Brands, pages=pages).sync()

    check_messages(run)
    assert run.code == 1
    assert run.counts() == {"brands": 1}
