"""The pages that follow from the tables: `docs/tables.md` and the list in the README."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from generator.columns import Column
    from generator.tables import Table

NOTICE: Final = "<!-- Made by `python docs/generate.py` from the declarations in tap_kustomer. -->"

_INTRODUCTION: Final = """
# Tables

Every table and every column that the tap knows. [diagram.md](diagram.md) shows how they join,
[derived.md](derived.md) explains derived tables, [deletes.md](deletes.md) how deleted rows show,
and [roles.md](roles.md) what an API key needs.

* Times are UTC. Every column but the key may be null.
* Kustomer adds attributes without notice. What has no column is in `_extra`, and so is a value that
  does not fit its column's type; but nothing of a column that you deselect.
* `custom` has the attributes that your organisation has added, typed by its own metadata.
* A name with dots is a key inside a column: `[]` stands for each item of an array, `*` for any key.
* "Incremental" tables give what has changed since the run before. "Full" tables give all rows in
  each run.
* Kustomer does not document an "undocumented" table. Some of them are only assumed to be there: if
  your organisation does not have such a table, it is left out, with a warning."""


def tables_page(tables: Sequence[Table]) -> str:
    """The reference of all tables and their columns."""
    lines = [NOTICE, _INTRODUCTION, *_overview(tables)]
    for group, members in groupby(tables, key=lambda table: table.group):
        lines += ["", f"## {group}"]
        for table in members:
            lines += ["", *_section(table)]
    return "\n".join(lines) + "\n"


def readme_list(tables: Sequence[Table]) -> str:
    """The tables by group, for the README: derived ones as a number only."""
    lines = grid("about", "tables", "derived")
    for group, members in groupby(tables, key=lambda table: table.group):
        one_group = list(members)
        roots = [table for table in one_group if not table.parent]
        names = ", ".join(_name(table) for table in roots)
        lines.append(row(group, names, str(len(one_group) - len(roots) or "")))
    return "\n".join(lines)


def _overview(tables: Sequence[Table]) -> Iterator[str]:
    for group, members in groupby(tables, key=lambda table: table.group):
        yield from ("", f"**{group}**", "")
        yield from grid("table", "a row is", "key", "replication", "by default")
        for table in members:
            yield row(
                f"[`{table.name}`](#{_anchor(table.name)})",
                _what(table) + ("" if table.documented else " *Undocumented.*"),
                code(table.key),
                f"`{table.replication_key}`" if table.replication_key else "full",
                "yes" if table.selected else "no",
            )


def _what(table: Table) -> str:
    """What a row is, without what the column's heading says already."""
    return re.sub("^One row(?: for each| for|:) ", "", table.row)


def _section(table: Table) -> Iterator[str]:
    yield from (f"### `{table.name}`", "", table.row)
    if table.notes:
        yield from ("", table.notes)
    yield ""
    yield from _facts(table)
    yield ""
    yield from grid("column", "type", "meaning")
    for column in table.columns:
        yield row(f"`{column.name}`", column.kind, _meaning(column))


def _facts(table: Table) -> Iterator[str]:
    yield f"* Key: {code(table.key)}."
    yield f"* Replication: {_replication(table)}."
    yield f"* Read from: {table.source}."
    yield f"* Role: {_roles(table)}."
    yield f"* Selected by default: {'yes' if table.selected else 'no'}."
    if not table.documented:
        yield f"* Undocumented{': only assumed to be there' if table.assumed else ''}."
    if table.secrets:
        yield f"* Left out, as it gives access to something: {code(table.secrets)}."
    if table.children:
        links = ", ".join(f"[`{name}`](#{name})" for name in table.children)
        yield f"* Derived tables: {links}."
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
    return f"{roles}; and one [for searching](roles.md#searching)" if table.searched else roles


def _meaning(column: Column) -> str:
    if column.joins is None:
        return column.meaning
    table, _, _ = column.joins.partition(".")
    return f"{column.meaning} Joins [`{column.joins}`](#{table})."


def _name(table: Table) -> str:
    return f"`{table.name}`" if table.selected else f"*`{table.name}`*"


def _anchor(heading: str) -> str:
    """What GitHub makes of a heading."""
    return "".join(letter for letter in heading if letter.isalnum() or letter in "_-")


def code(words: Iterable[str]) -> str:
    """Names in a row, as Markdown."""
    return ", ".join(f"`{word}`" for word in words)


def grid(*headings: str) -> list[str]:
    """The head of a table, as Markdown."""
    return [row(*headings), row(*("---" for _ in headings))]


def row(*cells: str) -> str:
    """A row of a table, as Markdown."""
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
