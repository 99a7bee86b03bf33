"""Turn the JSON schema of a table into a list of its columns, in an analyst's words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

_KINDS: Final = {
    "string": "text",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
}

# The keys of a reference to another resource; its column's description mentions them.
_REFERENCE: Final = {"id", "type"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column, or a key inside a column.

    Attributes:
        name: Its name, with a dot before each key, `[]` after an array, `*` for any key.
        kind: The type of its values.
        meaning: Its description.
        joins: The column of another table that it leads to, as `table.column`.
    """

    name: str
    kind: str
    meaning: str
    joins: str | None = None


def columns(
    properties: Mapping[str, Any],
    joins: Mapping[str, str] | None = None,
    closed: Collection[str] = (),
) -> Iterator[Column]:
    """List the columns of a table, and the keys inside them.

    Args:
        properties: The properties of the table's schema.
        joins: Where columns lead, by their names.
        closed: Columns whose keys are not listed.
    """
    joins = joins or {}
    for name, schema in properties.items():
        yield Column(name, _kind(schema), schema["description"], joins.get(name))
        if name not in closed:
            yield from _inside(name, schema)


def _inside(name: str, schema: Mapping[str, Any]) -> Iterator[Column]:
    for place, holder in _holders(name, schema):
        properties = holder.get("properties", {})
        if properties.keys() == _REFERENCE:
            continue
        yield from columns({f"{place}.{key}": value for key, value in properties.items()})


def _holders(name: str, schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the schemas that list a column's keys: its own, its items' and its values'."""
    yield name, schema
    if items := schema.get("items"):
        yield from _holders(f"{name}[]", items)
    if isinstance(values := schema.get("additionalProperties"), dict):
        yield from _holders(f"{name}.*", values)


def _kind(schema: Mapping[str, Any]) -> str:
    kinds = [kind for kind in schema["type"] if kind != "null"]
    if len(kinds) > 1:
        return "any"
    if schema.get("format") == "date-time":
        return "time"
    (kind,) = kinds
    if kind == "array":
        return f"array of {_plural(_kind(schema['items']))}"
    if kind == "object":
        values = schema.get("additionalProperties")
        return f"map of {_plural(_kind(values))}" if isinstance(values, dict) else "object"
    return _KINDS[kind]


def _plural(kind: str) -> str:
    first, _, rest = kind.partition(" ")
    return kind if first in {"any", "text"} else f"{first}s {rest}".rstrip()
