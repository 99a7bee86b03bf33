"""Flattens objects into columns, as the settings `flattening_*` say.

Columns have the SDK's names, `parent__child`. A name that is too long, or that another column has,
gets a suffix (`names.distinct`). Keys that the schema of their object does not declare go to
`_extra`, nested as in the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tap_kustomer.errors import ConfigurationError
from tap_kustomer.shaping.layout import EXTRA
from tap_kustomer.shaping.leftovers import Leftover, nested
from tap_kustomer.shaping.names import LONGEST, distinct
from tap_kustomer.shaping.schema import types_of
from tap_kustomer.singer.encoding import as_json_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tap_kustomer.shaping.leftovers import Leftovers, Path
    from tap_kustomer.shaping.records import Record
    from tap_kustomer.shaping.schema import Schema

# A name that is cut keeps at least some letters before its suffix of nine characters.
_SHORTEST: Final = 16


@dataclass(frozen=True, slots=True)
class Flattening:
    """How objects are flattened.

    Attributes:
        depth: How many levels of objects become columns; deeper ones become JSON text.
        separator: Joins the parts of a name.
        longest: The most bytes that the name of such a column may have.
    """

    depth: int
    separator: str = "__"
    longest: int = LONGEST


@dataclass(frozen=True, slots=True)
class _Column:
    """The column that the values of one property go to.

    Attributes:
        name: The name of the column.
        is_text: Whether all its values are strings: objects and arrays become JSON text.
    """

    name: str
    is_text: bool


# By key: a column, or the plan of an object.
_Plan = dict[str, "_Column | _Plan"]


def flattening_of(config: Mapping[str, Any]) -> Flattening | None:
    """Return the flattening that the settings ask for; None if they ask for none.

    The columns of Parquet files have one type each, so their objects become text at least.

    Raises:
        ConfigurationError: The depth is missing, or a number is too small.
    """
    least = Flattening(0) if _are_files_parquet(config) else None
    if not config.get("flattening_enabled"):
        return least
    depth = config.get("flattening_max_depth")
    if depth is None or depth < 0:
        given = "it is missing" if depth is None else f"{depth} was given"
        raise ConfigurationError(
            f"Setting flattening_max_depth: {given}; expected a whole number from 0 on, as "
            "flattening_enabled is true"
        )
    longest = config.get("flattening_max_key_length")
    if longest is not None and longest < _SHORTEST:
        raise ConfigurationError(
            f"Setting flattening_max_key_length: {longest} was given; expected a whole number "
            f"from {_SHORTEST} on, of which {LONGEST} are used at most"
        )
    separator = config.get("flattening_separator")
    how = Flattening(
        depth,
        "__" if separator is None else separator,
        LONGEST if longest is None else min(longest, LONGEST),
    )
    return how if depth else least


def _are_files_parquet(config: Mapping[str, Any]) -> bool:
    encoding = (config.get("batch_config") or {}).get("encoding") or {}
    return bool(encoding.get("format") == "parquet")


def compile_flattening(
    schema: Schema, how: Flattening
) -> tuple[Schema, Callable[[Record], Record]]:
    """Compile the schema of flat records, and the function that flattens a record.

    Without a column `_extra`, keys that the schema does not declare are dropped.

    Args:
        schema: The schema of the records.
        how: How they are flattened.
    """
    leaves = dict(_leaves(schema, how.depth))
    top = [path[0] for path in leaves if len(path) == 1]
    inner = {"\0".join(path): how.separator.join(path) for path in leaves if len(path) > 1}
    names = distinct(inner, top, how.longest, str.casefold)
    properties: dict[str, Schema] = {}
    plan: _Plan = {}
    for path, leaf in leaves.items():
        wanted = how.separator.join(path)
        name = names.get("\0".join(path), wanted)
        is_text = _is_open(leaf)
        properties[name] = _column_schema(leaf, is_text=is_text, is_inner=len(path) > 1)
        if name != wanted:
            # The name no longer shows where the values come from.
            about = properties[name].get("description", "")
            properties[name]["description"] = f"{'.'.join(path)}: {about}".rstrip(": ")
        _add_to_plan(plan, path, _Column(name, is_text))
    has_extra = "object" in types_of(leaves.get((EXTRA,), {}))

    def flatten(record: Record) -> Record:
        row: Record = {}
        rest: Leftovers = []
        _fill(row, record, plan, (), rest)
        if rest and has_extra:
            row[EXTRA] = as_json_text(nested(rest, record.get(EXTRA)))
        return row

    return {**schema, "properties": properties}, flatten


def _leaves(schema: Schema, depth: int, path: Path = ()) -> Iterator[tuple[Path, Schema]]:
    """Yield the path and the schema of each property that becomes a column."""
    for key, inner in schema.get("properties", {}).items():
        if len(path) < depth and "object" in types_of(inner) and "properties" in inner:
            yield from _leaves(inner, depth, (*path, key))
        else:
            yield (*path, key), inner


def _is_open(schema: Schema) -> bool:
    """Whether values may be objects or arrays, which a flat record can't hold."""
    types = types_of(schema)
    return not types or "object" in types or "array" in types


def _column_schema(leaf: Schema, *, is_text: bool, is_inner: bool) -> Schema:
    types = ["string"] if is_text else [kind for kind in types_of(leaf) if kind != "null"]
    # A property of an object is missing if the object is.
    if is_inner or "null" in types_of(leaf) or not types_of(leaf):
        types.append("null")
    if not is_text:
        return {**leaf, "type": types}
    about: Schema = {key: leaf[key] for key in ("title", "description") if key in leaf}
    return {"type": types, **about}


def _add_to_plan(plan: _Plan, path: Path, column: _Column) -> None:
    for key in path[:-1]:
        inner = plan.setdefault(key, {})
        assert isinstance(inner, dict), "a path ends at a leaf"  # noqa: S101
        plan = inner
    plan[path[-1]] = column


def _fill(row: Record, values: Mapping[str, Any], plan: _Plan, path: Path, rest: Leftovers) -> None:
    """Put values into their columns, and other values into `rest` unless they are null."""
    for key, value in values.items():
        column = plan.get(key)
        if type(column) is _Column:
            if column.is_text and value is not None:
                row[column.name] = as_json_text(value)
            elif isinstance(value, dict | list):
                rest.append(Leftover((*path, key), value))
            else:
                row[column.name] = value
        elif value is None:
            continue
        elif isinstance(column, dict) and isinstance(value, dict):
            _fill(row, value, column, (*path, key), rest)
        else:
            rest.append(Leftover((*path, key), value))
