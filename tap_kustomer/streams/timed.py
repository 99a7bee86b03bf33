"""Derived streams with a column of their own for the replication key.

Most derived streams need none: their parent's `updatedAt`, which all of them carry, is the
replication key. These have a parent that is found by another time.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tap_kustomer.resource import PARENT
from tap_kustomer.shaping.derived import as_object
from tap_kustomer.shaping.fields import time

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_kustomer.resource import Resource
    from tap_kustomer.shaping.derived import Derived, Items
    from tap_kustomer.shaping.fields import Field


def timed_by_parent(parent: str, *streams: Derived) -> tuple[Derived, ...]:
    """Give streams the time of the parent that the rows are read for.

    Args:
        parent: What the rows are read for, such as `conversation`.
        streams: Declarations of streams that are derived from these rows.
    """
    field = time(f"{parent}UpdatedAt", f"When the {parent} last changed, for which this was read.")
    return tuple(_timed(stream, field, PARENT, "updatedAt") for stream in streams)


def timed_by_creation(*streams: Derived) -> tuple[Derived, ...]:
    """Give streams the creation time of the rows that they are derived from, which never change.

    Args:
        streams: Their declarations.
    """
    field = time("createdAt", "When the record was created that the row was found in.")
    return tuple(_timed(stream, field, "attributes", "createdAt") for stream in streams)


def _timed(stream: Derived, field: Field, member: str, key: str) -> Derived:
    return replace(
        stream,
        fields=(*stream.fields, field),
        items=_with_time(stream.items, field.source, member, key),
    )


def _with_time(
    items: Callable[[Resource], Items], named: str, member: str, key: str
) -> Callable[[Resource], Items]:
    def find(resource: Resource) -> Items:
        holder: Any = resource.get(member)
        moment = holder.get(key) if isinstance(holder, dict) else None
        return [{**as_object(item), named: moment} for item in items(resource)]

    return find
