"""Single values: from whatever Kustomer sent to what the column promises, or a clear no."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tap_kustomer import times
from tap_kustomer.shaping.fields import Kind
from tap_kustomer.shaping.names import columns

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# No longer than a float can hold.
_NUMERAL = re.compile(r"[+-]?\d{1,200}(\.\d+)?([eE][+-]?\d{1,2})?", re.ASCII)

is_canonical = times.CANONICAL.fullmatch


class MismatchError(Exception):
    """The value can't be turned into the declared type without losing something."""


def text(value: Any) -> str:
    """Strings as they are, everything else as JSON: `7` becomes `"7"`."""
    return value if type(value) is str else msgspec.json.encode(value).decode()


def text_or_null(value: Any) -> str | None:
    """Ids and types, which are strings if there are any."""
    return value if value is None or type(value) is str else text(value)


def integer(value: Any) -> int:
    """Whole numbers, also as floats or as strings of digits."""
    if type(value) is int:
        return value
    exact = number(value)
    if exact != int(exact):
        raise MismatchError
    return int(exact)


def number(value: Any) -> float:
    """Numbers, also as strings."""
    if type(value) is float or type(value) is int:
        return value
    if type(value) is str and _NUMERAL.fullmatch(value):
        return float(value) if value.strip("+-0123456789") else int(value)
    raise MismatchError


def boolean(value: Any) -> bool:
    """True and false, also as the words."""
    if type(value) is bool:
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise MismatchError


def time(value: Any) -> str:
    """Times in canonical form, whatever their offset."""
    if type(value) is not str:
        raise MismatchError
    if is_canonical(value):
        return value
    try:
        return times.canonical(value)
    except ValueError as error:
        raise MismatchError from error


def anything(value: Any) -> Any:
    """Any value, with the keys of objects in snake_case."""
    if type(value) is dict:
        names = columns(value)
        return {names[key]: anything(item) for key, item in value.items()}
    if type(value) is list:
        return [anything(item) for item in value]
    return value


CONVERSIONS: Final[Mapping[Kind, Callable[[Any], Any]]] = {
    Kind.TEXT: text,
    Kind.INTEGER: integer,
    Kind.NUMBER: number,
    Kind.BOOLEAN: boolean,
    Kind.TIME: time,
    Kind.ANYTHING: anything,
}

# The types whose values a conversion would hand back as they are: for most, it need not be called.
UNCHANGED: Final[Mapping[Kind, frozenset[type]]] = {
    Kind.TEXT: frozenset({str}),
    Kind.INTEGER: frozenset({int}),
    Kind.NUMBER: frozenset({int, float}),
    Kind.BOOLEAN: frozenset({bool}),
    Kind.TIME: frozenset(),
    Kind.ANYTHING: frozenset({str, int, float, bool}),
}

# The suffixes that Kustomer puts at the end of a custom attribute's name, and the type that each
# promises (https://developer.kustomer.com/docs/concepts/data-model; `Tree` is not in that list,
# but public clients meet it).
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
    """What the name of a custom attribute promises; `Kind.ANYTHING` without a known suffix."""
    for suffix, kind in CUSTOM_SUFFIXES.items():
        if name.endswith(suffix):
            return kind
    return Kind.ANYTHING
