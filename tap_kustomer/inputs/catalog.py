"""Understands the catalog that a run is given, and keeps it from breaking what the tap promises.

The SDK takes keys, replication and columns from the catalog as they stand there. Without a key, a
target appends where it should update; with another replication key, rows would be missed. Catalogs
that people have written or that other Kustomer taps have made lack some of that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from singer_sdk.singerlib.catalog import (
    REPLICATION_FULL_TABLE,
    REPLICATION_INCREMENTAL,
    Metadata,
    StreamMetadata,
)
from singer_sdk.singerlib.schema import Schema

from tap_kustomer.errors import ConfigurationError
from tap_kustomer.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from singer_sdk.singerlib.catalog import Catalog, CatalogEntry


_EXPECTED: Final = (
    '{"streams": [...]}, each with a tap_stream_id, a schema and metadata, as --discover writes it'
)


class KnownTable(Protocol):
    """What the tap knows of a table, whatever the catalog says."""

    @property
    def name(self) -> str:
        """As the catalog calls it."""
        ...

    @property
    def schema(self) -> dict[str, Any]:
        """Its columns."""
        ...

    @property
    def primary_keys(self) -> Sequence[str]:
        """The columns that tell its rows apart."""
        ...

    @property
    def replication_key(self) -> str | None:
        """The column by which a later run goes on; None for what is read whole."""
        ...


def check_catalog(document: Mapping[str, Any]) -> None:
    """Check that this is a catalog which the SDK can read.

    Raises:
        ConfigurationError: It is none.
    """
    streams = document.get("streams")
    if not isinstance(streams, list):
        raise ConfigurationError(f"--catalog: expected {_EXPECTED}")
    for number, entry in enumerate(streams):
        if (fault := _fault(entry)) is not None:
            name = entry.get("tap_stream_id") if isinstance(entry, dict) else None
            raise ConfigurationError(
                f"--catalog: the entry of {name or f'stream {number + 1}'} has {fault}; expected "
                f"{_EXPECTED}"
            )


def repair_catalog(catalog: Catalog, tables: Iterable[KnownTable]) -> list[str]:
    """Mend what the SDK would take as it stands, and say what is odd about selected streams.

    Args:
        catalog: What was given; keys and replication of its entries are put right.
        tables: All that the tap has.

    Returns:
        Warnings.
    """
    known = {table.name: table for table in tables}
    warnings: list[str] = []
    for entry in catalog.streams:
        if not entry.metadata.resolve_selection()[()]:
            continue
        if (table := known.get(entry.tap_stream_id)) is None:
            warnings.append(
                f"--catalog: there is no stream {entry.tap_stream_id}, so it is left out"
                f"{did_you_mean(entry.tap_stream_id, known)}"
            )
        else:
            said = (*_repair_keys(entry, table), *_unknown_columns(entry, table))
            warnings += [f"--catalog: {entry.tap_stream_id} {each}" for each in said]
    return warnings


def _fault(entry: Any) -> str | None:
    """What the SDK would stumble over."""
    if not isinstance(entry, dict) or not isinstance(entry.get("tap_stream_id"), str):
        return "no tap_stream_id"
    schema = entry.get("schema")
    properties = schema.get("properties") if isinstance(schema, dict) else None
    if not isinstance(properties, dict) or not all(map(_is_object, properties.values())):
        return "no schema with properties"
    metadata = entry.get("metadata", [])
    if not isinstance(metadata, list) or not all(map(_is_metadata, metadata)):
        return "metadata that is no list of breadcrumbs with metadata"
    keys = entry.get("key_properties")
    if keys is not None and not (isinstance(keys, list) and all(map(_is_text, keys))):
        return "key_properties that are no list of names"
    return None


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_metadata(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("breadcrumb"), list)
        and all(map(_is_text, value["breadcrumb"]))
        and isinstance(value.get("metadata"), dict)
    )


def _repair_keys(entry: CatalogEntry, table: KnownTable) -> Iterator[str]:
    root = entry.metadata.get(())
    if not isinstance(root, StreamMetadata):
        root = StreamMetadata()
    keys = entry.key_properties or root.table_key_properties or table.primary_keys
    if unknown := [key for key in keys if key not in table.schema["properties"]]:
        yield f"has no key column {', '.join(unknown)}: its key is {', '.join(table.primary_keys)}"
        keys = table.primary_keys
    entry.key_properties = keys
    yield from _repair_replication(entry, root, table)
    for column in (*keys, *filter(None, (entry.replication_key,))):
        yield from _keep(column, entry, table)


def _repair_replication(
    entry: CatalogEntry, root: StreamMetadata, table: KnownTable
) -> Iterator[str]:
    key = entry.replication_key or root.replication_key
    method = entry.replication_method or root.forced_replication_method
    if method == REPLICATION_FULL_TABLE:
        pass
    elif table.replication_key is None:
        if key or method:
            yield "can't be replicated by a key: it is read whole each time"
        entry.replication_method = REPLICATION_FULL_TABLE
    else:
        if key and key != table.replication_key:
            yield f"can't be replicated by {key}: it goes by {table.replication_key}"
        entry.replication_method = REPLICATION_INCREMENTAL
    entry.replication_key = root.replication_key = table.replication_key


def _keep(column: str, entry: CatalogEntry, table: KnownTable) -> Iterator[str]:
    """Select a column without which rows can't be told apart or followed."""
    breadcrumb = ("properties", column)
    said = entry.metadata.get(breadcrumb)
    is_deselected = not entry.metadata.resolve_selection()[breadcrumb]
    is_missing = column not in (entry.schema.properties or {})
    if is_deselected or is_missing or (said is not None and said.selected is False):
        yield f"can't be read without its column {column}, so that stays selected"
    if is_deselected:
        entry.metadata[breadcrumb].inclusion = Metadata.InclusionType.AUTOMATIC
    if is_missing:
        entry.schema.properties = {
            **(entry.schema.properties or {}),
            column: Schema.from_dict(table.schema["properties"][column]),
        }


def _unknown_columns(entry: CatalogEntry, table: KnownTable) -> Iterator[str]:
    known = table.schema["properties"]
    named = {
        breadcrumb[1]
        for breadcrumb, metadata in entry.metadata.items()
        if len(breadcrumb) > 1 and metadata.selected
    }
    mask = entry.metadata.resolve_selection()
    given = {name for name in entry.schema.properties or () if mask["properties", name]}
    unknown = sorted((named | given) - known.keys())
    if len(unknown) == 1:
        yield f"has no column {unknown[0]}, so it stays empty{did_you_mean(unknown[0], known)}"
    elif unknown:
        yield f"has no columns {', '.join(unknown)}, so they stay empty"
