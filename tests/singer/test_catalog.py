"""A catalog that a user gives is checked and completed."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from singer_sdk.singerlib.catalog import Catalog

from support.given_catalogs import (
    BARE,
    SCHEMA,
    TEXT,
    FakeStream,
    entry,
    metadata,
    repair,
    selected,
)
from tap_kustomer.errors import ConfigurationError
from tap_kustomer.singer.catalog import parse_catalog, repair_catalog
from tap_kustomer.tap import TapKustomer


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({}, "expected"),
        ({"streams": {}}, "expected"),
        ({"streams": ["messages"]}, "the entry of stream 1 has no tap_stream_id"),
        ({"streams": [entry(), {"schema": {}}]}, "the entry of stream 2 has no tap_stream_id"),
        ({"streams": [entry(schema=None)]}, "messages has no schema with properties"),
        ({"streams": [entry(schema={})]}, "messages has no schema with properties"),
        ({"streams": [entry(schema={"properties": []})]}, "no schema with properties"),
        ({"streams": [entry(schema=True)]}, "no schema with properties"),
        ({"streams": [entry(), entry("teams"), entry()]}, "messages has another one before it"),
        ({"streams": [entry(metadata={})]}, "messages has metadata that is no list"),
        ({"streams": [entry(metadata=[{"breadcrumb": []}])]}, "metadata that is no list"),
        ({"streams": [entry(metadata=[{"breadcrumb": "x", "metadata": {}}])]}, "no list"),
        ({"streams": [entry(metadata=[{"breadcrumb": [1], "metadata": {}}])]}, "no list"),
        ({"streams": [entry(key_properties="id")]}, "key_properties that are no list of names"),
        ({"streams": [entry(key_properties=[1])]}, "key_properties that are no list of names"),
        ({"streams": [entry(metadata=[metadata(table_key_properties="id")])]}, "no list of names"),
        ({"streams": [entry(metadata=[metadata(table_key_properties=5)])]}, "no list of names"),
        (
            {"streams": [entry(metadata=[metadata("properties", "name", selected="false")])]},
            "messages has selected of 'false', which is neither true nor false",
        ),
        (
            {"streams": [entry(metadata=[metadata(selected_by_default=0)])]},
            "messages has selected-by-default of 0, which is neither true nor false",
        ),
    ],
)
def test_a_catalog_that_the_sdk_can_t_read_is_refused_in_one_line(
    document: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse_catalog(document)

    assert str(refused.value).startswith("--catalog: ")
    assert said in str(refused.value)
    assert '{"streams": [...]}, each with a tap_stream_id, a schema' in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "given",
    [entry(), entry(metadata=None), entry(key_properties=None), entry(metadata=[])],
    ids=["as discovered", "no metadata", "no keys", "empty metadata"],
)
def test_a_catalog_that_the_sdk_can_read_is_accepted_without_a_warning(
    given: dict[str, Any],
) -> None:
    _, warnings = repair(given)

    assert warnings == []


@pytest.mark.parametrize("root", [None, [], [metadata(selected=True)]])
def test_a_column_can_be_deselected_in_the_schema(root: list[dict[str, Any]] | None) -> None:
    """As before Singer had metadata."""
    catalog, _ = repair(entry(schema=_with_selected(name=False, tags=True), metadata=root))

    assert selected(catalog["messages"]) == {"id", "updated_at", "tags"}


@pytest.mark.parametrize(
    "given",
    [
        None,
        [metadata(selected=True), metadata("properties", "name", inclusion="available")],
        [metadata(selected=True), metadata("properties", "name", selected=None)],
    ],
    ids=["no metadata", "no choice in the metadata", "no choice but null"],
)
def test_a_schema_that_marks_some_columns_as_selected_deselects_the_others(
    given: list[dict[str, Any]] | None,
) -> None:
    """As before Singer had metadata. No column leaves the tap that the user left out."""
    schema = _with_selected(tags=True)

    catalog, warnings = repair(
        entry(schema=schema, metadata=given, key_properties=["id"], replication_key="updated_at")
    )

    assert selected(catalog["messages"]) == {"id", "updated_at", "tags"}
    assert warnings == []


def test_marks_in_the_schema_deselect_nothing_if_the_metadata_chooses_among_the_columns() -> None:
    chosen = [metadata(selected=True), metadata("properties", "tags", selected=False)]

    catalog, _ = repair(entry(schema=_with_selected(tags=True), metadata=chosen))

    assert selected(catalog["messages"]) == {"id", "updated_at", "name"}


def test_a_schema_that_marks_some_parts_of_a_column_deselects_the_other_parts() -> None:
    schema = _with_selected()
    schema["properties"]["name"] = {"properties": {"first": {"selected": True}, "last": TEXT}}

    (read,) = parse_catalog({"streams": [entry(schema=schema)]}).streams

    mask = read.metadata.resolve_selection()
    assert mask["properties", "name", "properties", "first"]
    assert not mask["properties", "name", "properties", "last"]
    assert not mask["properties", "tags"]


def test_a_part_of_a_column_can_be_deselected_in_the_schema() -> None:
    schema = _with_selected()
    parts = {"properties": {"first": {"selected": False}}}
    schema["properties"] |= {"name": parts, "tags": {"items": parts}}

    (read,) = parse_catalog({"streams": [entry(schema=schema)]}).streams

    mask = read.metadata.resolve_selection()
    assert not mask["properties", "name", "properties", "first"]
    assert not mask["properties", "tags", "items", "properties", "first"]
    assert mask["properties", "name"]


@pytest.mark.parametrize(
    "given",
    [{"selected": False}, {"schema": {**SCHEMA, "selected": False}}],
    ids=["entry", "schema"],
)
@pytest.mark.parametrize("root", [None, [metadata(inclusion="available")]])
def test_a_stream_can_be_deselected_outside_the_metadata(
    given: dict[str, Any], root: list[dict[str, Any]] | None
) -> None:
    catalog, _ = repair(entry(metadata=root, **given))

    assert not catalog["messages"].metadata.resolve_selection()[()]


def test_the_metadata_overrides_the_schema() -> None:
    chosen = [metadata(selected=True), metadata("properties", "name", selected=True)]
    schema = _with_selected(name=False) | {"selected": False}

    catalog, _ = repair(entry(schema=schema, metadata=chosen))

    assert catalog["messages"].metadata.resolve_selection()[()]
    assert "name" in selected(catalog["messages"])


def test_an_unknown_selected_stream_is_a_warning_with_a_suggestion() -> None:
    _, warnings = repair(entry("message"), entry("zzz"))

    assert warnings == [
        "--catalog: there is no stream message, so it is left out: did you mean messages?",
        "--catalog: there is no stream zzz, so it is left out",
    ]


def test_an_unknown_stream_that_is_not_selected_is_no_warning() -> None:
    deselected = [metadata(selected=False), metadata("properties", "nmae", selected=True)]

    _, warnings = repair(entry("message", metadata=deselected), entry(metadata=deselected))

    assert warnings == []


def test_unknown_selected_columns_are_a_warning() -> None:
    schema = copy.deepcopy(SCHEMA)
    schema["properties"] |= {"nmae": TEXT, "icon": TEXT}  # type: ignore[operator]
    in_schema = [metadata(selected=True), metadata("properties", "icon", selected=False)]
    in_metadata = [metadata(selected=True), metadata("properties", "tgas", selected=True)]

    assert repair(entry(schema=schema, metadata=in_schema))[1] == [
        "--catalog: messages has no column nmae, so it is left out: did you mean name?"
    ]
    assert repair(entry(metadata=in_metadata))[1] == [
        "--catalog: messages has no column tgas, so it is left out: did you mean tags?"
    ]
    assert repair(entry(schema=schema))[1] == [
        "--catalog: messages has no columns icon, nmae, so they are left out"
    ]


def test_unknown_columns_inside_a_column_are_no_warning() -> None:
    inside = metadata("properties", "name", "properties", "anything", selected=True)

    assert repair(entry(metadata=[metadata(selected=True), inside]))[1] == []


@pytest.mark.parametrize("column", ["id", "updated_at"])
@pytest.mark.parametrize("inclusion", ["automatic", "available", "unsupported", None])
def test_a_column_of_the_key_stays_selected_with_a_warning_unless_that_is_automatic(
    column: str, inclusion: str | None
) -> None:
    given = [
        metadata(selected=True),
        metadata("properties", column, selected=False, inclusion=inclusion),
        metadata("properties", "name", selected=False),
    ]

    catalog, warnings = repair(entry(metadata=given))

    assert selected(catalog["messages"]) == {"id", "updated_at", "tags"}
    warning = (
        f"--catalog: messages can't be read without its column {column}, so that stays selected"
    )
    assert warnings == ([] if inclusion == "automatic" else [warning])


@pytest.mark.parametrize("column", ["id", "updated_at"])
def test_a_column_of_the_key_is_added_if_it_is_missing(column: str) -> None:
    schema = copy.deepcopy(SCHEMA)
    schema["properties"].pop(column)  # type: ignore[attr-defined]

    catalog, warnings = repair(entry(schema=schema))

    assert catalog["messages"].schema.to_dict()["properties"][column]["type"]
    assert selected(catalog["messages"]) == {"id", "updated_at", "name", "tags"}
    assert warnings == [
        f"--catalog: messages can't be read without its column {column}, so that stays selected"
    ]


def test_a_stream_keeps_its_key_if_the_catalog_has_none() -> None:
    assert repair(entry(key_properties=None, metadata=None))[0]["messages"].key_properties == (
        "id",
    )


@pytest.mark.parametrize("key", [["uuid"], ["name"], ["id", "name"], []], ids=str)
@pytest.mark.parametrize("place", ["entry", "metadata", "metadata alone"])
def test_a_stream_keeps_its_key_whatever_the_catalog_says(key: list[str], place: str) -> None:
    root = metadata(selected=True, table_key_properties=None if place == "entry" else key)
    in_entry = {"entry": key, "metadata": ["id"], "metadata alone": None}[place]

    catalog, warnings = repair(entry(key_properties=in_entry, metadata=[root]))

    assert catalog["messages"].key_properties == ("id",)
    assert catalog["messages"].metadata.root.table_key_properties == ("id",)
    assert warnings == [
        f"--catalog: messages can't have the key {', '.join(key)}: its key is id" for _ in key[:1]
    ]


def test_two_wrong_keys_are_one_warning() -> None:
    root = metadata(selected=True, table_key_properties=["name"])

    _, warnings = repair(entry(key_properties=["uuid"], metadata=[root]))

    assert warnings == ["--catalog: messages can't have the key uuid: its key is id"]


def test_a_stream_that_is_not_selected_is_repaired_without_a_warning() -> None:
    """Stream maps use its key and columns anyway."""
    catalog, warnings = repair(
        entry(metadata=[metadata(selected=False)], key_properties=["uuid"], schema=BARE)
    )

    assert catalog["messages"].key_properties == ("id",)
    assert catalog["messages"].schema.to_dict()["properties"].keys() == {"id", "updated_at"}
    assert warnings == []


def test_a_key_of_several_columns_has_no_order() -> None:
    tables = (FakeStream("messages", primary_keys=("id", "name")),)
    given = entry(key_properties=["name", "id"], metadata=None)
    catalog = parse_catalog({"streams": [given]})

    warnings = repair_catalog(catalog, tables)

    assert warnings == []
    assert catalog["messages"].key_properties == ("id", "name")


def test_a_stream_is_identified_by_its_tap_stream_id() -> None:
    catalog, warnings = repair(entry(stream="public-messages"), entry("teams", stream="teams"))

    assert catalog["messages"].stream == "messages"
    assert warnings == [
        "--catalog: messages can't be called public-messages here: stream_maps rename a stream"
    ]


def test_an_unknown_stream_is_removed_from_the_catalog() -> None:
    catalog, _ = repair(entry("message", schema={"properties": {"x": {"type": 5}}}), entry())

    assert catalog.keys() == {"messages"}


@pytest.mark.usefixtures("signals")
def test_a_bare_catalog_is_completed_to_what_discovery_would_write() -> None:
    tap = TapKustomer(
        config={"api_key": "key", "api_url": "http://127.0.0.1:9"},
        catalog={"streams": []},
        setup_mapper=False,
    )
    tables = tap.streams
    before = {
        name: (tuple(stream.primary_keys), stream.replication_key, stream.replication_method)
        for name, stream in tables.items()
    }
    catalog = Catalog.from_dict(
        {
            "streams": [
                {"tap_stream_id": name, "schema": stream.schema, "metadata": []}
                for name, stream in tables.items()
            ]
        }
    )

    assert repair_catalog(catalog, tables.values()) == []
    for stream in tables.values():
        stream.apply_catalog(catalog)

    assert before == {
        name: (tuple(stream.primary_keys), stream.replication_key, stream.replication_method)
        for name, stream in tables.items()
    }


@pytest.mark.parametrize("catalog", [{}, {"streams": [{"tap_stream_id": "tags"}]}], ids=str)
def test_a_catalog_is_checked_even_if_a_program_gives_it(catalog: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="--catalog"):
        TapKustomer(config={"api_key": "a-key"}, catalog=catalog)


def _with_selected(**choices: bool) -> dict[str, Any]:
    schema: dict[str, Any] = copy.deepcopy(SCHEMA)
    for name, is_selected in choices.items():
        schema["properties"][name] = {**TEXT, "selected": is_selected}
    return schema
