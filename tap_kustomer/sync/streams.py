"""All tables of the tap, and a run over those that are selected."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

from tap_kustomer.reporting.progress import shown
from tap_kustomer.shaping.custom import fields_from_schema, in_common
from tap_kustomer.streams import STREAMS
from tap_kustomer.streams.base import DerivedStream, derived_replication_key, replication_key
from tap_kustomer.streams.klasses import Klasses
from tap_kustomer.streams.kobjects import PREFIX, KlassKobjects, Kobjects, klass_of, table_names
from tap_kustomer.sync.access import check_access
from tap_kustomer.sync.discovery import Definitions, discover
from tap_kustomer.sync.extractions import write_all
from tap_kustomer.sync.plan import plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from singer_sdk.singerlib.catalog import Catalog, CatalogEntry

    from tap_kustomer.shaping.fields import Field
    from tap_kustomer.singer.stream import TapStream
    from tap_kustomer.streams.base import KustomerStream
    from tap_kustomer.sync.access import AccessCheck
    from tap_kustomer.tap import TapKustomer


def all_tables(tap: TapKustomer) -> list[TapStream]:
    """Every table that the organisation can have.

    A catalog has the columns and tables that the organisation has defined itself already, so a run
    with one asks nothing here.

    Raises:
        RequestError: Kustomer can't be asked for these definitions.
    """
    catalog = tap.input_catalog
    if catalog is None:
        definitions = _definitions(tap)
        tables = _tables(tap, lambda stream: _custom_fields(stream, definitions))
        return [*tables, *_klass_tables(tap, definitions, {table.name for table in tables})]
    tables = _tables(tap, lambda stream: _custom_fields_in(catalog.get(stream.name)))
    return [*tables, *_klass_tables_in(tap, catalog, {table.name for table in tables})]


@cache
def replication_keys() -> dict[str, str | None]:
    """The replication key of each table but those of single klasses; None for full tables."""
    keys: dict[str, str | None] = {}
    for stream in STREAMS:
        keys[stream.name] = replication_key(stream.source, stream.shape)
        for each in stream.derived:
            keys[each.name] = derived_replication_key(keys[stream.name], stream.singular)
    return keys


def replication_key_of(name: str) -> str | None:
    """The replication key of a table; None for a full table, and for one that is not known."""
    keys = replication_keys()
    # Which klasses there are, only a catalog or Kustomer itself can tell.
    is_of_a_klass = name.startswith(PREFIX)
    return keys.get(name, keys[Kobjects.name] if is_of_a_klass else None)


def write_selected(tap: TapKustomer, write_state: Callable[[], None]) -> None:
    """Read and write all tables that are selected.

    Args:
        tap: Has the streams, the run and the writer.
        write_state: Writes a STATE; called when one is due.

    Raises:
        TapKustomerError: The run can't go on.
    """
    run, selected = tap.run, _selected(tap)
    run.selected = [table.name for table in selected]
    readings = plan(run, selected)
    with shown(run.session.limiter.search, run.clock, len(readings)) as run.progress:
        write_all(readings, write_state=write_state, before_waiting=tap.writer.flush)


def try_selected(tap: TapKustomer) -> list[AccessCheck]:
    """Find out which of the tables that are selected the API key can read.

    Raises:
        TapKustomerError: Kustomer can't be asked at all.
    """
    return check_access(tap.run, plan(tap.run, _selected(tap)))


def _selected(tap: TapKustomer) -> list[TapStream]:
    return [cast("TapStream", stream) for stream in tap.streams.values() if stream.selected]


def _tables(
    tap: TapKustomer, custom_fields: Callable[[type[KustomerStream]], tuple[Field, ...]]
) -> list[TapStream]:
    roots = [stream(tap, custom_fields(stream)) for stream in STREAMS]
    return [*roots, *(DerivedStream(tap, root, each) for root in roots for each in root.derived)]


def _definitions(tap: TapKustomer) -> Definitions:
    resources = [stream.metadata_resource for stream in STREAMS if stream.metadata_resource]
    return discover(tap.run, resources, Klasses.source)


def _custom_fields(stream: type[KustomerStream], definitions: Definitions) -> tuple[Field, ...]:
    if stream is Kobjects:
        return in_common(
            fields for name, fields in definitions.custom.items() if name.startswith("kobject.")
        )
    return definitions.custom.get(stream.metadata_resource or "", ())


def _klass_tables(
    tap: TapKustomer, definitions: Definitions, taken: set[str]
) -> list[KlassKobjects]:
    names = table_names((klass.name for klass in definitions.klasses), taken)
    return [
        KlassKobjects(
            tap,
            names[klass.name],
            klass.name,
            definitions.custom.get(f"kobject.{klass.name}", ()),
            klass.title,
        )
        for klass in definitions.klasses
    ]


def _custom_fields_in(entry: CatalogEntry | None) -> tuple[Field, ...]:
    """The custom attributes that a catalog lists for a stream."""
    columns = entry.schema.to_dict()["properties"] if entry is not None else {}
    return fields_from_schema(columns.get("custom", {}))


def _klass_tables_in(tap: TapKustomer, catalog: Catalog, taken: set[str]) -> list[KlassKobjects]:
    return [
        KlassKobjects(
            tap,
            entry.tap_stream_id,
            klass,
            _custom_fields_in(entry),
            str(entry.schema.title or ""),
        )
        for entry in catalog.streams
        if entry.tap_stream_id not in taken
        and (klass := klass_of(entry.schema.to_dict())) is not None
    ]
