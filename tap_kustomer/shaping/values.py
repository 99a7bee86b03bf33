"""Conversions of single values to the type of their column."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tap_kustomer import times
from tap_kustomer.nesting import LEVELS, encode_sorted
from tap_kustomer.shaping.fields import Kind
from tap_kustomer.shaping.names import column_names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# A number as in JSON: `0012` may be a code, and `+4930123456` a telephone number. No double needs a
# longer exponent.
_NUMERAL: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]{1,3})?")

# Databases store integers in 64 bits, and other numbers as doubles, which are exact for integers
# only up to this one.
INTEGER_BITS: Final = 64
_LIMIT: Final = 2 ** (INTEGER_BITS - 1)
_LARGEST_EXACT: Final = 2**53

# The shortest date, `20240131`. A year or a month is no point in time.
_SHORTEST_DATE: Final = 8

# The latest times that were found to be canonical: a row has most of its times several times, and
# to look one up takes a fifth of the time of the check. Bounded, so that it stays small and fast.
canonical_times: Final[set[str]] = set()
_MOST_TIMES: Final = 1_024

_CONTAINERS: Final = frozenset({dict, list})


class MismatchError(Exception):
    """The value can't be converted to the declared type without loss."""


def as_text(value: Any) -> str:
    """Keep strings; encode everything else as JSON: `7` becomes `"7"`."""
    return value if type(value) is str else encode_sorted(value).decode()


def as_text_or_null(value: Any) -> str | None:
    """Convert an id or a type, which may be absent."""
    return value if value is None or type(value) is str else as_text(value)


def as_integer(value: Any) -> int:
    """Convert whole numbers of 64 bits, also floats and numerals."""
    exact = value if type(value) is int else _exact(value)
    if not -_LIMIT <= exact < _LIMIT or exact != int(exact):
        raise MismatchError
    return int(exact)


def as_number(value: Any) -> float:
    """Convert numbers that a double can represent, also numerals: `1.10` is 1.1."""
    if type(value) is float or (type(value) is int and -_LARGEST_EXACT <= value <= _LARGEST_EXACT):
        return value
    exact = _exact(value)
    double = float(exact)
    # A double has one exact value, and also represents the shortest decimal that reads as it: 0.1.
    if exact not in {Decimal(double), Decimal(repr(double))}:
        raise MismatchError
    return int(exact) if exact.as_tuple().exponent == 0 else double


def _exact(value: Any) -> Decimal:
    if type(value) is int or type(value) is float:
        return Decimal(value)
    if type(value) is str and _NUMERAL.fullmatch(value):
        return Decimal(value)
    raise MismatchError


def as_boolean(value: Any) -> bool:
    """Convert booleans, also the words."""
    if type(value) is bool:
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise MismatchError


def as_time(value: Any) -> str:
    """Convert times to canonical form, with any offset, cut to milliseconds."""
    if type(value) is not str or len(value) < _SHORTEST_DATE:
        raise MismatchError
    if value in canonical_times:
        return value
    try:
        canonical = times.canonical(value)
    except ValueError as error:
        raise MismatchError from error
    if len(canonical_times) >= _MOST_TIMES:
        canonical_times.clear()
    canonical_times.add(canonical)
    return canonical


def as_timestamp(value: Any) -> str:
    """Times in canonical form, also of whole milliseconds since 1970."""
    if type(value) is not int:
        return as_time(value)
    try:
        return times.to_text(value)
    except ValueError as error:
        raise MismatchError from error


def snake_cased(value: Any, levels: int = LEVELS) -> Any:
    """Keep any value, with keys in snake_case; below some levels, as the text of its JSON."""
    if type(value) not in _CONTAINERS:
        return value
    if not levels:
        return as_text(value)
    inner = levels - 1
    # Most items are single values, for which a call would take longer than the check.
    if type(value) is list:
        return [snake_cased(item, inner) if type(item) in _CONTAINERS else item for item in value]
    names = column_names(value)
    return {
        names[key]: snake_cased(item, inner) if type(item) in _CONTAINERS else item
        for key, item in value.items()
    }


def as_sent(value: Any, levels: int = LEVELS) -> Any:
    """Keep any value, with its own keys; below some levels, as the text of its JSON."""
    if type(value) is dict and levels:
        return {key: as_sent(item, levels - 1) for key, item in value.items()}
    if type(value) is list and levels:
        return [as_sent(item, levels - 1) for item in value]
    return as_text(value) if type(value) is dict or type(value) is list else value


CONVERSIONS: Final[Mapping[Kind, Callable[[Any], Any]]] = {
    Kind.TEXT: as_text,
    Kind.INTEGER: as_integer,
    Kind.NUMBER: as_number,
    Kind.BOOLEAN: as_boolean,
    Kind.TIME: as_time,
    Kind.TIMESTAMP: as_timestamp,
    Kind.ANYTHING: snake_cased,
}

# The types whose values a conversion returns unchanged, so that it need not be called.
UNCHANGED: Final[Mapping[Kind, frozenset[type]]] = {
    Kind.TEXT: frozenset({str}),
    Kind.INTEGER: frozenset(),
    Kind.NUMBER: frozenset({float}),
    Kind.BOOLEAN: frozenset({bool}),
    Kind.TIME: frozenset(),
    Kind.TIMESTAMP: frozenset(),
    Kind.ANYTHING: frozenset({str, int, float, bool}),
}

# Suffixes of the names of custom attributes, with the type that each promises
# (https://developer.kustomer.com/docs/concepts/data-model; `Tree` is not listed there, but occurs).
CUSTOM_SUFFIXES: Final[Mapping[str, Kind]] = {
    "Str": Kind.TEXT,
    "Txt": Kind.TEXT,
    "Url": Kind.TEXT,
    "Id": Kind.TEXT,
    "Tree": Kind.TEXT,
    "Num": Kind.NUMBER,
    "Bool": Kind.BOOLEAN,
    "At": Kind.TIME,
}


@lru_cache(maxsize=4_096)
def kind_by_suffix(name: str) -> Kind:
    """Type that the suffix of a custom attribute promises; `Kind.ANYTHING` without a known one."""
    for suffix, kind in CUSTOM_SUFFIXES.items():
        if name.endswith(suffix):
            return kind
    return Kind.ANYTHING
