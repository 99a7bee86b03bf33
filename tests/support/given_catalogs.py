"""Catalogs as users give them, and how the tap repairs them."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from tap_kustomer.singer.catalog import parse_catalog, repair_catalog

TEXT = {"type": ["string", "null"]}


SCHEMA = {
    "type": "object",
    "properties": {"id": {"type": ["string"]}, "updated_at": TEXT, "name": TEXT, "tags": TEXT},
}


BARE: dict[str, Any] = {"properties": {}}


@dataclass(frozen=True)
class FakeStream:
    name: str
    replication_key: str | None = "updated_at"
    primary_keys: tuple[str, ...] = ("id",)
    schema: dict[str, Any] = field(default_factory=lambda: SCHEMA)


STREAMS = (FakeStream("teams", None), FakeStream("messages"))


def metadata(*breadcrumb: str, **values: Any) -> dict[str, Any]:
    return {
        "breadcrumb": list(breadcrumb),
        "metadata": {key.replace("_", "-"): value for key, value in values.items()},
    }


def entry(name: str = "messages", **given: Any) -> dict[str, Any]:
    """Make an entry as `--discover` writes it, with other members as given; None omits one."""
    key = "updated_at" if name == "messages" else None
    standard = {
        "tap_stream_id": name,
        "schema": copy.deepcopy(SCHEMA),
        "key_properties": ["id"],
        "replication_key": key,
        "replication_method": "INCREMENTAL" if key else "FULL_TABLE",
        "metadata": [
            metadata(inclusion="available", selected=True, table_key_properties=["id"]),
            metadata("properties", "id", inclusion="automatic"),
            metadata("properties", "updated_at", inclusion="automatic" if key else "available"),
            metadata("properties", "name", inclusion="available"),
        ],
    }
    return {name: value for name, value in (standard | given).items() if value is not None}


def repair(*entries: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Repair a catalog; return it by stream, and the warnings."""
    catalog = parse_catalog({"streams": list(entries)})
    warnings = repair_catalog(catalog, STREAMS)
    return dict(catalog), warnings


def selected(entry: Any) -> set[str]:
    mask = entry.metadata.resolve_selection()
    return {name for name in entry.schema.properties if mask["properties", name]}
