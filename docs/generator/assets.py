"""List the tap's streams for the orchestrator's example, which runs without the tap's package."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from generator.endpoints import name_of
from tap_kustomer.reading.sources import is_windowed
from tap_kustomer.streams import STREAMS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generator.tables import Table


def assets(tables: Sequence[Table]) -> str:
    """Return the streams as JSON: each with its derived ones, and what is known of both."""
    windowed = {name_of(stream) for stream in STREAMS if is_windowed(stream.source)}
    named = {table.name: table for table in tables}
    listed = [
        _asset(table, [named[child] for child in table.children], table.name in windowed)
        for table in tables
        if not table.parent and "<" not in table.name
    ]
    # A line for each stream, so that a change is seen where it is.
    lines = ",\n".join(json.dumps(each, ensure_ascii=False) for each in listed)
    return f"[\n{lines}\n]\n"


def _asset(table: Table, derived: Sequence[Table], windowed: bool) -> dict[str, Any]:  # noqa: FBT001
    return {
        "name": table.name,
        "group": table.group,
        "description": table.row,
        "key": list(table.key),
        "windowed": windowed,
        "selected": table.selected,
        "columns": [
            {"name": column.name, "type": column.kind, "description": column.meaning}
            for column in table.columns
            if not set(".[*") & set(column.name)
        ],
        "derived": {each.name: each.row for each in derived},
    }
