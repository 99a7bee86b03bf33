"""A shape with custom attributes, and the records that it gives by their metadata."""

from __future__ import annotations

import copy
from typing import Any

from support.singer_schemas import misfits
from tap_kustomer.shaping.custom import (
    fields_from_metadata,
    fields_from_schema,
    with_custom_fields,
)
from tap_kustomer.shaping.fields import Shape, custom, text
from tap_kustomer.shaping.records import compile_shaper
from tap_kustomer.shaping.schema import record_schema

SHAPE = Shape(attributes=(text("name", "."), custom("Custom attributes.")), relationships=())

# As `GET /v1/metadata/{resource}` lists them.
METADATA: dict[str, Any] = {
    "colorStr": {"type": "string", "displayName": "Colour"},
    "storyTxt": {"type": "string"},
    "priceNum": {"type": "number"},
    "vipBool": {"type": "boolean"},
    "deliveredAt": {"type": "string", "description": "When it arrived"},
    "reasonTree": {"type": "string"},
    "homeUrl": {"type": "string"},
    "ticketId": {"type": "string"},
    "sizesStr": {"type": "string", "multi": True},
    "stopsAt": {"type": "array"},
    "orderStr": {"type": "string", "deletedAt": "2024-01-31T10:00:00.000Z"},
}


def catalog_schema(metadata: dict[str, Any]) -> dict[str, Any]:
    """What discovery writes into the catalog."""
    schema: dict[str, Any] = record_schema(
        with_custom_fields(SHAPE, fields_from_metadata(metadata))
    )
    return schema


def record_of(values: Any, metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    """The record of a resource with these custom attributes, by a catalog with this metadata."""
    return shaped_by(catalog_schema(METADATA if metadata is None else metadata), values)


def shaped_by(schema: dict[str, Any], values: Any) -> dict[str, Any]:
    """The record of a resource with these custom attributes, by a catalog with this schema."""
    fields = fields_from_schema(schema["properties"]["custom"])
    shaper = compile_shaper(with_custom_fields(SHAPE, fields), schema["properties"].keys())
    record: dict[str, Any] = shaper({"id": "1", "attributes": {"custom": values}})
    assert not misfits(without_descriptions(schema), record)
    return record


# All of them are `tax_id_str` in snake_case.
COLLIDING: dict[str, Any] = {"taxIDStr": {}, "taxIdStr": {}, "tax_idStr": {}, "TaxIdStr": {}}


def without_descriptions(schema: dict[str, Any], description: Any = None) -> dict[str, Any]:
    schema = copy.deepcopy(schema)
    for property_ in schema["properties"]["custom"].get("properties", {}).values():
        property_.pop("description", None)
        if description is not None:
            property_["description"] = description
    return schema
