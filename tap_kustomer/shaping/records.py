"""From a JSON:API resource to a flat record, in one pass that is compiled from a declaration.

What has no column, or a value that its column can't hold, goes to `_extra` under the name that it
would have had. Nothing that Kustomer sent is dropped, apart from what a relationship has beside its
`data` (its link), and the type of each resource that a to-many relationship leads to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_kustomer.shaping.fields import Field, Kind
from tap_kustomer.shaping.layout import EXTRA, PARENT, layout, parent_columns
from tap_kustomer.shaping.names import columns, snake_case
from tap_kustomer.shaping.values import (
    CONVERSIONS,
    MismatchError,
    anything,
    kind_by_suffix,
    text,
    time,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from collections.abc import Set as AbstractSet

    from tap_kustomer.shaping.fields import Shape
    from tap_kustomer.shaping.layout import RelationshipColumns

Resource = dict[str, Any]
Record = dict[str, Any]
Path = tuple[str, ...]
# What has no place: where it would have had one, Kustomer's own key for it, and the value.
Leftovers = list[tuple[Path, str, Any]]

_RESOURCE_MEMBERS = frozenset({"id", "type", "attributes", "relationships", "links", PARENT})
_REFERENCE_MEMBERS = frozenset({"id", "type"})


def compile_shaper(
    shape: Shape,
    known: AbstractSet[str] | None = None,
    secrets: Collection[str] = (),
) -> Callable[[Resource], Record]:
    """The function that turns resources of this shape into records.

    Args:
        shape: The stream's declaration.
        known: The columns of the catalog in use, when it may be older than the declaration. What
            it does not list goes to `_extra`.
        secrets: What is never handed on, not even in `_extra`: attributes, also nested ones
            (`settings.secret`), and links (`links.related`).
    """
    without_secrets = _without_secrets(secrets)
    place = layout(shape)
    shape_attributes = _object(shape.attributes, place.attributes, unknown=_to_leftovers)
    shape_relationships = _relationships(shape, place.relationships)
    type_column, links_column = place.type, place.links
    parent = shape.parent and parent_columns(shape.parent)

    def record(resource: Resource) -> Record:
        if without_secrets is not None:
            resource = without_secrets(resource)
        leftovers: Leftovers = []
        row: Record = {"id": _id(resource.get("id"))}
        try:
            row.update(shape_attributes(resource.get("attributes") or {}, (), leftovers))
        except MismatchError:
            leftovers.append((("attributes",), "attributes", resource["attributes"]))
        relationships = resource.get("relationships") or {}
        if isinstance(relationships, dict):
            row.update(shape_relationships(relationships, leftovers))
        else:
            leftovers.append((("relationships",), "relationships", relationships))
        row[type_column] = resource.get("type")
        row[links_column] = resource.get("links")
        if parent:
            row.update(parent.values(resource[PARENT]))
        if not resource.keys() <= _RESOURCE_MEMBERS:
            for key in resource.keys() - _RESOURCE_MEMBERS:
                leftovers.append(((snake_case(key),), key, anything(resource[key])))
        return settle(row, leftovers, known)

    return record


def settle(row: Record, leftovers: Leftovers, known: AbstractSet[str] | None) -> Record:
    """Move to `_extra` what has no column, or none in the catalog in use."""
    if known is not None and not row.keys() <= known:
        for column in row.keys() - known:
            leftovers.append(((column,), column, row.pop(column)))
    if leftovers and (known is None or EXTRA in known):
        row[EXTRA] = _nested(leftovers)
    return row


def _without_secrets(secrets: Collection[str]) -> Callable[[Resource], Resource] | None:
    """What gives a copy of a resource that lacks these attributes and links."""
    if not secrets:
        return None
    paths = [
        tuple(secret.split("."))
        if secret.startswith("links.")
        else ("attributes", *secret.split("."))
        for secret in secrets
    ]

    def without(resource: Resource) -> Resource:
        for path in paths:
            resource = _without(resource, path)
        return resource

    return without


def _without(value: Any, path: Path) -> Any:
    """A copy of nested objects, arrays among them, that lacks what stands at this path."""
    if isinstance(value, list):
        return [_without(item, path) for item in value]
    if not isinstance(value, dict) or path[0] not in value:
        return value
    rest = {key: item for key, item in value.items() if key != path[0]}
    return rest if len(path) == 1 else {**value, path[0]: _without(value[path[0]], path[1:])}


def _id(value: Any) -> Any:
    return value if value is None or type(value) is str else text(value)


def _nested(leftovers: Leftovers) -> dict[str, Any]:
    """Objects within objects, as the paths say, and every value in a place of its own."""
    extra: dict[str, Any] = {}
    # In an order that does not depend on that of the keys that came.
    for path, source, value in sorted(leftovers, key=lambda leftover: leftover[:2]):
        inner = extra
        for step in path[:-1]:
            name = step
            while not isinstance(inner.setdefault(name, {}), dict):
                name += "_"
            inner = inner[name]
        name = path[-1] if path[-1] not in inner else source
        while name in inner:
            name += "_"
        inner[name] = value
    return extra


def _to_leftovers(
    row: Record, unknown: dict[str, Any], taken: Collection[str], path: Path, leftovers: Leftovers
) -> None:
    """What a table has no column for. A null there would say nothing."""
    del row
    unknown = {key: value for key, value in unknown.items() if value is not None}
    for key, name in _names_beside(unknown, taken).items():
        leftovers.append(((*path, name), key, anything(unknown[key])))


def _beside(
    row: Record, unknown: dict[str, Any], taken: Collection[str], path: Path, leftovers: Leftovers
) -> None:
    """What an open object takes up beside its declared keys."""
    del path, leftovers
    for key, name in sorted(_names_beside(unknown, taken).items()):
        free = name
        while free in taken or free in row:
            free += "_"
        row[free] = anything(unknown[key])


def _names_beside(unknown: Iterable[str], taken: Collection[str]) -> dict[str, str]:
    return {key: key if name in taken else name for key, name in columns(unknown).items()}


def object_shaper(fields: Iterable[Field]) -> Callable[[Any, Path, Leftovers], Record]:
    """The function that turns an object of these fields into columns; the rest is left over."""
    fields = tuple(fields)
    names = columns(field.source for field in fields)
    return _object(fields, names, unknown=_to_leftovers)


def _object(
    fields: Iterable[Field],
    names: dict[str, str],
    unknown: Callable[[Record, dict[str, Any], Collection[str], Path, Leftovers], None],
) -> Callable[[Any, Path, Leftovers], Record]:
    plan = {field.source: (names[field.source], *_steps(field)) for field in fields}
    taken = frozenset(names.values())

    def shape(value: Any, path: Path, leftovers: Leftovers) -> Record:
        if type(value) is not dict:
            raise MismatchError
        row: Record = {}
        others: dict[str, Any] | None = None
        for key, item in value.items():
            step = plan.get(key)
            if step is None:
                others = others or {}
                others[key] = item
                continue
            column, convert, descend = step
            if item is None:
                row[column] = None
                continue
            try:
                if convert is not None:
                    row[column] = convert(item)
                else:
                    row[column] = descend(item, (*path, column), leftovers)
            except MismatchError:
                row[column] = None
                leftovers.append(((*path, column), key, item))
        if others:
            unknown(row, others, taken, path, leftovers)
        return row

    return shape


def _steps(field: Field) -> tuple[Any, Any]:
    """How a field's value is turned: a plain conversion, or a descent into what it holds."""
    conversion = CONVERSIONS.get(field.kind)
    return (conversion, None) if conversion else (None, _descent(field))


