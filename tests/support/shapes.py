"""A shape with each kind of column, and the records that it gives."""

from __future__ import annotations

from typing import Any

from tap_kustomer.shaping.custom import fields_from_metadata, with_custom_fields
from tap_kustomer.shaping.fields import (
    Shape,
    anything,
    array,
    boolean,
    custom,
    integer,
    mapping,
    number,
    structure,
    text,
    texts,
    time,
    to_many,
    to_one,
)
from tap_kustomer.shaping.records import compile_shaper
from tap_kustomer.shaping.schema import record_schema

SHAPE = Shape(
    attributes=(
        text("name", "."),
        integer("messageCount", "."),
        number("score", "."),
        boolean("ended", "."),
        time("endedAt", "."),
        structure("lastMessageIn", ".", time("sentAt", "."), text("channel", ".")),
        array("emails", ".", structure("", ".", text("eMail", "."), boolean("verified", "."))),
        texts("tags", "."),
        mapping("countByChannel", ".", integer("", ".")),
        mapping("placeById", ".", structure("", ".", text("zipCode", "."))),
        anything("freeForm", "."),
        structure("sla", ".", text("name", ".")),
        custom("."),
    ),
    relationships=(
        to_one("customer", "."),
        to_one("sla", "."),
        to_many("userMentions", "."),
    ),
)
SCHEMA = record_schema(SHAPE)

CUSTOM_NAMES = {
    "colorStr": {"type": "string"},
    "priceNum": {},
    "soldAt": {},
    "sizesNum": {"multi": 1},
}
WITH_CUSTOM = with_custom_fields(SHAPE, fields_from_metadata(CUSTOM_NAMES))
WITH_CUSTOM_SCHEMA = record_schema(WITH_CUSTOM)


def shaped(
    attributes: Any = None, relationships: Any = None, shape: Shape = SHAPE, **more: Any
) -> dict[str, Any]:
    resource = {"id": "1", "type": "thing", **more}
    if attributes is not None:
        resource["attributes"] = attributes
    if relationships is not None:
        resource["relationships"] = relationships
    record: dict[str, Any] = compile_shaper(shape)(resource)
    return record
