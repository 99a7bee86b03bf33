"""The names of columns for the attributes and relationships of a resource."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tap_kustomer.shaping.names import LONGEST, column_names, snake_case
from tap_kustomer.shaping.values import MismatchError, as_text_or_null, as_time

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tap_kustomer.shaping.fields import Field, Shape

EXTRA: Final = "_extra"


@dataclass(frozen=True, slots=True)
class RelationshipColumns:
    """Columns of a relationship; `id` is empty for to-many."""

    id: str
    data: str


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns of one stream, by Kustomer's keys.

    Attributes:
        attributes: Column of each declared attribute.
        relationships: Columns of each declared relationship. If an attribute has the same name, as
            `sla` of a conversation, the relationship gets `<name>_data`.
        type: Column of the JSON:API type; `resource_type` if an attribute is called `type`.
        links: Column of the links; `resource_links` if an attribute is called `links`.
    """

    attributes: Mapping[str, str]
    relationships: Mapping[str, RelationshipColumns]
    type: str
    links: str


@dataclass(frozen=True, slots=True)
class ParentColumns:
    """Columns that refer to the parent of a row.

    Attributes:
        id: Column of the parent's id.
        updated_at: Column of the parent's `updatedAt`, which tells current rows from outdated ones.
    """

    id: str
    updated_at: str

    def values(self, parent_id: Any, updated_at: Any) -> dict[str, Any]:
        """Values of both columns for one parent."""
        return {self.id: as_text_or_null(parent_id), self.updated_at: _canonical(updated_at)}


def parent_columns(parent: str, root: str = "") -> ParentColumns:
    """Columns for a parent of some type, such as `customer`.

    Args:
        parent: Type of the parent.
        root: Type of the resource whose `updatedAt` is used instead of the parent's, if any.
    """
    return ParentColumns(id=f"{parent}_id", updated_at=f"{root or parent}_updated_at")


def _canonical(value: Any) -> str | None:
    try:
        return as_time(value)
    except MismatchError:
        return None


def columns_of(fields: Iterable[Field]) -> Mapping[str, str]:
    """Column of each field, by Kustomer's key.

    Fields whose key is unknown have none of their own here, but `Field.column`.
    """
    fields = tuple(fields)
    taken = {field.column for field in fields if field.column}
    names = column_names((field.source for field in fields if not field.column), taken, LONGEST)
    return {field.source: field.column or names[field.source] for field in fields}


def layout_of(shape: Shape) -> Layout:
    """Choose a column of its own for every declared attribute and relationship."""
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