def _descent(field: Field) -> Callable[[Any, Path, Leftovers], Any]:
    if field.kind is Kind.OBJECT:
        names = columns(inner.source for inner in field.fields)
        return _object(field.fields, names, unknown=_beside)
    if field.kind is Kind.CUSTOM:
        return _custom(field) if field.fields else _custom_by_suffix
    if field.kind is Kind.ARRAY:
        return _array(field)
    return _mapping(field)


def _element(field: Field) -> Callable[[Any, Path, Leftovers], Any]:
    """A shaper that also knows nulls and misfits."""
    convert, descend = _steps(field)

    def shape(value: Any, path: Path, leftovers: Leftovers) -> Any:
        if value is None:
            return None
        try:
            return convert(value) if convert else descend(value, path, leftovers)
        except MismatchError:
            leftovers.append((path, path[-1], value))
            return None

    return shape


def _array(field: Field) -> Callable[[Any, Path, Leftovers], list[Any]]:
    element = _element(field.holds)

    def shape(value: Any, path: Path, leftovers: Leftovers) -> list[Any]:
        # An attribute that became multi-valued, or lost it, still arrives in its old form.
        items = value if type(value) is list else [value]
        return [element(item, (*path, str(n)), leftovers) for n, item in enumerate(items)]

    return shape


