"""The JSON schema of each stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from tap_kustomer.shaping.fields import (
    Kind,
    Shape,
    anything,
    array,
    boolean,
    custom,
    integer,
    mapping,
    number,
    structure,
    text,
    texts,
    time,
    to_many,
    to_one,
)
from tap_kustomer.shaping.schema import field_schema, record_schema
from tap_kustomer.streams import STREAMS

if TYPE_CHECKING:
    from tap_kustomer.streams.base import KustomerStream


def properties_of(*attributes: Any, relationships: tuple[Any, ...] = ()) -> dict[str, Any]:
    schema = record_schema(Shape(attributes=attributes, relationships=relationships))
    properties: dict[str, Any] = schema["properties"]
    return properties


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (text("x", "."), {"type": ["string", "null"]}),
        (integer("x", "."), {"type": ["integer", "null"]}),
        (number("x", "."), {"type": ["number", "null"]}),
        (boolean("x", "."), {"type": ["boolean", "null"]}),
        (time("x", "."), {"type": ["string", "null"], "format": "date-time"}),
        (
            anything("x", "."),
            {"type": ["string", "number", "boolean", "object", "array", "null"]},
        ),
        (texts("x", "."), {"type": ["array", "null"], "items": {"type": ["string", "null"]}}),
        (structure("x", "."), {"type": ["object", "null"], "additionalProperties": True}),
        (custom("."), {"type": ["object", "null"], "additionalProperties": True}),
        (
            mapping("x", ".", integer("", ".")),
            {"type": ["object", "null"], "additionalProperties": {"type": ["integer", "null"]}},
        ),
    ],
    ids=lambda value: value.kind.value if hasattr(value, "kind") else "",
)
def test_each_kind_has_a_schema(field: Any, expected: dict[str, Any]) -> None:
    assert field_schema(field) == {**expected, "description": "."}


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_the_schema_of_each_stream_is_a_json_schema(stream: type[KustomerStream]) -> None:
    Draft202012Validator.check_schema(record_schema(stream.shape))


def test_only_the_id_is_never_null() -> None:
    properties = properties_of(text("name", "."), relationships=(to_one("customer", "."),))

    assert properties["id"]["type"] == ["string"]
    assert all("null" in schema["type"] for name, schema in properties.items() if name != "id")


def test_the_columns_of_another_key_are_never_null() -> None:
    shape = Shape((text("name", "."),), parent="team")

    properties = record_schema(shape, key=("team_id", "name"))["properties"]

    never_null = {name for name, schema in properties.items() if "null" not in schema["type"]}
    assert never_null == {"team_id", "name"}


def test_a_table_read_by_a_parent_has_columns_for_it() -> None:
    properties = record_schema(Shape((), parent="customer_session"))["properties"]

    assert properties["customer_session_id"]["type"] == ["string", "null"]
    assert properties["customer_session_updated_at"]["format"] == "date-time"
    assert "customer session" in properties["customer_session_id"]["description"]


def test_a_table_two_levels_down_has_a_column_for_the_time_of_its_root() -> None:
    properties = record_schema(Shape((), parent="message", root="conversation"))["properties"]

    assert {"message_id", "conversation_updated_at"} <= properties.keys()
    assert "message_updated_at" not in properties
    assert "conversation" in properties["conversation_updated_at"]["description"]


def test_objects_may_have_other_keys() -> None:
    schema = field_schema(structure("a", ".", structure("b", ".", text("c", "."))))

    assert schema["additionalProperties"] is True
    assert schema["properties"]["b"]["additionalProperties"] is True
    assert "additionalProperties" not in record_schema(Shape((), ()))


def test_nested_keys_are_in_snake_case_too() -> None:
    properties = properties_of(structure("lastMessageIn", ".", time("sentAt", ".")))

    assert list(properties["last_message_in"]["properties"]) == ["sent_at"]


def test_keys_inside_arrays_and_mappings_are_declared() -> None:
    inner = structure("", ".", text("zipCode", "."))
    properties = properties_of(array("places", ".", inner), mapping("byId", ".", inner))

    assert "zip_code" in properties["places"]["items"]["properties"]
    assert "zip_code" in properties["by_id"]["additionalProperties"]["properties"]


def test_a_to_one_relationship_has_a_column_for_its_id_and_one_for_id_and_type() -> None:
    properties = properties_of(relationships=(to_one("createdBy", "Who."),))

    assert properties["created_by_id"]["type"] == ["string", "null"]
    assert list(properties["created_by"]["properties"]) == ["id", "type"]


def test_a_to_many_relationship_is_one_array_of_ids() -> None:
    properties = properties_of(relationships=(to_many("userMentions", "Who."),))

    assert properties["user_mentions"]["items"] == {"type": ["string", "null"]}
    assert "user_mentions_id" not in properties


def test_a_relationship_with_the_name_of_an_attribute_gets_another_column() -> None:
    properties = properties_of(structure("sla", "."), relationships=(to_one("sla", "."),))

    assert {"sla", "sla_data", "sla_id"} <= properties.keys()
    assert "id" in properties["sla_data"]["properties"]


def test_an_id_with_the_name_of_an_attribute_gets_another_column() -> None:
    properties = properties_of(text("customerId", "."), relationships=(to_one("customer", "."),))

    assert {"customer_id", "customer_data_id", "customer"} <= properties.keys()


@pytest.mark.parametrize("name", ["type", "links"])
def test_type_and_links_get_other_columns_if_attributes_have_these_names(name: str) -> None:
    properties = properties_of(text(name, "An attribute."))

    assert properties[name]["description"] == "An attribute."
    assert f"resource_{name}" in properties


def test_declared_keys_with_one_name_have_separate_columns() -> None:
    properties = properties_of(text("orderId", "One."), text("order_id", "Other."))

    assert properties["order_id"]["description"] == "Other."
    assert properties["order_id_2c2dd7b1"]["description"] == "One."


@pytest.mark.parametrize("word", ["order", "group", "select", "from", "user", "default"])
def test_sql_keywords_are_columns_like_any_other(word: str) -> None:
    assert word in properties_of(text(word, "."))


def test_the_display_name_of_an_attribute_is_its_title() -> None:
    from_metadata = text("colorStr", "Custom attribute colorStr.")

    assert "title" not in field_schema(from_metadata)
    titled = type(from_metadata)("colorStr", Kind.TEXT, ".", "Colour")
    assert field_schema(titled)["title"] == "Colour"
