"""A first run: every row that Kustomer holds arrives as it is."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from kustomer_sandbox import SECRET
from kustomer_sandbox.generation.custom import metadata
from support.derived_sources import DERIVED
from support.sandbox_truth import (
    OTHERS,
    SEARCHED,
    TYPES,
    check_derived,
    check_equal,
    truth,
    updated_at,
)
from support.singer_output import Output, Runner, check, select
from support.targets import SCHEMA, DuckdbTarget
from tap_kustomer.streams.kobjects import klass_of

if TYPE_CHECKING:
    from kustomer_sandbox import Sandbox
    from support.tap_in_process import InProcess

# Its klass is disabled and has no objects.
EMPTY = {"kobject_old_order"}

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def joins() -> dict[str, str]:
    """Where each column leads by the declarations, both as `table.column`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(DOCS)
        tables = importlib.import_module("generator.tables").documented_tables()
        return {
            f"{table.name}.{column}": leads
            for table in tables
            for column, leads in table.joins.items()
            if table.name != "kobject_<klass>"
        }


def klasses(run: Output) -> dict[str, str]:
    """The tables of single klasses, and which klass each is of."""
    found = {table: klass_of(run.schema(table)["schema"]) for table in run.streams}
    return {table: klass for table, klass in found.items() if klass is not None}


def test_a_run_keeps_to_what_targets_rely_on(full_run: Output) -> None:
    check(full_run)


def test_every_table_has_rows(full_run: Output, catalog: dict[str, Any]) -> None:
    tables = {stream["tap_stream_id"] for stream in catalog["streams"]}

    assert full_run.streams == tables
    assert tables - full_run.counts().keys() == EMPTY


def test_every_table_is_compared_with_the_sandbox(full_run: Output) -> None:
    compared = {*TYPES, *DERIVED, *SEARCHED.values(), *klasses(full_run), *OTHERS}

    assert full_run.streams == compared


@pytest.mark.parametrize("table", TYPES)
def test_a_table_is_what_the_sandbox_holds(
    full_run: Output, standing_sandbox: Sandbox, table: str
) -> None:
    resources = truth(standing_sandbox.organisation, table)

    assert resources
    check_equal(resources, full_run.records(table))


@pytest.mark.parametrize("table", DERIVED)
def test_a_derived_table_is_what_its_parents_carry(
    full_run: Output, standing_sandbox: Sandbox, table: str
) -> None:
    parents = truth(standing_sandbox.organisation, DERIVED[table].parent)

    check_derived(table, parents, full_run.records(table))


@pytest.mark.parametrize("table", SEARCHED)
def test_live_ids_are_those_of_the_rows_that_are_not_deleted(
    full_run: Output, standing_sandbox: Sandbox, table: str
) -> None:
    resources = truth(standing_sandbox.organisation, table)
    live = {key for key, one in resources.items() if not one["attributes"].get("deleted")}

    assert full_run.by_id(SEARCHED[table]).keys() == live


def test_the_tables_of_klasses_share_the_custom_objects_among_them(full_run: Output) -> None:
    objects = full_run.by_id("kobjects")
    tables = klasses(full_run)
    ids = [record["id"] for table in tables for record in full_run.records(table)]

    assert sorted(ids) == sorted(objects)
    for table, klass in tables.items():
        for record in full_run.records(table):
            whole = objects[record["id"]]
            assert record["type"] == whole["type"] == f"kobject.{klass}"
            assert record.keys() - {"custom", "_extra"} == whole.keys() - {"custom", "_extra"}


def test_a_klass_has_its_custom_attributes_as_columns(full_run: Output) -> None:
    schema = full_run.schema("kobject_order")["schema"]
    custom = schema["properties"]["custom"]["properties"]

    assert len(custom) > 3
    for record in full_run.records("kobject_order"):
        assert (record.get("custom") or {}).keys() <= custom.keys()


def test_every_column_that_leads_to_a_table_finds_its_rows(
    full_run: Output, joins: dict[str, str]
) -> None:
    held: dict[str, set[Any]] = {}
    for place in {*joins, *joins.values()}:
        table, column = place.split(".", 1)
        records = full_run.records(table)
        held[place] = {record.get(column) for record in records} - {None}

    assert not {column for column, to in joins.items() if held[column] - held[to]}
    used = {column.partition(".")[2] for column in joins if held[column]}
    assert {column.partition(".")[2] for column in joins} == used


@pytest.mark.thorough
def test_in_duckdb_every_table_has_rows_and_every_join_finds_them(
    full_run: Output, joins: dict[str, str], tmp_path: Path
) -> None:
    target = DuckdbTarget(tmp_path)
    target.load(full_run.output)

    with duckdb.connect(target.file, read_only=True) as database:
        counts = {
            table: database.table(f'{SCHEMA}."{table}"').shape[0] for table in full_run.streams
        }
        orphans = {}
        for place, leads in joins.items():
            (table, column), (other, key) = place.split(".", 1), leads.split(".", 1)
            rows = database.execute(
                f'select distinct "{column}" from {SCHEMA}."{table}" as one'  # noqa: S608
                f' anti join {SCHEMA}."{other}" as other on one."{column}" = other."{key}"'
                f' where "{column}" is not null'
            )
            orphans[place] = rows.fetchall()

    assert {table for table, count in counts.items() if not count} == EMPTY
    assert joins
    assert not {place: found for place, found in orphans.items() if found}


def test_rows_that_have_no_id_have_another_key(full_run: Output, standing_sandbox: Sandbox) -> None:
    accounts = {
        (one["attributes"]["channel"], one["attributes"]["account"])
        for one in standing_sandbox.organisation.resources("outbound_account")
    }

    assert full_run.held()["outbound_accounts"].keys() == accounts


