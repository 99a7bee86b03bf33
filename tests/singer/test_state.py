"""The state that a run continues from: which forms are accepted, and which are refused."""

from __future__ import annotations

from typing import Any

import pytest

from tap_kustomer import times
from tap_kustomer.errors import ConfigurationError
from tap_kustomer.singer.state import normalize_state

NOW = times.to_milliseconds("2024-06-01T12:00:00Z")
KNOWN = {
    "conversations": "updated_at",
    "audit_logs": "created_at",
    "conversation_tags": "conversation_updated_at",
    "users": None,
}
TIME = "2024-01-31T08:00:00.000Z"
BOOKMARK = {"replication_key": "updated_at", "replication_key_value": TIME}


def read(document: dict[str, Any]) -> dict[str, Any]:
    return normalize_state(document, KNOWN.get, now=NOW)["bookmarks"]


def refusal(document: dict[str, Any]) -> str:
    """The error for a state that is refused."""
    with pytest.raises(ConfigurationError) as caught:
        read(document)
    said = str(caught.value)
    assert "\n" not in said
    return said


# Forms


@pytest.mark.parametrize(
    "document",
    [
        {"bookmarks": {"conversations": BOOKMARK}},
        {"type": "STATE", "value": {"bookmarks": {"conversations": BOOKMARK}}},
        {"singer_state": {"bookmarks": {"conversations": BOOKMARK}}},
        {"bookmarks": {"conversations": TIME}, "currently_syncing": "conversations"},
        {"bookmarks": {"conversations": {"updated_at": TIME}}, "currently_syncing": None},
    ],
    ids=["SDK", "STATE message", "meltano state get", "Singer.io's", "Singer.io's, nested"],
)
def test_a_run_continues_from_the_state_of_any_kustomer_tap(document: dict[str, Any]) -> None:
    assert read(document) == {"conversations": BOOKMARK}


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"bookmarks": {}},
        {"currently_syncing": "conversations"},
        {"type": "STATE", "value": {}},
    ],
    ids=str,
)
def test_an_empty_state_is_accepted(document: dict[str, Any]) -> None:
    assert read(document) == {}


def test_each_bookmark_gets_the_replication_key_of_its_stream() -> None:
    assert read({"bookmarks": {"audit_logs": TIME, "conversation_tags": {}}}) == {
        "audit_logs": {"replication_key": "created_at", "replication_key_value": TIME},
        "conversation_tags": {},
    }


@pytest.mark.parametrize(
    "given",
    [
        "2024-01-31T08:00:00Z",
        "2024-01-31T08:00:00.000000Z",
        "2024-01-31 08:00:00+00:00",
        "2024-01-31T10:00:00.000+02:00",
        "2024-01-31T08:00:00",
        "2024-01-31T08:00:00.000999Z",
    ],
)
def test_a_bookmark_is_brought_into_canonical_form(given: str) -> None:
    assert read({"bookmarks": {"conversations": given}}) == {"conversations": BOOKMARK}
    assert read({"bookmarks": {"conversations": {**BOOKMARK, "replication_key_value": given}}}) == {
        "conversations": BOOKMARK
    }


def test_progress_markers_are_dropped() -> None:
    markers = {
        "replication_key_signpost": "2024-05-01T00:00:00Z",
        "starting_replication_value": "2024-01-01T00:00:00Z",
        "progress_markers": {
            "Note": "Progress is not resumable if interrupted.",
            "replication_key": "updated_at",
            "replication_key_value": "2024-04-01T00:00:00Z",
        },
    }
    document = {"bookmarks": {"conversations": {**BOOKMARK, **markers}, "audit_logs": markers}}

    assert read(document) == {"conversations": BOOKMARK, "audit_logs": {}}


def test_partitions_are_kept_without_progress_markers() -> None:
    partition = {"context": {"id": "1"}, "replication_key_value": TIME}
    given = {"partitions": [{**partition, "progress_markers": {}}]}

    assert read({"bookmarks": {"attachments": given}}) == {
        "attachments": {"partitions": [partition]}
    }


def test_bookmarks_of_unknown_streams_are_kept() -> None:
    given = {"next_version": {"replication_key_value": "whatever", "more": [1]}, "old": {}}

    assert read({"bookmarks": given}) == given


def test_a_full_table_with_any_bookmark_counts_as_read_before() -> None:
    given = {"was_read": True, "replication_key_value": 7}

    assert read({"bookmarks": {"users": given}}) == {"users": given}
    assert read({"bookmarks": {"users": TIME}}) == {"users": BOOKMARK}


def test_a_bookmark_of_another_replication_key_is_ignored_with_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    given = {**BOOKMARK, "replication_key": "sent_at"}

    assert read({"bookmarks": {"conversations": given}}) == {"conversations": {}}
    assert "State of conversations: its bookmark is a time of sent_at" in caplog.text


def test_the_given_state_is_not_changed() -> None:
    given = {"bookmarks": {"conversations": {**BOOKMARK, "progress_markers": {}}}}

    read(given)

    assert given == {"bookmarks": {"conversations": {**BOOKMARK, "progress_markers": {}}}}


# States that are refused


@pytest.mark.parametrize(
    ("document", "given"),
    [
        ({"conversations": TIME}, f"{{'conversations': '{TIME}'}} was given"),
        ({"bookmarks": None}, "{'bookmarks': None} was given"),
        ({"bookmarks": [TIME]}, "was given"),
        ({"value": {"bookmarks": {}}}, "{'value': {'bookmarks': {}}} was given"),
        ({"type": "RECORD", "record": {}}, "'RECORD'"),
        ({"type": "STATE"}, "None was given"),
        ({"type": "STATE", "value": TIME}, f"'{TIME}' was given"),
        ({"bookmarks": {"conversations": None}}, "None was given for conversations"),
        ({"bookmarks": {"conversations": 7}}, "7 was given for conversations"),
        ({"bookmarks": {"unknown": ["x"]}}, "['x'] was given for unknown"),
        ({"bookmarks": {"conversations": {"updatedAt": TIME}}}, "was given for conversations"),
        ({"bookmarks": {"unknown": {"partitions": None}}}, "was given for unknown"),
        ({"bookmarks": {"unknown": {"partitions": [7]}}}, "7 was given for unknown"),
    ],
    ids=str,
)
def test_a_document_that_is_not_a_state_is_refused_with_an_example(
    document: dict[str, Any], given: str
) -> None:
    said = refusal(document)

    assert said.startswith("--state: ")
    assert given in said
    assert 'expected {"bookmarks": {stream: {...}}}, as a target prints it' in said


def test_a_long_state_is_not_quoted_in_full() -> None:
    assert len(refusal({"streams": ["x" * 1_000]})) < 300


@pytest.mark.parametrize("value", ["yesterday", "", 1706695200, ["2024-01-31"], "2024-02-30"])
def test_a_bookmark_that_is_not_a_time_is_refused(value: Any) -> None:
    said = refusal({"bookmarks": {"conversations": {"replication_key_value": value}}})

    assert said.startswith(f"State of conversations: {value!r} was given as replication_key_value")
    assert "2024-01-31T08:00:00.000Z" in said


def test_a_bookmark_in_the_future_is_refused() -> None:
    said = refusal({"bookmarks": {"conversations": "2024-06-02T12:00:00.001Z"}})

    assert "State of conversations: its bookmark 2024-06-02T12:00:00.001Z is in the future" in said


def test_clocks_may_differ_by_a_day() -> None:
    assert read({"bookmarks": {"conversations": "2024-06-02T12:00:00Z"}})
