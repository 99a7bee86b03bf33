"""Rows of another stream are found in relationships, maps, and arrays of several objects."""

from __future__ import annotations

from typing import Any

import pytest

from support.derived_rows import MENTIONS, TIMES, items, rows
from tap_kustomer.shaping.derived import Derived, entries, references, values_in_each
from tap_kustomer.shaping.fields import text

# Relationships


@pytest.mark.parametrize(
    "data", [[{"type": "user", "id": "8"}], {"type": "user", "id": "8"}], ids=["many", "one"]
)
def test_a_resource_that_a_relationship_refers_to_is_a_row(data: Any) -> None:
    assert items(MENTIONS, None, {"mentions": {"data": data}}) == [{"user_id": "8"}]


@pytest.mark.parametrize("odd", [None, "8", 5, ["8"]])
def test_a_value_that_is_no_reference_is_no_row(odd: Any) -> None:
    found = items(MENTIONS, None, {"mentions": {"data": [odd, {"type": "user", "id": "9"}]}})

    assert found == [{"user_id": "9"}]


@pytest.mark.parametrize("odd", [None, "x", [], {"links": {"self": "/v1/x"}}, {"data": None}])
def test_a_relationship_without_references_has_no_rows(odd: Any) -> None:
    assert items(MENTIONS, None, {"mentions": odd}) == []


MIXED = {
    "mentions": {"data": [{"type": "user", "id": "8"}, {"type": "team", "id": "7"}]},
    "teamMentions": {"data": [{"type": "team", "id": "6"}]},
}


@pytest.mark.parametrize(
    ("find", "expected"),
    [
        (references("mentions", named="id_"), ["8", "7"]),
        (references("mentions", named="id_", only=("team",)), ["7"]),
        (references("mentions", named="id_", exclude=("team",)), ["8"]),
        (references("mentions", "teamMentions", named="id_", only=("team",)), ["7", "6"]),
    ],
    ids=["all", "only", "but", "several"],
)
def test_references_can_be_filtered_by_type(find: Any, expected: list[str]) -> None:
    derived = Derived("mentions", ".", (text("id_", "."),), find)

    assert [row["id"] for row in rows(derived, None, MIXED)] == expected


@pytest.mark.parametrize("kind", [None, 5, ["team"], {"team": 1}])
def test_a_reference_of_an_odd_type_counts_unless_types_are_filtered(kind: Any) -> None:
    resource = {"relationships": {"mentions": {"data": [{"type": kind, "id": "8"}]}}}

    assert references("mentions", named="id_", exclude=("team",))(resource) == [{"id_": "8"}]
    assert references("mentions", named="id_", only=("team",))(resource) == []


# Maps


def test_an_entry_of_a_map_is_a_row_with_its_key_unchanged() -> None:
    found = items(TIMES, {"timeByStatus": {"bC": {"count": 2}, "aB": {"count": 1}}})

    assert found == [{"count": 1, "status_id": "aB"}, {"count": 2, "status_id": "bC"}]


@pytest.mark.parametrize("order", [["a", "b"], ["b", "a"]])
def test_entries_are_ordered_by_their_keys(order: list[str]) -> None:
    found = rows(TIMES, {"timeByStatus": {key: {"count": 1} for key in order}})

    assert [(row["position"], row["status_id"]) for row in found] == [(0, "a"), (1, "b")]


def test_an_entry_that_is_no_object_is_kept_in_extra() -> None:
    assert items(TIMES, {"timeByStatus": {"a": 5, "b": None}}) == [
        {"status_id": "a", "_extra": {"value": 5}},
        {"status_id": "b"},
    ]


@pytest.mark.parametrize(
    ("odd", "expected"),
    [
        ([{"count": 1}], [{"count": 1}]),
        (["a", None], [{"_extra": {"value": "a"}}, {}]),
        ("a", [{"_extra": {"value": "a"}}]),
        (None, []),
        ({}, []),
    ],
)
def test_a_value_in_place_of_a_map_is_kept(odd: Any, expected: list[dict[str, Any]]) -> None:
    assert items(TIMES, {"timeByStatus": odd}) == expected


@pytest.mark.parametrize("odd", [["a", 5, None], "a", 5])
def test_entries_are_always_objects(odd: Any) -> None:
    found = entries("metrics", named="metric")({"attributes": {"metrics": odd}})

    assert found
    assert all(type(entry) is dict for entry in found)


# The same array in several objects


MOMENTS = Derived(
    "created_by_teams",
    ".",
    (text("moment", "."), text("teamId", ".")),
    values_in_each(
        "firstDone", "lastDone", named="teamId", found_in="moment", path="createdByTeams"
    ),
)


def test_arrays_of_several_objects_form_one_table_with_the_object_as_a_column() -> None:
    attributes = {
        "lastDone": {"createdByTeams": ["c"]},
        "firstDone": {"createdByTeams": ["a", "b"]},
    }

    assert [
        (row["position"], row["siblings"], row["moment"], row["team_id"])
        for row in rows(MOMENTS, attributes)
    ] == [(0, 3, "firstDone", "a"), (1, 3, "firstDone", "b"), (2, 3, "lastDone", "c")]


@pytest.mark.parametrize("odd", [None, "x", [], {}, {"createdByTeams": None}])
def test_objects_without_the_array_have_no_rows(odd: Any) -> None:
    attributes = {"firstDone": odd, "lastDone": {"createdByTeams": "c"}}

    assert items(MOMENTS, attributes) == [{"moment": "lastDone", "team_id": "c"}]
