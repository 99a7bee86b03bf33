"""Stream maps and the primary key."""

from __future__ import annotations

from typing import Any

import pytest
from singer_sdk import mapper as sdk

from support.maps_of_streams import (
    COMPANY,
    failure,
    map_of,
    mapped,
    problem,
    schema_of,
)
from support.offline_tap import OfflineTap
from tap_kustomer.singer.maps import stream_maps
from tap_kustomer.streams.companies import Companies


@pytest.mark.parametrize("options", [{"id": "md5(id)"}, {"id": "md5(id)", "__else__": None}])
def test_a_key_column_that_is_hashed_is_still_the_key(options: dict[str, Any]) -> None:
    one = map_of({"companies": options})

    assert list(one.transformed_key_properties) == ["id"]
    assert one.transformed_schema["properties"]["id"]["type"] == ["string"]
    assert one.transform(COMPANY)["id"] == sdk.md5("c1")


@pytest.mark.parametrize("null", [None, "__NULL__"])
def test_a_key_column_can_t_be_left_out(null: Any) -> None:
    error = problem({"companies": {"id": null}})

    assert "companies.id" in error
    assert "__key_properties__" in error


def test_the_key_is_kept_if_all_other_columns_are_removed() -> None:
    assert mapped({"__else__": None, "who": "name"}) == {"id": "c1", "who": "Acme"}
    assert schema_of({"__else__": "__NULL__", "who": "name"}).keys() == {"id", "who"}


def test_a_key_with_a_single_type_keeps_it() -> None:
    tap = OfflineTap(Companies)
    tap.stream("companies").schema["properties"]["id"] = {"type": "string"}

    (one,) = stream_maps([tap.stream("companies")], {"stream_maps": {"companies": {"rev": None}}})[
        "companies"
    ]

    assert one.transformed_schema["properties"]["id"] == {"type": ["string"]}


def test_the_key_can_be_changed() -> None:
    one = map_of({"companies": {"__key_properties__": ["name"], "id": None}})

    assert one.transformed_key_properties == ["name"]
    assert one.transformed_schema["properties"]["name"]["type"] == ["string"]


@pytest.mark.parametrize("keys", [None, []])
def test_the_key_can_be_removed(keys: Any) -> None:
    assert not map_of({"companies": {"__key_properties__": keys}}).transformed_key_properties


@pytest.mark.parametrize("keys", ["name", 5, [5], {"name": 1}])
def test_key_properties_must_be_an_array_of_names(keys: Any) -> None:
    error = problem({"companies": {"__key_properties__": keys}})

    assert "companies.__key_properties__" in error
    assert "expected an array of columns, or null" in error


def test_a_key_must_be_a_column() -> None:
    error = problem({"companies": {"__key_properties__": ["nmae"]}})

    assert "did you mean name?" in error


@pytest.mark.parametrize(
    "options",
    [{"id": "external_id"}, {"id": "''"}, {"__key_properties__": ["external_id"]}],
)
def test_a_key_that_is_null_or_empty_is_an_error(options: dict[str, Any]) -> None:
    error = failure(options)

    assert "it is a key column, but null or empty in a row" in error
