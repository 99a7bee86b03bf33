"""What the documentation knows of each table, taken from the tap's declarations."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from generator.columns import columns
from generator.endpoints import in_words, name_of
from generator.groups import GROUPS
from generator.joins import BY_COLUMN, BY_NAME
from tap_kustomer.reading.sources import is_searched, root_of
from tap_kustomer.shaping.derived import POSITION, derived_schema
from tap_kustomer.shaping.layout import layout, parent_columns
from tap_kustomer.shaping.schema import record_schema
from tap_kustomer.streams import STREAMS
from tap_kustomer.streams.base import derived_replication_key, replication_key
from tap_kustomer.streams.kobjects import KlassKobjects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from generator.columns import Column
    from tap_kustomer.shaping.derived import Derived
    from tap_kustomer.streams.base import KustomerStream

KLASS_TABLE: Final = "kobject_<klass>"

_SOURCE: Final = re.compile(r"\s*\bSource: (\S+)$")


class UnknownError(Exception):
    """Something that is declared is not known to the documentation; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    Attributes:
        name: Of the table.
        group: The tables that it stands with.
        row: What a row is.
        notes: What else there is to know, as Markdown.
        page: Where Kustomer documents it; empty if it does not.
        key: The columns that tell its rows apart.
        replication_key: The column by which a later run goes on; None where each run reads all.
        source: Where its rows are read, as Markdown.
        searched: Whether it takes a role for searching too.
        roles: Any one of them lets a key read it.
        selected: Whether it is selected by default.
        confirmed: Whether Kustomer documents it, or a program that runs reads it.
        secrets: What never leaves the tap.
        columns: Its columns, and what is inside of them.
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
    secrets: tuple[str, ...]
    columns: tuple[Column, ...]
    parent: str = ""
    children: tuple[str, ...] = ()

    @property
    def joins(self) -> dict[str, str]:
        """Where its columns lead, as `table.column`."""
        return {column.name: column.joins for column in self.columns if column.joins}


def documented_tables() -> list[Table]:
    """All tables, by group.

    Raises:
        UnknownError: A table has no group, or nobody says where a column leads.
    """
    streams = {name_of(stream): stream for stream in STREAMS} | {KLASS_TABLE: KlassKobjects}
    names = [name for group in GROUPS.values() for name in group]
    if odd := sorted(set(names) ^ streams.keys()):
        raise UnknownError(
            f"docs/generator/groups.py: expected each table of the tap and no other, but "
            f"{', '.join(odd)} is in one of the two only"
        )
    found = [
        table
        for group, members in GROUPS.items()
        for name in members
        for table in _tables_of(streams[name], name, group)
    ]
    _check_joins(found)
    return found


def _tables_of(stream: type[KustomerStream], name: str, group: str) -> Iterator[Table]:
    # What is derived from custom objects is derived from all of them, whatever their klass.
    derived = () if stream is KlassKobjects else stream.derived
    schema = record_schema(stream.shape)["properties"]
    row, notes = _described(stream)
    root = Table(
        name=name,
        group=group,
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
        secrets=stream.secrets,
        columns=tuple(columns(schema, _joins(name, schema), _columns_with_tables(stream))),
        children=tuple(each.name for each in derived),
    )
    yield root
    for each in derived:
        yield _derived(each, stream, root)


_KLASS_SOURCE: Final = "with [`kobjects`](#kobjects), or by a search for the klass alone"


def _derived(derived: Derived, stream: type[KustomerStream], root: Table) -> Table:
    parent = parent_columns(stream.singular)
    schema = derived_schema(derived, stream.singular)["properties"]
    joins = {**_joins(derived.name, schema), parent.id: f"{root.name}.{root.key[0]}"}
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
        secrets=(),
        columns=tuple(columns(schema, joins)),
        parent=root.name,
    )


def _described(stream: type[KustomerStream]) -> tuple[str, str]:
    """The first line of a class's docstring, and the rest of it."""
    text, _, _ = inspect.cleandoc(stream.__doc__ or "").partition("\n\nArgs:")
    row, _, notes = _SOURCE.sub("", text).partition("\n")
    return row, notes.strip()


def _page(stream: type[KustomerStream]) -> str:
    docstrings = (inspect.cleandoc(each.__doc__ or "") for each in stream.__mro__)
    found = (_SOURCE.search(text) for text in docstrings)
    return next((page[1] for page in found if page), "")


def _columns_with_tables(stream: type[KustomerStream]) -> set[str]:
    """The columns whose objects are the rows of a derived table, with columns of their own."""
    place = layout(stream.shape).attributes
    return {
        place[field.source]
        for field in stream.shape.attributes
        if field.items is not None
        and any(derived.fields is field.items.fields for derived in stream.derived)
    }


def _joins(table: str, names: Iterable[str]) -> Mapping[str, str]:
    where = {name: BY_COLUMN.get(f"{table}.{name}", BY_NAME.get(name)) for name in names}
    return {name: to for name, to in where.items() if to is not None}


def _check_joins(tables: Iterable[Table]) -> None:
    joined, there = set[str](), set[str]()
    for table in tables:
        joined |= {f"{table.name}.{name}" for name in table.joins}
        there |= {f"{table.name}.{column.name}" for column in table.columns}
    names = {_column(place) for place in there}
    ids = {place for place in there if place.endswith("_id") and place.count(".") == 1}
    told = joined | BY_COLUMN.keys() | {place for place in ids if _column(place) in BY_NAME}
    if lost := sorted(ids - told):
        raise UnknownError(
            f"docs/generator/joins.py: expected where {', '.join(lost)} leads; None where it "
            "leads to no table"
        )
    named = {*BY_COLUMN, *BY_COLUMN.values(), *BY_NAME.values()} - {None}
    if gone := sorted({*map(str, named - there), *(BY_NAME.keys() - names)}):
        raise UnknownError(
            f"docs/generator/joins.py: expected columns of the tap, but {', '.join(gone)} is none"
        )


def _column(place: str) -> str:
    return place.partition(".")[2]
