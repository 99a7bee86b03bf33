"""Which column a custom attribute has, whatever others are called."""

from __future__ import annotations

import pytest

from support.custom_attributes import (
    COLLIDING,
    METADATA,
    catalog_schema,
    record_of,
    shaped_by,
    without_descriptions,
)


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
