"""Values fit the type of their column, or are not changed."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.json_values import deep, json_values
from tap_kustomer import times
from tap_kustomer.nesting import LEVELS
from tap_kustomer.shaping.fields import Kind
from tap_kustomer.shaping.values import (
    CONVERSIONS,
    UNCHANGED,
    MismatchError,
    as_boolean,
    as_integer,
    as_number,
    as_sent,
    as_text,
    as_text_or_null,
    as_time,
    canonical_times,
    kind_by_suffix,
    snake_cased,
)

if TYPE_CHECKING:
    from collections.abc import Callable


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
def test_a_text_column_gets_other_values_as_json(given_: Any, expected: str) -> None:
    assert as_text(given_) == expected


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        *((7, 7), (7.0, 7), ("7", 7), ("-7", -7), ("7.0", 7), ("7e2", 700), (1e18, 10**18)),
        *((2**53 + 1, 2**53 + 1), ("9007199254740993", 2**53 + 1)),
        *((2**63 - 1, 2**63 - 1), (-(2**63), -(2**63)), (str(-(2**63)), -(2**63))),
    ],
)
def test_an_integer_may_have_any_form(given_: Any, expected: int) -> None:
    assert as_integer(given_) == expected
    assert type(as_integer(given_)) is int


@pytest.mark.parametrize(
    "given_",
    [
        *(7.5, "7.5", "", "seven", " 7", "7_000", "٣", True, None, [], {}, "1e400", "1e-1"),
        *("007", "+7", "7.", "1e-999", "9" * 5_000),
    ],
)
def test_an_integer_with_a_fraction_is_refused(given_: Any) -> None:
    with pytest.raises(MismatchError):
        as_integer(given_)


@pytest.mark.parametrize("given_", [2**63, -(2**63) - 1, 10**30, str(2**63), 2.0**63, 1e300])
def test_an_integer_beyond_64_bits_is_refused(given_: Any) -> None:
    with pytest.raises(MismatchError):
        as_integer(given_)


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        *((7, 7), (7.25, 7.25), ("7", 7), ("7.25", 7.25), ("-1.5e3", -1500.0), ("1.10", 1.1)),
        *(("0", 0), ("-0.50", -0.5), ("0.1", 0.1), ("1e-7", 1e-7), ("5e-324", 5e-324)),
        *((2**53, 2**53), (-(2**53), -(2**53)), (2**60, 2**60), (str(2**60), 2**60)),
    ],
)
def test_a_number_may_be_a_numeral(given_: Any, expected: float) -> None:
    assert as_number(given_) == expected
    assert type(as_number(given_)) is type(expected)


@pytest.mark.parametrize(
    "given_",
    [
        *("", "seven", "7 ", "7,5", "0x7", "inf", "nan", ".5", "7.", True, None, [7], {}, "1e400"),
        *("NaN", "Infinity", " 5", "5\n", "1e5.5", "1_0", "٣"),
    ],
)
def test_a_number_may_be_nothing_else(given_: Any) -> None:
    with pytest.raises(MismatchError):
        as_number(given_)


@pytest.mark.parametrize(
    "given_",
    [
        *("123456789012345678.123", "1.00000000000000001", "9007199254740993", 2**53 + 1),
        *("-9007199254740993", 10**30 + 1, "1e-400", "4.9e-324", "9" * 5_000, 10**400),
    ],
    ids=lambda given_: f"{str(given_)[:30]} {type(given_).__name__}",
)
def test_a_number_with_digits_that_a_double_would_lose_is_refused(given_: Any) -> None:
    with pytest.raises(MismatchError):
        as_number(given_)


@pytest.mark.parametrize("given_", ["0012", "-07", "00", "+5", "+4930123456", "00.5"])
@pytest.mark.parametrize("convert", [as_number, as_integer])
def test_numerals_with_a_leading_zero_or_plus_are_refused(
    convert: Callable[[Any], Any], given_: str
) -> None:
    with pytest.raises(MismatchError):
        convert(given_)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_each_double_is_also_accepted_as_text(given_: float) -> None:
    assert as_number(given_) == as_number(repr(given_)) == given_


@given(st.one_of(st.integers(), st.decimals(allow_nan=False, allow_infinity=False)))
def test_a_numeral_becomes_a_number_of_the_same_value_or_is_refused(given_: Decimal | int) -> None:
    for convert in (as_number, as_integer):
        with suppress(MismatchError):
            assert Decimal(repr(convert(str(given_)))) == given_


@pytest.mark.parametrize(
    ("given_", "expected"), [(True, True), (False, False), ("true", True), ("false", False)]
)
def test_a_boolean_may_be_a_word(given_: Any, expected: bool) -> None:
    assert as_boolean(given_) is expected


@pytest.mark.parametrize("given_", [0, 1, "yes", "True", "", None, [], {}, [True]])
def test_a_boolean_may_be_nothing_else(given_: Any) -> None:
    with pytest.raises(MismatchError):
        as_boolean(given_)


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
def test_a_time_with_any_offset_becomes_canonical(given_: str, expected: str) -> None:
    assert as_time(given_) == expected


def test_a_bounded_number_of_times_is_remembered() -> None:
    for milliseconds in range(3_000):
        as_time(times.to_text(milliseconds))

    assert 0 < len(canonical_times) <= 1_024


@pytest.mark.parametrize(
    "given_",
    [
        *("", "soon", "2024-13-01", 1706695200000, 1706695200.5, "1706695200", True, None, [], {}),
        *("2024-02-30", "2024-12-31T23:59:60Z", "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z"),
        *("2024-01-31T10:00:00+25:00", "0001-01-01T00:00:00+14:00", " 2024-01-31"),
    ],
)
def test_a_time_may_be_nothing_else(given_: Any) -> None:
    with pytest.raises(MismatchError):
        as_time(given_)


@pytest.mark.parametrize("given_", ["2024", "1234", "2024-01", "202401"])
def test_a_year_or_a_month_is_no_point_in_time(given_: str) -> None:
    with pytest.raises(MismatchError):
        as_time(given_)


def test_anything_is_kept_with_its_keys_in_snake_case() -> None:
    given_ = {"aKey": [{"bKey": 1}, "x"], "cKey": None}

    assert snake_cased(given_) == {"a_key": [{"b_key": 1}, "x"], "c_key": None}


@pytest.mark.parametrize("keep", [snake_cased, as_sent])
def test_deeply_nested_values_become_text_below_some_level(
    keep: Callable[[Any], Any],
) -> None:
    inside = {"a": [{"a": "x"}, 1]}

    kept = keep(deep(inside, LEVELS))
    assert kept == deep(msgspec.json.encode(inside).decode(), LEVELS)
    assert keep(deep(inside, LEVELS - 3)) == deep(inside, LEVELS - 3)


@pytest.mark.parametrize("levels", [600, 900, 20_000])
@pytest.mark.parametrize(
    "convert", [*CONVERSIONS.values(), as_sent], ids=lambda each: each.__name__
)
def test_conversions_accept_values_of_any_depth(convert: Callable[[Any], Any], levels: int) -> None:
    with suppress(MismatchError):
        msgspec.json.encode(convert(deep("x", levels)))


def test_as_sent_keeps_keys_unchanged() -> None:
    assert as_sent({"aKey": [{"bKey": 1}, "x"]}) == {"aKey": [{"bKey": 1}, "x"]}


@given(json_values())
def test_every_conversion_returns_a_value_or_raises_a_mismatch(value: Any) -> None:
    for convert in CONVERSIONS.values():
        try:
            converted = convert(value)
        except MismatchError:
            continue
        # The encoded value is the same again: nothing became null.
        assert msgspec.json.decode(msgspec.json.encode(converted)) == converted


@given(json_values())
def test_values_of_unchanged_types_stay_as_they_are(value: Any) -> None:
    assert UNCHANGED.keys() == CONVERSIONS.keys()
    for kind, types in UNCHANGED.items():
        if type(value) in types:
            assert CONVERSIONS[kind](value) is value


@pytest.mark.parametrize(
    ("given_", "expected"), [("7", "7"), (7, "7"), (None, None), (False, "false"), ("", "")]
)
def test_an_id_is_a_text_or_null(given_: Any, expected: str | None) -> None:
    assert as_text_or_null(given_) == expected


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
