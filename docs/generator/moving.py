"""Show the tables of other connectors beside the tap's, and views that have their shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import yaml

from generator.joins import UnknownError
from generator.pages import grid, row
from tap_kustomer.shaping.layout import layout_of
from tap_kustomer.shaping.schema import record_schema
from tap_kustomer.streams import STREAMS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from generator.tables import Table
    from tap_kustomer.streams.base import KustomerStream

# The schemas that the views are made in and read from.
_SOURCE: Final = "kustomer"

# Names of columns that SQL has a meaning for.
_RESERVED: Final = frozenset({"default"})

# The columns of a connector that loads JSON:API resources as they are, made of all of ours.
_JSON_API: Final = ("attributes", "relationships")

_WIDTH: Final = 96


@dataclass(frozen=True, slots=True)
class OtherTable:
    """A table of another connector.

    Attributes:
        name: Its name there.
        ours: The table of the tap with the same rows; empty if there is none.
        reason: Why there is none.
        columns: Its columns, as far as they are known.
        differs: The tap's column for each one with another name; a dot leads into an object.
        without: Why a column has no counterpart.
        is_json_api: Whether its rows are JSON:API resources.
    """

    name: str
    ours: str
    reason: str
    columns: tuple[str, ...]
    differs: Mapping[str, str]
    without: Mapping[str, str]
    is_json_api: bool

    def counterpart(self, column: str) -> str:
        """The tap's column for one of theirs; empty if there is none, or if it is many."""
        if column in self.without or (self.is_json_api and column in _JSON_API):
            return ""
        return self.differs.get(column, column)

    @property
    def needs_view(self) -> bool:
        """Whether a query of this table does not run on the tap's table as it is."""
        # Rows of another kind can't be put together again.
        if not self.columns or not self.ours or "id" in self.without:
            return False
        return self.name != self.ours or any(
            self.counterpart(column) != column for column in self.columns
        )


def other_tables(path: Path, tables: Sequence[Table]) -> list[OtherTable]:
    """Read the tables of another connector.

    Raises:
        UnknownError: A table or column has no counterpart, and no reason is given for that.
    """
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    ours = {table.name: {column.name for column in table.columns} for table in tables}
    found = [
        OtherTable(
            name,
            given.get("ours", ""),
            given.get("reason", ""),
            tuple(given.get("columns", ())),
            given.get("differs", {}),
            given.get("without", {}),
            is_json_api=document.get("shape") == "json_api",
        )
        for name, given in document["tables"].items()
    ]
    for table in found:
        for missing in _unexplained(table, ours):
            raise UnknownError(f"{path.name}: {table.name}: no counterpart for {missing}")
    return found


def _unexplained(table: OtherTable, ours: Mapping[str, set[str]]) -> Iterator[str]:
    if table.reason:
        return
    if table.ours not in ours:
        yield "the table"
        return
    for column in table.columns:
        counterpart = table.counterpart(column)
        if counterpart and counterpart not in ours[table.ours]:
            yield column


def comparison(path: Path, tables: Sequence[Table], links: Mapping[str, str]) -> str:
    """Write the generated part of a page: the tables, the columns that differ, and the views.

    Args:
        path: The names of the other connector's tables and columns.
        tables: The tap's.
        links: The page of each of the tap's tables, from the folder of the page.
    """
    others = other_tables(path, tables)
    schema = path.stem
    lines = [
        *grid("theirs", "here", "columns"),
        *(row(f"`{other.name}`", _ours(other, links), _columns_of(other)) for other in others),
    ]
    if differing := [row(*cells) for other in others for cells in _differences(other)]:
        lines += ["", "Columns that are not there under the same name:", ""]
        lines += [*grid("theirs", "here"), *differing]
    if views := [view(other, schema) for other in others if other.needs_view]:
        lines += ["", "## Views", "", _introduction(schema), "", "```sql"]
        lines += [f"create schema {schema};", "", "\n\n".join(views), "```"]
    return "\n".join(lines)


def _introduction(schema: str) -> str:
    return "\n".join(
        [
            f"These keep queries running that name `{schema}`. They are tested on DuckDB.",
            f"Put your own schemas in the place of `{schema}` and of `{_SOURCE}`, where the tap's",
            "tables are. A table with the same name and columns needs no view.",
        ]
    )


def _ours(other: OtherTable, links: Mapping[str, str]) -> str:
    if other.reason:
        return " ".join(other.reason.split())
    return f"[`{other.ours}`]({links[other.ours]})"


def _columns_of(other: OtherTable) -> str:
    if not other.columns:
        return "not seen"
    same = sum(other.counterpart(column) == column for column in other.columns)
    if other.reason:
        return ""
    missing = [column for column in other.columns if column in other.without]
    if same == len(other.columns):
        return f"all {same}"
    if other.is_json_api and not missing:
        return f"{same}, and the others by a view"
    return f"{same} of {len(other.columns)}"


def _differences(other: OtherTable) -> Iterator[tuple[str, str]]:
    if other.reason:
        return
    for column in other.columns:
        name = f"`{other.name}.{column}`"
        if column in other.without:
            yield name, other.without[column]
        elif counterpart := other.differs.get(column):
            yield name, f"`{counterpart}`"


def view(other: OtherTable, schema: str) -> str:
    """Write a view of one of the tap's tables that has the columns of another connector's."""
    stream = _streams().get(other.ours)
    columns = [
        f"    {_value(other, column, stream)}"
        + ("" if other.counterpart(column) == column else f" as {column}")
        for column in other.columns
    ]
    selected = ",\n".join(columns)
    return f"create view {schema}.{other.name} as\nselect\n{selected}\nfrom {_SOURCE}.{other.ours};"


def _value(other: OtherTable, column: str, stream: type[KustomerStream] | None) -> str:
    counterpart = other.counterpart(column)
    if counterpart:
        name, _, key = counterpart.partition(".")
        return f"{name} ->> '{key}'" if key else _quoted(name)
    if column in other.without or stream is None:
        return "null"
    names, properties = layout_of(stream.shape), record_schema(stream.shape)["properties"]
    if column == "attributes":
        pairs = [
            f"'{source}', {_as_json(name, properties[name])}"
            for source, name in names.attributes.items()
        ]
    else:
        pairs = [
            f"'{source}', json_object('data', {columns.data})"
            for source, columns in names.relationships.items()
        ]
    return f"json_object(\n        {_wrapped(pairs)}\n    )"


def _as_json(name: str, schema: Mapping[str, Any]) -> str:
    """A column in a JSON object; times as Kustomer writes them."""
    if schema.get("format") == "date-time":
        return f"strftime({name}, '%Y-%m-%dT%H:%M:%S.%gZ')"
    return _quoted(name)


def _quoted(name: str) -> str:
    return f'"{name}"' if name in _RESERVED else name


def _wrapped(pairs: Sequence[str]) -> str:
    """Pairs on as few lines as fit."""
    lines = [""]
    for pair in pairs:
        if lines[-1] and len(lines[-1]) + len(pair) > _WIDTH:
            lines.append("")
        lines[-1] += f"{pair}, "
    return "\n        ".join(line.rstrip() for line in lines).rstrip(",")


def _streams() -> dict[str, type[KustomerStream]]:
    return {str(vars(stream)["name"]): stream for stream in STREAMS if "name" in vars(stream)}
