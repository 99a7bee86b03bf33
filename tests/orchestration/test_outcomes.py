"""What the example for Dagster makes of the tap's summary."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kustomer_dagster.streams import load_streams, parents_of, select
from kustomer_dagster.summaries import Outcome, outcomes
from support.catalogs import catalog_of

PARENTS = parents_of(load_streams().values())
ENTRY = {
    "stream": "messages",
    "status": "complete",
    "reason": None,
    "rows": 3,
    "expected": 3,
    "unproven": False,
    "requests": 1,
    "seconds": 0.5,
    "came_with": None,
    "bookmark": "2026-11-28T12:00:00.000Z",
}


def outcome(*entries: dict[str, Any]) -> Outcome:
    found = outcomes({"streams": [ENTRY | each for each in entries]}, PARENTS)
    return found["messages"]


def test_a_complete_stream_is_loaded() -> None:
    found = outcome({})
    assert (found.status, found.reason) == ("complete", "")
    assert found.is_loaded
    assert found.figures["rows"] == 3


@pytest.mark.parametrize(
    ("entry", "status", "is_loaded", "is_fault"),
    [
        ({"unproven": True}, "unproven", True, False),
        ({"status": "left_out"}, "left_out", False, False),
        ({"status": "incomplete", "expected": 4}, "incomplete", False, True),
        ({"status": "cut_short"}, "cut_short", False, True),
        ({"status": "cut_short", "unproven": True}, "cut_short", False, True),
    ],
)
def test_only_missing_rows_are_a_fault(
    entry: dict[str, Any], status: str, *, is_loaded: bool, is_fault: bool
) -> None:
    found = outcome({**entry, "reason": "why"})
    assert (found.status, found.is_loaded, found.is_fault) == (status, is_loaded, is_fault)
    assert found.reason == "why"


def test_an_asset_is_as_good_as_the_worst_of_its_streams() -> None:
    assert outcome({}, {"stream": "message_tags", "status": "left_out"}).status == "left_out"


def test_a_derived_stream_belongs_to_its_parents_asset() -> None:
    found = outcome({}, {"stream": "message_tags", "rows": 7, "expected": 7})
    assert found.figures["rows"] == 3
    assert found.figures["derived_rows"] == {"message_tags": 7}


def test_the_table_of_a_klass_belongs_to_the_asset_of_custom_objects() -> None:
    found = outcomes({"streams": [ENTRY | {"stream": "kobject_order"}]}, PARENTS)
    assert found["kobjects"].figures["derived_rows"] == {"kobject_order": 3}


def test_an_asset_is_selected_with_its_derived_streams_and_without_others() -> None:
    # Entries of a catalog that was loaded share nothing.
    catalog = json.loads(json.dumps(catalog_of("messages", "message_tags", "customers")))
    select(catalog, {"messages"}, PARENTS)
    selected = {
        entry["tap_stream_id"]: entry["metadata"][0]["metadata"]["selected"]
        for entry in catalog["streams"]
    }
    assert selected == {"messages": True, "message_tags": True, "customers": False}
