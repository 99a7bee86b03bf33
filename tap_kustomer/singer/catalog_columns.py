"""Compares the columns of a catalog with the tap's own: the catalog chooses, the tap declares.

A record is shaped by the tap's declaration, so a SCHEMA that says otherwise is wrong about it: a
target refuses the record, or stops.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Schema = dict[str, Any]

# Keywords that say something to a target alone: they are the catalog's to set.
_FOR_TARGETS: Final = ("x-sql-datatype", "x-sql-datatype-properties")

# Keywords that no value can contradict.
_ANNOTATIONS: Final = frozenset(
    {
        *_FOR_TARGETS,
        "$id",
        "$schema",
        "contentEncoding",
        "contentMediaType",
        "default",
        "deprecated",
        "description",
        "title",
    }
)

# Keywords that lead to other columns.
_INNER: Final = frozenset({"items", "properties"})


def readable(schema: Any) -> Schema:
    """A schema without what the SDK can't read, such as a column that is `true`."""
    if not isinstance(schema, dict):
        return {}
    known = {keyword: value for keyword, value in schema.items() if keyword not in _INNER}
    if isinstance(columns := schema.get("properties"), dict):
        known["properties"] = {name: readable(column) for name, column in columns.items()}
    if "items" in schema:
        known["items"] = readable(schema["items"])
    return known


def within(declared: Schema, given: Mapping[str, Any]) -> Schema:
    """The declared schema of a column, or of all, without the columns that a catalog lacks.

    Args:
        declared: The tap's own.
        given: The catalog's. Where it has none of the declared columns, it chooses none: an object
            whose parts it does not list keeps them all.
    """
    hints = {keyword: given[keyword] for keyword in _FOR_TARGETS if keyword in given}
    chosen = {**declared, **hints}
    if columns := _in_both(declared, given):
        chosen["properties"] = {name: within(*both) for name, both in columns.items()}
    if "items" in declared:
        chosen["items"] = within(declared["items"], given.get("items", {}))
    return chosen


def contradictions(
    declared: Schema, given: Mapping[str, Any], place: tuple[str, ...] = ()
) -> Iterator[str]:
    """The columns of a catalog of which it says something else than the tap does.

    Args:
        declared: The tap's own schema.
        given: The catalog's.
        place: The names that lead to it.

    Yields:
        Names; a dot leads into an object or an array.
    """
    if place and _says_otherwise(declared, given):
        yield ".".join(place)
        return
    if "items" in declared:
        yield from contradictions(declared["items"], given.get("items", {}), place)
    for name, both in _in_both(declared, given).items():
        yield from contradictions(*both, (*place, name))


def _in_both(
    declared: Schema, given: Mapping[str, Any]
) -> dict[str, tuple[Schema, Mapping[str, Any]]]:
    columns = given.get("properties", {})
    return {
        name: (column, columns[name])
        for name, column in declared.get("properties", {}).items()
        if name in columns
    }


def _says_otherwise(declared: Schema, given: Mapping[str, Any]) -> bool:
    """Whether a catalog says something of a column's values, and not what the tap says."""
    said = _claims(given)
    return bool(said) and said != _claims(declared)


def _claims(schema: Mapping[str, Any]) -> Schema:
    """What a schema demands of a value, without what it demands of the columns inside of it."""
    return {
        keyword: _in_order(value)
        for keyword, value in schema.items()
        if keyword not in _ANNOTATIONS | _INNER
        and not (keyword == "additionalProperties" and value in (True, {}))
    }


def _in_order(value: Any) -> Any:
    """The value of a keyword, such as `type`; neither order nor a list of one matter."""
    return sorted(value, key=str) if isinstance(value, list) else [value]
