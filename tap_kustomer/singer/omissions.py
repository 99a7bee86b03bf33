"""The columns that a user keeps out of the output, by the catalog or by a stream map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from singer_sdk.mapper import MAPPER_ELSE_OPTION

from tap_kustomer.shaping.layout import EXTRA

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from singer_sdk.singerlib.catalog import SelectionMask

    from tap_kustomer.shaping.leftovers import ColumnTree


def deselected_columns(mask: SelectionMask) -> ColumnTree:
    """The columns, and the parts of columns, that a catalog deselects."""
    columns: dict[str, Any] = {}
    for breadcrumb, is_selected in mask.items():
        if is_selected or not _is_column(breadcrumb) or not mask[breadcrumb[:-2]]:
            continue
        *outer, name = breadcrumb[1::2]
        inner = columns
        for step in outer:
            inner = inner.setdefault(step, {})
        inner[name] = {}
    # A deselected part of `_extra` is a column that the tap does not know.
    chosen: ColumnTree = columns | columns.get(EXTRA, {})
    return chosen


def _is_column(breadcrumb: tuple[str, ...]) -> bool:
    return len(breadcrumb) % 2 == 0 and {*breadcrumb[::2]} == {"properties"}


def columns_changed_by_map(options: Mapping[str, Any], columns: Collection[str]) -> ColumnTree:
    """The columns that a stream map removes or changes.

    Args:
        options: The options of the map, and its expressions by column.
        columns: All columns of the stream.
    """
    changed = {name for name, expression in options.items() if expression not in (name, "self")}
    if MAPPER_ELSE_OPTION in options:
        changed |= set(columns) - options.keys()
    return {name: {} for name in changed}
