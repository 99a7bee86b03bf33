"""Checks the catalog of a run, and replaces what contradicts the tap's own declarations.

The SDK takes keys, replication and columns from the catalog as they are. Without a key, a target
appends instead of updating; with another replication key, rows are missed; with another type,
records do not match their SCHEMA. Catalogs written by people or by other Kustomer taps are like
that. A catalog selects streams and columns; the tap declares what they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from singer_sdk.singerlib.catalog import (
    REPLICATION_FULL_TABLE,
    REPLICATION_INCREMENTAL,
    Catalog,
    Metadata,
    StreamMetadata,
)
from singer_sdk.singerlib.schema import Schema

from tap_kustomer.errors import ConfigurationError
from tap_kustomer.singer.catalog_columns import contradictions, drop_unlisted, drop_unreadable
from tap_kustomer.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from singer_sdk.singerlib.catalog import CatalogEntry, SelectionMask


_EXPECTED: Final = (
    '{"streams": [...]}, each with a tap_stream_id, a schema and metadata, as --discover writes it'
)

_METHODS: Final = f"{REPLICATION_INCREMENTAL} and {REPLICATION_FULL_TABLE}"


class DeclaredStream(Protocol):
    """What the tap declares about a stream, whatever the catalog says."""

    @property
    def name(self) -> str:
        """Its name in the catalog."""
        ...

    @property
    def schema(self) -> dict[str, Any]:
        """Its columns."""
        ...

    @property
    def primary_keys(self) -> Sequence[str]:
        """The columns of its key."""
        ...

    @property
    def replication_key(self) -> str | None:
        """The column of the bookmark; None for a full table."""
        ...


def parse_catalog(document: Mapping[str, Any]) -> Catalog:
    """Parse a catalog, leaving out what the SDK can't read.

    Raises:
        ConfigurationError: The document is not a catalog.
    """
    streams = document.get("streams")
    if not isinstance(streams, list):
        raise ConfigurationError(f"--catalog: expected {_EXPECTED}")
    names: set[str] = set()
    for number, entry in enumerate(streams):
        if (problem := next(_problems(entry, names), None)) is not None:
            name = entry.get("tap_stream_id") if isinstance(entry, dict) else None
            raise ConfigurationError(
                f"--catalog: the entry of {name or f'stream {number + 1}'} has {problem}; expected "
                f"{_EXPECTED}"
            )
        names.add(entry["tap_stream_id"])
    return Catalog.from_dict({"streams": [_prepare_entry(entry) for entry in streams]})


def repair_catalog(catalog: Catalog, streams: Iterable[DeclaredStream]) -> list[str]:
    """Replace what contradicts the tap's declarations.

    Args:
        catalog: The given catalog. It is changed.
        streams: All streams of the tap.

    Returns:
        Warnings about the selected streams.

    Raises:
        ConfigurationError: A part of an array's items is deselected, which the SDK can't omit.
    """
    declared = {stream.name: stream for stream in streams}
    warnings: list[str] = []
    for entry in catalog.streams:
        name = entry.tap_stream_id
        mask = entry.metadata.resolve_selection()
        if (stream := declared.get(name)) is None:
            del catalog[name]
            found = [f"there is no stream {name}, so it is left out{did_you_mean(name, declared)}"]
        else:
            _check_selection(mask, stream)
            found = [f"{name} {each}" for each in _repair(entry, stream)]
        if mask[()]:
            warnings += [f"--catalog: {each}" for each in found]
    return warnings


def _problems(entry: Any, names: set[str]) -> Iterator[str]:
    """Yield what the SDK can't read or misreads. Those after the first may follow from it."""
    if not isinstance(entry, dict) or not isinstance(entry.get("tap_stream_id"), str):
        yield "no tap_stream_id"
    elif entry["tap_stream_id"] in names:
        yield "another one before it"
    else:
        schema, metadata = entry.get("schema"), entry.get("metadata", [])
        if not isinstance(schema, dict) or not isinstance(schema.get("properties"), dict):
            yield "no schema with properties"
        if not isinstance(metadata, list) or not all(map(_is_metadata, metadata)):
            yield "metadata that is no list of breadcrumbs with metadata"
        keys = [each["metadata"].get("table-key-properties") for each in metadata]
        if not all(map(_is_list_of_names, [entry.get("key_properties"), *keys])):
            yield "key_properties that are no list of names"
        for each in metadata:
            for choice in ("selected", "selected-by-default"):
                if not isinstance(value := each["metadata"].get(choice), bool | None):
                    yield f"{choice} of {value!r}, which is neither true nor false"


