"""Flat records: each key of an object has a declared column, and no value is lost."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tap_kustomer.errors import ConfigurationError
from tap_kustomer.singer.flattening import Flattening, compile_flattening, flattening_of

TEXT = {"type": ["string", "null"]}
NUMBER = {"type": ["number", "null"]}
ANYTHING = {"type": ["string", "number", "boolean", "object", "array", "null"]}
OPEN: dict[str, Any] = {"type": ["object", "null"], "additionalProperties": True}


def schema_of(**properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def structure(**properties: dict[str, Any]) -> dict[str, Any]:
    return {**OPEN, "properties": properties}


ID = {"id": {"type": ["string"]}}
MESSAGES = schema_of(
    **ID,
    meta=structure(subject=TEXT, size=NUMBER, sender=structure(email=TEXT)),
    shortcuts={"type": ["array", "null"], "items": TEXT},
    data=OPEN,
    _extra=OPEN,
)


def columns(schema: dict[str, Any], how: Flattening) -> dict[str, dict[str, Any]]:
    flat, _ = compile_flattening(schema, how)
    properties: dict[str, dict[str, Any]] = flat["properties"]
    return properties


def flattened(schema: dict[str, Any], record: dict[str, Any], **how: Any) -> dict[str, Any]:
    flat, flatten = compile_flattening(schema, Flattening(**{"depth": 1, **how}))
    row = flatten(record)
    assert row.keys() <= flat["properties"].keys()
    return row


# Names


@pytest.mark.parametrize(
    ("depth", "expected"),
    [
        (1, {"id", "meta__subject", "meta__size", "meta__sender", "shortcuts", "data", "_extra"}),
        (
            2,
            {"id", "meta__subject", "meta__size", "meta__sender__email", "shortcuts", "data"}
            | {"_extra"},
        ),
    ],
)
def test_objects_become_columns_down_to_the_depth(depth: int, expected: set[str]) -> None:
    assert columns(MESSAGES, Flattening(depth)).keys() == expected


def test_a_name_that_another_column_has_gets_a_suffix() -> None:
    schema = schema_of(org_id=TEXT, org=structure(id=TEXT))

    row = flattened(schema, {"org_id": "a", "org": {"id": "b"}}, separator="_")

    assert row == {"org_id": "a", "org_id_d3bae39d": "b"}


@pytest.mark.parametrize("separator", ["_", "", "__", "."])
def test_columns_of_two_objects_have_different_names(separator: str) -> None:
    schema = schema_of(a_b=structure(c=TEXT), a=structure(b_c=TEXT, B_C=TEXT))

    row = flattened(schema, {"a_b": {"c": "1"}, "a": {"b_c": "2", "B_C": "3"}}, separator=separator)

    assert sorted(row.values()) == ["1", "2", "3"]
    assert len({name.lower() for name in row}) == 3


@pytest.mark.parametrize("longest", [16, 40, 63])
def test_a_long_name_is_cut_and_stays_unique(longest: int) -> None:
    parent = "last_message_unresponded_to_since_last_done"
    schema = schema_of(**{parent: structure(created_by_teams=TEXT, created_by_teams_größe=TEXT)})
    record = {parent: {"created_by_teams": "1", "created_by_teams_größe": "2"}}

    row = flattened(schema, record, longest=longest)

    assert sorted(row.values()) == ["1", "2"]
    assert all(len(name.encode()) <= longest for name in row)


def test_a_suffix_depends_on_the_path_only() -> None:
    parent = "last_message_unresponded_to_since_last_done"
    alone = schema_of(**{parent: structure(created_by_teams=TEXT)})
    among = schema_of(a=structure(b=TEXT), **{parent: structure(d=TEXT, created_by_teams=TEXT)})

    (name,) = columns(alone, Flattening(1))

    assert name in columns(among, Flattening(1))


def test_the_description_of_a_renamed_column_has_its_path() -> None:
    inner = {**TEXT, "description": "Teams."}
    schema = schema_of(org_id=TEXT, org=structure(id=inner))

    described = [one.get("description") for one in columns(schema, Flattening(1, "_")).values()]

    assert described == [None, "org.id: Teams."]


def test_columns_of_the_record_itself_are_never_renamed() -> None:
    name = "a" * 70

    assert flattened(schema_of(**{name: TEXT}), {name: "x"}, longest=16) == {name: "x"}


# Types


def test_objects_below_the_depth_become_json_text() -> None:
    row = flattened(
        MESSAGES,
        {"meta": {"sender": {"email": "é"}}, "shortcuts": ["a", 1], "data": {"a": None}},
    )

    assert row == {
        "meta__sender": '{"email":"é"}',
        "shortcuts": '["a",1]',
        "data": '{"a":null}',
    }
    assert columns(MESSAGES, Flattening(1))["data"] == TEXT


@pytest.mark.parametrize(
    ("value", "expected"),
    [("x", "x"), (7, "7"), (True, "true"), ({"a": 1}, '{"a":1}'), (None, None)],
)
def test_a_column_of_any_type_becomes_text(value: Any, expected: str | None) -> None:
    assert flattened(schema_of(any=ANYTHING), {"any": value}) == {"any": expected}
    assert columns(schema_of(any=ANYTHING), Flattening(1))["any"] == TEXT


def test_a_column_without_a_type_becomes_text() -> None:
    assert flattened(schema_of(any={}), {"any": [1]}) == {"any": "[1]"}
    assert columns(schema_of(any={}), Flattening(1))["any"] == TEXT


def test_values_of_a_stream_map_are_encoded_like_all_others() -> None:
    assert flattened(schema_of(data=OPEN), {"data": {"a": Decimal("1.5")}}) == {"data": '{"a":1.5}'}


def test_other_values_keep_their_types_and_are_nullable_inside_an_object() -> None:
    schema = schema_of(**ID, meta=structure(size={"type": "number"}))

    assert columns(schema, Flattening(1))["id"] == {"type": ["string"]}
    assert columns(schema, Flattening(1))["meta__size"] == NUMBER
    assert flattened(schema, {"meta": {"size": 1.5}}) == {"meta__size": 1.5}


def test_titles_and_descriptions_are_kept() -> None:
    about = {"title": "T", "description": "D."}
    schema = schema_of(a={**OPEN, **about}, b=structure(c={**NUMBER, **about}))

    assert columns(schema, Flattening(1)) == {"a": {**TEXT, **about}, "b__c": {**NUMBER, **about}}


# Keys without a column


def test_undeclared_keys_of_an_object_go_to_extra() -> None:
    row = flattened(MESSAGES, {"meta": {"subject": "Hi", "to": ["a"], "cc": None}})

    assert row == {"meta__subject": "Hi", "_extra": '{"meta":{"to":["a"]}}'}


def test_undeclared_keys_are_merged_with_what_is_in_extra_already() -> None:
    record = {"meta": {"to": 1}, "_extra": {"meta": {"to": 2, "bcc": 3}, "other": 4}}

    row = flattened(MESSAGES, record)

    assert json.loads(row["_extra"]) == {"meta": {"to": 2, "to_": 1, "bcc": 3}, "other": 4}
    assert record["_extra"] == {"meta": {"to": 2, "bcc": 3}, "other": 4}


def test_an_undeclared_key_of_the_record_goes_to_extra() -> None:
    assert flattened(MESSAGES, {"new": 1}) == {"_extra": '{"new":1}'}


def test_a_value_that_should_be_an_object_goes_to_extra() -> None:
    assert flattened(MESSAGES, {"meta": "Hi"}) == {"_extra": '{"meta":"Hi"}'}


def test_an_object_in_a_column_of_another_type_goes_to_extra() -> None:
    assert flattened(MESSAGES, {"meta": {"size": {"a": 1}}}) == {
        "_extra": '{"meta":{"size":{"a":1}}}'
    }


@pytest.mark.parametrize("meta", [None, {}])
def test_a_missing_object_has_no_columns(meta: Any) -> None:
    assert flattened(MESSAGES, {"id": "1", "meta": meta}) == {"id": "1"}


def test_undeclared_keys_are_dropped_without_a_column_extra() -> None:
    schema = schema_of(meta=structure(subject=TEXT))

    assert flattened(schema, {"meta": {"subject": "Hi", "to": 1}}) == {"meta__subject": "Hi"}


# Any record

_KEYS = st.sampled_from(["a", "A", "b", "a_b", "a__b", "_", "größe", "x" * 40])
_VALUES = st.recursive(
    st.one_of(st.none(), st.integers(), st.text("abé", max_size=3)),
    lambda inner: st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=8,
)
_SCHEMAS = st.recursive(
    st.sampled_from([TEXT, NUMBER, ANYTHING, OPEN]),
    lambda inner: st.builds(
        lambda fields: structure(**fields), st.dictionaries(_KEYS, inner, max_size=4)
    ),
    max_leaves=12,
)


def leaves(value: Any) -> list[str]:
    """All strings and numbers in a value, those in JSON text included."""
    if isinstance(value, dict):
        return [leaf for inner in value.values() for leaf in leaves(inner)]
    if isinstance(value, str) and value.startswith(("{", "[")):
        return leaves(json.loads(value))
    return [] if value is None else [str(value)]


@given(
    st.dictionaries(_KEYS, _SCHEMAS, max_size=4),
    st.dictionaries(_KEYS, _VALUES, max_size=4),
    st.integers(1, 3),
    st.sampled_from(["__", "_", ""]),
    st.sampled_from([16, 63]),
)
def test_every_value_is_in_the_flat_record(
    properties: dict[str, Any], record: dict[str, Any], depth: int, separator: str, longest: int
) -> None:
    schema = schema_of(**properties, _extra=OPEN)

    row = flattened(schema, record, depth=depth, separator=separator, longest=longest)

    assert sorted(leaves(row)) == sorted(leaves(record))
    assert not any(isinstance(value, dict) for value in row.values())
    inner = columns(schema, Flattening(depth, separator, longest)).keys() - properties.keys()
    assert all(len(name.encode()) <= longest for name in inner)


# Settings


def test_flattening_takes_the_settings_of_the_sdk() -> None:
    given_: dict[str, Any] = {"flattening_enabled": True, "flattening_max_depth": 2}

    assert flattening_of(given_) == Flattening(2, "__", 63)
    given_ |= {"flattening_separator": ".", "flattening_max_key_length": 40}
    assert flattening_of(given_) == Flattening(2, ".", 40)
    assert flattening_of({**given_, "flattening_max_key_length": 255}) == Flattening(2, ".", 63)


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"flattening_max_depth": 2},
        {"flattening_enabled": False, "flattening_max_depth": 2},
        {"flattening_enabled": True, "flattening_max_depth": 0},
    ],
)
def test_nothing_is_flattened_without_the_settings_or_with_a_depth_of_0(
    config: dict[str, Any],
) -> None:
    assert flattening_of(config) is None


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({}, "flattening_max_depth: it is missing"),
        ({"flattening_max_depth": -1}, "flattening_max_depth: -1 was given"),
        (
            {"flattening_max_depth": 1, "flattening_max_key_length": 5},
            "flattening_max_key_length: 5 was given",
        ),
    ],
)
def test_an_impossible_setting_is_an_error(config: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        flattening_of({"flattening_enabled": True, **config})
