"""Objects, arrays and maps: from a field's declaration to the function that shapes its values.

Whatever comes, a shaped value fits its field's schema (`schema.py`). What does not fit is left
over; what an open object has beside its declared keys stays in it.
"""

from __future__ import annotations

from collections.abc import Callable
from types import NoneType
from typing import TYPE_CHECKING, Any

from tap_kustomer.shaping.fields import Field, Kind
from tap_kustomer.shaping.layout import columns_of
from tap_kustomer.shaping.leftovers import Leftover, Leftovers, under
from tap_kustomer.shaping.names import columns, snake_case
from tap_kustomer.shaping.values import (
    CONVERSIONS,
    UNCHANGED,
    MismatchError,
    anything,
    kind_by_suffix,
    time,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

Row = dict[str, Any]

# Shapes an object, an array or a map, and notes what is left over inside of it.
# Raises MismatchError where the value is none.
Shaper = Callable[[Any, Leftovers], Any]

# Which types of values stay as they are, null among them; and what shapes any other value, given
# its name in the record and Kustomer's key for it. A value of another kind gives null and is left
# over.
Step = tuple[frozenset[type], Callable[[Any, str, str, Leftovers], Any]]

# Takes up what an object has beside its declared keys, whose columns are given.
TakeUp = Callable[[Row, dict[str, Any], frozenset[str], Leftovers], None]


def leave_over(
    row: Row, unknown: Mapping[str, Any], taken: AbstractSet[str], leftovers: Leftovers
) -> None:
    """Take up keys that a table has no columns for. A null among them would say nothing."""
    del row
    unknown = {key: value for key, value in unknown.items() if value is not None}
    for key, name in columns(unknown, taken).items():
        leftovers.append(Leftover((name,), key, anything(unknown[key])))


def keep_beside(
    row: Row, unknown: Mapping[str, Any], taken: AbstractSet[str], leftovers: Leftovers
) -> None:
    """Take up keys in an open object."""
    del leftovers
    for key, name in columns(unknown, taken).items():
        row[name] = anything(unknown[key])


def compile_object(
    fields: Iterable[Field], take_up: TakeUp = leave_over
) -> Callable[[Any, Leftovers], Row]:
    """The function that turns an object of these fields into columns.

    Args:
        fields: The declared keys.
        take_up: What happens to other keys.
    """
    fields = tuple(fields)
    names = columns_of(fields)
    plan = {field.source: (names[field.source], *_step(field)) for field in fields}
    taken = frozenset(names.values())

    def shape(value: Any, leftovers: Leftovers) -> Row:
        if type(value) is not dict:
            raise MismatchError
        row: Row = {}
        unknown: dict[str, Any] = {}
        for key, item in value.items():
            step = plan.get(key)
            if step is None:
                unknown[key] = item
                continue
            column, unchanged, shape_item = step
            if type(item) in unchanged:
                row[column] = item
            else:
                row[column] = shape_item(item, column, key, leftovers)
        if unknown:
            take_up(row, unknown, taken, leftovers)
        return row

    return shape


def _step(field: Field) -> Step:
    convert = CONVERSIONS.get(field.kind)
    if convert is not None:
        return UNCHANGED[field.kind] | {NoneType}, _converting(convert)
    return frozenset({NoneType}), _descending(_shaper(field))


def _converting(convert: Callable[[Any], Any]) -> Callable[[Any, str, str, Leftovers], Any]:
    def shape(value: Any, name: str, source: str, leftovers: Leftovers) -> Any:
        try:
            return convert(value)
        except MismatchError:
            leftovers.append(Leftover((name,), source, value))
            return None

    return shape


def _descending(shape_inside: Shaper) -> Callable[[Any, str, str, Leftovers], Any]:
    def shape(value: Any, name: str, source: str, leftovers: Leftovers) -> Any:
        inside: Leftovers = []
        try:
            shaped = shape_inside(value, inside)
        except MismatchError:
            leftovers.append(Leftover((name,), source, value))
            return None
        if inside:
            leftovers += under(name, inside)
        return shaped

    return shape


def _shaper(field: Field) -> Shaper:
    match field.kind:
        case Kind.ARRAY:
            return _array(field.holds)
        case Kind.MAPPING:
            return _mapping(field.holds)
        case Kind.CUSTOM if field.fields:
            return _custom(field.fields)
        case Kind.CUSTOM:
            return _custom_by_suffix
        case _:
            return compile_object(field.fields, keep_beside)


def _array(holds: Field) -> Shaper:
    unchanged, shape_item = _step(holds)

    def shape(value: Any, leftovers: Leftovers) -> list[Any]:
        # An attribute that became multi-valued, or lost it, still arrives in its old form.
        items = value if type(value) is list else [value]
        if unchanged.issuperset(map(type, items)):
            return items
        return [
            item if type(item) in unchanged else shape_item(item, str(n), str(n), leftovers)
            for n, item in enumerate(items)
        ]

    return shape


def _mapping(holds: Field) -> Shaper:
    unchanged, shape_item = _step(holds)

    def shape(value: Any, leftovers: Leftovers) -> dict[str, Any]:
        if type(value) is not dict:
            raise MismatchError
        return {
            key: item if type(item) in unchanged else shape_item(item, key, key, leftovers)
            for key, item in value.items()
        }

    return shape


def _custom(fields: Iterable[Field]) -> Shaper:
    """Custom attributes by the columns of the catalog.

    Where the catalog does not tell the key of a column, any key counts that has its name.
    """
    told = [field for field in fields if field.source]
    untold = {field.column: _step(field) for field in fields if not field.source}

    def take_up_by_name(
        row: Row, unknown: Mapping[str, Any], taken: AbstractSet[str], leftovers: Leftovers
    ) -> None:
        others: dict[str, Any] = {}
        # A key that is spelled like a column comes first, in whatever order the keys are.
        for key in sorted(unknown, key=lambda key: (key not in untold, key)):
            name = key if key in untold else snake_case(key)
            if name in untold and name not in row:
                unchanged, shape_item = untold[name]
                item = unknown[key]
                row[name] = (
                    item if type(item) in unchanged else shape_item(item, name, key, leftovers)
                )
            else:
                others[key] = unknown[key]
        leave_over(row, others, taken | untold.keys(), leftovers)

    return compile_object(told, take_up_by_name if untold else leave_over)


def _custom_by_suffix(value: Any, leftovers: Leftovers) -> Row:
    """Custom attributes without metadata: times become canonical, all else stays as it came."""
    del leftovers
    if type(value) is not dict:
        raise MismatchError
    names = columns(value)
    return {names[key]: _by_suffix(key, item) for key, item in value.items()}


def _by_suffix(name: str, value: Any) -> Any:
    if value is not None and kind_by_suffix(name) is Kind.TIME:
        try:
            return time(value)
        except MismatchError:
            pass
    return anything(value)
