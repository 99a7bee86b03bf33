"""Derived streams: rows for what a resource contains, such as e-mails. They cost no request.

A row's key is its parent's id and its position. When an array shrinks, outdated rows stay in the
target. So each row has the number of its siblings and its parent's `updated_at`: the current rows
are those with the latest one (`docs/derived.md`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tap_kustomer.shaping.keys import resource_id
from tap_kustomer.shaping.layout import EXTRA, parent_columns
from tap_kustomer.shaping.leftovers import Leftover, compile_extra_column
from tap_kustomer.shaping.objects import compile_columns
from tap_kustomer.shaping.schema import EXTRA_SCHEMA, as_words, properties
from tap_kustomer.shaping.secrets import compile_secret_removal
from tap_kustomer.shaping.unknown_keys import columns_alike
from tap_kustomer.shaping.values import snake_cased

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from collections.abc import Set as AbstractSet

    from tap_kustomer.resource import Resource
    from tap_kustomer.shaping.fields import Field, Shape
    from tap_kustomer.shaping.leftovers import Leftovers
    from tap_kustomer.shaping.records import Record
    from tap_kustomer.shaping.schema import Schema

# What a resource contains, as objects with Kustomer's own keys.
Items = list[Any]

POSITION = "position"
SIBLINGS = "siblings"

# The path of an attribute that all resources have.
_UPDATED_AT: Final = ("updatedAt",)

# The key of an item that is no object.
_VALUE: Final = "value"


@dataclass(frozen=True, slots=True)
class Derived:
    """A stream of what the resources of another stream contain.

    Attributes:
        name: Name of the stream.
        description: What a row is.
        fields: Columns that an item has.
        items: Finds the items in a resource.
    """

    name: str
    description: str
    fields: tuple[Field, ...]
    items: Callable[[Resource], Items]


def derived_schema(derived: Derived, parent: str) -> Schema:
    """JSON schema of a derived stream.

    Args:
        derived: Its declaration.
        parent: What contains its rows, such as `customer`.
    """
    column, words = parent_columns(parent), as_words(parent)
    return {
        "type": "object",
        "properties": {
            column.id: {"type": ["string"], "description": f"Id of the {words}."},
            POSITION: {
                "type": ["integer"],
                "description": "Position among its siblings, from 0, in Kustomer's order.",
            },
            SIBLINGS: {
                "type": ["integer", "null"],
                "description": f"Number of rows that the {words} has in this table. "
                "Rows at higher positions are outdated.",
            },
            column.updated_at: {
                "type": ["string", "null"],
                "format": "date-time",
                "description": f"When the {words} had last changed as this row was read. "
                "Rows with an earlier time than its newest row are outdated.",
            },
            **properties(derived.fields),
            EXTRA: EXTRA_SCHEMA,
        },
    }


def compile_deriver(
    derived: Derived,
    parent: str,
    catalog_columns: AbstractSet[str] | None = None,
    secrets: Collection[str] = (),
) -> Callable[[Resource], list[Record]]:
    """Make the function that turns a resource into the rows of a derived stream.

    Args:
        derived: The stream's declaration.
        parent: What contains its rows, such as `customer`.
        catalog_columns: Columns of the catalog in use; None for all.
        secrets: Secrets of the parent. They are in no row, nor in a substitute for its id.
    """
    column = parent_columns(parent)
    find = derived.items
    hide = compile_secret_removal(secrets) if secrets else None
    add_columns = compile_columns(derived.fields)
    complete = compile_extra_column(
        derived_schema(derived, parent)["properties"],
        catalog_columns,
        columns_alike(derived.fields),
    )

    def rows(resource: Resource) -> list[Record]:
        if hide is not None:
            resource = hide(resource)
        items = find(resource)
        if not items:
            return []
        updated_at = _attribute(resource, _UPDATED_AT)
        of_parent = {
            **column.values(resource.get("id") or resource_id(resource), updated_at),
            POSITION: 0,
            SIBLINGS: len(items),
        }
        records = []
        for position, item in enumerate(items):
            row: Record = {**of_parent, POSITION: position}
            leftovers: Leftovers = []
            if type(item) is dict:
                add_columns(item, leftovers, row)
            elif item is not None:
                leftovers.append(Leftover((_VALUE,), snake_cased(item)))
            if leftovers:
                leftovers = [_from_anywhere(leftover) for leftover in leftovers]
            records.append(complete(row, leftovers))
        return records

    return rows


def _from_anywhere(leftover: Leftover) -> Leftover:
    """Mark the value of an item that is no object as one that may belong to any column."""
    return leftover._replace(origins=((),)) if leftover.path == (_VALUE,) else leftover


# Declarations


def rows_of(shape: Shape, name: str, attribute: str, description: str) -> Derived:
    """Declare a stream of the objects in an array, whose fields the shape declares already."""
    (array,) = (field for field in shape.attributes if field.source == attribute)
    return Derived(name, description, array.holds.fields, objects(attribute))


def values_of(name: str, attribute: str, field: Field, description: str) -> Derived:
    """Declare a stream of the values in an array, such as ids."""
    return Derived(name, description, (field,), values(attribute, named=field.source))


def related(name: str, relationship: str, field: Field, description: str) -> Derived:
    """Declare a stream of the resources that a to-many relationship refers to."""
    return Derived(name, description, (field,), references(relationship, named=field.source))


# Functions that find the items of a resource


def objects(*path: str) -> Callable[[Resource], Items]:
    """Find the objects of an array."""
    return lambda resource: _array(_attribute(resource, path))


def values(*path: str, named: str) -> Callable[[Resource], Items]:
    """Find the values of an array, such as ids; a single value counts as an array of one.

    Args:
        path: Path of the array among the attributes.
        named: Key for each value among the fields.
    """

    def find(resource: Resource) -> Items:
        # Most resources have no values of most kinds.
        if (array := _attribute(resource, path)) is None:
            return []
        return [{named: value} for value in _array(array)]

    return find


def entries(*path: str, named: str) -> Callable[[Resource], Items]:
    """Find the entries of a map, in the order of their keys.

    Args:
        path: Path of the map among the attributes.
        named: Key for an entry's own key among the fields.
    """

    def find(resource: Resource) -> Items:
        mapping = _attribute(resource, path)
        if not isinstance(mapping, dict):
            return [as_object(item) for item in _array(mapping)]
        return [{**as_object(entry), named: key} for key, entry in sorted(mapping.items())]

    return find


def references(
    *names: str, named: str, only: Iterable[str] = (), exclude: Iterable[str] = ()
) -> Callable[[Resource], Items]:
    """Find the resources that to-many relationships refer to.

    Args:
        names: Keys of the relationships.
        named: Key for the id of a resource among the fields.
        only: JSON:API types to include; all by default.
        exclude: JSON:API types to exclude.
    """
    wanted, unwanted = tuple(only), tuple(exclude)
    any_type = not wanted and not unwanted

    def counts(reference: dict[str, Any]) -> bool:
        kind = reference.get("type")
        return kind not in unwanted and (not wanted or kind in wanted)

    def find(resource: Resource) -> Items:
        relationships = resource.get("relationships")
        found: Items = []
        if not isinstance(relationships, dict):
            return found
        for name in names:
            # Most resources have none of most kinds.
            if (relationship := relationships.get(name)) is not None:
                found += [
                    {named: reference.get("id")}
                    for reference in _array(_data(relationship))
                    if isinstance(reference, dict) and (any_type or counts(reference))
                ]
        return found

    return find


def values_in_each(
    *names: str, named: str, found_in: str, path: str
) -> Callable[[Resource], Items]:
    """Find the values of the same array inside each of several objects.

    Args:
        names: Keys of the objects among the attributes.
        named: Key for each value among the fields.
        found_in: Key for the object's own key among the fields.
        path: Key of the array inside each object.
    """

    def find(resource: Resource) -> Items:
        attributes = resource.get("attributes")
        if not isinstance(attributes, dict):
            return []
        return [
            {found_in: name, named: value}
            for name in names
            if isinstance(inner := attributes.get(name), dict)
            for value in _array(inner.get(path))
        ]

    return find


def as_object(entry: Any) -> dict[str, Any]:
    """Return an item as it is if it is an object; otherwise make it the value of one."""
    return entry if isinstance(entry, dict) else {_VALUE: entry}


def _data(relationship: Any) -> Any:
    """What a relationship leads to; some come as an array, of ids or of items with `data`."""
    if isinstance(relationship, list):
        references = ({"id": item} if isinstance(item, str) else item for item in relationship)
        return [_data(item) if "data" in item else item for item in _objects(references)]
    return relationship.get("data") if isinstance(relationship, dict) else None


def _objects(items: Iterable[Any]) -> list[dict[str, Any]]:
    return [item for item in items if isinstance(item, dict)]


def _attribute(resource: Resource, path: tuple[str, ...]) -> Any:
    value: Any = resource.get("attributes")
    for step in path:
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value


def _array(value: Any) -> Items:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]
