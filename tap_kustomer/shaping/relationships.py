"""Relationships of a resource: which others it leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tap_kustomer.shaping.leftovers import Leftover
from tap_kustomer.shaping.names import columns
from tap_kustomer.shaping.values import as_text_or_null, snake_cased

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_kustomer.shaping.fields import Shape
    from tap_kustomer.shaping.layout import RelationshipColumns
    from tap_kustomer.shaping.leftovers import Leftovers

# Of a reference: its id and its type.
_MEMBERS: Final = 2


def compile_relationships(
    shape: Shape, place: Mapping[str, RelationshipColumns]
) -> Callable[[dict[str, Any], dict[str, Any], Leftovers], None]:
    """The function that adds the relationships of a resource to its row.

    Args:
        shape: Declares the relationships.
        place: The columns of each, by Kustomer's key.
    """
    many = {relationship.source: relationship.many for relationship in shape.relationships}
    to_one = {key: (place[key].id, place[key].data) for key in many if not many[key]}
    to_many = {key: place[key].data for key in many if many[key]}
    origins = {key: ((place[key].id,), (place[key].data,)) for key in many}

    def add(row: dict[str, Any], relationships: dict[str, Any], leftovers: Leftovers) -> None:
        untold: dict[str, Any] = {}
        for key, relationship in relationships.items():
            data = relationship.get("data") if type(relationship) is dict else relationship
            # Some relationships are a mere link: a customer's messages, or one for each klass
            # that customers have objects of. They say nothing beyond the resource's own id.
            if data is None:
                continue
            if key in to_one and type(data) is dict:
                id_column, data_column = to_one[key]
                reference_id, reference_type = data.get("id"), data.get("type")
                # Looked at before it is converted: that is what keeps shaping fast.
                if type(reference_id) is str and type(reference_type) is str:
                    is_told = len(data) == _MEMBERS
                else:
                    reference_id = as_text_or_null(reference_id)
                    reference_type = as_text_or_null(reference_type)
                    is_told = not _says_more(data)
                row[id_column] = reference_id
                row[data_column] = {"id": reference_id, "type": reference_type}
            elif key in to_many and type(data) is list:
                row[to_many[key]] = [_id(item) for item in data]
                is_told = not any(type(item) is dict and _says_more(item) for item in data)
            else:
                is_told = False
            if not is_told:
                untold[key] = data
        if untold:
            for key, name in columns(untold).items():
                path, value = ("relationships", name), snake_cased(untold[key])
                leftovers.append(Leftover(path, value, origins.get(key) or _columns(name)))

    return add


def _columns(name: str) -> tuple[tuple[str], tuple[str]]:
    """The columns that an unknown relationship would have."""
    return (f"{name}_id",), (name,)


def _id(reference: Any) -> str | None:
    return as_text_or_null(reference.get("id") if type(reference) is dict else reference)


def _says_more(reference: dict[str, Any]) -> bool:
    """Whether a reference has members beside its id and type."""
    return len(reference) > ("id" in reference) + ("type" in reference)