def _is_metadata(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("breadcrumb"), list | tuple)
        and all(map(_is_text, value["breadcrumb"]))
        and isinstance(value.get("metadata"), dict)
    )


def _is_list_of_names(value: Any) -> bool:
    return value is None or (isinstance(value, list | tuple) and all(map(_is_text, value)))


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _prepare_entry(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        **entry,
        "schema": drop_unreadable(entry["schema"]),
        "metadata": _with_older_selection(entry),
        "replication_method": _replication_method(entry),
    }


def _with_older_selection(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """The metadata, with what the entry and its schema deselect where the metadata has no choice.

    Before Singer had metadata, `selected` was a member of the schema, and some catalogs still have
    it there
    (https://github.com/singer-io/getting-started/blob/master/docs/SYNC_MODE.md#legacy-streamfield-selection).
    A schema that marks some columns as selected deselects the others, unless the metadata chooses
    among the columns.
    """
    given: list[dict[str, Any]] = entry.get("metadata", [])
    schema = entry["schema"]
    deselected = set(_deselected(schema))
    if not any(each["breadcrumb"] and _chooses(each["metadata"]) for each in given):
        keys = (*(entry.get("key_properties") or ()), entry.get("replication_key"))
        # A list, as a catalog may hold any value there.
        kept = [("properties", key) for key in keys]
        deselected |= {place for place in _unmarked(schema) if place not in kept}
    if entry.get("selected") is False:
        deselected.add(())
    if not deselected:
        return given
    found: dict[tuple[str, ...], dict[str, Any]] = {} if given else {(): {"selected": True}}
    found |= {breadcrumb: {"selected": False} for breadcrumb in deselected}
    for each in given:
        breadcrumb = tuple(each["breadcrumb"])
        choice = {} if _chooses(each["metadata"]) else found.get(breadcrumb, {})
        found[breadcrumb] = each["metadata"] | choice
    return [
        {"breadcrumb": breadcrumb, "metadata": metadata} for breadcrumb, metadata in found.items()
    ]


def _chooses(metadata: dict[str, Any]) -> bool:
    return metadata.get("selected") is not None


def _deselected(schema: Any, breadcrumb: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the breadcrumbs of what a schema deselects."""
    if not isinstance(schema, dict):
        return
    if schema.get("selected") is False:
        yield breadcrumb
    for name, column in _columns(schema).items():
        yield from _deselected(column, (*breadcrumb, "properties", name))
    yield from _deselected(schema.get("items"), (*breadcrumb, "items"))


def _unmarked(schema: Any, breadcrumb: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the breadcrumbs of the columns that are not marked as selected, but others are."""
    columns = _columns(schema)
    marked = {name for name, column in columns.items() if _is_marked(column)}
    for name, column in columns.items():
        inside = (*breadcrumb, "properties", name)
        if marked and name not in marked:
            yield inside
        else:
            yield from _unmarked(column, inside)


def _is_marked(schema: Any) -> bool:
    """Whether a column, or a part of it, is marked as selected."""
    if isinstance(schema, dict) and schema.get("selected") is True:
        return True
    return any(map(_is_marked, _columns(schema).values()))


def _columns(schema: Any) -> dict[str, Any]:
    columns = schema.get("properties") if isinstance(schema, dict) else None
    return columns if isinstance(columns, dict) else {}


def _replication_method(entry: dict[str, Any]) -> Any:
    """The method in the metadata that a user may set, or else any other in the entry."""
    root: dict[str, Any] = {}
    for each in entry.get("metadata", []):
        if not each["breadcrumb"]:
            root = each["metadata"]
    given = (entry.get("replication_method"), root.get("forced-replication-method"))
    otherwise = REPLICATION_FULL_TABLE if REPLICATION_FULL_TABLE in given else given[0] or given[1]
    return root.get("replication-method") or otherwise


def _check_selection(mask: SelectionMask, stream: DeclaredStream) -> None:
    """Check that no part of an array's items is deselected: the SDK can't omit one."""
    for breadcrumb, is_selected in mask.items():
        array = _array_around(breadcrumb, stream.schema)
        if array is not None and not is_selected and mask[array]:
            raise ConfigurationError(
                f"--catalog: {stream.name} has {'.'.join(breadcrumb)} deselected; expected all of "
                f"{'.'.join(array)} to be, as the items of an array are written whole"
            )


def _array_around(breadcrumb: tuple[str, ...], schema: dict[str, Any]) -> tuple[str, ...] | None:
    """The array that a breadcrumb leads into; None if it leads into none."""
    for end in range(2, len(breadcrumb), 2):
        schema = schema.get("properties", {}).get(breadcrumb[end - 1], {})
        if "items" in schema:
            return breadcrumb[:end]
    return None


def _repair(entry: CatalogEntry, stream: DeclaredStream) -> Iterator[str]:
    """Replace what contradicts the declaration of a stream, and yield what that was."""
    if entry.stream not in (None, stream.name):
        yield f"can't be called {entry.stream} here: stream_maps rename a stream"
    entry.stream = stream.name
    root = entry.metadata.get(())
    if not isinstance(root, StreamMetadata):
        root = StreamMetadata()
    yield from _repair_key(entry, root, stream)
    yield from _repair_replication(entry, root, stream)
    yield from _repair_columns(entry, stream)
    for column in (*stream.primary_keys, *filter(None, (stream.replication_key,))):
        yield from _keep_selected(column, entry, stream)


def _repair_key(entry: CatalogEntry, root: StreamMetadata, stream: DeclaredStream) -> Iterator[str]:
    own = stream.primary_keys
    for keys in (entry.key_properties, root.table_key_properties):
        if keys and set(keys) != set(own):
            yield f"can't have the key {', '.join(keys)}: its key is {', '.join(own)}"
            break
    entry.key_properties = root.table_key_properties = own


def _repair_replication(
    entry: CatalogEntry, root: StreamMetadata, stream: DeclaredStream
) -> Iterator[str]:
    # Meltano sets that of the metadata and keeps that of the entry.
    keys = [key for key in (root.replication_key, entry.replication_key) if key]
    method = entry.replication_method or root.forced_replication_method
    if method == REPLICATION_FULL_TABLE:
        pass
    elif stream.replication_key is None:
        if keys or method:
            yield "can't be replicated by a key: it is read whole each time"
        method = REPLICATION_FULL_TABLE
    else:
        if method not in (None, REPLICATION_INCREMENTAL):
            yield f"can't be replicated by {method}: {_METHODS} are possible, the first is used"
        own = stream.replication_key
        if other := next((key for key in keys if key != own), None):
            yield f"can't be replicated by {other}: its replication key is {own}"
        method = REPLICATION_INCREMENTAL
    entry.replication_method = method
    entry.replication_key = root.replication_key = stream.replication_key


def _repair_columns(entry: CatalogEntry, stream: DeclaredStream) -> Iterator[str]:
    yield from _unknown_columns(entry, stream)
    given = entry.schema.to_dict()
    if others := ", ".join(contradictions(stream.schema, given)):
        yield f"has other types of {others} than the tap, whose own are used: discover it again"
    columns = {
        name: drop_unlisted(column, given["properties"][name])
        for name, column in stream.schema["properties"].items()
        if name in given["properties"]
    }
    entry.schema = Schema.from_dict({**stream.schema, "properties": columns})


def _keep_selected(column: str, entry: CatalogEntry, stream: DeclaredStream) -> Iterator[str]:
    """Keep a column of the key, or the replication key, selected."""
    breadcrumb = ("properties", column)
    # Not if its inclusion is automatic: Meltano deselects even that for each `select` of columns.
    is_deselected = not entry.metadata.resolve_selection()[breadcrumb]
    is_missing = column not in (entry.schema.properties or {})
    if is_deselected or is_missing:
        yield f"can't be read without its column {column}, so that stays selected"
    if is_deselected:
        entry.metadata[breadcrumb].inclusion = Metadata.InclusionType.AUTOMATIC
    if is_missing:
        entry.schema.properties = {
            **(entry.schema.properties or {}),
            column: Schema.from_dict(stream.schema["properties"][column]),
        }


def _unknown_columns(entry: CatalogEntry, stream: DeclaredStream) -> Iterator[str]:
    declared = stream.schema["properties"]
    named = {
        breadcrumb[1]
        for breadcrumb, metadata in entry.metadata.items()
        if len(breadcrumb) > 1 and metadata.selected
    }
    mask = entry.metadata.resolve_selection()
    given = {name for name in entry.schema.properties or () if mask["properties", name]}
    unknown = sorted((named | given) - declared.keys())
    if len(unknown) == 1:
        yield f"has no column {unknown[0]}, so it is left out{did_you_mean(unknown[0], declared)}"
    elif unknown:
        yield f"has no columns {', '.join(unknown)}, so they are left out"
