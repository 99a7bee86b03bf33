from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.json_values import KEYS, json_values
from support.singer_schemas import misfits
from tap_kustomer.shaping.custom import (
    fields_from_metadata,
    fields_from_schema,
    with_custom_fields,
)
from tap_kustomer.shaping.fields import Field, Kind, Shape, custom, text
from tap_kustomer.shaping.records import compile_shaper
from tap_kustomer.shaping.schema import field_schema, record_schema

if TYPE_CHECKING:
    from random import Random

SHAPE = Shape(attributes=(text("name", "."), custom("Custom attributes.")), relationships=())

# As `GET /v1/metadata/{resource}` lists them.
METADATA: dict[str, Any] = {
    "colorStr": {"type": "string", "displayName": "Colour"},
    "storyTxt": {"type": "string"},
    "priceNum": {"type": "number"},
    "vipBool": {"type": "boolean"},
    "deliveredAt": {"type": "string", "description": "When it arrived"},
    "reasonTree": {"type": "string"},
    "homeUrl": {"type": "string"},
    "ticketId": {"type": "string"},
    "sizesStr": {"type": "string", "multi": True},
    "stopsAt": {"type": "array"},
    "orderStr": {"type": "string", "deletedAt": "2024-01-31T10:00:00.000Z"},
}


def catalog_schema(metadata: dict[str, Any]) -> dict[str, Any]:
    """What discovery writes into the catalog."""
    schema: dict[str, Any] = record_schema(
        with_custom_fields(SHAPE, fields_from_metadata(metadata))
    )
    return schema


