"""The catalog that a run is given: what is no catalog, what is mended, what is worth a warning."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

import pytest
from singer_sdk.singerlib.catalog import Catalog

from tap_kustomer.errors import ConfigurationError
from tap_kustomer.inputs.catalog import check_catalog, repair_catalog
from tap_kustomer.tap import TapKustomer

TEXT = {"type": ["string", "null"]}
SCHEMA = {
    "type": "object",
    "properties": {"id": {"type": ["string"]}, "updated_at": TEXT, "name": TEXT, "tags": TEXT},
}


@dataclass(frozen=True)
class Table:
    name: str
    replication_key: str | None = "updated_at"
    primary_keys: tuple[str, ...] = ("id",)
    schema: dict[str, Any] = field(default_factory=lambda: SCHEMA)


TABLES = (Table("teams", None), Table("messages"))


def metadata(*breadcrumb: str, **values: Any) -> dict[str, Any]:
    return {
        "breadcrumb": list(breadcrumb),
        "metadata": {key.replace("_", "-"): value for key, value in values.items()},
    }


def entry(name: str = "messages", **given: Any) -> dict[str, Any]:
    """As `--discover` writes it, unless something else is given; None leaves a member out."""
    key = "updated_at" if name == "messages" else None
    standard = {
        "tap_stream_id": name,
        "schema": copy.deepcopy(SCHEMA),
        "key_properties": ["id"],
        "replication_key": key,
        "replication_method": "INCREMENTAL" if key else "FULL_TABLE",
        "metadata": [
            metadata(inclusion="available", selected=True, table_key_properties=["id"]),
            metadata("properties", "id", inclusion="automatic"),
            metadata("properties", "updated_at", inclusion="automatic" if key else "available"),
            metadata("properties", "name", inclusion="available"),
        ],
    }
    return {name: value for name, value in (standard | given).items() if value is not None}


def repair(*entries: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The catalog as the SDK reads it then, by stream, and the warnings."""
    document = {"streams": list(entries)}
    check_catalog(document)
    catalog = Catalog.from_dict(document)
    warnings = repair_catalog(catalog, TABLES)
    return dict(catalog), warnings


def selected(entry: Any) -> set[str]:
    mask = entry.metadata.resolve_selection()
    return {name for name in entry.schema.properties if mask["properties", name]}


# What is no catalog


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
        ({"streams": [entry(schema={"properties": {"id": "x"}})]}, "no schema with properties"),
        ({"streams": [entry(metadata={})]}, "messages has metadata that is no list"),
        ({"streams": [entry(metadata=[{"breadcrumb": []}])]}, "metadata that is no list"),
        ({"streams": [entry(metadata=[{"breadcrumb": "x", "metadata": {}}])]}, "no list"),
        ({"streams": [entry(metadata=[{"breadcrumb": [1], "metadata": {}}])]}, "no list"),
        ({"streams": [entry(key_properties="id")]}, "key_properties that are no list of names"),
        ({"streams": [entry(key_properties=[1])]}, "key_properties that are no list of names"),
    ],
)
def test_what_the_sdk_could_not_read_is_refused_in_one_line(
    document: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        check_catalog(document)

    assert str(refused.value).startswith("--catalog: ")
    assert said in str(refused.value)
    assert '{"streams": [...]}, each with a tap_stream_id, a schema' in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "given",
    [entry(), entry(metadata=None), entry(key_properties=None), entry(metadata=[])],
    ids=["as discovered", "no metadata", "no keys", "empty metadata"],
)
def test_what_the_sdk_reads_is_accepted_without_a_word(given: dict[str, Any]) -> None:
    _, warnings = repair(given)

    assert warnings == []


# Streams and columns that do not exist


def test_a_selected_stream_that_does_not_exist_is_said_with_the_nearest() -> None:
    _, warnings = repair(entry("message"), entry("zzz"))

    assert warnings == [
        "--catalog: there is no stream message, so it is left out: did you mean messages?",
        "--catalog: there is no stream zzz, so it is left out",
    ]


def test_what_is_not_selected_is_not_worth_a_word() -> None:
    deselected = [metadata(selected=False), metadata("properties", "nmae", selected=True)]

    _, warnings = repair(entry("message", metadata=deselected), entry(metadata=deselected))

    assert warnings == []


def test_selected_columns_that_do_not_exist_are_said() -> None:
    schema = copy.deepcopy(SCHEMA)
    schema["properties"] |= {"nmae": TEXT, "icon": TEXT}  # type: ignore[operator]
    in_schema = [metadata(selected=True), metadata("properties", "icon", selected=False)]
    in_metadata = [metadata(selected=True), metadata("properties", "tgas", selected=True)]

    assert repair(entry(schema=schema, metadata=in_schema))[1] == [
        "--catalog: messages has no column nmae, so it stays empty: did you mean name?"
    ]
    assert repair(entry(metadata=in_metadata))[1] == [
        "--catalog: messages has no column tgas, so it stays empty: did you mean tags?"
    ]
    assert repair(entry(schema=schema))[1] == [
        "--catalog: messages has no columns icon, nmae, so they stay empty"
    ]


def test_columns_inside_of_columns_are_open() -> None:
    inside = metadata("properties", "name", "properties", "anything", selected=True)

    assert repair(entry(metadata=[metadata(selected=True), inside]))[1] == []


# Keys


@pytest.mark.parametrize("column", ["id", "updated_at"])
@pytest.mark.parametrize("inclusion", ["automatic", "available", "unsupported", None])
def test_a_column_that_rows_are_told_apart_by_stays_selected(
    column: str, inclusion: str | None
) -> None:
    given = [
        metadata(selected=True),
        metadata("properties", column, selected=False, inclusion=inclusion),
        metadata("properties", "name", selected=False),
    ]

    catalog, warnings = repair(entry(metadata=given))

    assert selected(catalog["messages"]) == {"id", "updated_at", "tags"}
    assert warnings == [
        f"--catalog: messages can't be read without its column {column}, so that stays selected"
    ]


