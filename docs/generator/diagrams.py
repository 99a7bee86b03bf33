"""How the tables join, as Mermaid diagrams for the page and as one picture drawn by Graphviz."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from generator.joins import ON_NEARLY_EVERY_TABLE
from generator.pages import NOTICE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from generator.tables import Table

# So many tables lead to these that lines to them would hide all others.
_WITHOUT_LINES: Final = frozenset({"users", "teams", "tags"})

# One for each group; a line has the colour of the group that it leads to.
_COLOURS: Final = (
    "#c0392b",
    "#1f6fb2",
    "#7d3c98",
    "#b9770e",
    "#1e8449",
    "#707b7c",
    "#d2549b",
    "#117a65",
    "#5d6d1e",
)

_INTRODUCTION: Final = """
# How the tables join

[![All tables and their joins](tables.svg)](tables.svg)

In the picture, a table lists the columns that lead to other tables, and the tables that are derived
from it, in italics. Lines to `users`, `teams` and `tags` are left out. So are `created_by_id`,
`modified_by_id` and `deleted_by_id`, which lead to `users` from nearly every table.

Below are the same joins by group, with the columns on both sides and the lines that the picture
leaves out. A line reads: many rows where the column is, at most one row where it leads.
[tables.md](tables.md) has all columns.

`python docs/generate.py` draws the picture with [Graphviz](https://graphviz.org); on Debian,
`apt-get install graphviz`."""


def diagrams_page(tables: Sequence[Table]) -> str:
    """The joins of each group of tables."""
    lines = [NOTICE, _INTRODUCTION]
    for group, members in groupby(tables, key=lambda table: table.group):
        lines += ["", f"## {group}", "", "```mermaid", "erDiagram", *_mermaid(members), "```"]
    return "\n".join(lines) + "\n"


def _mermaid(tables: Iterable[Table]) -> Iterator[str]:
    lines = []
    for table in tables:
        joins = _joins(table)
        yield f"    {_entity(table.name)} {{"
        for column in table.columns:
            roles = {"PK": column.name in table.key, "FK": column.name in joins}
            if keys := [role for role, is_so in roles.items() if is_so]:
                yield f"        {column.kind} {column.name} {', '.join(keys)}"
        yield "    }"
        for name, to in joins.items():
            other, _, key = to.partition(".")
            label = name if key == "id" else f"{name} = {key}"
            lines.append(f'    {_entity(table.name)} }}o--o| {_entity(other)} : "{label}"')
    yield from lines


def _entity(name: str) -> str:
    return f'"{name}"' if "<" in name else name


def _joins(table: Table) -> dict[str, str]:
    return {column: to for column, to in table.joins.items() if column not in ON_NEARLY_EVERY_TABLE}


def picture(tables: Sequence[Table]) -> str:
    """All tables and their joins, in Graphviz's language."""
    colours: dict[str, str] = {}
    lines = [_HEAD]
    groups = groupby(tables, key=lambda table: table.group)
    for (group, members), colour in zip(groups, _COLOURS, strict=True):
        of_group = list(members)
        colours |= dict.fromkeys((table.name for table in of_group), colour)
        lines.append(f'subgraph "cluster_{group}" {{ label="{group}" color="{colour}"')
        for table in of_group:
            if not table.parent:
                derived = [each for each in of_group if each.parent == table.name]
                lines.append(_node(table, derived, colour))
        lines.append("}")
    for table in tables:
        lines += _lines(table, colours)
    return "\n".join([*lines, "}"]) + "\n"


_HEAD: Final = """\
digraph {
graph [rankdir=LR nodesep=0.15 ranksep=1.5 fontname="Helvetica" fontsize=16 style=rounded]
node [shape=plain fontname="Helvetica" fontsize=10]
edge [arrowsize=0.6]"""


def _node(table: Table, derived: Iterable[Table], colour: str) -> str:
    title = f'<font color="white"><b>{_escaped(table.name)}</b></font>'
    rows = [f'<tr><td port="id" bgcolor="{colour}">{title}</td></tr>']
    rows += [_row(column, column, [to]) for column, to in _joins(table).items()]
    for each in derived:
        leads = [to for to in _joins(each).values() if _table(to) != table.name]
        rows.append(_row(each.name, f"<i>{each.name}</i>", leads))
    grid = '<table border="0" cellborder="1" cellspacing="0" cellpadding="3" color="#b0b0b0">'
    return f'"{table.name}" [label=<{grid}{"".join(rows)}</table>>]'


def _row(port: str, text: str, leads: Iterable[str]) -> str:
    where = "".join(f' <font color="#707070">→ {_table(to)}</font>' for to in leads)
    return f'<tr><td port="{port}" align="left">{text}{where}</td></tr>'


def _lines(table: Table, colours: Mapping[str, str]) -> Iterator[str]:
    for column, to in _joins(table).items():
        node, port = (table.parent, table.name) if table.parent else (table.name, column)
        other = _table(to)
        if other not in {table.parent, *_WITHOUT_LINES}:
            yield f'"{node}":"{port}" -> "{other}":id [color="{colours[other]}"]'


def _table(place: str) -> str:
    """The table of `table.column`."""
    return place.partition(".")[0]


def _escaped(text: str) -> str:
    return text.replace("<", "&lt;").replace(">", "&gt;")