def test_every_custom_attribute_of_every_resource_is_listed(
    full_run: Output, standing_sandbox: Sandbox
) -> None:
    records = full_run.records("custom_attribute_metadata")
    of_klasses = {f"kobject.{klass}" for klass in klasses(full_run).values()}
    resources = {"company", "conversation", "customer", "message", *of_klasses}
    declared = {
        (resource, name)
        for resource in resources
        if (document := metadata(standing_sandbox.organisation, resource)) is not None
        for name in document["attributes"]["properties"]
    }

    assert {resource for resource, _ in declared} > {"customer", "kobject.order"}
    assert {(record["resource"], record["name"]) for record in records} == declared


@pytest.mark.parametrize("table", ["conversations", "notes", "kobjects"])
def test_deleted_rows_arrive_as_deleted(
    full_run: Output, standing_sandbox: Sandbox, table: str
) -> None:
    resources = truth(standing_sandbox.organisation, table)
    deleted = {key for key, one in resources.items() if one["attributes"].get("deleted")}

    arrived = {record["id"] for record in full_run.records(table) if record.get("deleted")}

    assert deleted
    assert arrived == deleted


def test_deactivated_users_arrive(full_run: Output) -> None:
    assert any(record.get("deleted_at") for record in full_run.records("users"))


def test_secrets_do_not_leave_kustomer(full_run: Output, standing_sandbox: Sandbox) -> None:
    organisation = standing_sandbox.organisation
    kept = {
        kind for kind in {*TYPES.values()} if SECRET in repr(list(organisation.resources(kind)))
    }

    assert kept >= {"attachment", "user", "workflow"}
    assert SECRET.encode() not in full_run.output
    assert standing_sandbox.api_key.encode() not in full_run.output
    assert b'"password"' not in full_run.output


def test_klasses_of_every_status_arrive(full_run: Output) -> None:
    statuses = {record["status"] for record in full_run.records("klasses")}

    assert statuses == {"enabled", "existing_only", "disabled"}


def test_a_table_with_a_replication_key_has_a_bookmark_and_no_other_has_one(
    full_run: Output,
) -> None:
    bookmarks = full_run.state()["bookmarks"]

    for table in full_run.streams:
        message = full_run.schema(table)
        columns = message.get("bookmark_properties", [])
        assert ("replication_key_value" in bookmarks[table]) == bool(columns)
        assert set(columns) <= message["schema"]["properties"].keys()
    for table in SEARCHED:
        assert full_run.schema(table)["bookmark_properties"] == ["updated_at"]


def test_custom_attributes_have_columns_with_their_names(full_run: Output) -> None:
    properties = full_run.schema("customers")["schema"]["properties"]["custom"]["properties"]

    assert properties["loyalty_points_num"]["type"] == ["number", "null"]
    assert properties["renewal_at"]["format"] == "date-time"
    assert properties["favourite_colour_str"]["title"] == "Favourite colour"


def test_every_column_is_described(full_run: Output) -> None:
    for table in full_run.streams:
        for name, schema in full_run.schema(table)["schema"]["properties"].items():
            assert schema["description"], f"{table}.{name}"


def test_a_run_announces_what_the_catalog_says(full_run: Output, catalog: dict[str, Any]) -> None:
    for stream in catalog["streams"]:
        message = full_run.schema(stream["tap_stream_id"])
        assert stream["schema"] == message["schema"]
        assert stream["key_properties"] == message["key_properties"]


def test_the_installed_command_writes_the_default_tables_without_a_catalog(
    command: Runner, full_run: Output, catalog: dict[str, Any]
) -> None:
    run = command()

    check(run)
    defaults = {
        stream["tap_stream_id"]
        for stream in catalog["streams"]
        for entry in stream["metadata"]
        if not entry["breadcrumb"] and entry["metadata"].get("selected-by-default", True)
    }
    assert run.streams == defaults < full_run.streams
    held, all_held = run.held(), full_run.held()
    for table in run.streams:
        assert run.schema(table) == full_run.schema(table)
        assert held.get(table) == all_held.get(table), table


def test_small_pages_make_no_difference(
    full_run: Output, catalog: dict[str, Any], tap: InProcess, standing_sandbox: Sandbox
) -> None:
    before = len(standing_sandbox.requests)

    run = tap(
        catalog=select(catalog, ["conversations", "conversation_tags", "users"]), page_size=20
    )

    check(run)
    assert run.streams == {"conversations", "conversation_tags", "users"}
    for table in run.streams:
        assert run.held()[table] == full_run.held()[table]
    queries = [one["query"] for one in standing_sandbox.requests[before:] if one["query"]]
    assert all("pageSize=20" in query for query in queries)
    assert len(queries) >= len(run.records("conversations")) / 20


def test_ties_larger_than_a_page_arrive_whole_though_their_order_changes(
    ties: tuple[Sandbox, Output],
) -> None:
    sandbox, run = ties
    resources = truth(sandbox.organisation, "messages")
    times = [updated_at(one) for one in resources.values()]

    check(run)
    assert max(map(times.count, set(times))) == 1200
    check_equal(resources, run.records("messages"))


def test_bounds_include_both_ends_and_nothing_else(
    catalog: dict[str, Any], tap: InProcess, standing_sandbox: Sandbox
) -> None:
    tables = ("conversations", "customers")
    resources = {name: truth(standing_sandbox.organisation, name) for name in tables}
    times = sorted(map(updated_at, resources["conversations"].values()))
    first, last = times[len(times) // 4], times[-len(times) // 4]

    run = tap(catalog=select(catalog, tables), start_date=first, end_date=last)

    check(run)
    for name in tables:
        inside = {key for key, one in resources[name].items() if first <= updated_at(one) <= last}
        assert run.by_id(name).keys() == inside
        assert run.bookmark(name) == last
