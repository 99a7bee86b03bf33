"""Write the page `docs/roles.md`: what an API key needs to read the tables."""

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

An API key can read a table if it has any one of the table's roles. If it has none of them, the tap
leaves the table out, with a warning that names the roles.

`org.permission.read` covers all of `org.permission.<thing>.read`. To give a key no more than it
needs, choose from the lists below.

## Tables that are selected by default

This is the smallest set of roles that opens all of them:
"""

_OPENED: Final = """
Each role opens these tables, with the tables derived from them:
"""

_SEARCHING: Final = """
## Searching

The tap finds customers, companies, conversations, messages, notes, custom objects, work sessions,
work items and conversation times with Kustomer's search. Besides the roles of these tables, the key
needs any one of these:
"""

_SCHEMA: Final = """
To search for work items and the objects of single klasses at once by a criterion that exists, the
tap asks `GET /v1/customers/searches/schema`, at most once a run. Kustomer does not document which
role that takes. Without it, the tap tries one criterion after the other, and reads the same rows
with a few more searches."""

_OTHERS: Final = """
## Other tables

These are not selected by default, because they cost many requests: one for each changed row of
another table, whose role they need too, or all ids of a table in each run.
"""


def roles_page(tables: Sequence[Table]) -> str:
    """Write the page."""
    usual = [table for table in tables if table.selected]
    others = [table for table in tables if not table.selected]
    chosen = fewest_roles(usual)
    free = [table.name for table in tables if not table.roles and not table.parent]
    lines = [NOTICE, _INTRODUCTION, "```", *chosen, SEARCH_ROLES[0], "```"]
    lines += [_OPENED, *_opened(chosen, usual), "", f"Any key can read {code(free)}."]
    lines += [_SEARCHING, *(f"* `{role}`" for role in SEARCH_ROLES)]
    lines += [_SCHEMA]
    lines += [_OTHERS, *_opened(fewest_roles(others, beside=chosen), others)]
    return "\n".join(lines) + "\n"


def fewest_roles(tables: Iterable[Table], beside: Iterable[str] = ()) -> list[str]:
    """Choose roles that together open all these tables.

    Roles that are a table's only one come first; they open other tables too. Each table that is
    still closed takes the role that its declaration names first.

    Args:
        tables: The tables to open.
        beside: Roles that the key has anyway.
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
