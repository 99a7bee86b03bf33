from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings

from support.json_values import json_values
from tap_kustomer.shaping.fields import Kind
from tap_kustomer.shaping.values import (
    CONVERSIONS,
    UNCHANGED,
    MismatchError,
    anything,
    boolean,
    integer,
    kind_by_suffix,
    number,
    text,
    text_or_null,
    time,
)


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ("a text", "a text"),
        ("", ""),
        ("7", "7"),
        (7, "7"),
        (7.5, "7.5"),
        (True, "true"),
        (["a", 1], '["a",1]'),
        ({"aKey": "ä"}, '{"aKey":"ä"}'),
    ],
)
def test_a_text_takes_whatever_is_no_string_as_json(given_: Any, expected: str) -> None:
    assert text(given_) == expected


@pytest.mark.parametrize(
    ("given_", "expected"), [(7, 7), (7.0, 7), ("7", 7), ("-7", -7), ("7.0", 7), ("7e2", 700)]
)
def test_an_integer_takes_whole_numbers_in_any_form(given_: Any, expected: int) -> None:
    assert integer(given_) == expected
    assert type(integer(given_)) is int


@pytest.mark.parametrize(
    "given_", [7.5, "7.5", "", "seven", " 7", "7_000", "٣", True, None, [], {}, "1e400", "1e-1"]
)
def test_an_integer_refuses_what_it_would_have_to_cut(given_: Any) -> None:
    with pytest.raises(MismatchError):
        integer(given_)


@pytest.mark.parametrize(
    ("given_", "expected"),
    [(7, 7), (7.25, 7.25), ("7", 7), ("7.25", 7.25), ("-1.5e3", -1500.0), ("+5", 5)],
)
def test_a_number_takes_numerals_too(given_: Any, expected: float) -> None:
    assert number(given_) == expected
    assert type(number(given_)) is type(expected)


@pytest.mark.parametrize(
    "given_",
    ["", "seven", "7 ", "7,5", "0x7", "inf", "nan", ".5", "7.", True, None, [7], {}, "1e400"],
)
def test_a_number_refuses_everything_else(given_: Any) -> None:
    with pytest.raises(MismatchError):
        number(given_)


def test_a_numeral_of_thousands_of_digits_is_no_number() -> None:
    with pytest.raises(MismatchError):
        number("9" * 5_000)


@pytest.mark.parametrize(
    ("given_", "expected"), [(True, True), (False, False), ("true", True), ("false", False)]
)
def test_a_boolean_takes_the_words_too(given_: Any, expected: bool) -> None:
    assert boolean(given_) is expected


@pytest.mark.parametrize("given_", [0, 1, "yes", "True", "", None, [], {}, [True]])
def test_a_boolean_refuses_everything_else(given_: Any) -> None:
    with pytest.raises(MismatchError):
        boolean(given_)


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ("2024-01-31T10:00:00.123Z", "2024-01-31T10:00:00.123Z"),
        ("2024-01-31T10:00:00Z", "2024-01-31T10:00:00.000Z"),
        ("2024-01-31T10:00:00.1Z", "2024-01-31T10:00:00.100Z"),
        ("2024-01-31T10:00:00.123456Z", "2024-01-31T10:00:00.123Z"),
        ("2024-01-31T10:00:00+02:00", "2024-01-31T08:00:00.000Z"),
        ("2024-01-31T20:00:00-0530", "2024-02-01T01:30:00.000Z"),
        ("2024-01-31T10:00:00", "2024-01-31T10:00:00.000Z"),
        ("2024-01-31", "2024-01-31T00:00:00.000Z"),
    ],
)
def test_a_time_becomes_canonical_whatever_its_offset(given_: str, expected: str) -> None:
    assert time(given_) == expected


@pytest.mark.parametrize("given_", ["", "soon", "2024-13-01", 1706695200000, True, None, [], {}])
def test_a_time_refuses_everything_else(given_: Any) -> None:
    with pytest.raises(MismatchError):
        time(given_)


def test_anything_is_kept_with_its_keys_in_snake_case() -> None:
    given_ = {"aKey": [{"bKey": 1}, "x"], "cKey": None}

    assert anything(given_) == {"a_key": [{"b_key": 1}, "x"], "c_key": None}


@settings(deadline=None)
@given(json_values())
def test_every_conversion_answers_with_a_value_or_a_clear_no(value: Any) -> None:
    for convert in CONVERSIONS.values():
        try:
            converted = convert(value)
        except MismatchError:
            continue
        # What the writer makes of it is the same value again: nothing became null on the way.
        assert msgspec.json.decode(msgspec.json.encode(converted)) == converted


@settings(deadline=None)
@given(json_values())
def test_values_of_a_type_that_needs_no_conversion_stay_as_they_are(value: Any) -> None:
    assert UNCHANGED.keys() == CONVERSIONS.keys()
    for kind, types in UNCHANGED.items():
        if type(value) in types:
            assert CONVERSIONS[kind](value) is value


@pytest.mark.parametrize(
    ("given_", "expected"), [("7", "7"), (7, "7"), (None, None), (False, "false"), ("", "")]
)
def test_an_id_is_a_text_or_null(given_: Any, expected: str | None) -> None:
    assert text_or_null(given_) == expected


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("colorStr", Kind.TEXT),
        ("storyTxt", Kind.TEXT),
        ("homeUrl", Kind.TEXT),
        ("orderId", Kind.TEXT),
        ("reasonTree", Kind.TEXT),
        ("priceNum", Kind.NUMBER),
        ("vipBool", Kind.BOOLEAN),
        ("deliveredAt", Kind.TIME),
        ("color", Kind.ANYTHING),
        ("Strange", Kind.ANYTHING),
        ("format", Kind.ANYTHING),
        ("paid", Kind.ANYTHING),
    ],
)
def test_the_suffix_of_a_custom_attribute_tells_its_type(name: str, kind: Kind) -> None:
    assert kind_by_suffix(name) is kind
