"""Columns of a catalog have the types that the tap declares."""

from __future__ import annotations

from typing import Any

import pytest

from support.given_catalogs import (
    TEXT,
    FakeStream,
    entry,
    metadata,
)
from tap_kustomer.errors import ConfigurationError
from tap_kustomer.singer.catalog import parse_catalog, repair_catalog


def declared(**columns: Any) -> tuple[FakeStream]:
    return (FakeStream("teams", None, schema={"type": "object", "properties": columns}),)


def columns_of(given: Any, tables: tuple[FakeStream]) -> tuple[dict[str, Any], list[str]]:
    """Repair the columns of a catalog; return them and the warnings."""
    columns = {"id": KEY, **given}
    catalog = parse_catalog(
        {"streams": [entry("teams", schema={"properties": columns}, metadata=None)]}
    )
    warnings = repair_catalog(catalog, tables)
    return catalog["teams"].schema.to_dict()["properties"], warnings


KEY = {"type": ["string"]}


NUMBER = {"type": ["number", "null"]}


TIME = {"type": ["string", "null"], "format": "date-time"}


OPEN = {"type": ["object", "null"], "additionalProperties": True}


REPAIRED = "than the tap, whose own are used: discover it again"


OTHERS: list[Any] = [
    {"type": "string"},
    {"type": ["null", "string"]},
    {"type": "number"},
    {"type": ["null", "number"], "minimum": 5},
    {"type": ["null", "object"], "properties": {"x": TEXT}},
    {"type": ["number", "null"], "enum": [1]},
    {"anyOf": [{"type": "number"}, {"type": "null"}]},
    {"type": 5},
    {"type": ["number", "null"], "x-unknown": 1, "multipleOf": 2},
]


@pytest.mark.parametrize("given", OTHERS, ids=str)
def test_a_column_has_the_type_that_the_tap_declares(given: Any) -> None:
    columns, warnings = columns_of({"rating": given}, declared(id=KEY, rating=NUMBER))

    assert columns["rating"] == NUMBER
    assert warnings == [f"--catalog: teams has other types of rating {REPAIRED}"]


@pytest.mark.parametrize(
    "given",
    [
        *(True, False, 5, "number", None, [], {}),
        {"$ref": "#/definitions/rating"},
        {"description": "Mine.", "title": "Rating", "default": 5},
        {"type": ["null", "number"], "additionalProperties": True},
    ],
    ids=str,
)
def test_a_column_of_the_same_type_is_no_warning(given: Any) -> None:
    columns, warnings = columns_of({"rating": given}, declared(id=KEY, rating=NUMBER))

    assert columns["rating"] == NUMBER
    assert warnings == []


@pytest.mark.parametrize(
    ("own", "given"),
    [
        (TIME, {"type": ["string", "null"]}),
        (TIME, {"type": ["string", "null"], "format": "date"}),
        (OPEN, {"type": ["object", "null"], "additionalProperties": False}),
        (OPEN, {"type": ["object", "null"], "required": ["x"]}),
        ({**OPEN, "additionalProperties": NUMBER}, {"type": ["object", "null"]}),
        ({"type": ["array", "null"], "items": TEXT}, {"type": ["array", "null"], "items": NUMBER}),
        (
            {**OPEN, "properties": {"a": {**OPEN, "properties": {"b": TIME}}}},
            {**OPEN, "properties": {"a": {**OPEN, "properties": {"b": TEXT}}}},
        ),
    ],
    ids=[
        *("no format", "another format", "a closed object", "required keys", "an open map"),
        *("items of an array", "a key inside"),
    ],
)
def test_a_part_of_a_column_has_the_type_that_the_tap_declares(
    own: dict[str, Any], given: Any
) -> None:
    columns, warnings = columns_of({"x": given}, declared(id=KEY, x=own))

    assert columns["x"] == own
    assert len(warnings) == 1
    assert warnings[0].startswith("--catalog: teams has other types of x")


def test_each_column_of_another_type_is_named_in_a_warning() -> None:
    own = {**OPEN, "properties": {"b": TIME, "c": TIME}}
    given = {**OPEN, "properties": {"b": TEXT, "c": TEXT}}
    tables = declared(id=KEY, a=own, d=NUMBER, e=NUMBER, f={"type": ["array"], "items": own}, g=own)

    _, warnings = columns_of(
        {
            "a": given,
            "d": TEXT,
            "e": NUMBER,
            "f": {"type": ["array"], "items": given},
            # What is inside of another type is no matter.
            "g": {**given, "type": "string"},
        },
        tables,
    )

    assert "other types of a.b, a.c, d, f.b, f.c, g than" in warnings[0]


