"""Functions that shape values, made from the declarations of fields.

A shaped value always fits its field's schema (`schema.py`). A value that does not fit is added to
the leftovers, and null takes its place. Undeclared keys of an object stay in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, Protocol

from tap_kustomer.shaping.fields import Field, Kind
from tap_kustomer.shaping.layout import columns_of
from tap_kustomer.shaping.leftovers import Leftover, Leftovers, Path
from tap_kustomer.shaping.names import column_names, names_of, without_suffix
from tap_kustomer.shaping.unknown_keys import Row, UnknownKeyHandler, into_leftovers, into_object
from tap_kustomer.shaping.values import (
    CONVERSIONS,
    INTEGER_BITS,
    UNCHANGED,
    MismatchError,
    as_sent,
    as_time,
    canonical_times,
    kind_by_suffix,
    snake_cased,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

# Shapes a value; adds what does not fit to the leftovers.
Shaper = Callable[[Any, Leftovers], Any]

# The types whose values need no shaping, and what shapes all others. Most values only have their
# type checked, which keeps shaping fast.
Step = tuple[frozenset[type], Shaper]


class ObjectShaper(Protocol):
    """Shapes an object, into a new row or a given one."""

    def __call__(self, value: Any, leftovers: Leftovers, row: Row | None = None, /) -> Row | None:
        """Return the row; None if the value is no object."""


def compile_columns(fields: Iterable[Field]) -> ObjectShaper:
    """Make the function that turns an object into columns; other keys become leftovers."""
    fields = tuple(fields)
    return _object(fields, (), into_leftovers((), columns_of(fields).items()))


def _step(field: Field, path: Path) -> Step:
    """Make the step that shapes the values of a field.

    Args:
        field: Its declaration.
        path: Its path in the record or, within arrays and maps, in an item.
    """
    if field.kind in CONVERSIONS:
        shape = _FAST[field.kind](path) if field.kind in _FAST else _single(field.kind, path)
        return UNCHANGED[field.kind] | {NoneType}, shape
    match field.kind:
        case Kind.ARRAY:
            shape = _array(field, path)
        case Kind.MAPPING:
            shape = _mapping(field, path)
        case Kind.CUSTOM:
            shape = _custom(field, path) if field.fields else _custom_by_suffix(path)
        case _:
            names = columns_of(field.fields)
            shape = _object(field.fields, path, into_object(path, names))
    return frozenset({NoneType}), shape


def _single(kind: Kind, path: Path) -> Shaper:
    convert = CONVERSIONS[kind]

    def shape(value: Any, leftovers: Leftovers) -> Any:
        try:
            return convert(value)
        except MismatchError:
            leftovers.append(Leftover(path, as_sent(value)))
            return None

    return shape


def _time(path: Path) -> Shaper:
    """Nearly all times are canonical already, and were seen before: check that first."""
    convert = _single(Kind.TIME, path)

    def shape(value: Any, leftovers: Leftovers) -> Any:
        if type(value) is str and value in canonical_times:
            return value
        return convert(value, leftovers)

    return shape


def _integer(path: Path) -> Shaper:
    """Nearly all whole numbers are integers already, and fit: check that first."""
    convert = _single(Kind.INTEGER, path)

    def shape(value: Any, leftovers: Leftovers) -> Any:
        if type(value) is int and value.bit_length() < INTEGER_BITS:
            return value
        return convert(value, leftovers)

    return shape


_FAST: Final[Mapping[Kind, Callable[[Path], Shaper]]] = {
    Kind.INTEGER: _integer,
    Kind.TIME: _time,
}


# Objects


def _object(fields: Iterable[Field], path: Path, add_unknown: UnknownKeyHandler) -> ObjectShaper:
    """Make the function that turns an object into columns.

    Args:
        fields: Its declared keys.
        path: Its path in the record.
        add_unknown: Deals with its other keys.
    """
    names = columns_of(fields)
    plan = {
        field.source: (names[field.source], *_step(field, (*path, names[field.source])))
        for field in fields
    }

    def shape(value: Any, leftovers: Leftovers, row: Row | None = None, /) -> Row | None:
        if type(value) is not dict:
            leftovers.append(Leftover(path, as_sent(value)))
            return None
        row = {} if row is None else row
        unknown: dict[str, Any] = {}
        for key, item in value.items():
            try:
                column, unchanged, shape_item = plan[key]
            except KeyError:
                unknown[key] = item
            else:
                row[column] = item if type(item) in unchanged else shape_item(item, leftovers)
        if unknown:
            add_unknown(row, unknown, leftovers)
        return row

    return shape


# Arrays and maps


def _array(field: Field, path: Path) -> Shaper:
    unchanged, shape_item = _step(field.holds, ())

    def shape(value: Any, leftovers: Leftovers) -> list[Any]:
        # An attribute that has become multi-valued may still arrive as a single value.
        items = value if type(value) is list else [value]
        if not items or unchanged.issuperset(map(type, items)):
            return items
        shaped = []
        inside: Leftovers = []
        for position, item in enumerate(items):
            shaped.append(item if type(item) in unchanged else shape_item(item, inside))
            if inside:
                _move(inside, leftovers, (*path, str(position)))
        return shaped

    return shape


def _mapping(field: Field, path: Path) -> Shaper:
    unchanged, shape_item = _step(field.holds, ())

    def shape(value: Any, leftovers: Leftovers) -> dict[str, Any] | None:
        if type(value) is not dict:
            leftovers.append(Leftover(path, as_sent(value)))
            return None
        shaped = {}
        inside: Leftovers = []
        for key, item in value.items():
            shaped[key] = item if type(item) in unchanged else shape_item(item, inside)
            if inside:
                _move(inside, leftovers, (*path, key))
        return shaped

    return shape


def _move(inside: Leftovers, leftovers: Leftovers, path: Path) -> None:
    """Move the leftovers of an item of an array or a map to those of the record."""
    leftovers += (Leftover((*path, *each.path), each.value) for each in inside)
    inside.clear()


# Custom attributes


def _custom(field: Field, path: Path) -> Shaper:
    """Shape custom attributes by the columns of the catalog.

    If the key of a column is unknown, any key is accepted that results in its name.
    """
    with_key = [inner for inner in field.fields if inner.source]
    by_name = {
        inner.column: _step(inner, (*path, inner.column))
        for inner in field.fields
        if not inner.source
    }
    possible = [(key, name) for name in by_name for key in _possible_keys(name)]
    add_leftovers = into_leftovers(path, [*columns_of(with_key).items(), *possible])

    def add_by_name(row: Row, unknown: dict[str, Any], leftovers: Leftovers) -> None:
        others: dict[str, Any] = {}
        # Keys that are spelled like a column take precedence, whatever their order.
        for key in sorted(unknown, key=lambda key: (key not in by_name, key)):
            name = next((name for name in names_of(key) if name in by_name), key)
            if name in by_name and name not in row:
                unchanged, shape_item = by_name[name]
                item = unknown[key]
                row[name] = item if type(item) in unchanged else shape_item(item, leftovers)
            else:
                others[key] = unknown[key]
        add_leftovers(row, others, leftovers)

    return _object(with_key, path, add_by_name if by_name else add_leftovers)


def _possible_keys(name: str) -> list[str]:
    """Spellings that the unknown key of a column may have: those of its name and of its stem.

    The column `order_total_991d7b87` may be that of the key `orderTotal`.
    """
    stem = without_suffix(name)
    return [name] if stem == name else [name, stem]


def _custom_by_suffix(path: Path) -> Shaper:
    """Shape custom attributes without metadata: make times canonical, keep the rest."""

    def shape(value: Any, leftovers: Leftovers) -> Row | None:
        if type(value) is not dict:
            leftovers.append(Leftover(path, as_sent(value)))
            return None
        names = column_names(value)
        return {names[key]: _by_suffix(key, item) for key, item in value.items()}

    return shape


def _by_suffix(name: str, value: Any) -> Any:
    if kind_by_suffix(name) is Kind.TIME:
        try:
            return as_time(value)
        except MismatchError:
            pass
    return snake_cased(value)
