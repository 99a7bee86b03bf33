"""From a JSON:API resource to a flat record, in one pass that is compiled from a declaration.

What has no column, or a value that its column can't hold, goes to `_extra` under the name that it
would have had. Nothing that Kustomer sent is dropped, apart from what a relationship has beside its
`data` (its link), and the type of each resource that a to-many relationship leads to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tap_kustomer.resource import PARENT, Resource
from tap_kustomer.shaping.layout import layout, parent_columns
from tap_kustomer.shaping.leftovers import Leftover, compile_completing
from tap_kustomer.shaping.names import columns
from tap_kustomer.shaping.objects import compile_columns
from tap_kustomer.shaping.relationships import compile_relationships
from tap_kustomer.shaping.schema import record_schema
from tap_kustomer.shaping.secrets import compile_hiding
from tap_kustomer.shaping.values import anything, text_or_null

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from collections.abc import Set as AbstractSet

    from tap_kustomer.shaping.fields import Shape
    from tap_kustomer.shaping.leftovers import Leftovers, Path

Record = dict[str, Any]

_MEMBERS: Final = frozenset({"id", "type", "attributes", "relationships", "links"})


def compile_shaper(
    shape: Shape,
    known: AbstractSet[str] | None = None,
    secrets: Collection[str] = (),
    key: Collection[str] = (),
) -> Callable[[Resource], Record]:
    """The function that turns resources of this shape into records.

    Args:
        shape: The stream's declaration.
        known: The columns of the catalog in use, when it may be older than the declaration. What
            it does not list goes to `_extra`.
        secrets: What is never handed on, not even in `_extra`: attributes, also nested ones
            (`settings.secret`), and links (`links.related`).
        key: Columns that tell the rows apart, beside the id: texts, empty where there is none.
    """
    hide = compile_hiding(secrets) if secrets else None
    place = layout(shape)
    add_attributes = compile_columns(shape.attributes)
    add_relationships = compile_relationships(shape, place.relationships)
    type_column, links_column = place.type, place.links
    parent = parent_columns(shape.parent, shape.root) if shape.parent else None
    members = _MEMBERS | {PARENT} if parent else _MEMBERS
    complete = compile_completing(record_schema(shape)["properties"], known)

    def record(resource: Resource) -> Record:
        if hide is not None:
            resource = hide(resource)
        leftovers: Leftovers = []
        row: Record = {"id": text_or_null(resource.get("id"))}
        attributes = _object_in(resource, "attributes", leftovers, ())
        if attributes is not None:
            add_attributes(row, attributes, leftovers)
        relationships = _object_in(resource, "relationships", leftovers, ())
        if relationships is not None:
            add_relationships(row, relationships, leftovers)
        row[type_column] = text_or_null(resource.get("type"))
        links = _object_in(resource, "links", leftovers, (links_column,))
        # A copy: what is deselected in a record, the SDK removes in place, and a resource may go
        # to several tables.
        row[links_column] = links and {**links}
        if parent is not None:
            row.update(parent.values(resource[PARENT]))
        if not resource.keys() <= members:
            for member, name in columns(resource.keys() - members).items():
                leftovers.append(Leftover((name,), anything(resource[member])))
        for column in key:
            if row.get(column) is None:
                row[column] = ""
        return complete(row, leftovers)

    return record


def _object_in(
    resource: Resource, member: str, leftovers: Leftovers, origin: Path
) -> dict[str, Any] | None:
    value = resource.get(member)
    if value is None or type(value) is dict:
        return value
    leftovers.append(Leftover((member,), anything(value), (origin,)))
    return None
