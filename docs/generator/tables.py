"""Collect what the documentation says of each table from the tap's declarations."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from generator.columns import columns
from generator.endpoints import in_words, name_of
from generator.joins import declared_joins
from tap_kustomer.reading.sources import Search, is_searched, root_of
from tap_kustomer.shaping.derived import POSITION, derived_schema
from tap_kustomer.shaping.layout import layout_of, parent_columns
from tap_kustomer.shaping.schema import record_schema
from tap_kustomer.streams import STREAMS
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.definition import derived_replication_key, replication_key
from tap_kustomer.streams.kobjects import KlassKobjects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generator.columns import Column
    from generator.joins import Joins
    from tap_kustomer.shaping.derived import Derived
    from tap_kustomer.streams.base import KustomerStream

_GROUPS: Final = tuple(Group)

KLASS_TABLE: Final = "kobject_<klass>"

_SOURCE: Final = re.compile(r"\s*\bSource: (\S+)$")


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    Attributes:
        name: Its name.
        group: The group that it belongs to.
        row: What a row is.
        notes: What else there is to know, as Markdown.
        page: Where Kustomer documents it; empty if it does not.
        key: The columns that tell its rows apart.
        replication_key: The column that a later run continues by; None if each run reads all.
        source: Where its rows are read, as Markdown.
        searched: Whether it needs a role for searching too.
        roles: Roles any one of which lets a key read it.
        selected: Whether it is selected by default.
        documented: Whether Kustomer documents it.
        assumed: Whether it is only assumed to exist.
        secrets: What never leaves the tap.
        columns: Its columns, and the keys inside them.
        parent: The table that it is derived from.
        children: The tables that are derived from it.
    """

    name: str
    group: str
    row: str
    notes: str
    page: str
    key: tuple[str, ...]
    replication_key: str | None
    source: str
    searched: bool
    roles: tuple[str, ...]
    selected: bool
    documented: bool
    assumed: bool
    secrets: tuple[str, ...]
    columns: tuple[Column, ...]
    parent: str = ""
    children: tuple[str, ...] = ()

    @property
    def joins(self) -> dict[str, str]:
        """Where its columns lead, as `table.column`."""
        return {column.name: column.joins for column in self.columns if column.joins}


def documented_tables() -> list[Table]:
    """List all tables by group; in each, those that are selected by default come first.

    Raises:
        UnknownError: The declarations do not say where a column leads.
    """
    streams = {name_of(stream): stream for stream in STREAMS}
    klasses: dict[str, type[KustomerStream]] = {KLASS_TABLE: KlassKobjects}
    joins = declared_joins(streams, klasses)
    found = [
        table
        for name, stream in sorted({**streams, **klasses}.items(), key=_place)
        for table in _tables_of(stream, name, joins)
    ]
    joins.check(
        {f"{table.name}.{each.name}": each.joins for table in found for each in table.columns}
    )
    return found


def _place(named: tuple[str, type[KustomerStream]]) -> tuple[Any, ...]:
    """Return the sort key of a table: within a group, searches come before lists."""
    name, stream = named
    is_searched = isinstance(stream.source, Search)
    return _GROUPS.index(stream.group), not stream.selected_by_default, not is_searched, name


def _tables_of(stream: type[KustomerStream], name: str, joins: Joins) -> Iterator[Table]:
    # What is derived from custom objects is derived from all of them, whatever their klass.
    derived = () if stream is KlassKobjects else stream.derived
    schema = record_schema(stream.shape)["properties"]
    row, notes = _described(stream)
    root = Table(
        name=name,
        group=stream.group.value,
        row=row,
        notes=notes,
        page=_page(stream),
        key=stream.key,
        replication_key=replication_key(stream.source, stream.shape),
        source=_KLASS_SOURCE if stream is KlassKobjects else in_words(stream.source),
        searched=is_searched(root_of(stream.source)),
        roles=stream.roles,
        selected=stream.selected_by_default,
        documented=stream.documented,
        assumed=stream.assumed,
        secrets=stream.secrets,
        columns=tuple(columns(schema, joins.of(name, schema), _columns_with_tables(stream))),
        children=tuple(each.name for each in derived),
    )
    yield root
    for each in derived:
        yield _derived(each, stream, root, joins)


_KLASS_SOURCE: Final = "with [`kobjects`](#kobjects), or by a search for the klass alone"


def _derived(derived: Derived, stream: type[KustomerStream], root: Table, joins: Joins) -> Table:
    parent = parent_columns(stream.singular)
    schema = derived_schema(derived, stream.singular)["properties"]
    leads = {**joins.of(derived.name, schema), parent.id: f"{root.name}.{root.key[0]}"}
    return Table(
        name=derived.name,
        group=root.group,
        row=derived.description,
        notes="",
        page=root.page,
        key=(parent.id, POSITION),
        replication_key=derived_replication_key(root.replication_key, stream.singular),
        source=f"with [`{root.name}`](#{root.name}), at no cost",
        searched=root.searched,
        roles=root.roles,
        selected=root.selected,
        documented=root.documented,
        assumed=root.assumed,
        secrets=(),
        columns=tuple(columns(schema, leads)),
        parent=root.name,
    )


def _described(stream: type[KustomerStream]) -> tuple[str, str]:
    """Return the first line of a class's docstring, and the rest of it."""
    text, _, _ = inspect.cleandoc(stream.__doc__ or "").partition("\n\nArgs:")
    row, _, notes = _SOURCE.sub("", text).partition("\n")
    return row, notes.strip()


def _page(stream: type[KustomerStream]) -> str:
    docstrings = (inspect.cleandoc(each.__doc__ or "") for each in stream.__mro__)
    found = (_SOURCE.search(text) for text in docstrings)
    return next((page[1] for page in found if page), "")


def _columns_with_tables(stream: type[KustomerStream]) -> set[str]:
    """Return the columns whose objects are the rows of a derived table."""
    layout = layout_of(stream.shape).attributes
    return {
        layout[field.source]
        for field in stream.shape.attributes
        if field.items is not None
        and any(derived.fields is field.items.fields for derived in stream.derived)
    }
