"""Values without a column. They are kept in the column `_extra`, so that nothing is lost.

A value in `_extra` may belong to a column that the user has deselected, for example because it did
not fit the column's type. So `_extra` remembers what it consists of, and can be rebuilt without
some of it.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from tap_kustomer.shaping.layout import EXTRA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from collections.abc import Set as AbstractSet

# Names, keys and positions that lead to a value in a record.
Path = tuple[str, ...]

# A tree of names: under a column, {} means all of it, and {"a": {}} only the key `a` of its object.
ColumnTree: TypeAlias = "Mapping[str, ColumnTree]"


class Leftover(NamedTuple):
    """A value without a column.

    Attributes:
        path: Where in the record it would have been.
        value: The value.
        origins: Further paths to which it may belong, such as the column `first_name` for a value
            of `FirstName`. It is removed if one of them is deselected. The empty path means
            all columns.
    """

    path: Path
    value: Any
    origins: tuple[Path, ...] = ()


Leftovers = list[Leftover]


class Extra(dict[str, Any]):
    """The column `_extra` of one record.

    Args:
        leftovers: The values in it.
    """

    def __init__(self, leftovers: Leftovers) -> None:
        super().__init__(nested(leftovers))
        self._leftovers = leftovers

    def without(self, columns: ColumnTree) -> Extra:
        """Copy it without any value that may belong to these columns."""
        return Extra(
            [
                Leftover(path, reduced, origins)
                for path, value, origins in self._leftovers
                if (reduced := _remainder(value, columns, (path, *origins))) is not None
            ]
        )


def without_columns(record: dict[str, Any], columns: ColumnTree) -> dict[str, Any]:
    """Copy a record without values of these columns in `_extra`; the columns themselves stay."""
    if not columns or EXTRA not in record:
        return record
    extra = record[EXTRA].without(columns)
    rest = {name: value for name, value in record.items() if name != EXTRA}
    return {**rest, EXTRA: extra} if extra else rest


def _remainder(value: Any, columns: ColumnTree, origins: Iterable[Path]) -> Any:
    """What remains of a value that may belong to several paths; None if nothing does."""
    for origin in origins:
        value = _reduced(value, _inside(columns, origin))
    return value


def _inside(columns: ColumnTree, path: Path) -> ColumnTree | None:
    """The part of these columns at a path; None if they do not contain the path."""
    for step in path:
        if not columns:
            return columns
        if step not in columns:
            return None
        columns = columns[step]
    return columns


def _reduced(value: Any, columns: ColumnTree | None) -> Any:
    """A value without some keys; None if nothing remains, or if they can't be separated from it."""
    if columns is None:
        return value
    if not columns or not isinstance(value, dict):
        return None
    reduced = {key: _reduced(inner, columns.get(key)) for key, inner in value.items()}
    return {key: inner for key, inner in reduced.items() if inner is not None} or None


def compile_extra_column(
    columns: Iterable[str],
    catalog_columns: AbstractSet[str] | None,
    alike: Mapping[str, tuple[Path, ...]],
) -> Callable[[dict[str, Any], Leftovers], dict[str, Any]]:
    """Make the function that adds `_extra` to a row.

    Args:
        columns: All that such a row may have.
        catalog_columns: The columns of the catalog in use; None for all of them.
        alike: For a column, the paths of all whose keys differ from its own only in spelling.
    """
    unlisted = sorted(set(columns) - catalog_columns) if catalog_columns is not None else []
    has_extra = catalog_columns is None or EXTRA in catalog_columns

    def complete(row: dict[str, Any], leftovers: Leftovers) -> dict[str, Any]:
        for column in unlisted:
            if column in row:
                leftovers.append(Leftover((column,), row.pop(column), alike.get(column, ())))
        if leftovers and has_extra:
            row[EXTRA] = Extra(leftovers)
        return row

    return complete


def nested(leftovers: Leftovers, others: dict[str, Any] | None = None) -> dict[str, Any]:
    """Nest values in objects by their paths; where one is taken, `_` is appended to its name.

    Args:
        leftovers: The values.
        others: Objects to add them to.
    """
    extra = copy.deepcopy(dict(others)) if others else {}
    # Sorted, so that the result does not depend on the order in which they were found.
    for path, value, _ in sorted(leftovers, key=lambda leftover: leftover.path):
        inner = extra
        for step in path[:-1]:
            name = step
            while not isinstance(inner.setdefault(name, {}), dict):
                name += "_"
            inner = inner[name]
        name = path[-1]
        while inner.get(name) is not None:
            name += "_"
        inner[name] = value
    return extra
