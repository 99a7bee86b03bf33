"""A first run: every row that Kustomer holds arrives as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.sandbox_truth import TYPES, check_equal, truth, updated_at
from support.singer_output import LISTED, SEARCHED, Output, Runner, check, select

if TYPE_CHECKING:
    from kustomer_sandbox import Sandbox


def test_a_run_keeps_to_what_targets_rely_on(full_run: Output) -> None:
    check(full_run)


@pytest.mark.parametrize("stream", TYPES)
def test_a_table_is_what_the_sandbox_holds(
    full_run: Output, standing_sandbox: Sandbox, stream: str
) -> None:
    resources = truth(standing_sandbox.organisation, stream)

    assert resources
    check_equal(resources, full_run.records(stream))


@pytest.mark.parametrize("stream", ["conversations", "notes", "kobjects"])
def test_deleted_rows_arrive_as_deleted(
    full_run: Output, standing_sandbox: Sandbox, stream: str
) -> None:
    resources = truth(standing_sandbox.organisation, stream)
    deleted = {key for key, one in resources.items() if one["attributes"].get("deleted")}

    arrived = {record["id"] for record in full_run.records(stream) if record.get("deleted")}

    assert arrived == deleted


def test_deactivated_users_arrive_and_no_password_does(full_run: Output) -> None:
    assert any(record.get("deleted_at") for record in full_run.records("users"))
    assert b"password" not in full_run.output


def test_klasses_of_every_status_arrive(full_run: Output) -> None:
    statuses = {record["status"] for record in full_run.records("klasses")}

    assert statuses == {"enabled", "existing_only", "disabled"}


def test_searched_tables_are_incremental_and_lists_are_full(full_run: Output) -> None:
    bookmarks = full_run.state()["bookmarks"]

    assert full_run.streams == SEARCHED | LISTED
    for stream in full_run.streams:
        keys = full_run.schema(stream).get("bookmark_properties")
        assert keys == (["updated_at"] if stream in SEARCHED else None)
        assert ("replication_key_value" in bookmarks[stream]) == (stream in SEARCHED)


def test_custom_attributes_have_columns_with_their_names(full_run: Output) -> None:
    properties = full_run.schema("customers")["schema"]["properties"]["custom"]["properties"]

    assert properties["loyalty_points_num"]["type"] == ["number", "null"]
    assert properties["renewal_at"]["format"] == "date-time"
    assert properties["favourite_colour_str"]["title"] == "Favourite colour"


def test_every_column_is_described(full_run: Output) -> None:
    for stream in full_run.streams:
        for name, schema in full_run.schema(stream)["schema"]["properties"].items():
            assert schema["description"], f"{stream}.{name}"


def test_discovery_writes_the_catalog_that_a_run_without_one_uses(
    full_run: Output, catalog: dict[str, Any]
) -> None:
    assert {stream["tap_stream_id"] for stream in catalog["streams"]} == full_run.streams
    for stream in catalog["streams"]:
        message = full_run.schema(stream["tap_stream_id"])
        assert stream["schema"] == message["schema"]
        assert stream["key_properties"] == message["key_properties"] == ["id"]


def test_a_run_with_the_discovered_catalog_writes_the_same(
    full_run: Output, catalog: dict[str, Any], tap: Runner
) -> None:
    run = tap(catalog=catalog)

    check(run)
    assert run.streams == full_run.streams
    for stream in run.streams:
        assert run.schema(stream) == full_run.schema(stream)
        assert run.by_id(stream) == full_run.by_id(stream)


def test_small_pages_make_no_difference(
    full_run: Output, catalog: dict[str, Any], tap: Runner, standing_sandbox: Sandbox
) -> None:
    before = len(standing_sandbox.requests)

    run = tap(catalog=select(catalog, ["conversations", "users"]), page_size=20)

    check(run)
    assert run.streams == {"conversations", "users"}
    for stream in run.streams:
        assert run.by_id(stream) == full_run.by_id(stream)
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
    catalog: dict[str, Any], tap: Runner, standing_sandbox: Sandbox
) -> None:
    streams = ("conversations", "customers")
    resources = {name: truth(standing_sandbox.organisation, name) for name in streams}
    times = sorted(map(updated_at, resources["conversations"].values()))
    first, last = times[len(times) // 4], times[-len(times) // 4]

    run = tap(catalog=select(catalog, streams), start_date=first, end_date=last)

    check(run)
    for name in streams:
        inside = {key for key, one in resources[name].items() if first <= updated_at(one) <= last}
        assert run.by_id(name).keys() == inside
        assert run.bookmark(name) == last
