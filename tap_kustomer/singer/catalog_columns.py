"""Compares the columns of a catalog with the tap's own.

A record is shaped by the tap's declaration. If its SCHEMA differs from that, a target refuses the
record, or stops.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tap_kustomer.shaping.schema import Schema

# Keywords that only targets use. The catalog may set them.
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

# Keywords that hold other columns.
_INNER: Final = frozenset({"items", "properties"})


def drop_unreadable(schema: Any) -> Schema:
    """Remove from a schema what the SDK can't read, such as a column that is `true`."""
    if not isinstance(schema, dict):
        return {}
    kept = {keyword: value for keyword, value in schema.items() if keyword not in _INNER}
    if isinstance(columns := schema.get("properties"), dict):
        kept["properties"] = {name: drop_unreadable(column) for name, column in columns.items()}
    if "items" in schema:
        kept["items"] = drop_unreadable(schema["items"])
    return kept


def drop_unlisted(declared: Schema, given: Mapping[str, Any]) -> Schema:
    """Remove from a declared schema the columns that a catalog lacks.

    Args:
        declared: The tap's own schema, of a column or of all.
        given: The catalog's. An object of which it lists no part keeps all of them.
    """
    hints = {keyword: given[keyword] for keyword in _FOR_TARGETS if keyword in given}
    chosen = {**declared, **hints}
    if columns := _in_both(declared, given):
        chosen["properties"] = {name: drop_unlisted(*both) for name, both in columns.items()}
    if "items" in declared:
        chosen["items"] = drop_unlisted(declared["items"], given.get("items", {}))
    return chosen


def contradictions(
    declared: Schema, given: Mapping[str, Any], path: tuple[str, ...] = ()
) -> Iterator[str]:
    """Yield the columns whose types in a catalog differ from the tap's own.

    Args:
        declared: The tap's own schema.
        given: The catalog's.
        path: The names that lead to it.

    Yields:
        Names; a dot leads into an object or an array.
    """
    if path and _contradicts(declared, given):
        yield ".".join(path)
        return
    if "items" in declared:
        yield from contradictions(declared["items"], given.get("items", {}), path)
    for name, both in _in_both(declared, given).items():
        yield from contradictions(*both, (*path, name))


def _in_both(
    declared: Schema, given: Mapping[str, Any]
) -> dict[str, tuple[Schema, Mapping[str, Any]]]:
    columns = given.get("properties", {})
    return {
        name: (column, columns[name])
        for name, column in declared.get("properties", {}).items()
        if name in columns
    }


def _contradicts(declared: Schema, given: Mapping[str, Any]) -> bool:
    """Whether a catalog restricts a column's values in another way than the tap."""
    restrictions = _restrictions(given)
    return bool(restrictions) and restrictions != _restrictions(declared)


def _restrictions(schema: Mapping[str, Any]) -> Schema:
    """The restrictions of a schema, without those of the columns inside it."""
    return {
        keyword: _in_order(value)
        for keyword, value in schema.items()
        if keyword not in _ANNOTATIONS | _INNER
        and not (keyword == "additionalProperties" and value in (True, {}))
    }


def _in_order(value: Any) -> Any:
    """The value of a keyword such as `type`, in which neither order nor a list of one matters."""
    return sorted(value, key=str) if isinstance(value, list) else [value]
