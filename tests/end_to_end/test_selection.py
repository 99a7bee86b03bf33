"""What is selected arrives, and nothing else; stream maps and flattening do their work."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest

from support.sandbox_truth import check_equal, truth
from support.singer_output import Output, Runner, check, select

if TYPE_CHECKING:
    from kustomer_sandbox import Sandbox


@pytest.fixture(scope="module")
def narrowed(
    tap: Runner, catalog: dict[str, Any], standing_sandbox: Sandbox
) -> tuple[Output, list[dict[str, Any]]]:
    """A run of two streams with columns left out, by an older catalog; and its requests."""
    before = len(standing_sandbox.requests)
    older = select(
        catalog,
        ["customers", "teams"],
        {"customers": ["emails", "satisfaction_level.avg_score"], "teams": ["name", "updated_at"]},
    )
    for stream in older["streams"]:
        if stream["tap_stream_id"] == "customers":
            del stream["schema"]["properties"]["display_name"]
            del stream["schema"]["properties"]["custom"]["properties"]["vip_bool"]
    return tap(catalog=older), standing_sandbox.requests[before:]


def test_only_the_selected_streams_are_written(
    narrowed: tuple[Output, list[dict[str, Any]]],
) -> None:
    run, requests = narrowed

    check(run)
    assert run.streams == run.counts().keys() == {"customers", "teams"}
    assert {one["path"] for one in requests if one["method"] == "GET"} <= {
        "/v1/teams",
        "/v1/auth/tokens/current",
    }
    assert {one["context"] for one in requests if one["method"] == "POST"} == {"customer"}


def test_deselected_columns_are_absent_and_all_others_are_not(
    narrowed: tuple[Output, list[dict[str, Any]]], full_run: Output
) -> None:
    run, _ = narrowed
    for record in run.records("customers"):
        whole = full_run.by_id("customers")[record["id"]]
        hidden = {"emails", "display_name"}
        assert record.keys() - {"_extra"} == whole.keys() - hidden - {"_extra"}
        assert "avg_score" not in (record.get("satisfaction_level") or {})
    assert any(
        "avg_score" in (one.get("satisfaction_level") or {})
        for one in full_run.records("customers")
    )
    for record in run.records("teams"):
        assert not {"name", "updated_at"} & record.keys()
        assert "display_name" in record
    schema = run.schema("customers")["schema"]["properties"]
    assert "emails" not in schema
    assert "updated_at" in schema


def test_columns_that_the_catalog_does_not_have_arrive_in_extra(
    narrowed: tuple[Output, list[dict[str, Any]]], full_run: Output
) -> None:
    run, _ = narrowed
    known = 0
    for record in run.records("customers"):
        whole = full_run.by_id("customers")[record["id"]]
        assert record["_extra"]["display_name"] == whole["display_name"]
        vip = (whole.get("custom") or {}).get("vip_bool")
        if vip is not None:
            known += 1
            assert record["_extra"]["custom"]["vip_bool"] == vip
            assert "vip_bool" not in record["custom"]
    assert known


@pytest.fixture(scope="module")
def mapped(tap: Runner, catalog: dict[str, Any]) -> Output:
    """A run with versions, a renamed stream, a computed column and a filter."""
    return tap(
        catalog=select(catalog, ["companies", "shortcuts", "tags", "users"]),
        emit_activate_version_messages=True,
        stream_maps={
            "tags": {"__alias__": "labels", "shouted": "str(name.upper())"},
            "shortcuts": {"__filter__": "deleted is None or not deleted"},
            "companies": {"name": "md5(name)", "emails": None},
        },
    )


def test_the_version_of_a_full_table_is_activated_after_its_last_record(mapped: Output) -> None:
    places: dict[str, list[tuple[str, Any]]] = {}
    for message in mapped.messages:
        if message["type"] in {"RECORD", "ACTIVATE_VERSION"}:
            entry = (message["type"], message.get("version"))
            places.setdefault(message["stream"], []).append(entry)

    assert places.keys() == {"companies", "shortcuts", "labels", "users"}
    for stream, entries in places.items():
        kinds = [kind for kind, _ in entries]
        if stream == "companies":
            assert set(entries) == {("RECORD", None)}
            continue
        assert kinds[-1] == "ACTIVATE_VERSION"
        assert kinds.count("ACTIVATE_VERSION") == 1
        assert len({version for _, version in entries}) == 1
        assert entries[0][1] is not None


def test_stream_maps_rename_compute_and_filter(mapped: Output, full_run: Output) -> None:
    check(mapped)
    for record in mapped.records("labels"):
        assert record["shouted"] == full_run.by_id("tags")[record["id"]]["name"].upper()
    assert len(mapped.records("labels")) == len(full_run.records("tags"))
    deleted = {one["id"] for one in full_run.records("shortcuts") if one.get("deleted")}
    assert mapped.by_id("shortcuts").keys() == full_run.by_id("shortcuts").keys() - deleted
    for record in mapped.records("companies"):
        assert "emails" not in record
        assert record["name"] != full_run.by_id("companies")[record["id"]]["name"]


def test_without_the_setting_no_version_is_sent(full_run: Output) -> None:
    assert not full_run.of_type("ACTIVATE_VERSION")
    assert all("version" not in message for message in full_run.of_type("RECORD"))


def test_flattening_makes_columns_of_objects(
    tap: Runner, catalog: dict[str, Any], full_run: Output
) -> None:
    run = tap(
        catalog=select(catalog, ["companies", "teams"]),
        flattening_enabled=True,
        flattening_max_depth=2,
    )

    check(run)
    assert run.by_id("companies").keys() == full_run.by_id("companies").keys()
    for record in run.records("teams"):
        whole = full_run.by_id("teams")[record["id"]]
        assert record["org__id"] == whole["org"]["id"]
        assert not any(isinstance(value, dict) for value in record.values())


def test_a_full_table_can_be_asked_of_a_searched_one(
    tap: Runner, catalog: dict[str, Any], full_run: Output, standing_sandbox: Sandbox
) -> None:
    """A catalog may say FULL_TABLE: then the bookmark does not count."""
    chosen = select(catalog, ["companies"])
    for stream in chosen["streams"]:
        if stream["tap_stream_id"] == "companies":
            stream["replication_method"] = "FULL_TABLE"
            for entry in stream["metadata"]:
                if not entry["breadcrumb"]:
                    entry["metadata"]["forced-replication-method"] = "FULL_TABLE"

    run = tap(catalog=chosen, state=copy.deepcopy(full_run.state()))

    assert run.code == 0, run.log
    check_equal(truth(standing_sandbox.organisation, "companies"), run.records("companies"))
