"""Custom attributes have the types that metadata declares."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from support.custom_attributes import METADATA, SHAPE, catalog_schema, record_of, shaped_by
from support.json_values import time_texts
from support.singer_schemas import CANONICAL_TIME
from tap_kustomer import times
from tap_kustomer.shaping.custom import (
    fields_from_metadata,
    in_common,
    with_custom_fields,
)
from tap_kustomer.shaping.fields import Kind, Shape, text
from tap_kustomer.shaping.schema import record_schema


@pytest.mark.parametrize(
    ("name", "given_", "column", "expected"),
    [
        ("colorStr", "red", "color_str", "red"),
        ("colorStr", "", "color_str", ""),
        ("storyTxt", "long\nand 💛", "story_txt", "long\nand 💛"),
        ("priceNum", 7, "price_num", 7),
        ("priceNum", 7.25, "price_num", 7.25),
        ("priceNum", -7.0, "price_num", -7.0),
        ("priceNum", "7.25", "price_num", 7.25),
        ("vipBool", True, "vip_bool", True),
        ("vipBool", "false", "vip_bool", False),
        ("deliveredAt", "2024-01-31T10:00:00.123Z", "delivered_at", "2024-01-31T10:00:00.123Z"),
        ("deliveredAt", "2024-01-31T10:00:00+02:00", "delivered_at", "2024-01-31T08:00:00.000Z"),
        ("deliveredAt", "2016-11-06T13:54:29-05:00", "delivered_at", "2016-11-06T18:54:29.000Z"),
        ("deliveredAt", "2024-01-31T10:00:00+0545", "delivered_at", "2024-01-31T04:15:00.000Z"),
        ("deliveredAt", "2024-01-31T10:00:00", "delivered_at", "2024-01-31T10:00:00.000Z"),
        ("deliveredAt", "2024-01-31", "delivered_at", "2024-01-31T00:00:00.000Z"),
        ("reasonTree", "returns.damaged", "reason_tree", "returns.damaged"),
        ("homeUrl", "https://x.example/?a=B", "home_url", "https://x.example/?a=B"),
        ("ticketId", "007", "ticket_id", "007"),
        ("sizesStr", ["s", "m"], "sizes_str", ["s", "m"]),
        ("sizesStr", [], "sizes_str", []),
        ("stopsAt", ["2024-01-31T10:00:00+02:00"], "stops_at", ["2024-01-31T08:00:00.000Z"]),
        ("orderStr", "of a deleted attribute", "order_str", "of a deleted attribute"),
        ("colorStr", None, "color_str", None),
        ("sizesStr", None, "sizes_str", None),
    ],
)
def test_a_value_gets_the_type_that_metadata_declares(
    name: str, given_: Any, column: str, expected: Any
) -> None:
    record = record_of({name: given_})

    assert record["custom"] == {column: expected}
    assert type(record["custom"][column]) is type(expected)
    assert "_extra" not in record


@given(time_texts())
def test_a_time_with_any_offset_stays_the_same_time(given_: str) -> None:
    column = record_of({"deliveredAt": given_})["custom"]["delivered_at"]

    assert CANONICAL_TIME.fullmatch(column)
    assert times.to_milliseconds(column) == times.to_milliseconds(given_)


@pytest.mark.parametrize(
    ("name", "given_", "column"),
    [
        ("priceNum", "about seven", "price_num"),
        ("priceNum", "0012", "price_num"),
        ("priceNum", "123456789012345678.123", "price_num"),
        ("priceNum", [7], "price_num"),
        ("priceNum", True, "price_num"),
        ("vipBool", 1, "vip_bool"),
        ("vipBool", "yes", "vip_bool"),
        ("deliveredAt", "yesterday", "delivered_at"),
        ("deliveredAt", 1706695200000, "delivered_at"),
        ("deliveredAt", {"date": "2024-01-31"}, "delivered_at"),
    ],
)
def test_a_value_of_another_type_is_null_and_kept_in_extra(
    name: str, given_: Any, column: str
) -> None:
    record = record_of({name: given_})

    assert record["custom"] == {column: None}
    assert record["_extra"] == {"custom": {column: given_}}


@pytest.mark.parametrize(
    ("name", "value", "column", "several"),
    [
        ("xStr", "a", "x_str", ["a", "b", None]),
        ("xTxt", "a", "x_txt", ["a"]),
        ("xUrl", "https://x.example", "x_url", ["https://x.example"]),
        ("xId", "600000000000000000000001", "x_id", ["600000000000000000000001"]),
        ("xTree", "a.b", "x_tree", ["a.b", "a.c"]),
        ("xNum", 1.5, "x_num", [1, 1.5]),
        ("xBool", True, "x_bool", [True, False]),
        ("xAt", "2024-01-31T10:00:00.000Z", "x_at", ["2024-01-31T10:00:00.000Z"]),
    ],
)
@pytest.mark.parametrize("about", [{"multi": True}, {"array": True}, {"type": "array"}])
def test_an_attribute_of_any_kind_may_have_several_values(
    name: str, value: Any, column: str, several: list[Any], about: dict[str, Any]
) -> None:
    assert record_of({name: several}, {name: about}) == {
        **record_of({}, {name: about}),
        "custom": {column: several},
    }
    assert record_of({name: value}, {name: about})["custom"] == {column: [value]}


@pytest.mark.parametrize(
    "tree", [{"children": [{"id": "clothes"}]}, [{"id": "clothes"}]], ids=["object", "array"]
)
def test_a_value_of_a_tree_is_its_path_as_text(tree: Any) -> None:
    metadata = {"topicTree": {"type": "string", "tree": tree}}

    assert record_of({"topicTree": "clothes.shoes"}, metadata)["custom"] == {
        "topic_tree": "clothes.shoes"
    }
    assert record_of({"topicTree": {"id": "clothes"}}, metadata)["custom"] == {
        "topic_tree": '{"id":"clothes"}'
    }


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
def test_sql_keywords_are_names_like_any_other(word: str) -> None:
    assert record_of({word: "x"}, {word: {"type": "string"}})["custom"] == {word: "x"}


def test_without_metadata_only_times_are_converted_by_their_suffix() -> None:
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


def test_the_suffix_takes_precedence_over_the_type() -> None:
    (field,) = fields_from_metadata({"deliveredAt": {"type": "string"}})

    assert field.kind is Kind.TIME


def test_the_description_of_an_attribute_is_in_the_catalog() -> None:
    properties = catalog_schema(METADATA)["properties"]["custom"]["properties"]

    assert properties["color_str"]["title"] == "Colour"
    assert "When it arrived" in properties["delivered_at"]["description"]
    assert "deleted 2024-01-31" in properties["order_str"]["description"]


def test_a_shape_without_custom_attributes_stays_as_it_is() -> None:
    shape = Shape(attributes=(text("name", "."),), relationships=())

    assert with_custom_fields(shape, (text("x", "."),)) == shape


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ({"type": "string"}, {"type": "string"}, Kind.TEXT),
        ({"type": "string"}, {"type": "number"}, Kind.ANYTHING),
        ({"type": "string"}, {"type": "string", "multi": True}, Kind.ANYTHING),
        ({"type": "string", "multi": True}, {"type": "string", "array": True}, Kind.ARRAY),
        (
            {"type": "string", "multi": True},
            {"type": "number", "multi": True},
            Kind.ANYTHING,
        ),
    ],
)
def test_an_attribute_of_several_klasses_has_their_type_if_they_agree(
    one: dict[str, Any], other: dict[str, Any], kind: Kind
) -> None:
    (field,) = in_common(fields_from_metadata({"color": about}) for about in (one, other))

    assert field.kind is kind
    assert (field.items is None) == (kind is not Kind.ARRAY)


def test_attributes_of_all_klasses_are_in_the_order_of_their_keys() -> None:
    fields = in_common(fields_from_metadata({key: {}}) for key in ("c", "a", "b"))

    assert [field.source for field in fields] == ["a", "b", "c"]


def test_attributes_of_two_klasses_with_similar_names_have_separate_columns() -> None:
    fields = in_common(fields_from_metadata({key: {}}) for key in ("priceNum", "price_num"))
    schema = record_schema(with_custom_fields(SHAPE, fields))

    assert shaped_by(schema, {"priceNum": 1})["custom"] == {"price_num_837551a0": 1}
    assert shaped_by(schema, {"price_num": 2})["custom"] == {"price_num": 2}
