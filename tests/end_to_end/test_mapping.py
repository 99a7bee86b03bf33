"""Flattened and mapped runs of all streams: every column is declared, and nothing is lost."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from support.singer_output import Output, check, everything, only

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kustomer_sandbox import Sandbox
    from support.tap_in_process import InProcess


def check_names(run: Output) -> None:
    """No name is too long, and none is another one in small letters."""
    schemas = {stream: run.schema(stream)["schema"]["properties"] for stream in run.streams}
    for names in (schemas, *schemas.values()):
        assert all(len(name.encode()) <= 63 for name in names)
        assert max(Counter(name.lower() for name in names).values()) == 1


def scalars(value: Any) -> Iterator[str]:
    """All values other than null in a record, also in JSON text."""
    if isinstance(value, str) and value.startswith(("{", "[")):
        try:
            value = json.loads(value)
        except ValueError:
            yield value
            return
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from scalars(item)
    elif value is not None:
        yield value if isinstance(value, str) else json.dumps(value)


def same_values(row: dict[str, Any], whole: dict[str, Any]) -> bool:
    return Counter(scalars(row)) == Counter(scalars(whole))


def leaves(
    value: dict[str, Any], schema: dict[str, Any], depth: int, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any]]:
    """The declared values of a record that get a column, each with its path."""
    for key, inner in schema.get("properties", {}).items():
        item = value.get(key)
        if "properties" in inner and len(path) < depth:
            yield from leaves(item or {}, inner, depth, (*path, key))
        elif item is not None and not isinstance(item, dict | list):
            yield (*path, key), item


@pytest.mark.parametrize(
    "depth",
    [pytest.param(1, marks=pytest.mark.thorough), 2, pytest.param(3, marks=pytest.mark.thorough)],
)
def test_flat_records_of_all_streams_hold_all_values_under_the_names_of_the_sdk(
    tap: InProcess, catalog: dict[str, Any], full_run: Output, depth: int
) -> None:
    run = tap(catalog=everything(catalog), flattening_enabled=True, flattening_max_depth=depth)

    check(run)
    check_names(run)
    assert run.counts() == full_run.counts()
    cut, held = 0, full_run.held()
    for stream, rows in run.held().items():
        schema = full_run.schema(stream)["schema"]
        for key, row in rows.items():
            whole = held[stream][key]
            assert same_values(row, whole), (stream, key)
            for path, value in leaves(whole, schema, depth):
                name = "__".join(path)
                if len(name) > 63:
                    cut += 1
                else:
                    assert row[name] in {value, json.dumps(value)}, (stream, name)
    assert cut or depth == 1


@pytest.mark.thorough
@pytest.mark.parametrize(
    "options",
    [
        {"flattening_separator": "_"},
        {"flattening_separator": ""},
    ],
)
def test_names_that_meet_when_they_are_joined_stay_apart(
    tap: InProcess, catalog: dict[str, Any], full_run: Output, options: dict[str, Any]
) -> None:
    run = tap(
        catalog=everything(catalog),
        flattening_enabled=True,
        flattening_max_depth=3,
        flattening_max_key_length=20,
        **options,
    )

    check(run)
    check_names(run)
    held = full_run.held()
    for stream, rows in run.held().items():
        assert all(same_values(row, held[stream][key]) for key, row in rows.items())
        columns = full_run.schema(stream)["schema"]["properties"]
        flat = run.schema(stream)["schema"]["properties"]
        assert all(len(name.encode()) <= 20 for name in flat.keys() - columns.keys())


def test_two_flat_runs_have_the_same_names(tap: InProcess, catalog: dict[str, Any]) -> None:
    chosen = only(catalog, ["sla_versions", "conversations", "shortcuts"])
    flat: dict[str, Any] = {"flattening_enabled": True, "flattening_max_depth": 3}

    runs = [tap(catalog=chosen, **flat) for _ in range(2)]

    schemas = [{stream: run.schema(stream) for stream in run.streams} for run in runs]
    assert schemas[0] == schemas[1]


MAPS = {
    "*": {"email": "md5(email)", "external_id": "md5(external_id)"},
    "customers": {"name": "sha256(name)", "emails": None, "is_named": "bool(name)"},
    "notes": {"__filter__": "deleted is None or not deleted"},
    "tags": {"__alias__": "'raw_' + __stream_name__"},
    "users": {"__else__": None, "who": "name.upper() if name else None"},
    "user_names": {"__source__": "users", "__else__": None, "name": "name"},
    "kobject_*": {"id": "md5(id)"},
    "snippets": None,
}


@pytest.mark.parametrize(
    "flat",
    [
        pytest.param({}, marks=pytest.mark.thorough),
        {"flattening_enabled": True, "flattening_max_depth": 2},
    ],
)
def test_mapped_records_of_all_streams_are_what_their_maps_say(
    tap: InProcess, catalog: dict[str, Any], full_run: Output, flat: dict[str, Any]
) -> None:
    run = tap(catalog=everything(catalog), stream_maps=MAPS, **flat)

    check(run)
    check_names(run)
    deleted = sum(bool(note.get("deleted")) for note in full_run.records("notes"))
    assert deleted
    expected = full_run.counts()
    del expected["snippets"]
    expected["notes"] -= deleted
    expected["raw_tags"] = expected.pop("tags")
    expected["user_names"] = expected["users"]
    assert run.counts() == expected

    emails = {row["email"] for row in full_run.records("customer_emails")}
    assert emails
    assert not emails & {row["email"] for row in run.records("customer_emails")}
    some = {row.get("external_id") for row in run.records("customers")}
    assert None in some
    assert len(some) > 1
    customers, tags = full_run.by_id("customers"), full_run.by_id("tags")
    for row in run.records("customers"):
        whole = customers[row["id"]]
        assert row["is_named"] == bool(whole["name"])
        assert row["name"] != whole["name"]
        assert not emails & set(scalars(row.get("emails")))
    for row in run.records("users"):
        assert row.keys() == {"id", "who", "email"}
        assert row["email"] not in {user["email"] for user in full_run.records("users")}
    for row in run.records("raw_tags"):
        assert same_values(row, tags[row["id"]])


@pytest.mark.parametrize(
    ("maps", "words"),
    [
        ({"custmers": {"name": "md5(name)"}}, "did you mean customers?"),
        ({"customers": {"emials": None}}, "did you mean emails?"),
        ({"customers": {"name": "md5(nmae)"}}, "did you mean name?"),
        ({"customers": {"name": "md5(name"}}, "md5(name"),
        ({"customers": {"name": 5}}, "customers.name"),
        ({"customers": "drop"}, "customers"),
    ],
)
def test_a_wrong_map_ends_the_run_in_one_line_before_it_asks_anything(
    tap: InProcess,
    catalog: dict[str, Any],
    standing_sandbox: Sandbox,
    maps: dict[str, Any],
    words: str,
) -> None:
    before = len(standing_sandbox.requests)

    run = tap(catalog=everything(catalog), stream_maps=maps)

    assert run.code == 1
    assert not run.output
    assert words in run.log
    assert "Traceback" not in run.log
    assert len(standing_sandbox.requests) == before


@pytest.mark.parametrize(
    "config",
    [
        {"flattening_enabled": True},
        {"flattening_enabled": True, "flattening_max_depth": 1, "flattening_max_key_length": 5},
        {"stream_maps": {"customers": {"name": "md5(name"}}},
    ],
)
def test_a_setting_that_can_never_work_ends_the_run_before_the_catalog_is_asked_for(
    tap: InProcess, standing_sandbox: Sandbox, config: dict[str, Any]
) -> None:
    before = len(standing_sandbox.requests)

    run = tap(**config)

    assert run.code == 1
    assert "expected" in run.log
    assert len(standing_sandbox.requests) == before


def test_an_expression_that_fails_ends_the_run_in_one_line_with_its_state_written(
    tap: InProcess, catalog: dict[str, Any]
) -> None:
    chosen = only(catalog, ["customers", "tags"])

    run = tap(catalog=chosen, stream_maps={"customers": {"half": "1 / 0"}})

    assert run.code == 1
    assert "customers.half: the expression 1 / 0" in run.log
    assert "Traceback" not in run.log
    assert run.messages[-1]["type"] == "STATE"
    assert not run.records("customers")
