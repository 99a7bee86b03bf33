from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from singer_sdk.singerlib.schema import Schema

from support.json_values import KEYS, deep, json_values, leaves, time_texts
from support.singer_schemas import CANONICAL_TIME, misfits
from tap_kustomer import times
from tap_kustomer.nesting import encode
from tap_kustomer.shaping.custom import (
    fields_from_metadata,
    fields_from_schema,
    in_common,
    with_custom_fields,
)
from tap_kustomer.shaping.fields import Kind, Shape, custom, text
from tap_kustomer.shaping.leftovers import without_columns
from tap_kustomer.shaping.names import LONGEST, columns
from tap_kustomer.shaping.records import compile_shaper
from tap_kustomer.shaping.schema import field_schema, record_schema
from tap_kustomer.shaping.values import kind_by_suffix

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
    return shaped_by(catalog_schema(METADATA if metadata is None else metadata), values)


def shaped_by(schema: dict[str, Any], values: Any) -> dict[str, Any]:
    """The record of a resource with these custom attributes, by a catalog with this schema."""
    fields = fields_from_schema(schema["properties"]["custom"])
    shaper = compile_shaper(with_custom_fields(SHAPE, fields), schema["properties"].keys())
    record: dict[str, Any] = shaper({"id": "1", "attributes": {"custom": values}})
    assert not misfits(without_descriptions(schema), record)
    return record


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


@settings(deadline=None)
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


# Columns of attributes


# All of them are `tax_id_str` in snake_case.
COLLIDING: dict[str, Any] = {"taxIDStr": {}, "taxIdStr": {}, "tax_idStr": {}, "TaxIdStr": {}}


def test_attributes_with_colliding_names_have_columns_that_differ_by_more_than_case() -> None:
    record = record_of(
        {"taxIDStr": "1", "taxIdStr": "2", "tax_idStr": "3", "TaxIdStr": "4"}, COLLIDING
    )

    assert record["custom"] == {
        "tax_id_str_e1a0f4d8": "1",
        "tax_id_str_0b4de4ff": "2",
        "tax_id_str_a989aa7e": "3",
        "tax_id_str": "4",
    }


@pytest.mark.parametrize("key", COLLIDING)
def test_an_attribute_has_the_same_column_if_others_are_missing(key: str) -> None:
    every = record_of({key: key for key in COLLIDING}, COLLIDING)["custom"]

    (column,) = (column for column, value in every.items() if value == key)

    assert record_of({key: "x"}, COLLIDING)["custom"] == {column: "x"}


@pytest.mark.parametrize("letter", ["a", "ß", "名"])
def test_the_column_of_an_attribute_has_at_most_63_bytes(letter: str) -> None:
    keys = [f"{letter * 70}Str", f"{letter * 71}Str"]

    custom = record_of({key: key for key in keys}, {key: {} for key in keys})["custom"]

    assert sorted(custom.values()) == keys
    assert all(len(name.encode()) <= 63 for name in custom)


def test_without_its_key_a_column_with_a_shortened_name_is_found() -> None:
    key = "a" * 70
    schema = without_descriptions(catalog_schema({key: {}}))

    assert list(shaped_by(schema, {key: "x"})["custom"].values()) == ["x"]


def test_a_key_without_a_column_keeps_its_whole_name() -> None:
    record = record_of({"a" * 70: 1}, METADATA)

    assert record["_extra"] == {"custom": {"a" * 70: 1}}


def test_a_new_attribute_does_not_take_the_column_of_another() -> None:
    record = record_of({"price_num": 2, "PriceNum": 3}, {"priceNum": {}})

    assert record["custom"] == {}
    assert sorted(record["_extra"]["custom"].values()) == [2, 3]


def test_an_attribute_keeps_its_column_when_a_new_one_is_spelled_like_it() -> None:
    record = record_of({"price_num": 2, "priceNum": 1}, {"priceNum": {}})

    assert record["custom"] == {"price_num": 1}
    assert list(record["_extra"]["custom"].values()) == [2]


def test_two_values_of_one_name_that_do_not_fit_their_columns_are_both_kept() -> None:
    record = record_of({"priceNum": "seven", "price_num": "eight"})

    assert record["custom"] == {"price_num": None}
    assert sorted(record["_extra"]["custom"].values()) == ["eight", "seven"]


def test_a_column_removed_from_the_catalog_goes_to_extra() -> None:
    schema = catalog_schema(METADATA)
    del schema["properties"]["custom"]["properties"]["vip_bool"]

    record = shaped_by(schema, {"vipBool": True, "colorStr": "red"})

    assert record["custom"] == {"color_str": "red"}
    assert record["_extra"] == {"custom": {"vip_bool": True}}


# Catalogs with edited descriptions, which no longer tell the keys of columns


def without_descriptions(schema: dict[str, Any], description: Any = None) -> dict[str, Any]:
    schema = copy.deepcopy(schema)
    for property_ in schema["properties"]["custom"].get("properties", {}).values():
        property_.pop("description", None)
        if description is not None:
            property_["description"] = description
    return schema


EDITED = ["", "Colour.", "Custom attribute colorStr.", 'Custom attribute "\\x"', None, 5]


@pytest.mark.parametrize("value", [7, True, ["x"], {"aKey": "x"}, deep("x", 950)], ids=type)
def test_a_description_that_is_not_a_text_is_written_as_json(value: Any) -> None:
    about = {"description": value, "deletedAt": value, "displayName": value, "type": value}

    (field,) = fields_from_metadata({"colorStr": about})

    said = encode(value).decode()
    assert field.title == said
    assert field.description == f'Custom attribute "colorStr": {said}; deleted {said}.'