@pytest.mark.parametrize("column", ["id", "updated_at"])
def test_a_column_that_rows_are_told_apart_by_is_put_back(column: str) -> None:
    schema = copy.deepcopy(SCHEMA)
    schema["properties"].pop(column)  # type: ignore[attr-defined]

    catalog, warnings = repair(entry(schema=schema))

    assert catalog["messages"].schema.to_dict()["properties"][column]["type"]
    assert selected(catalog["messages"]) == {"id", "updated_at", "name", "tags"}
    assert warnings == [
        f"--catalog: messages can't be read without its column {column}, so that stays selected"
    ]


def test_a_table_keeps_its_key_where_the_catalog_has_none() -> None:
    assert repair(entry(key_properties=None, metadata=None))[0]["messages"].key_properties == (
        "id",
    )


def test_a_catalog_may_have_another_key() -> None:
    by_name, warnings = repair(entry(key_properties=["name"]))
    root = metadata(selected=True, table_key_properties=["name", "tags"])
    in_metadata, _ = repair(entry(key_properties=None, metadata=[root]))

    assert by_name["messages"].key_properties == ["name"]
    assert in_metadata["messages"].key_properties == ["name", "tags"]
    assert warnings == []


def test_a_key_that_does_not_exist_is_not_one() -> None:
    catalog, warnings = repair(entry(key_properties=["uuid"]))

    assert catalog["messages"].key_properties == ("id",)
    assert warnings == ["--catalog: messages has no key column uuid: its key is id"]


# Replication


@pytest.mark.parametrize(
    ("given", "root"),
    [
        ({}, {}),
        ({"replication_method": "INCREMENTAL"}, {}),
        ({}, {"forced_replication_method": "INCREMENTAL", "valid_replication_keys": ["x"]}),
        ({"replication_key": "updated_at"}, {}),
        ({}, {"replication_key": "updated_at"}),
    ],
    ids=["nothing", "method", "Singer.io's", "key", "key in metadata"],
)
def test_a_table_goes_on_where_it_ended_unless_the_catalog_says_otherwise(
    given: dict[str, Any], root: dict[str, Any]
) -> None:
    nothing = {"replication_key": None, "replication_method": None}

    catalog, warnings = repair(
        entry(**(nothing | given), metadata=[metadata(selected=True, **root)])
    )

    assert catalog["messages"].replication_key == "updated_at"
    assert catalog["messages"].replication_method == "INCREMENTAL"
    assert warnings == []


@pytest.mark.parametrize("place", ["entry", "metadata"])
def test_a_catalog_may_have_a_table_read_whole(place: str) -> None:
    root = {"forced_replication_method": "FULL_TABLE"} if place == "metadata" else {}
    given = "FULL_TABLE" if place == "entry" else None

    catalog, warnings = repair(
        entry(replication_method=given, metadata=[metadata(selected=True, **root)])
    )

    said = catalog["messages"]
    method = said.replication_method or said.metadata.root.forced_replication_method
    assert method == "FULL_TABLE"
    assert warnings == []


def test_a_table_goes_by_no_other_key_than_its_own() -> None:
    in_entry, warnings = repair(entry(replication_key="modified_at"))
    root = metadata(selected=True, replication_key="modified_at")
    in_metadata, _ = repair(entry(replication_key=None, metadata=[root]))

    for catalog in (in_entry, in_metadata):
        assert catalog["messages"].replication_key == "updated_at"
    assert warnings == [
        "--catalog: messages can't be replicated by modified_at: it goes by updated_at"
    ]


@pytest.mark.parametrize(
    ("given", "root"),
    [
        ({"replication_key": "updated_at", "replication_method": "INCREMENTAL"}, {}),
        ({"replication_key": "updated_at", "replication_method": None}, {}),
        ({"replication_method": None}, {"forced_replication_method": "INCREMENTAL"}),
        ({"replication_method": None}, {"replication_key": "updated_at"}),
    ],
)
def test_what_is_read_whole_can_not_be_replicated_by_a_key(
    given: dict[str, Any], root: dict[str, Any]
) -> None:
    catalog, warnings = repair(entry("teams", **given, metadata=[metadata(selected=True, **root)]))

    assert catalog["teams"].replication_method == "FULL_TABLE"
    assert catalog["teams"].replication_key is None
    assert catalog["teams"].metadata.root.replication_key is None
    assert warnings == ["--catalog: teams can't be replicated by a key: it is read whole each time"]


# With the tap's own tables


@pytest.mark.usefixtures("signals")
def test_a_bare_catalog_makes_of_each_table_what_discovery_would() -> None:
    tap = TapKustomer(
        config={"api_key": "key", "api_url": "http://127.0.0.1:9"},
        catalog={"streams": []},
        setup_mapper=False,
    )
    tables = tap.streams
    before = {
        name: (tuple(table.primary_keys), table.replication_key, table.replication_method)
        for name, table in tables.items()
    }
    catalog = Catalog.from_dict(
        {
            "streams": [
                {"tap_stream_id": name, "schema": table.schema, "metadata": []}
                for name, table in tables.items()
            ]
        }
    )

    assert repair_catalog(catalog, tables.values()) == []
    for table in tables.values():
        table.apply_catalog(catalog)

    assert before == {
        name: (tuple(table.primary_keys), table.replication_key, table.replication_method)
        for name, table in tables.items()
    }
