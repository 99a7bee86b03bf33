"""Which columns a user keeps out of the output: deselects them, or changes them by a stream map."""

from __future__ import annotations

from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from singer_sdk.singerlib.catalog import SelectionMask

# Columns, and which keys of the objects in them; all of a column where none are named.
Columns: TypeAlias = "dict[str, Columns]"

_EXTRA: Final = "_extra"
_SOURCE: Final = "__source__"
_ELSE: Final = "__else__"


def deselected(mask: SelectionMask) -> Columns:
    """The columns, and the parts of columns, that a catalog deselects."""
    columns: Columns = {}
    for breadcrumb, is_selected in mask.items():
        if is_selected or not _is_column(breadcrumb) or not mask[breadcrumb[:-2]]:
            continue
        *outer, name = breadcrumb[1::2]
        inner = columns
        for step in outer:
            inner = inner.setdefault(step, {})
        inner[name] = {}
    # What is deselected inside of `_extra` would be a column of its own, if it had one.
    return columns | columns.get(_EXTRA, {})


def _is_column(breadcrumb: tuple[str, ...]) -> bool:
    return len(breadcrumb) % 2 == 0 and {*breadcrumb[::2]} == {"properties"}


def definitions(stream_maps: Mapping[str, Any], stream: str) -> list[Any]:
    """How the setting defines each stream map of a stream, in the SDK's order; first its own."""
    found: list[Any] = [None]
    for key, definition in stream_maps.items():
        source = definition.get(_SOURCE) if isinstance(definition, dict) else None
        if not fnmatch(stream, source or key):
            continue
        if source is None:
            found[0] = definition
        else:
            found.append(definition)
    return found


def mapped(definition: Any, columns: Collection[str]) -> Columns:
    """The columns that a stream map removes, or writes otherwise than they are.

    Args:
        definition: Of the map; None where there is none.
        columns: All that the stream has.
    """
    if not isinstance(definition, dict):
        return {}
    changed = {name for name, expression in definition.items() if expression not in {name, "self"}}
    if _ELSE in definition:
        changed |= set(columns) - definition.keys()
    return {name: {} for name in changed}
