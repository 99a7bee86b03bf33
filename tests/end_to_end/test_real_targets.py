"""What real targets hold after real runs: every row of every stream, by its key.

A few streams are loaded; with `-m ''`, as in the nightly run, all of them, with all settings, which
takes some minutes. `test_duckdb_types.py` loads all of them with the default settings.
"""

from __future__ import annotations

import copy
from collections import Counter
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from support.sandbox_truth import true_keys
from support.singer_output import everything, only
from support.targets import DuckdbTarget, PostgresTarget
from tap_kustomer.streams.kobjects import klass_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from kustomer_sandbox import Sandbox
    from support.postgres import Server
    from support.singer_output import Catalog, Output
    from support.tap_in_process import InProcess
    from support.targets import Target

# Of each kind: lists and what their rows carry, searches and what theirs carry, live ids, rows that
# are read for each row of another stream, and the objects of one klass.
SOME = (
    *("business_holidays", "companies", "company_emails", "conversations", "customers"),
    *("kobject_order", "note_ids", "sla_metrics", "sla_versions", "users"),
)


def without_one_column_in_ten(catalog: Catalog) -> Catalog:
    """A catalog in which every tenth column is deselected; keys can't be."""
    chosen = copy.deepcopy(catalog)
    for stream in chosen["streams"]:
        columns = [entry for entry in stream["metadata"] if len(entry["breadcrumb"]) == 2]
        for entry in columns[4::10]:
            if entry["metadata"].get("inclusion") != "automatic":
                entry["metadata"]["selected"] = False
    return chosen


@dataclass(frozen=True)
class Settings:
    """How a run is set.

    Attributes:
        config: Settings of the tap.
        choose: Chooses columns.
    """

    config: dict[str, Any] = field(default_factory=dict)
    choose: Callable[[Catalog], Catalog] = copy.deepcopy


def flattened(depth: int) -> Settings:
    return Settings({"flattening_enabled": True, "flattening_max_depth": depth})


MAPS = {
    "companies": {"name": None, "shouted": "str(name).upper()"},
    "customers": {"email_hash": "md5(str(id))", "display_name": "__NULL__"},
    "users": {"email": "md5(str(email))"},
}

SETTINGS = {
    "plain": Settings(),
    "flattened once": flattened(1),
    "flattened twice": flattened(2),
    "flattened three times": flattened(3),
    "stream maps": Settings({"stream_maps": MAPS}),
    "one column in ten deselected": Settings(choose=without_one_column_in_ten),
}


@pytest.fixture
def run(tap: InProcess, catalog: Catalog, settings: str, streams: Sequence[str] | None) -> Output:
    """A first run with the settings that are tried."""
    chosen = everything(catalog) if streams is None else only(catalog, streams)
    tried = SETTINGS[settings]
    return tap(catalog=tried.choose(chosen), **tried.config)


def duckdb_target(request: pytest.FixtureRequest, folder: Path) -> Target:
    del request
    return DuckdbTarget(folder)


def postgres_target(request: pytest.FixtureRequest, folder: Path) -> Target:
    server = request.getfixturevalue("postgres")
    return PostgresTarget(folder, server.new_database())


TARGETS = {"target-duckdb": duckdb_target, "target-postgres": postgres_target}


@pytest.fixture(params=[*TARGETS.values()], ids=[*TARGETS])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Target:
    """A target that holds nothing yet."""
    made: Target = request.param(request, tmp_path)
    return made


def differences(target: Target, run: Output, sandbox: Sandbox) -> dict[str, str]:
    """The streams whose keys in the target, counted, are not those of the sandbox's rows."""
    found = {}
    for stream in run.streams:
        message = run.schema(stream)
        rows = Counter(target.rows(stream, *message["key_properties"]))
        truth = Counter(true_keys(sandbox.organisation, stream, klass_of(message["schema"])))
        if rows != truth:
            missing, odd = (truth - rows).total(), (rows - truth).total()
            found[stream] = f"{missing} of {truth.total()} rows are missing, {odd} are too many"
    return found


# The settings whose first run is loaded by default.
BY_DEFAULT = {
    "target-duckdb": {"flattened twice", "stream maps", "one column in ten deselected"},
    "target-postgres": {"plain", "flattened twice"},
}


def loads_to_try() -> Iterator[Any]:
    """Each of the settings with each target, on some streams and on all of them."""
    for settings, (name, make) in product(SETTINGS, TARGETS.items()):
        marks = [] if settings in BY_DEFAULT[name] else [pytest.mark.thorough]
        label = f"{name}, {settings}"
        yield pytest.param(settings, SOME, make, id=label, marks=marks)
        yield pytest.param(
            settings, None, make, id=f"{label}, all streams", marks=pytest.mark.thorough
        )


@pytest.mark.parametrize(("settings", "streams", "target"), [*loads_to_try()], indirect=["target"])
def test_every_stream_arrives_whole(run: Output, target: Target, standing_sandbox: Sandbox) -> None:
    assert run.code == 0, run.log

    target.load(run.output)

    assert not differences(target, run, standing_sandbox)


@pytest.mark.parametrize(
    "encoding",
    [
        pytest.param({}, id="gzip"),
        pytest.param({"compression": "none"}, id="none", marks=pytest.mark.thorough),
    ],
)
def test_files_of_batches_arrive_whole(
    tap: InProcess, catalog: Catalog, postgres: Server, tmp_path: Path, encoding: dict[str, str]
) -> None:
    """Of these two targets, target-postgres takes files."""
    target = PostgresTarget(tmp_path, postgres.new_database())
    storage = {"root": str(tmp_path / "files" / "of batches")}

    run = tap(
        catalog=only(catalog, SOME),
        batch_config={"encoding": {"format": "jsonl", **encoding}, "storage": storage},
    )
    target.load(run.output)

    assert run.of_type("BATCH")
    assert not differences(target, run, tap.sandbox)


# Later runs


def test_a_second_run_fills_full_tables_that_were_dropped(
    tap: InProcess, catalog: Catalog, standing_sandbox: Sandbox, target: Target
) -> None:
    """A target that overwrites drops them by itself."""
    full = ("business_holidays", "note_ids", "sla_criteria", "sla_versions", "team_members")
    chosen = only(catalog, [*full, "companies", "company_emails"])
    first = tap(catalog=chosen)
    state = target.load(first.output)
    for stream in full:
        target.drop(stream)

    second = tap(catalog=chosen, state=state)
    target.load(second.output)

    assert second.code == 0, second.log
    assert not differences(target, second, standing_sandbox)


# Targets that are killed


@pytest.mark.parametrize("flush_all_streams", [False, True])
def test_a_target_that_is_killed_after_its_first_flush_has_all_rows_after_the_next_run(
    tap: InProcess,
    catalog: Catalog,
    standing_sandbox: Sandbox,
    tmp_path: Path,
    *,
    flush_all_streams: bool,
) -> None:
    """Those of small streams, which it held in memory, among them."""
    target = DuckdbTarget(tmp_path)
    small = ("companies", "team_members", "teams")
    chosen = only(catalog, [*small, "conversations"])
    first = tap(catalog=chosen)
    most = 1 + max(len(first.records(stream)) for stream in small)
    assert len(first.records("conversations")) > most
    settings = {"batch_size_rows": most, "flush_all_streams": flush_all_streams}

    state = target.load_until_killed(first.output, **settings)
    second = tap(catalog=chosen, state=state)
    target.load(second.output, **settings)

    assert not differences(target, second, standing_sandbox)
