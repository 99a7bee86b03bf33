"""What has no place in a record: it is kept in the column `_extra`, so that nothing is dropped.

A value in `_extra` may be one of a column that the user has left out of the output: the column's
type did not fit it, say. So `_extra` keeps its parts, and can be made again without some of them.
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

# Columns, and what is meant of each: some keys of the objects in it or, where it names none, all
# of it. None means no column at all.
Columns: TypeAlias = "Mapping[str, Columns]"


class Leftover(NamedTuple):
    """A value that has no place.

    Attributes:
        path: Where it would have had one.
        value: The value.
        origins: Where the value may come from, if not only from there. The empty path means
            anywhere in the record.
    """

    path: Path
    value: Any
    origins: tuple[Path, ...] = ()


Leftovers = list[Leftover]


class Extra(dict[str, Any]):
    """The column `_extra` of one record.

    Args:
        leftovers: What it is made of.
    """

    def __init__(self, leftovers: Leftovers) -> None:
        super().__init__(nested(leftovers))
        self._leftovers = leftovers

    def without(self, columns: Columns) -> Extra:
        """The same, without any value that may come from these columns."""
        return Extra(
            [
                Leftover(path, reduced, origins)
                for path, value, origins in self._leftovers
                if (reduced := _without(value, columns, (path, *origins))) is not None
            ]
        )


def without_columns(record: dict[str, Any], columns: Columns) -> dict[str, Any]:
    """A record whose `_extra` holds nothing of these columns; the columns themselves stay."""
    if not columns or EXTRA not in record:
        return record
    extra = record[EXTRA].without(columns)
    rest = {name: value for name, value in record.items() if name != EXTRA}
    return {**rest, EXTRA: extra} if extra else rest


def _without(value: Any, columns: Columns, origins: Iterable[Path]) -> Any:
    """What is left of a value that may come from these places; None if that is nothing."""
    for origin in origins:
        value = _reduced(value, _inside(columns, origin))
    return value


def _inside(columns: Columns, path: Path) -> Columns | None:
    """Which of these columns, or of the keys inside of them, a path leads to."""
    for step in path:
        if not columns:
            return columns
        if step not in columns:
            return None
        columns = columns[step]
    return columns


def _reduced(value: Any, columns: Columns | None) -> Any:
    """A value without some of its keys; None if that is all of it, or if it can't be told."""
    if columns is None:
        return value
    if not columns or not isinstance(value, dict):
        return None
    reduced = {key: _reduced(inner, columns.get(key)) for key, inner in value.items()}
    return {key: inner for key, inner in reduced.items() if inner is not None} or None


def compile_completing(
    columns: Iterable[str],
    known: AbstractSet[str] | None,
    alike: Mapping[str, tuple[Path, ...]],
) -> Callable[[dict[str, Any], Leftovers], dict[str, Any]]:
    """Make the function that adds `_extra` to a row.

    Args:
        columns: All that such a row may have.
        known: The columns of the catalog in use; None for all of them.
        alike: For a column, those that its value may belong to as well.
    """
    without_place = sorted(set(columns) - known) if known is not None else []
    has_extra = known is None or EXTRA in known

    def complete(row: dict[str, Any], leftovers: Leftovers) -> dict[str, Any]:
        for column in without_place:
            if column in row:
                leftovers.append(Leftover((column,), row.pop(column), alike.get(column, ())))
        if leftovers and has_extra:
            row[EXTRA] = Extra(leftovers)
        return row

    return complete


def nested(leftovers: Leftovers, others: dict[str, Any] | None = None) -> dict[str, Any]:
    """Objects within objects, as the paths say, and every value in a place of its own.

    Args:
        leftovers: What is put in.
        others: What is there already.
    """
    extra = copy.deepcopy(dict(others or {}))
    # What stands at the beginning of another path comes first, in whatever order it was found.
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
