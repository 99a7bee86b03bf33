"""What is selected arrives, and nothing else; stream maps and flattening do their work."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.sandbox_truth import check_equal, truth
from support.singer_output import Output, check, only, select

if TYPE_CHECKING:
    from kustomer_sandbox import Sandbox
    from support.tap_in_process import InProcess


@pytest.fixture(scope="module")
def narrowed(
    tap: InProcess, catalog: dict[str, Any], standing_sandbox: Sandbox
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
def mapped(tap: InProcess, catalog: dict[str, Any]) -> Output:
    """A run with a renamed stream, a computed column, a filter and a stream made of another."""
    return tap(
        catalog=only(catalog, ["companies", "company_emails", "shortcuts", "tags", "users"]),
        stream_maps={
            "tags": {"__alias__": "labels", "shouted": "str(name.upper())"},
            "shortcuts": {"__filter__": "deleted is None or not deleted"},
            "companies": {"name": "md5(name)", "emails": None},
            "company_emails": {"email": "md5(email)"},
            "people": {"__source__": "users", "__else__": None, "id": "id", "who": "name"},
        },
    )


def test_stream_maps_rename_compute_filter_and_duplicate(mapped: Output, full_run: Output) -> None:
    check(mapped)
    assert mapped.streams == {
        "companies",
        "company_emails",
        "labels",
        "people",
        "shortcuts",
        "users",
    }
    for record in mapped.records("labels"):
        assert record["shouted"] == full_run.by_id("tags")[record["id"]]["name"].upper()
    assert len(mapped.records("labels")) == len(full_run.records("tags"))
    deleted = {one["id"] for one in full_run.records("shortcuts") if one.get("deleted")}
    assert deleted
    assert mapped.by_id("shortcuts").keys() == full_run.by_id("shortcuts").keys() - deleted
    for record in mapped.records("companies"):
        assert "emails" not in record
        assert record["name"] != full_run.by_id("companies")[record["id"]]["name"]
    assert mapped.records("people") == [
        {"id": one["id"], "who": one["name"]} for one in full_run.records("users")
    ]


def test_derived_tables_go_through_stream_maps_too(mapped: Output, full_run: Output) -> None:
    addresses = {one["email"] for one in full_run.records("company_emails")}

    assert mapped.held()["company_emails"].keys() == full_run.held()["company_emails"].keys()
    assert not addresses & {one["email"] for one in mapped.records("company_emails")}


def test_a_filter_of_a_parent_leaves_its_derived_rows_alone(
    tap: InProcess, catalog: dict[str, Any], full_run: Output
) -> None:
    run = tap(
        catalog=only(catalog, ["tags", "companies", "company_emails"]),
        stream_maps={"companies": {"__filter__": "False"}},
    )

    check(run)
    assert not run.records("companies")
    assert run.held()["company_emails"] == full_run.held()["company_emails"]


def test_a_derived_table_is_read_without_the_table_that_it_is_made_of(
    tap: InProcess, catalog: dict[str, Any], full_run: Output
) -> None:
    tables = {"conversation_tags", "sla_criteria", "user_roles"}

    run = tap(catalog=only(catalog, tables))

    check(run)
    assert run.streams == tables
    assert run.held() == {table: full_run.held()[table] for table in tables}


def test_columns_of_a_derived_table_can_be_deselected(
    tap: InProcess, catalog: dict[str, Any], full_run: Output
) -> None:
    chosen = select(catalog, ["company_emails"], {"company_emails": ["email", "_extra"]})

    run = tap(catalog=chosen)

    check(run)
    assert [
        {key: value for key, value in row.items() if key not in {"email", "_extra"}}
        for row in full_run.records("company_emails")
    ] == run.records("company_emails")


def test_flattening_makes_columns_of_objects(
    tap: InProcess, catalog: dict[str, Any], full_run: Output
) -> None:
    run = tap(
        catalog=only(catalog, ["companies", "company_emails", "teams"]),
        flattening_enabled=True,
        flattening_max_depth=2,
    )

    check(run)
    for table in ("companies", "company_emails"):
        assert run.held()[table].keys() == full_run.held()[table].keys()
    for record in run.records("teams"):
        whole = full_run.by_id("teams")[record["id"]]
        assert record["org__id"] == whole["org"]["id"]
        assert not any(isinstance(value, dict) for value in record.values())


def test_a_full_table_can_be_asked_of_a_searched_one(
    tap: InProcess, catalog: dict[str, Any], full_run: Output, standing_sandbox: Sandbox
) -> None:
    """A catalog may say FULL_TABLE: then the bookmark does not count."""
    chosen = only(catalog, ["companies"])
    (stream,) = chosen["streams"]
    stream["replication_method"] = "FULL_TABLE"
    for entry in stream["metadata"]:
        if not entry["breadcrumb"]:
            entry["metadata"]["forced-replication-method"] = "FULL_TABLE"

    run = tap(catalog=chosen, state=full_run.state())

    assert run.code == 0, run.log
    check_equal(truth(standing_sandbox.organisation, "companies"), run.records("companies"))