def _mapping(field: Field) -> Callable[[Any, Path, Leftovers], dict[str, Any]]:
    element = _element(field.holds)

    def shape(value: Any, path: Path, leftovers: Leftovers) -> dict[str, Any]:
        if type(value) is not dict:
            raise MismatchError
        return {key: element(item, (*path, key), leftovers) for key, item in value.items()}

    return shape


def _custom(field: Field) -> Callable[[Any, Path, Leftovers], dict[str, Any]]:
    """Custom attributes by the columns of the catalog, whose fields are named as they are there."""
    plan = {inner.source: _element(inner) for inner in field.fields}

    def shape(value: Any, path: Path, leftovers: Leftovers) -> dict[str, Any]:
        if type(value) is not dict:
            raise MismatchError
        row: Record = {}
        others: dict[str, Any] = {}
        # Of keys that collide in snake_case, all but one have kept their own spelling, and that
        # spelling comes first, in whatever order the keys are.
        for key in sorted(value, key=lambda key: (key not in plan, key)):
            name = key if key in plan else snake_case(key)
            if name in plan and name not in row:
                row[name] = plan[name](value[key], (*path, name), leftovers)
            else:
                others[key] = value[key]
        if others:
            _to_leftovers(row, others, plan, path, leftovers)
        return row

    return shape


def _custom_by_suffix(value: Any, path: Path, leftovers: Leftovers) -> dict[str, Any]:
    """Custom attributes without metadata: times become canonical, all else stays as it came."""
    del path, leftovers
    if type(value) is not dict:
        raise MismatchError
    names = columns(value)
    return {names[key]: _by_suffix(key, item) for key, item in value.items()}


def _by_suffix(name: str, value: Any) -> Any:
    if value is None or kind_by_suffix(name) is not Kind.TIME:
        return anything(value)
    try:
        return time(value)
    except MismatchError:
        return anything(value)


def _relationships(
    shape: Shape, place: dict[str, RelationshipColumns]
) -> Callable[[dict[str, Any], Leftovers], Record]:
    many = {relationship.source: relationship.many for relationship in shape.relationships}

    def flatten(relationships: dict[str, Any], leftovers: Leftovers) -> Record:
        row: Record = {}
        for key, relationship in relationships.items():
            # Some relationships are a mere link: a customer's messages, or one for each klass
            # that customers have objects of. They say nothing beyond the resource's own id.
            if type(relationship) is not dict or relationship.get("data") is None:
                continue
            data = relationship["data"]
            column = place.get(key)
            if column is not None and many[key] and type(data) is list:
                row[column.data] = [item.get("id") if type(item) is dict else item for item in data]
            elif column is not None and not many[key] and type(data) is dict:
                row[column.id] = data.get("id")
                row[column.data] = {"id": data.get("id"), "type": data.get("type")}
                if not data.keys() <= _REFERENCE_MEMBERS:
                    leftovers.append((("relationships", snake_case(key)), key, anything(data)))
            else:
                leftovers.append((("relationships", snake_case(key)), key, anything(data)))
        return row

    return flatten
