"""What has no place in a record: it is kept in the column `_extra`, so that nothing is dropped."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, NamedTuple

from tap_kustomer.shaping.layout import EXTRA

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from collections.abc import Set as AbstractSet

# Names, keys and positions that lead to a value in a record.
Path = tuple[str, ...]


class Leftover(NamedTuple):
    """A value that has no place.

    Attributes:
        path: Where it would have had one.
        value: The value.
    """

    path: Path
    value: Any


Leftovers = list[Leftover]


def compile_completing(
    columns: Iterable[str], known: AbstractSet[str] | None
) -> Callable[[dict[str, Any], Leftovers], dict[str, Any]]:
    """The function that completes a row by what has no place in it.

    Args:
        columns: That such a row may have.
        known: Those of the catalog in use; without one, all of them.
    """
    without_place = sorted(set(columns) - known) if known is not None else []
    has_extra = known is None or EXTRA in known

    def complete(row: dict[str, Any], leftovers: Leftovers) -> dict[str, Any]:
        for column in without_place:
            if column in row:
                leftovers.append(Leftover((column,), row.pop(column)))
        if leftovers and has_extra:
            row[EXTRA] = nested(leftovers)
        return row

    return complete


def nested(leftovers: Leftovers, others: dict[str, Any] | None = None) -> dict[str, Any]:
    """Objects within objects, as the paths say, and every value in a place of its own.

    Args:
        leftovers: What is put in.
        others: What is there already.
    """
    extra = copy.deepcopy(others or {})
    # What stands at the beginning of another path comes first, in whatever order it was found.
    for path, value in sorted(leftovers, key=lambda leftover: leftover.path):
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
