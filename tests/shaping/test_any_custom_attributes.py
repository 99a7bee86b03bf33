"""Any custom attributes keep their columns through a catalog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st
from singer_sdk.singerlib.schema import Schema

from support.custom_attributes import catalog_schema, record_of, shaped_by
from support.json_values import KEYS, json_values, leaves
from tap_kustomer.shaping.custom import (
    fields_from_metadata,
    fields_from_schema,
)
from tap_kustomer.shaping.fields import Kind, custom
from tap_kustomer.shaping.names import LONGEST, column_names
from tap_kustomer.shaping.schema import field_schema
from tap_kustomer.shaping.values import kind_by_suffix

if TYPE_CHECKING:
    from random import Random

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


@given(st.sets(_TEXTS), st.sets(_TEXTS))
def test_other_attributes_of_a_record_do_not_change_the_column_of_one(
    declared: set[str], carried: set[str]
) -> None:
    metadata: dict[str, Any] = {key: {} for key in declared - {""}}
    values = {key: f"value of {key}" for key in carried}
    names = column_names(metadata, longest=LONGEST)

    record = shaped_by(read_back(catalog_schema(metadata)), values)

    if metadata:
        assert record.get("custom") == {
            names[key]: values[key] for key in metadata.keys() & carried
        }
    assert leaves(record) - leaves(["1"]) == leaves(values)


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