@pytest.mark.parametrize("description", EDITED)
def test_without_its_key_a_column_is_found_by_its_name(description: Any) -> None:
    schema = without_descriptions(catalog_schema(METADATA), description)

    record = shaped_by(schema, {"colorStr": "red", "priceNum": "seven", "newNum": 7})

    assert record["custom"] == {"color_str": "red", "price_num": None}
    assert record["_extra"] == {"custom": {"new_num": 7, "price_num": "seven"}}


@pytest.mark.parametrize("key", ["taxIDStr", "tax_idStr"])
def test_without_its_key_a_column_is_found_by_its_suffix(key: str) -> None:
    schema = without_descriptions(catalog_schema(COLLIDING))

    assert shaped_by(schema, {key: "x"}) == record_of({key: "x"}, COLLIDING)


def test_without_its_key_a_misfit_keeps_the_name_of_its_column_in_extra() -> None:
    schema = without_descriptions(catalog_schema(METADATA))

    record = shaped_by(schema, {"price_num": "seven", "priceNum": "eight"})

    assert record["_extra"] == {"custom": {"price_num": "seven", "price_num_837551a0": "eight"}}


def test_without_its_key_any_spelling_of_a_column_with_a_suffix_goes_with_it() -> None:
    metadata: dict[str, Any] = {"priceNum": {}, "price_num": {}}
    column = columns(metadata)["priceNum"]
    assert column != "price_num"

    record = shaped_by(
        without_descriptions(catalog_schema(metadata)), {"price_num": 2, "PriceNum": 1}
    )

    assert record["_extra"]
    assert "_extra" not in without_columns(record, {"custom": {column: {}}})


@pytest.mark.parametrize("keys", [["priceNum", "price_num"], ["price_num", "priceNum"]])
def test_without_its_key_a_column_gets_the_attribute_that_is_spelled_like_it(
    keys: list[str],
) -> None:
    schema = without_descriptions(catalog_schema(METADATA))
    values = {"priceNum": 1, "price_num": 2}

    record = shaped_by(schema, {key: values[key] for key in keys})

    assert record["custom"] == {"price_num": 2}
    assert list(record["_extra"]["custom"].values()) == [1]


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


# One column for the attributes of several klasses


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


# Any custom attributes


_ABOUT = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["string", "number", "boolean", "array", "object", "date"]),
        "multi": st.booleans(),
        "displayName": st.text(),
        "description": st.text(),
    },
)
_NAMES = st.one_of(
    KEYS,
    st.builds(
        str.__add__,
        st.sampled_from(["order", "Order", "ORDER", "order ", "größe", "İ", 'a"b', "a\\", "a\n"]),
        st.sampled_from(["Str", "Num", "Bool", "At", "Tree", "Txt", "Url", "Id", "_num", ""]),
    ),
)


def read_back(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema as a later run gets it: the SDK keeps only the keywords that it knows."""
    kept: dict[str, Any] = Schema.from_dict(schema).to_dict()
    return kept


@settings(deadline=None)
@given(st.dictionaries(_NAMES, _ABOUT))
def test_a_catalog_preserves_the_keys_and_kinds_that_discovery_found(
    metadata: dict[str, Any],
) -> None:
    fields = fields_from_metadata(metadata)

    found = fields_from_schema(read_back(field_schema(custom(".", *fields))))

    assert [(field.source, field.kind, field.items and field.items.kind) for field in found] == [
        (field.source, field.kind, field.items and field.items.kind) for field in fields
    ]


def test_columns_whose_keys_a_catalog_does_not_tell_are_still_columns() -> None:
    columns = {"color_str": {"type": ["string"]}, "price_num": {"type": ["number", "null"]}}

    schema = field_schema(custom(".", *fields_from_schema({"properties": columns})))

    assert schema["properties"].keys() == columns.keys()


# Attributes of type text, with names that collide in many ways.
_TEXTS = st.one_of(
    _NAMES.filter(lambda name: kind_by_suffix(name) in {Kind.TEXT, Kind.ANYTHING}),
    st.from_regex(r"[aA][-_]?[bB](_[23])?", fullmatch=True),
)


@settings(deadline=None)
@given(st.sets(_TEXTS), st.sets(_TEXTS))
def test_other_attributes_of_a_record_do_not_change_the_column_of_one(
    declared: set[str], carried: set[str]
) -> None:
    metadata: dict[str, Any] = {key: {} for key in declared - {""}}
    values = {key: f"value of {key}" for key in carried}
    names = columns(metadata, longest=LONGEST)

    record = shaped_by(read_back(catalog_schema(metadata)), values)

    if metadata:
        assert record.get("custom") == {
            names[key]: values[key] for key in metadata.keys() & carried
        }
    assert leaves(record) - leaves(["1"]) == leaves(values)


@settings(deadline=None)
@given(
    st.dictionaries(_NAMES, _ABOUT),
    st.dictionaries(_NAMES, json_values(), max_size=5),
    st.randoms(),
)
def test_the_order_of_attributes_does_not_matter(
    metadata: dict[str, Any], values: dict[str, Any], random: Random
) -> None:
    shuffled = list(values.items())
    random.shuffle(shuffled)

    assert record_of(values, metadata) == record_of(dict(shuffled), metadata)
