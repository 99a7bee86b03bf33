"""Relationships of a resource: the other resources that it refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tap_kustomer.shaping.leftovers import Leftover
from tap_kustomer.shaping.names import column_names
from tap_kustomer.shaping.values import as_text_or_null, snake_cased

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_kustomer.shaping.fields import Shape
    from tap_kustomer.shaping.layout import RelationshipColumns
    from tap_kustomer.shaping.leftovers import Leftovers

# Members of a reference: its id and its type.
_MEMBERS: Final = 2

# Members of a relationship of which none is lost.
_PARTS: Final = frozenset({"data", "links"})


def compile_relationships(
    shape: Shape, columns_by_key: Mapping[str, RelationshipColumns]
) -> Callable[[dict[str, Any], dict[str, Any], Leftovers], None]:
    """Make the function that adds the relationships of a resource to its row.

    Args:
        shape: Declares the relationships.
        columns_by_key: Columns of each, by Kustomer's key.
    """
    many = {relationship.source: relationship.many for relationship in shape.relationships}
    to_one = {
        key: (columns_by_key[key].id, columns_by_key[key].data) for key in many if not many[key]
    }
    to_many = {key: columns_by_key[key].data for key in many if many[key]}
    origins = {key: ((columns_by_key[key].id,), (columns_by_key[key].data,)) for key in many}

    def add(row: dict[str, Any], relationships: dict[str, Any], leftovers: Leftovers) -> None:
        incomplete: dict[str, Any] = {}
        for key, relationship in relationships.items():
            data = relationship.get("data") if type(relationship) is dict else _each(relationship)
            # Some relationships are only a link, such as a customer's messages. A link adds
            # nothing to the resource's own id.
            if data is None:
                continue
            if key in to_one and type(data) is dict:
                id_column, data_column = to_one[key]
                reference_id, reference_type = data.get("id"), data.get("type")
                # Checked before they are converted: this keeps shaping fast.
                if type(reference_id) is str and type(reference_type) is str:
                    is_complete = len(data) == _MEMBERS
                else:
                    reference_id = as_text_or_null(reference_id)
                    reference_type = as_text_or_null(reference_type)
                    is_complete = not _has_more(data)
                row[id_column] = reference_id
                row[data_column] = {"id": reference_id, "type": reference_type}
            elif key in to_many and type(data) is list:
                row[to_many[key]] = [_id(item) for item in data]
                is_complete = not any(type(item) is dict and _has_more(item) for item in data)
            else:
                is_complete = False
            if not is_complete:
                incomplete[key] = data
        if incomplete:
            for key, name in column_names(incomplete).items():
                path, value = ("relationships", name), snake_cased(incomplete[key])
                leftovers.append(Leftover(path, value, origins.get(key) or _columns(name)))

    return add


def _columns(name: str) -> tuple[tuple[str], tuple[str]]:
    """Columns that an unknown relationship would have."""
    return (f"{name}_id",), (name,)


def _each(relationship: Any) -> Any:
    """References out of an array of relationships, as a forward has its attachments."""
    if type(relationship) is not list:
        return relationship
    return [
        item["data"] if type(item) is dict and "data" in item and item.keys() <= _PARTS else item
        for item in relationship
    ]


def _id(reference: Any) -> str | None:
    return as_text_or_null(reference.get("id") if type(reference) is dict else reference)


def _has_more(reference: dict[str, Any]) -> bool:
    """Whether a reference has members other than its id and type."""
    return len(reference) > ("id" in reference) + ("type" in reference)