def test_keywords_of_the_root_schema_are_ignored() -> None:
    closed = {
        "type": ["null", "object"],
        "additionalProperties": False,
        "required": ["x"],
        "properties": {"id": KEY, "rating": TEXT},
    }
    catalog = parse_catalog({"streams": [entry("teams", schema=closed, metadata=None)]})

    warnings = repair_catalog(catalog, declared(id=KEY, rating=NUMBER))

    assert warnings == [f"--catalog: teams has other types of rating {REPAIRED}"]
    assert catalog["teams"].schema.to_dict() == {
        "type": "object",
        "properties": {"id": KEY, "rating": NUMBER},
    }


def test_a_catalog_selects_the_parts_of_a_column_that_it_lists() -> None:
    own = {**OPEN, "properties": {"a": TEXT, "b": {**OPEN, "properties": {"c": TEXT, "d": TEXT}}}}
    listed = {**OPEN, "properties": {"b": {**OPEN, "properties": {"d": TEXT}}, "z": TEXT}}
    items = {"type": ["array"], "items": own}

    columns, warnings = columns_of(
        {"x": listed, "y": {"type": ["array"], "items": listed}}, declared(id=KEY, x=own, y=items)
    )

    assert columns["x"] == {**OPEN, "properties": {"b": {**OPEN, "properties": {"d": TEXT}}}}
    assert columns["y"]["items"] == columns["x"]
    assert warnings == []


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"properties": {}},
        {"properties": True},
        {"properties": {"z": TEXT}},
        {"items": [TEXT]},
        {"items": True},
    ],
    ids=str,
)
def test_a_column_without_listed_parts_keeps_all_of_them(given: Any) -> None:
    own = {**OPEN, "properties": {"a": TEXT}}
    items = {"type": ["array"], "items": own}

    columns, warnings = columns_of({"x": given, "y": given}, declared(id=KEY, x=own, y=items))

    assert (columns["x"], columns["y"]) == (own, items)
    assert warnings == []


def test_keywords_for_targets_are_kept() -> None:
    hint = {"x-sql-datatype": "smallint", "x-sql-datatype-properties": {"a": 1}}

    columns, warnings = columns_of({"rating": {**NUMBER, **hint}}, declared(id=KEY, rating=NUMBER))

    assert columns["rating"]["x-sql-datatype"] == "smallint"
    assert warnings == []


def test_unknown_columns_are_removed_from_the_catalog() -> None:
    columns, _ = columns_of({"nmae": True, "name": TEXT}, declared(id=KEY, name=TEXT, tags=TEXT))

    assert columns.keys() == {"id", "name"}


ARRAY = {"type": ["array", "null"], "items": {**OPEN, "properties": {"email": TEXT}}}


@pytest.mark.parametrize(
    "inside",
    [("items", "properties", "email"), ("properties", "email"), ("items",)],
    ids=".".join,
)
def test_a_part_of_an_array_can_t_be_deselected(inside: tuple[str, ...]) -> None:
    tables = declared(id=KEY, contact={**OPEN, "properties": {"emails": ARRAY}})
    place = ("properties", "contact", "properties", "emails")
    deselected = [metadata(selected=True), metadata(*place, *inside, selected=False)]
    catalog = parse_catalog({"streams": [entry("teams", metadata=deselected)]})

    with pytest.raises(ConfigurationError) as refused:
        repair_catalog(catalog, tables)

    assert str(refused.value) == (
        f"--catalog: teams has {'.'.join((*place, *inside))} deselected; expected all of "
        "properties.contact.properties.emails to be, as the items of an array are written whole"
    )


@pytest.mark.parametrize(
    ("stream", "array"),
    [(True, False), (False, True)],
    ids=["the array is deselected", "the stream is deselected"],
)
def test_a_part_of_an_array_may_be_deselected_if_nothing_of_it_is_written(
    *, stream: bool, array: bool
) -> None:
    place = ("properties", "emails")
    given = [
        metadata(selected=stream),
        metadata(*place, selected=array),
        metadata(*place, "items", "properties", "email", selected=False),
    ]
    catalog = parse_catalog({"streams": [entry("teams", metadata=given)]})

    repair_catalog(catalog, declared(id=KEY, emails=ARRAY))


def test_a_part_of_an_array_may_be_selected_by_itself() -> None:
    place = ("properties", "emails", "items", "properties", "email")
    given = [metadata(selected=True), metadata(*place, selected=True)]
    catalog = parse_catalog(
        {"streams": [entry("teams", metadata=given, schema={"properties": {"id": KEY}})]}
    )

    assert repair_catalog(catalog, declared(id=KEY, emails=ARRAY)) == []
