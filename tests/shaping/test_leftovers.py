"""Values without a column, without those that the user has deselected."""

from __future__ import annotations

from typing import Any

import pytest

from tap_kustomer.shaping.leftovers import Extra, Leftover, without_columns

HELD = {"a": 1, "b": {"c": 2, "d": {"e": 3}}, "f": "x"}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"a": {}}, {"b": {"c": 2, "d": {"e": 3}}, "f": "x"}),
        ({"b": {}}, {"a": 1, "f": "x"}),
        ({"b": {"c": {}}}, {"a": 1, "b": {"d": {"e": 3}}, "f": "x"}),
        ({"b": {"d": {"e": {}}}}, {"a": 1, "b": {"c": 2}, "f": "x"}),
        ({"b": {"c": {}, "d": {}}}, {"a": 1, "f": "x"}),
        # A text may contain the JSON of an object.
        ({"f": {"g": {}}}, {"a": 1, "b": {"c": 2, "d": {"e": 3}}}),
        ({"c": {}, "z": {"a": {}}}, HELD),
        (None, HELD),
    ],
    ids=str,
)
@pytest.mark.parametrize("depth", [1, 2, 3])
def test_extra_has_what_remains_of_each_value(columns: Any, expected: Any, depth: int) -> None:
    """Whether a column is a leftover as a whole, or in parts."""
    record = {"id": "1", "a": 5, "_extra": Extra(parts(HELD, depth))}

    assert without_columns(record, columns) == {"id": "1", "a": 5, "_extra": expected}
    assert record["_extra"] == HELD


def parts(value: Any, depth: int, *path: str) -> list[Leftover]:
    if depth and isinstance(value, dict):
        return [each for key, item in value.items() for each in parts(item, depth - 1, *path, key)]
    return [Leftover(path, value)]


def test_a_record_without_remaining_leftovers_has_no_extra() -> None:
    record = {"id": "1", "_extra": Extra([Leftover(("a",), 1)])}

    assert without_columns(record, {"a": {}}) == {"id": "1"}
    assert without_columns({"id": "1"}, {"a": {}}) == {"id": "1"}


def test_a_record_is_unchanged_if_every_column_is_written() -> None:
    record = {"id": "1", "_extra": Extra([Leftover(("a",), 1)])}

    assert without_columns(record, {}) is record


@pytest.mark.parametrize(
    ("columns", "is_left"),
    [({"a": {}}, False), ({"b": {"c": {}}}, False), ({"x": {}}, False), ({"y": {}}, True)],
    ids=str,
)
def test_a_value_may_belong_to_several_columns(columns: Any, *, is_left: bool) -> None:
    leftover = Leftover(("x", "y"), "value", (("a",), ("b", "c")))

    assert bool(Extra([leftover]).without(columns)) == is_left


def test_a_value_may_belong_to_any_column() -> None:
    extra = Extra([Leftover(("x",), "value", ((),)), Leftover(("y",), {"z": 1, "a": 2}, ((),))])

    assert extra.without({"a": {}}) == {"y": {"z": 1}}


def test_removed_values_stay_removed() -> None:
    extra = Extra([Leftover(("x",), 1, (("a",),)), Leftover(("y",), 2, (("b",),))])

    assert extra.without({"c": {}}).without({"a": {}}) == {"y": 2}
