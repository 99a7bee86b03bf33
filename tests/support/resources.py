"""Resources of any declared shape, with odd values in some places."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from support.json_values import KEYS, json_values, time_texts
from tap_kustomer.shaping.fields import Field, Kind, Shape
from tap_kustomer.shaping.schema import record_schema

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


# Values that fit hardly any field.
ODD: tuple[Any, ...] = (
    *(None, "x", "5", 5, 2.5, True, [], {}),
    *(["x"], [5], [None], [[5, 5]], [{}], {"a": 5}, {"a": None}, {"a": ["x"]}),
)

_TIMES = {Kind.TIME, Kind.TIMESTAMP}

_SOUND: Mapping[Kind, Any] = {
    Kind.TEXT: "x",
    Kind.INTEGER: 5,
    Kind.NUMBER: 2.5,
    Kind.BOOLEAN: True,
    Kind.TIME: "2024-01-31T10:00:00.000Z",
    Kind.TIMESTAMP: 1_706_695_200_000,
    Kind.ANYTHING: {"a": 5},
    Kind.CUSTOM: {},
}


def sound(field: Field) -> Any:
    """A value that fits a field, with all that the field declares."""
    if field.kind is Kind.OBJECT:
        return {inner.source: sound(inner) for inner in field.fields}
    if field.kind is Kind.ARRAY:
        return [sound(field.holds)]
    if field.kind is Kind.MAPPING:
        return {"a": sound(field.holds)}
    return _SOUND[field.kind]


def odd(field: Field) -> Iterator[Any]:
    """Values that are sound except in one place, wherever that is."""
    yield from ODD
    if field.kind is Kind.OBJECT:
        for inner in field.fields:
            yield from ({**sound(field), inner.source: value} for value in odd(inner))
    elif field.kind is Kind.ARRAY:
        yield from ([sound(field.holds), value] for value in odd(field.holds))
    elif field.kind is Kind.MAPPING:
        yield from ({"a": value} for value in odd(field.holds))


@cache
def nearly(field: Field) -> st.SearchStrategy[Any]:
    """Values that fit a field in some places."""
    if field.kind in {Kind.OBJECT, Kind.CUSTOM}:
        return st.one_of(nearly_all(field.fields), json_values())
    if field.kind is Kind.ARRAY:
        return st.one_of(st.lists(nearly(field.holds), max_size=2), json_values())
    if field.kind is Kind.MAPPING:
        return st.one_of(st.dictionaries(KEYS, nearly(field.holds), max_size=2), json_values())
    return st.one_of(time_texts(), json_values()) if field.kind in _TIMES else json_values()


@cache
def nearly_all(fields: Sequence[Field]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with some of the fields, and some keys that are none of them."""
    by_key = {field.source: nearly(field) for field in fields}
    declared = st.sampled_from(sorted(by_key)) if by_key else KEYS
    columns = st.sampled_from(sorted(record_schema(Shape(tuple(fields), ()))["properties"]))

    keys = st.lists(st.one_of(declared, declared, columns, KEYS), max_size=4, unique=True)

    @st.composite
    def objects(draw: st.DrawFn) -> dict[str, Any]:
        return {key: draw(by_key.get(key, json_values())) for key in draw(keys)}

    return objects()


REFERENCES = st.fixed_dictionaries(
    {
        "type": st.sampled_from(["user", "team", "customer"]),
        "id": st.text("0123456789abcdef", min_size=1),
    }
)


@st.composite
def resources(draw: st.DrawFn, shape: Shape) -> dict[str, Any]:
    """Resources of a shape."""
    resource = {
        "id": draw(st.text(min_size=1)),
        "type": "thing",
        "attributes": draw(nearly_all(shape.attributes)),
        "links": {"self": "/v1/things"},
    }
    relationships: dict[str, Any] = {}
    for relationship in shape.relationships[:3]:
        references = st.one_of(
            st.lists(REFERENCES, max_size=2) if relationship.many else REFERENCES, st.none()
        )
        relationships[relationship.source] = {"data": draw(references)}
    unknown = draw(st.dictionaries(KEYS, REFERENCES, max_size=2))
    if shape.parent:
        resource["parent"] = {"id": "p", "updatedAt": draw(json_values())}
    return {
        **resource,
        "relationships": {
            **{key: {"data": data} for key, data in unknown.items()},
            **relationships,
        },
    }