def record_of(values: Any, metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    """The record of a resource with these custom attributes, by a catalog with this metadata."""
    schema = catalog_schema(METADATA if metadata is None else metadata)
    fields = fields_from_schema(schema["properties"]["custom"])
    shaper = compile_shaper(with_custom_fields(SHAPE, fields), schema["properties"].keys())
    record: dict[str, Any] = shaper({"id": "1", "attributes": {"custom": values}})
    assert not misfits(schema, record)
    return record


@pytest.mark.parametrize(
    ("name", "given_", "column", "expected"),
    [
        ("colorStr", "red", "color_str", "red"),
        ("storyTxt", "long\nand 💛", "story_txt", "long\nand 💛"),
        ("priceNum", 7, "price_num", 7),
        ("priceNum", 7.25, "price_num", 7.25),
        ("priceNum", "7.25", "price_num", 7.25),
        ("vipBool", True, "vip_bool", True),
        ("vipBool", "false", "vip_bool", False),
        ("deliveredAt", "2024-01-31T10:00:00+02:00", "delivered_at", "2024-01-31T08:00:00.000Z"),
        ("deliveredAt", "2024-01-31", "delivered_at", "2024-01-31T00:00:00.000Z"),
        ("reasonTree", "returns.damaged", "reason_tree", "returns.damaged"),
        ("homeUrl", "https://x.example/?a=B", "home_url", "https://x.example/?a=B"),
        ("ticketId", "007", "ticket_id", "007"),
        ("sizesStr", ["s", "m"], "sizes_str", ["s", "m"]),
        ("stopsAt", ["2024-01-31T10:00:00+02:00"], "stops_at", ["2024-01-31T08:00:00.000Z"]),
        ("orderStr", "of a deleted attribute", "order_str", "of a deleted attribute"),
        ("colorStr", None, "color_str", None),
    ],
)
def test_a_value_gets_the_type_that_metadata_declares(
    name: str, given_: Any, column: str, expected: Any
) -> None:
    record = record_of({name: given_})

    assert record["custom"] == {column: expected}
    assert type(record["custom"][column]) is type(expected)
    assert "_extra" not in record


@pytest.mark.parametrize(
    ("name", "given_", "column"),
    [
        ("priceNum", "about seven", "price_num"),
        ("priceNum", [7], "price_num"),
        ("vipBool", 1, "vip_bool"),
        ("vipBool", "yes", "vip_bool"),
        ("deliveredAt", "yesterday", "delivered_at"),
        ("deliveredAt", 1706695200000, "delivered_at"),
    ],
)
def test_a_value_of_another_type_is_null_and_kept_in_extra(
    name: str, given_: Any, column: str
) -> None:
    record = record_of({name: given_})

    assert record["custom"] == {column: None}
    assert record["_extra"] == {"custom": {column: given_}}


def test_a_value_of_another_type_inside_several_is_kept_under_its_position() -> None:
    record = record_of({"stopsAt": ["2024-01-31", "later", None]})

    assert record["custom"]["stops_at"] == ["2024-01-31T00:00:00.000Z", None, None]
    assert record["_extra"] == {"custom": {"stops_at": {"1": "later"}}}


def test_a_single_value_of_a_multi_valued_attribute_becomes_an_array() -> None:
    assert record_of({"sizesStr": "s"})["custom"] == {"sizes_str": ["s"]}


def test_several_values_of_a_single_valued_text_become_json() -> None:
    assert record_of({"colorStr": ["red", "blue"]})["custom"] == {"color_str": '["red","blue"]'}


def test_an_attribute_that_the_catalog_does_not_know_goes_to_extra() -> None:
    record = record_of({"colorStr": "red", "newNum": 7, "emptyStr": None})

    assert record["custom"] == {"color_str": "red"}
    assert record["_extra"] == {"custom": {"new_num": 7}}


def test_custom_attributes_that_are_no_object_go_to_extra() -> None:
    record = record_of("nothing")

    assert record["custom"] is None
    assert record["_extra"] == {"custom": "nothing"}


@pytest.mark.parametrize("word", ["order", "group", "select", "from", "user"])
def test_words_of_sql_are_names_like_any_other(word: str) -> None:
    assert record_of({word: "x"}, {word: {"type": "string"}})["custom"] == {word: "x"}


def test_attributes_whose_names_collide_have_a_column_each() -> None:
    metadata = {"sizeNum": {"type": "number"}, "size_num": {}, "SizeNum": {"type": "number"}}

    record = record_of({"sizeNum": 1, "size_num": 2, "SizeNum": 3}, metadata)

    assert record["custom"] == {"sizeNum": 1, "size_num": 2, "SizeNum": 3}


def test_of_two_attributes_with_the_name_of_one_column_both_survive_in_any_order() -> None:
    both = {"priceNum": 1, "price_num": 2}

    record = record_of(both)

    assert record == record_of(dict(reversed(both.items())))
    assert sorted([*record["custom"].values(), *record["_extra"]["custom"].values()]) == [1, 2]


def test_values_are_kept_though_both_of_one_name_fit_no_column() -> None:
    record = record_of({"priceNum": "seven", "price_num": "eight"})

    assert record["custom"] == {"price_num": None}
    assert sorted(record["_extra"]["custom"].values()) == ["eight", "seven"]


def test_without_metadata_the_suffix_tells_times_and_all_else_stays_as_it_came() -> None:
    values = {
        "deliveredAt": "2024-01-31T10:00:00+02:00",
        "brokenAt": "yesterday",
        "emptyAt": None,
        "priceNum": "7.25",
        "vipBool": "true",
        "colorStr": 5,
        "anythingElse": {"aKey": [1]},
    }

    record = record_of(values, {})

    assert record["custom"] == {
        "delivered_at": "2024-01-31T08:00:00.000Z",
        "broken_at": "yesterday",
        "empty_at": None,
        "price_num": "7.25",
        "vip_bool": "true",
        "color_str": 5,
        "anything_else": {"a_key": [1]},
    }
    assert "_extra" not in record


@pytest.mark.parametrize(
    ("about", "kind"),
    [
        ({"type": "string"}, Kind.TEXT),
        ({"type": "number"}, Kind.NUMBER),
        ({"type": "integer"}, Kind.NUMBER),
        ({"type": "boolean"}, Kind.BOOLEAN),
        ({"type": "object"}, Kind.ANYTHING),
        ({"type": ["string"]}, Kind.ANYTHING),
        ({}, Kind.ANYTHING),
        (None, Kind.ANYTHING),
    ],
)
def test_a_name_without_a_suffix_has_the_type_of_the_metadata(about: Any, kind: Kind) -> None:
    (field,) = fields_from_metadata({"color": about})

    assert field.kind is kind


def test_the_suffix_counts_more_than_the_type() -> None:
    (field,) = fields_from_metadata({"deliveredAt": {"type": "string"}})

    assert field.kind is Kind.TIME


@pytest.mark.parametrize("several", [{"multi": True}, {"array": True}, {"type": "array"}])
def test_a_multi_valued_attribute_is_an_array_of_its_type(several: dict[str, Any]) -> None:
    (field,) = fields_from_metadata({"sizeNum": {"type": "number", **several}})

    assert field.kind is Kind.ARRAY
    assert field.holds.kind is Kind.NUMBER


def test_what_people_wrote_about_an_attribute_stands_in_the_catalog() -> None:
    properties = catalog_schema(METADATA)["properties"]["custom"]["properties"]

    assert properties["color_str"]["title"] == "Colour"
    assert "When it arrived" in properties["delivered_at"]["description"]
    assert "deleted 2024-01-31" in properties["order_str"]["description"]


def test_a_shape_without_custom_attributes_stays_as_it_is() -> None:
    shape = Shape(attributes=(text("name", "."),), relationships=())

    assert with_custom_fields(shape, (text("x", "."),)) == shape


def kinds(fields: tuple[Field, ...]) -> dict[str, tuple[Kind, Kind | None]]:
    return {
        field.source: (field.kind, field.items.kind if field.items else None) for field in fields
    }


_ABOUT = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["string", "number", "boolean", "array", "object", "date"]),
        "multi": st.booleans(),
        "displayName": st.text(),
    },
)
_NAMES = st.one_of(
    KEYS,
    st.builds(
        str.__add__,
        st.sampled_from(["order", "Order", "order ", "größe", "İ"]),
        st.sampled_from(["Str", "Num", "Bool", "At", "Tree", "Txt", "Url", "Id", "_num", ""]),
    ),
)


@settings(deadline=None)
@given(st.dictionaries(_NAMES, _ABOUT))
def test_a_catalog_gives_back_the_kinds_that_discovery_found(metadata: dict[str, Any]) -> None:
    fields = fields_from_metadata(metadata)

    assert kinds(fields_from_schema(field_schema(custom(".", *fields)))) == kinds(fields)


@settings(deadline=None)
@given(
    st.dictionaries(_NAMES, _ABOUT),
    st.dictionaries(_NAMES, json_values(), max_size=5),
    st.randoms(),
)
def test_the_order_of_attributes_makes_no_difference(
    metadata: dict[str, Any], values: dict[str, Any], random: Random
) -> None:
    shuffled = list(values.items())
    random.shuffle(shuffled)

    assert record_of(values, metadata) == record_of(dict(shuffled), metadata)
