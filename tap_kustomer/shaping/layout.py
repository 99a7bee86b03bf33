"""Which column each attribute and each relationship of a resource gets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tap_kustomer.shaping.names import LONGEST, columns, snake_case
from tap_kustomer.shaping.values import MismatchError, as_text_or_null, as_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tap_kustomer.shaping.fields import Field, Shape

EXTRA: Final = "_extra"


@dataclass(frozen=True, slots=True)
class RelationshipColumns:
    """Where a relationship goes: `id` for to-one only, `data` for both."""

    id: str
    data: str


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one table, by Kustomer's keys.

    Attributes:
        attributes: Column of each declared attribute. An attribute always has its own name.
        relationships: Columns of each declared relationship. Where an attribute has the name, as
            `sla` of a conversation does, the relationship is moved to `<name>_data`.
        type: Column of the resource's JSON:API type; `resource_type` where an attribute has `type`.
        links: Column of the resource's links, likewise.
    """

    attributes: Mapping[str, str]
    relationships: Mapping[str, RelationshipColumns]
    type: str
    links: str


@dataclass(frozen=True, slots=True)
class ParentColumns:
    """Where a row says whose it is.

    Attributes:
        id: Column of the parent's id.
        updated_at: Column of the parent's `updatedAt`, by which the newest rows are known.
    """

    id: str
    updated_at: str

    def values(self, parent: Mapping[str, Any]) -> dict[str, Any]:
        """Both columns for one parent: `id` and `updatedAt`."""
        return {
            self.id: as_text_or_null(parent.get("id")),
            self.updated_at: _canonical(parent.get("updatedAt")),
        }


def parent_columns(parent: str, root: str = "") -> ParentColumns:
    """The columns for a kind of parent, such as `customer`.

    Args:
        parent: Whose id is noted.
        root: Whose changes count, if not the parent's own.
    """
    return ParentColumns(id=f"{parent}_id", updated_at=f"{root or parent}_updated_at")


def _canonical(value: Any) -> str | None:
    try:
        return as_time(value)
    except MismatchError:
        return None


def columns_of(fields: Iterable[Field]) -> Mapping[str, str]:
    """The column of each field, by Kustomer's key."""
    fields = tuple(fields)
    taken = {field.column for field in fields if field.column}
    names = columns((field.source for field in fields if not field.column), taken, LONGEST)
    return {field.source: field.column or names[field.source] for field in fields}


def layout(shape: Shape) -> Layout:
    """Give every declared attribute and relationship a column of its own."""
    attributes = columns_of(shape.attributes)
    taken = {"id", EXTRA, *attributes.values()}

    def free(name: str, otherwise: str) -> str:
        chosen = otherwise if name in taken else name
        taken.add(chosen)
        return chosen

    relationships = {}
    for relationship in shape.relationships:
        name = snake_case(relationship.source)
        relationships[relationship.source] = RelationshipColumns(
            id="" if relationship.many else free(f"{name}_id", f"{name}_data_id"),
            data=free(name, f"{name}_data"),
        )
    return Layout(
        attributes=attributes,
        relationships=relationships,
        type=free("type", "resource_type"),
        links=free("links", "resource_links"),
    )
