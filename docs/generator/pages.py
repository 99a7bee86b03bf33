"""Write the reference of the tables: an overview, a page for each group, a list for the README."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from generator.columns import Column
    from generator.tables import Table

NOTICE: Final = "<!-- Made by `python docs/generate.py` from the declarations in tap_kustomer. -->"

_INTRODUCTION: Final = """
# Tables

Every table and every column that the tap knows, a page for each group of tables.
[diagram.md](diagram.md) shows how they join, [derived.md](derived.md) explains derived tables,
[deletes.md](deletes.md) how deleted rows show, [roles.md](roles.md) what an API key needs, and
[operations.md](operations.md) which of Kustomer's operations are read.

* Times are UTC. Every column except the key can be null.
* Kustomer adds attributes without notice. A value without a column, or one that does not fit its
  column's type, is in `_extra`, unless you deselect it.
* `custom` has the attributes that your organisation has added, typed by its own metadata.
* A name with dots is a key inside a column. `[]` stands for each item of an array, `*` for any key.
* An incremental table gets what has changed since the last run. A full table gets all rows in each
  run.
* *Undocumented* marks tables that Kustomer does not document. Some of them are only assumed to
  exist, as the page of the group says. A table that your organisation does not have is left out,
  with a warning."""


def tables_pages(tables: Sequence[Table]) -> dict[str, str]:
    """Write the reference: the text of each page by its path below `docs`."""
    pages = {table.name: f"{_slug(table.group)}.md" for table in tables}
    texts = {"tables.md": [NOTICE, _INTRODUCTION]}
    for group, members in groupby(tables, key=lambda table: table.group):
        one_group = list(members)
        texts["tables.md"] += ["", f"## {group}", "", *_overview(one_group, pages)]
        path = f"{_slug(group)}.md"
        texts[f"tables/{path}"] = [NOTICE, "", f"# {group}"]
        for table in one_group:
            texts[f"tables/{path}"] += ["", *_section(table, _Links(path, pages))]
    return {path: "\n".join(lines) + "\n" for path, lines in texts.items()}


@dataclass(frozen=True, slots=True)
class _Links:
    """Where the links of a page lead.

    Attributes:
        page: The page that they are on.
        pages: The page of each table.
    """

    page: str
    pages: Mapping[str, str]

    def to(self, table: str) -> str:
        """Return the address of a table."""
        page = self.pages[table]
        return f"{'' if page == self.page else page}#{_anchor(table)}"

    def within(self, text: str) -> str:
        """Complete the links of a text in which each one names a table alone, as in `(#teams)`."""
        return re.sub(r"\(#(\w+)\)", lambda link: f"({self.to(link[1])})", text)


def place(table: Table) -> str:
    """Return where the reference describes a table, below `docs`."""
    return f"tables/{_slug(table.group)}.md#{_anchor(table.name)}"


def _slug(group: str) -> str:
    return group.lower().replace(" ", "-")


def readme_list(tables: Sequence[Table]) -> str:
    """List the tables by group for the README, derived ones as a number only."""
    lines = grid("about", "streams", "derived streams (number)")
    for group, members in groupby(tables, key=lambda table: table.group):
        one_group = list(members)
        roots = [table for table in one_group if not table.parent]
        names = ", ".join(_name(table) for table in roots)
        lines.append(row(group, names, str(len(one_group) - len(roots) or "")))
    return "\n".join(lines)


def _overview(tables: Iterable[Table], pages: Mapping[str, str]) -> Iterator[str]:
    yield from grid("table", "a row is", "key", "replication", "by default")
    for table in tables:
        yield row(
            f"[`{table.name}`](tables/{pages[table.name]}#{_anchor(table.name)})",
            _what(table) + ("" if table.documented else " *Undocumented.*"),
            code(table.key),
            f"`{table.replication_key}`" if table.replication_key else "full",
            "yes" if table.selected else "no",
        )


def _what(table: Table) -> str:
    """Return what a row is, without the words that the heading has already."""
    return re.sub("^One row(?: for each| for|:) ", "", table.row)


def _section(table: Table, links: _Links) -> Iterator[str]:
    yield from (f"## `{table.name}`", "", table.row)
    if table.notes:
        yield from ("", table.notes)
    yield ""
    yield from _facts(table, links)
    yield ""
    yield from grid("column", "type", "meaning")
    for column in table.columns:
        yield row(f"`{column.name}`", column.kind, _meaning(column, links))


def _facts(table: Table, links: _Links) -> Iterator[str]:
    yield f"* Key: {code(table.key)}."
    yield f"* Replication: {_replication(table)}."
    yield f"* Read from: {links.within(table.source)}."
    yield f"* Role: {_roles(table)}."
    yield f"* Selected by default: {'yes' if table.selected else 'no'}."
    if not table.documented:
        yield f"* Undocumented{': only assumed to be there' if table.assumed else ''}."
    if table.secrets:
        yield f"* Left out, as it gives access to something: {code(table.secrets)}."
    if table.children:
        children = ", ".join(f"[`{name}`]({links.to(name)})" for name in table.children)
        yield f"* Derived tables: {children}."
    if table.page:
        yield f"* Documentation: {table.page}"


def _replication(table: Table) -> str:
    if table.replication_key:
        return f"incremental, by `{table.replication_key}`"
    return "full table"


def _roles(table: Table) -> str:
    if not table.roles:
        return "none"
    roles = " or ".join(f"`{role}`" for role in table.roles)
    return f"{roles}; and one [for searching](../roles.md#searching)" if table.searched else roles


def _meaning(column: Column, links: _Links) -> str:
    if column.joins is None:
        return column.meaning
    table, _, _ = column.joins.partition(".")
    return f"{column.meaning} Joins [`{column.joins}`]({links.to(table)})."


def _name(table: Table) -> str:
    return f"`{table.name}`" if table.selected else f"*`{table.name}`*"


def _anchor(heading: str) -> str:
    """Return the anchor that GitHub gives to a heading."""
    return "".join(letter for letter in heading if letter.isalnum() or letter in "_-")


def code(words: Iterable[str]) -> str:
    """Format names as code, separated by commas."""
    return ", ".join(f"`{word}`" for word in words)


def grid(*headings: str) -> list[str]:
    """Return the head of a Markdown table."""
    return [row(*headings), row(*("---" for _ in headings))]


def row(*cells: str) -> str:
    """Return a row of a Markdown table."""
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
