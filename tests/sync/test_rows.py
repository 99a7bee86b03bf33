"""What is written: the rows of each stream, those of derived streams with their parents."""

from __future__ import annotations

from typing import Any

from support.given import (
    GIVEN_UP,
    INCOMPLETE,
    at,
    bookmarked,
    company,
    page,
    resource,
)
from support.offline_tap import UNTIL, OfflineTap
from support.singer_output import check
from tap_kustomer import times
from tap_kustomer.reading.pages import Window
from tap_kustomer.streams.audit_logs import AuditLogs
from tap_kustomer.streams.chat_settings import ChatSettings
from tap_kustomer.streams.companies import Companies
from tap_kustomer.streams.conversation_forwards import ConversationForwards
from tap_kustomer.streams.custom_attribute_metadata import CustomAttributeMetadata
from tap_kustomer.streams.live_ids import NoteIds
from tap_kustomer.streams.outbound_accounts import OutboundAccounts
from tap_kustomer.streams.slas import Slas, SlaVersions
from tap_kustomer.streams.tags import Tags
from tap_kustomer.streams.teams import Teams

TEAM = resource("team", "one", members=["ada", "bob"])


def test_rows_go_to_the_streams_that_are_made_of_them() -> None:
    pages_by_stream = {
        "slas": [
            page(
                resource("sla", "s"),
                resource(
                    "sla_version",
                    "v",
                    criteria={"and": [{"conversation_channel": {"value": "sms"}}]},
                ),
                resource("something_new", "n"),
            )
        ]
    }

    run = OfflineTap(Slas, SlaVersions, pages=pages_by_stream).sync()

    check(run)
    assert run.by_id("slas").keys() == {"s"}
    assert run.by_id("sla_versions").keys() == {"v"}
    assert run.held()["sla_criteria"].keys() == {("v", 0)}


def test_derived_rows_are_written_after_each_parent() -> None:
    pages_by_stream = {"companies": [page(company(1, "x", "y"), company(2, "z"), reached=at(2))]}
    tap = OfflineTap(Companies, selected=["companies", "company_tags"], pages=pages_by_stream)

    run = tap.sync()

    check(run)
    assert [message["stream"] for message in run.of_type("RECORD")] == [
        *("companies", "company_tags", "company_tags"),
        *("companies", "company_tags"),
    ]


def test_a_derived_stream_is_read_even_if_its_root_is_not_selected() -> None:
    pages_by_stream = {"company_tags": [page(company(1, "x"), reached=at(1))]}
    tap = OfflineTap(Companies, selected=["company_tags"], pages=pages_by_stream)

    run = tap.sync()

    check(run)
    assert run.streams == {"company_tags"}
    assert [record["tag_id"] for record in run.records("company_tags")] == ["x"]


def test_one_extraction_serves_a_stream_and_those_derived_from_it() -> None:
    tap = OfflineTap(Companies)

    tap.sync()

    assert [name for name, _, _ in tap.kustomer.asked] == ["companies"]


def test_a_stream_that_is_selected_later_gets_its_history_and_the_others_no_row_again() -> None:
    pages_by_stream = {"companies": [page(company(1, "x"), company(9, "y"), reached=at(9))]}
    tap = OfflineTap(
        Companies,
        selected=["companies", "company_tags"],
        state=bookmarked("companies", at=at(5)),
        pages=pages_by_stream,
    )

    run = tap.sync()

    ((_, _, window),) = tap.kustomer.asked
    assert window == Window(0, times.to_milliseconds(UNTIL))
    assert run.by_id("companies").keys() == {"company-9"}
    assert [record["tag_id"] for record in run.records("company_tags")] == ["x", "y"]


def test_a_window_that_ends_before_it_starts_takes_no_request() -> None:
    state = bookmarked("companies", at="2026-06-01T12:30:00.000Z")
    tap = OfflineTap(Companies, Tags, selected=["companies", "tags"], state=state)

    run = tap.sync()

    check(run)
    assert [name for name, _, _ in tap.kustomer.asked] == ["tags"]
    assert run.state() == {**state, "bookmarks": {**state["bookmarks"], "tags": {"was_read": True}}}


def test_streams_that_are_quick_to_read_come_first() -> None:
    streams = (
        *(NoteIds, ConversationForwards, Companies, AuditLogs, CustomAttributeMetadata, Tags),
        ChatSettings,
    )
    tap = OfflineTap(*streams, selected=[stream.name for stream in streams])

    run = tap.sync()

    assert [message["stream"] for message in run.of_type("SCHEMA")] == [
        stream.name for stream in reversed(streams)
    ]


def test_no_part_of_a_key_is_null_or_empty_and_rows_without_one_stay_apart() -> None:
    accounts: list[dict[str, Any]] = [
        {"attributes": {"channel": "chat", "account": None, "name": "Shop"}},
        {"attributes": {"channel": "chat", "account": "", "name": "Help"}},
        {"attributes": {"channel": "chat", "name": "Sales"}},
        {"attributes": {}},
    ]

    run = OfflineTap(OutboundAccounts, pages={"outbound_accounts": [page(*accounts)]}).sync()

    check(run)
    keys = {(row["channel"], row["account"]) for row in run.records("outbound_accounts")}
    assert len(keys) == len(accounts)
    assert all(part for key in keys for part in key)


def test_rows_of_a_failed_extraction_are_written_and_counted() -> None:
    pages_by_stream = {"teams": [page(TEAM), GIVEN_UP]}
    tap = OfflineTap(Teams, pages=pages_by_stream)

    run = tap.sync()

    assert len(run.records("team_members")) == 2
    rows = {result.stream: result.rows for result in tap.results.streams}
    assert rows["team_members"] == 2


def test_rows_of_a_list_that_is_short_are_written() -> None:
    pages_by_stream = {"teams": [page(TEAM), INCOMPLETE]}

    run = OfflineTap(Teams, pages=pages_by_stream).sync()

    assert run.counts() == {"teams": 1, "team_members": 2}


def test_rows_of_a_search_are_written_before_it_fails() -> None:
    tap = OfflineTap(
        Companies,
        pages={"companies": [page(company(1, "x"), reached=at(1)), GIVEN_UP]},
    )

    run = tap.sync()

    assert run.code == 1
    assert len(run.records("company_tags")) == 1
