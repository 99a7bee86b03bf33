"""From a stream's declaration to the JSON schema of its records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_kustomer.shaping.fields import Field, Kind
from tap_kustomer.shaping.layout import EXTRA, layout
from tap_kustomer.shaping.names import columns

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_kustomer.shaping.fields import Shape

Schema = dict[str, Any]

_TYPES: dict[Kind, Schema] = {
    Kind.TEXT: {"type": ["string", "null"]},
    Kind.INTEGER: {"type": ["integer", "null"]},
    Kind.NUMBER: {"type": ["number", "null"]},
    Kind.BOOLEAN: {"type": ["boolean", "null"]},
    Kind.TIME: {"type": ["string", "null"], "format": "date-time"},
    Kind.ANYTHING: {"type": ["string", "number", "boolean", "object", "array", "null"]},
}


def record_schema(shape: Shape) -> Schema:
    """The schema of a table: everything is nullable except `id`, and objects stay open."""
    place = layout(shape)
    properties: dict[str, Schema] = {
        "id": {"type": ["string"], "description": "Kustomer's id of the resource."},
    }
    for field in shape.attributes:
        properties[place.attributes[field.source]] = field_schema(field)
    for relationship in shape.relationships:
        column = place.relationships[relationship.source]
        if relationship.many:
            properties[column.data] = {
                "type": ["array", "null"],
                "items": {"type": ["string", "null"]},
                "description": relationship.description,
            }
        else:
            properties[column.id] = {
                "type": ["string", "null"],
                "description": f"{relationship.description} Its id.",
            }
            properties[column.data] = {
                "type": ["object", "null"],
                "properties": {
                    "id": {"type": ["string", "null"], "description": "Its id."},
                    "type": {"type": ["string", "null"], "description": "Its JSON:API type."},
                },
                "additionalProperties": True,
                "description": f"{relationship.description} Its id and type.",
            }
    properties[place.type] = {
        "type": ["string", "null"],
        "description": "JSON:API type of the resource.",
    }
    properties[place.links] = {
        "type": ["object", "null"],
        "additionalProperties": True,
        "description": "Paths of the resource in the API.",
    }
    properties[EXTRA] = {
        "type": ["object", "null"],
        "additionalProperties": True,
        "description": (
            "What has no column: attributes that Kustomer has added since the catalog was written, "
            "and values of another type than their column's, by the name of that column."
        ),
    }
    return {"type": "object", "properties": properties}


def field_schema(field: Field) -> Schema:
    """The schema of one attribute."""
    schema = _value_schema(field)
    schema["description"] = field.description
    if field.title:
        schema["title"] = field.title
    return schema


def _value_schema(field: Field) -> Schema:
    if field.kind in {Kind.OBJECT, Kind.CUSTOM}:
        schema: Schema = {"type": ["object", "null"], "additionalProperties": True}
        if field.fields:
            schema["properties"] = _properties(field.fields)
        return schema
    if field.kind is Kind.ARRAY:
        return {"type": ["array", "null"], "items": _value_schema(field.holds)}
    if field.kind is Kind.MAPPING:
        values = _value_schema(field.holds)
        return {"type": ["object", "null"], "additionalProperties": values}
    return dict(_TYPES[field.kind])


def _properties(fields: Iterable[Field]) -> dict[str, Schema]:
    fields = tuple(fields)
    names = columns(field.source for field in fields)
    return {names[field.source]: field_schema(field) for field in fields}
