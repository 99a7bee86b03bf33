"""From a JSON:API resource to a flat record, by a function made from a declaration.

Values without a column, and values that do not fit their column, go to `_extra` under the name of
the column, if the catalog selects that. Otherwise, only this is dropped: unknown attributes that
are null, relationships that are null or only a link, the links of other relationships, and the type
of each resource that a to-many relationship refers to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tap_kustomer.resource import PARENT, Resource
from tap_kustomer.shaping.keys import substitute
from tap_kustomer.shaping.layout import layout_of, parent_columns
from tap_kustomer.shaping.leftovers import Leftover, compile_extra_column
from tap_kustomer.shaping.names import column_names
from tap_kustomer.shaping.objects import compile_columns
from tap_kustomer.shaping.relationships import compile_relationships
from tap_kustomer.shaping.schema import record_schema
from tap_kustomer.shaping.secrets import compile_secret_removal
from tap_kustomer.shaping.unknown_keys import columns_alike
from tap_kustomer.shaping.values import as_sent, as_text_or_null, snake_cased

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from tap_kustomer.shaping.fields import Shape
    from tap_kustomer.shaping.leftovers import Leftovers, Path

Record = dict[str, Any]

_MEMBERS: Final = frozenset({"id", "type", "attributes", "relationships", "links"})
_TEXTS: Final = frozenset({str})


def compile_shaper(
    shape: Shape,
    catalog_columns: AbstractSet[str] | None = None,
    secrets: Collection[str] = (),
    key: Collection[str] = ("id",),
) -> Callable[[Resource], Record]:
    """Make the function that turns resources of a shape into records.

    Args:
        shape: The stream's declaration.
        catalog_columns: Columns of the catalog in use, which may be older than the declaration;
            values of other columns go to `_extra`. None for all columns.
        secrets: Attributes, also nested ones (`settings.secret`), and links (`links.related`) that
            never leave the tap, not even in `_extra`.
        key: Columns of the key. Missing parts get a substitute.
    """
    hide = compile_secret_removal(secrets) if secrets else None
    layout = layout_of(shape)
    add_attributes = compile_columns(shape.attributes)
    add_relationships = compile_relationships(shape, layout.relationships)
    type_column, links_column = layout.type, layout.links
    parent = parent_columns(shape.parent, shape.root) if shape.parent else None
    members = _MEMBERS | {PARENT} if parent else _MEMBERS
    origins: dict[str, Path] = {"attributes": (), "relationships": (), "links": (links_column,)}
    complete = compile_extra_column(
        record_schema(shape)["properties"], catalog_columns, columns_alike(shape.attributes)
    )

    def record(resource: Resource) -> Record:
        if hide is not None:
            resource = hide(resource)
        leftovers: Leftovers = []
        row_id, row_type = resource.get("id"), resource.get("type")
        # Checked before they are converted, here and below: this keeps shaping fast.
        if type(row_id) is not str or type(row_type) is not str:
            row_id, row_type = as_text_or_null(row_id), as_text_or_null(row_type)
        row: Record = {"id": row_id, type_column: row_type, links_column: None}
        attributes = resource.get("attributes")
        if type(attributes) is dict:
            add_attributes(attributes, leftovers, row)
        relationships = resource.get("relationships")
        if type(relationships) is dict:
            add_relationships(row, relationships, leftovers)
        links = resource.get("links")
        if type(links) is dict:
            # A copy: the SDK removes deselected properties in place, and several streams may share
            # a resource.
            is_flat = _TEXTS.issuperset(map(type, links.values()))
            row[links_column] = {**links} if is_flat else as_sent(links)
        if parent is not None:
            found_by = resource[PARENT]
            row.update(parent.values(found_by.get("id"), found_by.get("updatedAt")))
        are_objects = type(attributes) is type(relationships) is type(links) is dict
        if not are_objects or not members.issuperset(resource):
            leftovers += _other_members(resource, members, origins)
        if not all(map(row.get, key)):
            row.update({column: row.get(column) or substitute(resource) for column in key})
        return complete(row, leftovers)

    return record


def _other_members(
    resource: Resource, members: AbstractSet[str], origins: Mapping[str, Path]
) -> Iterator[Leftover]:
    """Leftovers for members that are unknown, or not the objects that they should be.

    Args:
        resource: The resource.
        members: Known members.
        origins: Columns to which the values of a member may belong.
    """
    for member, origin in origins.items():
        value = resource.get(member)
        if value is not None and type(value) is not dict:
            yield Leftover((member,), snake_cased(value), (origin,))
    for member, name in column_names(resource.keys() - members).items():
        yield Leftover((name,), snake_cased(resource[member]))
