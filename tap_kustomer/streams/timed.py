"""Derived tables whose rows carry the time by which a later run goes on.

Most derived tables need none: they come with what is found by its own `updatedAt`, and have that.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tap_kustomer.resource import PARENT
from tap_kustomer.shaping.fields import time

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_kustomer.resource import Resource
    from tap_kustomer.shaping.derived import Derived, Items
    from tap_kustomer.shaping.fields import Field


def timed_by_parent(parent: str, *tables: Derived) -> tuple[Derived, ...]:
    """Tables derived from what is read per parent: the parent's changes count.

    Args:
        parent: What it is read for, such as `conversation`.
        tables: Their declarations.
    """
    field = time(f"{parent}UpdatedAt", f"When the {parent} last changed, for which this was read.")
    return tuple(_timed(table, field, PARENT, "updatedAt") for table in tables)


def timed_by_creation(*tables: Derived) -> tuple[Derived, ...]:
    """Tables derived from what never changes, and is found by when it was created."""
    field = time("createdAt", "When the record was created that the row was found in.")
    return tuple(_timed(table, field, "attributes", "createdAt") for table in tables)


def _timed(table: Derived, field: Field, member: str, key: str) -> Derived:
    return replace(
        table,
        fields=(*table.fields, field),
        items=_with_time(table.items, field.source, member, key),
    )


def _with_time(
    items: Callable[[Resource], Items], named: str, member: str, key: str
) -> Callable[[Resource], Items]:
    def find(resource: Resource) -> Items:
        holder: Any = resource.get(member)
        moment = holder.get(key) if isinstance(holder, dict) else None
        return [
            {**(item if isinstance(item, dict) else {"value": item}), named: moment}
            for item in items(resource)
        ]

    return find
