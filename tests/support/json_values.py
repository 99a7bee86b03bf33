"""Any JSON value, and its leaves, to compare it before and after shaping."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta, timezone
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
from hypothesis import strategies as st

from tap_kustomer import times

if TYPE_CHECKING:
    from collections.abc import Iterator

_NUMERAL = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")

# Within them every offset still lies in the years 1 to 9999.
_MOMENTS = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29))  # noqa: DTZ001 - zones follow
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@st.composite
def moments(draw: st.DrawFn) -> datetime:
    """A time with any offset, in whole milliseconds."""
    moment = draw(_MOMENTS)
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    return moment.replace(tzinfo=draw(st.one_of(st.just(UTC), OFFSETS)))


@cache
def time_texts() -> st.SearchStrategy[str]:
    """Times with any offset, in the forms of ISO 8601."""
    return st.builds(
        lambda moment, separator, timespec: moment.isoformat(separator, timespec),
        moments(),
        st.sampled_from("T "),
        st.sampled_from(["milliseconds", "microseconds", "auto"]),
    )


# No digits beside those of times and numerals, so that no text is read as either by accident.
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Nd", "Nl", "No"]))
NUMERALS = st.one_of(
    st.integers(-(10**20), 10**20).map("{:+d}".format),
    st.floats(-1e9, 1e9, width=32).map(str),
)
NUMBERS = st.one_of(st.integers(-(10**20), 10**20), st.floats(-1e15, 1e15))
TEXTS = st.one_of(
    WORDS, NUMERALS, time_texts(), st.sampled_from(["true", "false", "1e400", "9" * 5000])
)
LEAVES = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)

# Keys that collide in snake_case come up often.
KEYS = st.one_of(
    st.sampled_from(["aKey", "a_key", "AKey", "aKey_", "a-key", "a", "A", "id", "sentAt"]), WORDS
)


# Hypothesis checks each strategy once: what is asked for often has to be the same one.
@cache
def json_values() -> st.SearchStrategy[Any]:
    """Any JSON value."""
    return st.recursive(
        LEAVES,
        lambda inner: st.one_of(
            st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)
        ),
        max_leaves=6,
    )


def deep(value: Any, levels: int) -> Any:
    """A value within so many arrays and objects, by turns."""
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    return value


def leaves(value: Any) -> Counter[Any]:
    """How often each value that is no container and no null occurs.

    What shaping may write differently counts as the same: a time and its canonical form, a number
    and its numeral, a value and its JSON text.
    """
    return Counter(_leaves(value))


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _leaves(item)
    elif isinstance(value, str):
        yield from _text_leaves(value)
    elif value is not None:
        yield value if isinstance(value, bool) else ("number", float(value))


@lru_cache(maxsize=65_536)
def _text_leaves(value: str) -> tuple[Any, ...]:
    if value[:1] in {"{", "["}:
        try:
            return tuple(_leaves(msgspec.json.decode(value)))
        except msgspec.DecodeError:
            return (value,)
    if value in {"true", "false"}:
        return (value == "true",)
    if _NUMERAL.fullmatch(value):
        return (("number", float(value)),)
    try:
        return (times.canonical(value),)
    except ValueError:
        return (value,)
