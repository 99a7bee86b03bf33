"""Custom attributes: those that an organisation has added to Kustomer's own.

`GET /v1/metadata/{resource}` lists them with name, type and display name. Where the API key can't
read that, the suffix of the name still shows which values are times (`values.kind_by_suffix`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tap_kustomer.shaping.fields import Field, Kind
from tap_kustomer.shaping.schema import types_of
from tap_kustomer.shaping.values import as_text, kind_by_suffix

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tap_kustomer.shaping.fields import Shape

_METADATA_TYPES: Final = {
    "string": Kind.TEXT,
    "number": Kind.NUMBER,
    "integer": Kind.NUMBER,
    "boolean": Kind.BOOLEAN,
}

_SCHEMA_TYPES: Final = {
    "string": Kind.TEXT,
    "integer": Kind.INTEGER,
    "number": Kind.NUMBER,
    "boolean": Kind.BOOLEAN,
    "array": Kind.ARRAY,
}


# How the description of a custom attribute begins. A later run finds there which key a column was
# made for: the SDK keeps no other keyword of ours in a catalog.
_KEY: Final = re.compile(r'Custom attribute ("(?:[^"\\]|\\.)*")')


def fields_from_metadata(properties: Mapping[str, Any]) -> tuple[Field, ...]:
    """Fields for the custom attributes that the metadata of a resource lists.

    Deleted ones are included: older rows still have their values.

    Args:
        properties: `data.attributes.properties` of the metadata document.
    """
    return tuple(
        _field(key, value if isinstance(value, dict) else {})
        for key, value in sorted(properties.items())
    )


def _field(key: str, about: Mapping[str, Any]) -> Field:
    kind = kind_by_suffix(key)
    if kind is Kind.ANYTHING:
        kind = _METADATA_TYPES.get(as_text(about.get("type")), Kind.ANYTHING)
    description = f"Custom attribute {msgspec.json.encode(key).decode()}"
    if about.get("description"):
        description = f"{description}: {as_text(about['description'])}"
    if about.get("deletedAt"):
        description = f"{description}; deleted {as_text(about['deletedAt'])}"
    title = as_text(about.get("displayName") or "")
    several = about.get("multi") or about.get("array") or about.get("type") == "array"
    if several:
        items = Field("", kind, "One of them.")
        return Field(key, Kind.ARRAY, f"{description}.", title, items=items)
    return Field(key, kind, f"{description}.", title)


def in_common(resources: Iterable[tuple[Field, ...]]) -> tuple[Field, ...]:
    """Fields for the custom attributes of several resources that share one column.

    An attribute whose type differs between resources may be anything.
    """
    common: dict[str, Field] = {}
    for field in chain.from_iterable(resources):
        known = common.setdefault(field.source, field)
        if (known.kind, known.items) != (field.kind, field.items):
            common[field.source] = replace(known, kind=Kind.ANYTHING, items=None)
    return tuple(common[key] for key in sorted(common))


def fields_from_schema(schema: Mapping[str, Any]) -> tuple[Field, ...]:
    """Fields of a column `custom` as a catalog describes it: the inverse of `schema.py`."""
    return tuple(
        _field_from_schema(name, inner) for name, inner in schema.get("properties", {}).items()
    )


def _field_from_schema(name: str, schema: Mapping[str, Any]) -> Field:
    types = [kind for kind in types_of(schema) if kind != "null"]
    kind = _SCHEMA_TYPES.get(types[0], Kind.ANYTHING) if len(types) == 1 else Kind.ANYTHING
    if kind is Kind.TEXT and schema.get("format") == "date-time":
        kind = Kind.TIME
    items = _field_from_schema("", schema.get("items") or {}) if kind is Kind.ARRAY else None
    description = str(schema.get("description") or "")
    title = str(schema.get("title") or "")
    return Field(_key(description), kind, description, title, items=items, column=name)


def _key(description: str) -> str:
    """The key that a description names; empty if it names none."""
    quoted = _KEY.match(description)
    try:
        return msgspec.json.decode(quoted[1], type=str) if quoted else ""
    except msgspec.DecodeError:
        return ""


def with_custom_fields(shape: Shape, fields: tuple[Field, ...]) -> Shape:
    """Copy a shape, with these fields in its column `custom`."""
    return replace(
        shape,
        attributes=tuple(
            replace(field, fields=fields) if field.kind is Kind.CUSTOM else field
            for field in shape.attributes
        ),
    )
