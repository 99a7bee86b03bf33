"""The page `docs/roles.md`: what an API key needs to read the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from generator.pages import NOTICE, code, grid, row
from tap_kustomer.streams.roles import SEARCH_ROLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from generator.tables import Table

# Older roles begin with `org.user` or `org.admin`.
_FOR_KEYS: Final = "org.permission."

_INTRODUCTION: Final = """
# Roles

An API key reads a table if it has any one of the table's roles. A table that it may not read is
left out, with a warning that names the roles.

`org.permission.read` stands for all of `org.permission.<thing>.read`. To give a key no more than it
needs, choose from the lists below.

## All tables that are selected by default

These are the fewest roles that open all of them:
"""

_OPENED: Final = """
What each of them opens; derived tables come with the table that they are derived from:
"""

_SEARCHING: Final = """
## Searching

Customers, companies, conversations, messages, notes, custom objects, work sessions, work items and
conversation times are found by Kustomer's search. It takes any one of these roles, beside those of
the tables:
"""

_OTHERS: Final = """
## Further tables

These are not selected by default, as they cost many requests: one for each changed row of another
table, whose role they take too, or all ids of a table in each run.
"""


def roles_page(tables: Sequence[Table]) -> str:
    """Which roles open which tables."""
    usual = [table for table in tables if table.selected]
    others = [table for table in tables if not table.selected]
    chosen = fewest_roles(usual)
    free = [table.name for table in tables if not table.roles and not table.parent]
    lines = [NOTICE, _INTRODUCTION, "```", *chosen, SEARCH_ROLES[0], "```"]
    lines += [_OPENED, *_opened(chosen, usual), "", f"Any key reads {code(free)}."]
    lines += [_SEARCHING, *(f"* `{role}`" for role in SEARCH_ROLES)]
    lines += [_OTHERS, *_opened(fewest_roles(others, beside=chosen), others)]
    return "\n".join(lines) + "\n"


def fewest_roles(tables: Iterable[Table], beside: Iterable[str] = ()) -> list[str]:
    """Roles that together open all these tables.

    First come those that a table can't do without; they open others too. What is still closed
    takes the role that its declaration names first.

    Args:
        tables: To be opened.
        beside: Roles that are given anyway.
    """
    choices = [_roles_for_keys(table) for table in tables if table.roles]
    chosen = {*beside, *(roles[0] for roles in choices if len(roles) == 1)}
    for roles in choices:
        if chosen.isdisjoint(roles):
            chosen.add(roles[0])
    return sorted(chosen)


def _roles_for_keys(table: Table) -> list[str]:
    return [role for role in table.roles if role.startswith(_FOR_KEYS)]


def _opened(roles: Iterable[str], tables: Iterable[Table]) -> Iterator[str]:
    roots = [table for table in tables if not table.parent]
    yield from grid("role", "opens")
    for role in roles:
        if names := [table.name for table in roots if role in table.roles]:
            yield row(f"`{role}`", code(names))
