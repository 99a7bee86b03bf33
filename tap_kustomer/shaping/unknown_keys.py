"""Where the undeclared keys of an object go: into the object, or to the leftovers.

A key that differs from a declared one only in spelling may hold the same data: if the column
`first_name` is deselected, no value of `FirstName` may remain in `_extra` either. So each leftover
has the paths of all columns to which it may belong.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tap_kustomer.shaping.layout import columns_of
from tap_kustomer.shaping.leftovers import Leftover, Leftovers, Path
from tap_kustomer.shaping.names import column_names, snake_case, without_case_and_underscores
from tap_kustomer.shaping.values import snake_cased

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from tap_kustomer.shaping.fields import Field

Row = dict[str, Any]

# Adds the undeclared keys of an object to its row, or to the leftovers.
UnknownKeyHandler = Callable[[Row, dict[str, Any], Leftovers], None]

# How many sets of unknown keys to remember for each object.
_MOST_LAYOUTS: Final = 256


def into_leftovers(path: Path, pairs: Collection[tuple[str, str]]) -> UnknownKeyHandler:
    """Add unknown keys to the leftovers, unless their value is null.

    Args:
        path: Path of their object.
        pairs: Pairs of a known key and its column.
    """
    find_columns = _compile_key_columns(path, pairs)

    def add_unknown(row: Row, unknown: dict[str, Any], leftovers: Leftovers) -> None:
        del row
        keys = tuple(key for key, value in unknown.items() if value is not None)
        for key, name, origins in find_columns(keys):
            leftovers.append(Leftover((*path, name), snake_cased(unknown[key]), origins))

    return add_unknown


def into_object(path: Path, names: Mapping[str, str]) -> UnknownKeyHandler:
    """Keep unknown keys in their object.

    Another spelling of a declared key becomes a leftover: in the object it would remain even if the
    declared key was deselected.
    """
    find_columns = _compile_key_columns(path, names.items())

    def add_unknown(row: Row, unknown: dict[str, Any], leftovers: Leftovers) -> None:
        for key, name, origins in find_columns(tuple(unknown)):
            value = snake_cased(unknown[key])
            if len(origins) > 1:
                leftovers.append(Leftover((*path, name), value, origins))
            else:
                row[name] = value

    return add_unknown


class _KeyColumn(NamedTuple):
    """Where an unknown key goes.

    Attributes:
        key: The key.
        name: Its name among the columns.
        origins: Paths of the columns to which it may belong: its own, and those whose keys differ
            from it only in spelling.
    """

    key: str
    name: str
    origins: tuple[Path, ...]


def _compile_key_columns(
    path: Path, pairs: Collection[tuple[str, str]]
) -> Callable[[tuple[str, ...]], list[_KeyColumn]]:
    """Make the function that finds columns for the unknown keys of an object.

    Args:
        path: Path of the object.
        pairs: Pairs of a known key and its column.
    """
    taken = frozenset(column for _, column in pairs)
    spelled = _columns_by_spelling(path, pairs)

    # Most objects of a kind have the same unknown keys.
    @lru_cache(maxsize=_MOST_LAYOUTS)
    def find_columns(keys: tuple[str, ...]) -> list[_KeyColumn]:
        return [
            _KeyColumn(key, name, ((*path, snake_case(key)), *spelled.get(_spelling(key), ())))
            for key, name in column_names(keys, taken).items()
        ]

    return find_columns


def columns_alike(fields: Iterable[Field]) -> Mapping[str, tuple[Path, ...]]:
    """For each column, all columns whose keys differ only in spelling."""
    names = columns_of(fields)
    spelled = _columns_by_spelling((), names.items())
    return {name: tuple(spelled[_spelling(key)]) for key, name in names.items()}


def _columns_by_spelling(path: Path, pairs: Iterable[tuple[str, str]]) -> dict[str, list[Path]]:
    """Group columns whose keys differ only in spelling."""
    spelled: dict[str, list[Path]] = {}
    for key, name in pairs:
        spelled.setdefault(_spelling(key), []).append((*path, name))
    return spelled


def _spelling(key: str) -> str:
    return without_case_and_underscores(snake_case(key))
