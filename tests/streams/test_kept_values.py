"""Keys that are data keep their names, and values of several types are kept."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from support.samples.cases import shaped
from support.samples.documents import CONVERSATION, CUSTOMER, resource
from support.samples.per_parent import EVENT, TRACKED_EVENT
from tap_kustomer.streams.conversation_events import ConversationEvents
from tap_kustomer.streams.customer_drafts import CustomerDrafts
from tap_kustomer.streams.customer_session_events import CustomerSessionEvents
from tap_kustomer.streams.slas import SlaVersions
from tap_kustomer.streams.snoozes import Snoozes
from tap_kustomer.streams.work_sessions import WorkSessions


def test_conditions_keep_the_names_of_custom_attributes() -> None:
    condition = {"conversation_custom_orderNumberNum": {"operator": "gte", "value": 3}}
    sample = resource("sla_version", {"criteria": {"and": [condition]}})

    assert shaped(SlaVersions, sample)["criteria"] == {"and": [condition]}


def test_changes_keep_the_names_of_attributes() -> None:
    sample = resource("customer_event", EVENT, parent=("conversation", CONVERSATION))

    changes = shaped(ConversationEvents, sample)["changes"]["attributes"]

    assert changes["progressiveStatus"] == {"op": "add", "before": None, "after": "open"}


def test_details_of_an_event_keep_their_names() -> None:
    sample = resource("customer_event", TRACKED_EVENT, parent=("customer_session", "s"))

    assert shaped(CustomerSessionEvents, sample)["meta"] == {"statusStr": "Silver"}


def test_times_in_a_status_keep_its_id() -> None:
    spent = {"60000000000000000000020A": {"time": 1}}
    sample = resource("work_session", {"totalTimeByStatus": spent})

    assert shaped(WorkSessions, sample)["total_time_by_status"] == spent


@pytest.mark.parametrize(
    "value",
    [10_800_000, {"day": {"type": "relative", "value": 1}, "time": 9}],
    ids=["milliseconds", "object"],
)
def test_a_snooze_option_has_a_value_of_any_type(value: Any) -> None:
    record = shaped(Snoozes, resource("snooze", {"value": value}))

    assert json.loads(record["value"]) == value
    assert "_extra" not in record


@pytest.mark.parametrize(
    "recipients",
    [[{"email": "ada@example.com"}], {"email": "ada@example.com"}, "+15550100"],
    ids=["array", "object", "string"],
)
def test_recipients_of_a_draft_come_in_any_type(recipients: Any) -> None:
    sample = resource("draft", {"to": recipients}, parent=("customer", CUSTOMER))

    record = shaped(CustomerDrafts, sample)

    assert record["to"] == (
        recipients if isinstance(recipients, str) else msgspec.json.encode(recipients).decode()
    )
    assert "_extra" not in record
