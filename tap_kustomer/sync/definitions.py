"""All streams of an organisation: the declared ones, and those of its klasses."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from tap_kustomer.shaping.custom import fields_from_schema, in_common
from tap_kustomer.streams import STREAMS
from tap_kustomer.streams.definition import (
    define,
    define_derived,
    derived_replication_key,
    replication_key,
)
from tap_kustomer.streams.kobjects import (
    PREFIX,
    Kobjects,
    define_klass,
    klass_of,
    stream_names,
)
from tap_kustomer.sync.discovery import OrganizationMetadata, fetch_metadata

if TYPE_CHECKING:
    from collections.abc import Callable

    from singer_sdk.singerlib.catalog import Catalog, CatalogEntry

    from tap_kustomer.shaping.fields import Field
    from tap_kustomer.streams.base import KustomerStream
    from tap_kustomer.streams.definition import StreamDefinition
    from tap_kustomer.sync.context import RunContext


def define_from_api(context: RunContext) -> list[StreamDefinition]:
    """Define every stream; request what the organisation has defined itself.

    Raises:
        RequestError: Kustomer can't be reached.
        ConfigurationError: The tokens of a sign-in can't be read.
    """
    resources = [
        declaration.metadata_resource for declaration in STREAMS if declaration.metadata_resource
    ]
    metadata = fetch_metadata(context, resources)
    streams = _declared_streams(lambda declaration: _custom_fields(declaration, metadata))
    taken = {stream.name for stream in streams}
    names = stream_names((klass.name for klass in metadata.klasses), taken)
    of_klasses = (
        define_klass(
            names[klass.name],
            klass.name,
            metadata.custom.get(f"kobject.{klass.name}", ()),
            klass.title,
        )
        for klass in metadata.klasses
    )
    return [*streams, *of_klasses]


def define_from_catalog(catalog: Catalog) -> list[StreamDefinition]:
    """Define every stream, with the custom attributes and klasses of a catalog.

    So a run with a catalog needs no request for them.
    """
    streams = _declared_streams(
        lambda declaration: _custom_fields_in(catalog.get(declaration.name))
    )
    taken = {stream.name for stream in streams}
    of_klasses = (
        define_klass(
            entry.tap_stream_id, klass, _custom_fields_in(entry), str(entry.schema.title or "")
        )
        for entry in catalog.streams
        if entry.tap_stream_id not in taken
        and (klass := klass_of(entry.schema.to_dict())) is not None
    )
    return [*streams, *of_klasses]


@cache
def replication_keys() -> dict[str, str | None]:
    """The replication keys of all declared streams; None for a full table."""
    keys: dict[str, str | None] = {}
    for declaration in STREAMS:
        key = replication_key(declaration.source, declaration.shape)
        keys[declaration.name] = key
        for derived in declaration.derived:
            keys[derived.name] = derived_replication_key(key, declaration.singular)
    return keys


def replication_key_of(name: str) -> str | None:
    """The replication key of a stream; None for a full table, and for an unknown stream."""
    keys = replication_keys()
    # Only a catalog or Kustomer itself knows which klasses there are.
    is_of_a_klass = name.startswith(PREFIX)
    return keys.get(name, keys[Kobjects.name] if is_of_a_klass else None)


def _declared_streams(
    custom_fields: Callable[[type[KustomerStream]], tuple[Field, ...]],
) -> list[StreamDefinition]:
    return [
        *(define(declaration, custom_fields(declaration)) for declaration in STREAMS),
        *(
            define_derived(declaration, derived)
            for declaration in STREAMS
            for derived in declaration.derived
        ),
    ]


def _custom_fields(
    declaration: type[KustomerStream], metadata: OrganizationMetadata
) -> tuple[Field, ...]:
    if declaration is Kobjects:
        return in_common(
            fields for name, fields in metadata.custom.items() if name.startswith("kobject.")
        )
    return metadata.custom.get(declaration.metadata_resource or "", ())


def _custom_fields_in(entry: CatalogEntry | None) -> tuple[Field, ...]:
    """The custom attributes that a catalog lists for a stream."""
    columns = entry.schema.to_dict()["properties"] if entry is not None else {}
    return fields_from_schema(columns.get("custom", {}))
