"""Custom attributes are found in catalogs whose descriptions were edited."""

from __future__ import annotations

from typing import Any

import pytest

from support.custom_attributes import (
    COLLIDING,
    METADATA,
    catalog_schema,
    record_of,
    shaped_by,
    without_descriptions,
)
from support.json_values import deep
from tap_kustomer.nesting import encode_sorted
from tap_kustomer.shaping.custom import fields_from_metadata
from tap_kustomer.shaping.leftovers import without_columns
from tap_kustomer.shaping.names import column_names

EDITED = ["", "Colour.", "Custom attribute colorStr.", 'Custom attribute "\\x"', None, 5]


@pytest.mark.parametrize("value", [7, True, ["x"], {"aKey": "x"}, deep("x", 950)], ids=type)
def test_a_description_that_is_not_a_text_is_written_as_json(value: Any) -> None:
    about = {"description": value, "deletedAt": value, "displayName": value, "type": value}

    (field,) = fields_from_metadata({"colorStr": about})

    said = encode_sorted(value).decode()
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
    column = column_names(metadata)["priceNum"]
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
