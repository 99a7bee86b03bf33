"""The JSON schema of records, from a stream's declaration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_kustomer.shaping.fields import Field, Kind
from tap_kustomer.shaping.layout import EXTRA, columns_of, layout_of, parent_columns

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from tap_kustomer.shaping.fields import Shape

Schema = dict[str, Any]

_TYPES: dict[Kind, Schema] = {
    Kind.TEXT: {"type": ["string", "null"]},
    Kind.INTEGER: {"type": ["integer", "null"]},
    Kind.NUMBER: {"type": ["number", "null"]},
    Kind.BOOLEAN: {"type": ["boolean", "null"]},
    Kind.TIME: {"type": ["string", "null"], "format": "date-time"},
    Kind.TIMESTAMP: {"type": ["string", "null"], "format": "date-time"},
    Kind.ANYTHING: {"type": ["string", "number", "boolean", "object", "array", "null"]},
}


EXTRA_SCHEMA: Schema = {
    "type": ["object", "null"],
    "additionalProperties": True,
    "description": (
        "Values without a column: attributes that Kustomer has added since the catalog was made, "
        "and values that do not fit their column, under its name."
    ),
}


def record_schema(shape: Shape, key: Collection[str] = ("id",)) -> Schema:
    """JSON schema of a stream. All columns but the key are nullable; objects may have other keys.

    Args:
        shape: The stream's declaration.
        key: Columns of the key.
    """
    layout = layout_of(shape)
    columns: dict[str, Schema] = {
        "id": {"type": ["string", "null"], "description": "Kustomer's id of the resource."},
    }
    for field in shape.attributes:
        columns[layout.attributes[field.source]] = field_schema(field)
    for relationship in shape.relationships:
        column = layout.relationships[relationship.source]
        if relationship.many:
            columns[column.data] = {
                "type": ["array", "null"],
                "items": {"type": ["string", "null"]},
                "description": relationship.description,
            }
        else:
            columns[column.id] = {
                "type": ["string", "null"],
                "description": f"{relationship.description} Its id.",
            }
            columns[column.data] = {
                "type": ["object", "null"],
                "properties": {
                    "id": {"type": ["string", "null"], "description": "Its id."},
                    "type": {"type": ["string", "null"], "description": "Its JSON:API type."},
                },
                "additionalProperties": True,
                "description": f"{relationship.description} Its id and type.",
            }
    columns[layout.type] = {
        "type": ["string", "null"],
        "description": "JSON:API type of the resource.",
    }
    columns[layout.links] = {
        "type": ["object", "null"],
        "additionalProperties": True,
        "description": "Paths of the resource in the API.",
    }
    if shape.parent:
        parent = parent_columns(shape.parent, shape.root)
        changing = as_words(shape.root or shape.parent)
        columns[parent.id] = {
            "type": ["string", "null"],
            "description": f"Id of the {as_words(shape.parent)} through which the row was found.",
        }
        columns[parent.updated_at] = {
            "type": ["string", "null"],
            "format": "date-time",
            "description": f"When the {changing} last changed, at the time of reading.",
        }
    columns[EXTRA] = EXTRA_SCHEMA
    for name in key:
        columns[name]["type"] = [kind for kind in columns[name]["type"] if kind != "null"]
    return {"type": "object", "properties": columns}


def field_schema(field: Field) -> Schema:
    """JSON schema of an attribute."""
    schema = _value_schema(field)
    schema["description"] = field.description
    if field.title:
        schema["title"] = field.title
    return schema


def _value_schema(field: Field) -> Schema:
    if field.kind in {Kind.OBJECT, Kind.CUSTOM}:
        schema: Schema = {"type": ["object", "null"], "additionalProperties": True}
        if field.fields:
            schema["properties"] = properties(field.fields)
        return schema
    if field.kind is Kind.ARRAY:
        return {"type": ["array", "null"], "items": _value_schema(field.holds)}
    if field.kind is Kind.MAPPING:
        values = _value_schema(field.holds)
        return {"type": ["object", "null"], "additionalProperties": values}
    return dict(_TYPES[field.kind])


def properties(fields: Iterable[Field]) -> dict[str, Schema]:
    """JSON schema of each field, by column."""
    fields = tuple(fields)
    names = columns_of(fields)
    return {field.column or names[field.source]: field_schema(field) for field in fields}


def as_words(name: str) -> str:
    """A name in snake_case as a text has it."""
    return name.replace("_", " ")


def types_of(schema: Mapping[str, Any]) -> list[str]:
    """Return the JSON types that a schema allows; empty if it allows any."""
    types = schema.get("type")
    if isinstance(types, str):
        return [types]
    return [kind for kind in types if isinstance(kind, str)] if isinstance(types, list) else []
