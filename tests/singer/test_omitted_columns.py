"""The columns that a catalog deselects, and those that a stream map changes."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from singer_sdk.singerlib.catalog import SelectionMask

from tap_kustomer.singer.omissions import columns_changed_by_map, deselected_columns

A = ("properties", "a")
A_B = (*A, "properties", "b")
A_B_C = (*A_B, "properties", "c")
D = ("properties", "d")


@pytest.mark.parametrize(
    ("mask", "columns"),
    [
        ({}, {}),
        ({(): True, A: True}, {}),
        ({A: False}, {"a": {}}),
        ({A_B: False}, {"a": {"b": {}}}),
        ({A_B: False, A_B_C: True, D: False}, {"a": {"b": {}}, "d": {}}),
        # The SDK deselects what is inside with it.
        ({A: False, A_B: False, A_B_C: False}, {"a": {}}),
        ({A: True, A_B: False, A_B_C: False, D: True}, {"a": {"b": {}}}),
        ({("properties", "_extra", *A): False}, {"_extra": {"a": {}}, "a": {}}),
        ({("properties", "_extra"): False}, {"_extra": {}}),
        # An array inside of which something is deselected can only be deselected as a whole.
        ({A: False, (*A, "items", *A): False}, {"a": {}}),
        ({A: False, (*A, "items"): False}, {"a": {}}),
        ({(): False, A: False}, {}),
        # These lead nowhere.
        ({("properties",): False, (*A, "properties"): False, ("x", "y"): False}, {}),
    ],
    ids=str,
)
def test_a_column_is_deselected_as_a_whole_or_in_parts(mask: Any, columns: Any) -> None:
    for items in itertools.permutations(mask.items()):
        assert deselected_columns(SelectionMask(items)) == columns


@pytest.mark.parametrize(
    ("options", "columns"),
    [
        ({}, {}),
        ({"a": None, "b": "b", "c": "self", "e": "a"}, {"a": {}, "e": {}}),
        ({"__else__": None, "a": "a", "e": "1"}, {"b": {}, "c": {}, "e": {}, "__else__": {}}),
    ],
    ids=str,
)
def test_a_map_changes_each_column_that_it_does_not_copy(options: Any, columns: Any) -> None:
    assert columns_changed_by_map(options, {"a", "b", "c"}) == columns
