"""What real targets hold after real runs: every row by its key, and every value in its type.

`support/target_matrix.py` has the table of targets and cases. Those that are not for every day run
with `-m ''`, as in the nightly run, which takes some minutes.
"""

from __future__ import annotations

import copy
import json
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from support.sandbox_truth import true_keys
from support.singer_output import everything, held_after, only
from support.tap_in_process import InProcess, TapOfLater
from support.target_matrix import DAILY, LOADERS, MATRIX, NIGHTLY
from support.targets import JSONL, JsonlTarget
from tap_kustomer.streams.kobjects import klass_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from end_to_end.conftest import SandboxMaker

    from kustomer_sandbox import Sandbox
    from support.singer_output import Catalog, Held, Key, Output, Record, State
    from support.target_matrix import Config, Loader
    from support.targets import Target

# Of each kind: lists and what their rows carry, searches and what theirs carry, live ids, rows that
# are read for each row of another stream, and the objects of one klass.
SOME = (
    *("business_holidays", "companies", "company_emails", "conversations", "customers"),
    *("kobject_order", "note_ids", "sla_metrics", "sla_versions", "users"),
)

# The streams of a test that has all of them at night.
SOME_OR_ALL = pytest.mark.parametrize(
    "streams",
    [pytest.param(SOME, id="some"), pytest.param(None, id="all", marks=pytest.mark.thorough)],
)

MAPS: Config = {
    "companies": {"name": None, "shouted": "str(name).upper()"},
    "customers": {"email_hash": "md5(str(id))", "display_name": "__NULL__"},
    "users": {"email": "md5(str(email))"},
}


def of(case: str) -> pytest.MarkDecorator:
    """Run a test with the targets that the table has for a case."""
    return pytest.mark.parametrize(
        "loader",
        [
            pytest.param(loader, id=loader.name, marks=[pytest.mark.thorough] * (how == NIGHTLY))
            for loader, how in zip(LOADERS, MATRIX[case], strict=True)
            if how in {DAILY, NIGHTLY}
        ],
    )


@pytest.fixture
def target(request: pytest.FixtureRequest, loader: Loader, tmp_path: Path) -> Target:
    """A target that holds nothing yet."""
    made = loader.make(tmp_path, lambda: request.getfixturevalue("postgres").new_database())
    if isinstance(made, JsonlTarget) and not JSONL[0].exists():
        pytest.skip("target-jsonl is not installed: `make .venv/target-jsonl/.complete`")
    return made


class Reading(NamedTuple):
    """A run of the tap.

    Attributes:
        run: With RECORD messages, to compare with.
        messages: For the target: those of the same run, or with BATCH in place of RECORD.
    """

    run: Output
    messages: bytes


@dataclass(frozen=True)
class Pipeline:
    """A tap whose runs are loaded by a target.

    Attributes:
        tap: Runs against a sandbox.
        config: What the target needs of the tap.
        target: Holds nothing at first.
        runs: Of the tap so far, by what they were given, if they may be used again.
    """

    tap: InProcess
    config: Config
    target: Target
    runs: dict[str, Output] | None = None

    def read(self, catalog: Catalog, state: State | None = None, **config: Any) -> Reading:
        """One run of the tap."""
        given = {"catalog": catalog, "state": state, **config}
        plain = {name: value for name, value in self.config.items() if name != "batch_config"}
        run = self._run(**plain, **given)
        if plain == self.config:
            return Reading(run, run.output)
        files = self._run(**self.config, **given)
        assert not files.of_type("RECORD")
        return Reading(run, files.output)

    def _run(self, **given: Any) -> Output:
        key = json.dumps(given, sort_keys=True)
        if self.runs is not None and key in self.runs:
            return self.runs[key]
        run = self.tap(**given)
        assert run.code == 0, run.log
        if self.runs is not None:
            self.runs[key] = run
        return run

    def sync(self, catalog: Catalog, load: Config | None = None, **given: Any) -> Output:
        """One run of the tap, loaded to its end."""
        reading = self.read(catalog, **given)
        self.target.load(reading.messages, **(load or {}))
        return reading.run


@pytest.fixture(scope="module")
def runs() -> dict[str, Output]:
    """Runs against the sandbox that stands still."""
    return {}


@pytest.fixture
def pipeline(
    tap: InProcess, loader: Loader, target: Target, tmp_path: Path, runs: dict[str, Output]
) -> Pipeline:
    """Against the sandbox that stands still."""
    return Pipeline(tap, loader.tap_config(tmp_path), target, runs)


@pytest.fixture
def later(make_sandbox: SandboxMaker, loader: Loader, target: Target, tmp_path: Path) -> Pipeline:
    """Against a sandbox of its own, in which time may pass."""
    return Pipeline(
        InProcess(make_sandbox(scale=0.05), TapOfLater), loader.tap_config(tmp_path), target
    )


def latest(target: Target, run: Output, stream: str) -> dict[Key, Record]:
    """The rows that a target holds by key, of those with the same key the last."""
    message = run.schema(stream)
    keys = message["key_properties"]
    return {tuple(row[key] for key in keys): row for row in target.records(message)}


def check_rows(target: Target, run: Output, held: Held) -> None:
    """That a target holds these rows of each stream of a run, value by value."""
    for stream in run.streams:
        leaves = run.schema(stream)["schema"]["properties"]
        expected = {
            key: target.comparable(record, leaves) for key, record in held.get(stream, {}).items()
        }
        assert latest(target, run, stream) == expected, stream


def check_keys(target: Target, run: Output, sandbox: Sandbox) -> None:
    """That a target holds each row of the sandbox once."""
    for stream in run.streams:
        message = run.schema(stream)
        rows = Counter(
            tuple(row[key] for key in message["key_properties"]) for row in target.records(message)
        )
        truth = Counter(true_keys(sandbox.organisation, stream, klass_of(message["schema"])))
        missing, odd = (truth - rows).total(), (rows - truth).total()
        assert not missing, f"{stream}: {missing} of {truth.total()} rows are missing"
        assert not odd, f"{stream}: {odd} rows are too many"


def selected(catalog: Catalog, streams: Sequence[str] | None) -> Catalog:
    """A catalog in which some streams are selected, or all."""
    return everything(catalog) if streams is None else only(catalog, streams)


def without_one_column_in_ten(catalog: Catalog) -> Catalog:
    """A catalog in which every tenth column is deselected; keys can't be."""
    chosen = copy.deepcopy(catalog)
    for stream in chosen["streams"]:
        columns = [entry for entry in stream["metadata"] if len(entry["breadcrumb"]) == 2]
        for entry in columns[4::10]:
            if entry["metadata"].get("inclusion") != "automatic":
                entry["metadata"]["selected"] = False
    return chosen


# One run


def check_whole(pipeline: Pipeline, catalog: Catalog, **config: Any) -> None:
    """That one run arrives whole: each key of the sandbox once, each value as the tap has it."""
    run = pipeline.sync(catalog, **config)

    check_keys(pipeline.target, run, pipeline.tap.sandbox)
    check_rows(pipeline.target, run, run.held())


@of("all streams")
def test_all_streams_arrive_whole(pipeline: Pipeline, catalog: Catalog) -> None:
    check_whole(pipeline, everything(catalog))


@of("some streams of each kind")
def test_some_streams_of_each_kind_arrive_whole(pipeline: Pipeline, catalog: Catalog) -> None:
    check_whole(pipeline, only(catalog, SOME))


@of("flattened")
@pytest.mark.parametrize(
    ("depth", "streams"),
    [
        pytest.param(2, SOME, id="2"),
        *(pytest.param(depth, None, id=str(depth), marks=pytest.mark.thorough) for depth in (1, 3)),
    ],
)
def test_flat_streams_arrive_whole(
    pipeline: Pipeline, catalog: Catalog, depth: int, streams: Sequence[str] | None
) -> None:
    flat = {"flattening_enabled": True, "flattening_max_depth": depth}

    check_whole(replace(pipeline, config={**pipeline.config, **flat}), selected(catalog, streams))


@of("stream maps")
@SOME_OR_ALL
def test_mapped_streams_arrive_whole(
    pipeline: Pipeline, catalog: Catalog, streams: Sequence[str] | None
) -> None:
    check_whole(pipeline, selected(catalog, streams), stream_maps=MAPS)


@of("one column in ten deselected")
@SOME_OR_ALL
def test_streams_without_some_columns_arrive_whole(
    pipeline: Pipeline, catalog: Catalog, streams: Sequence[str] | None
) -> None:
    check_whole(pipeline, without_one_column_in_ten(selected(catalog, streams)))


@of("start_date and end_date")
def test_what_was_updated_between_two_times_arrives(pipeline: Pipeline, catalog: Catalog) -> None:
    chosen = only(catalog, ["conversations", "customers"])
    whole = pipeline.read(chosen).run
    times = sorted(row["updated_at"] for row in whole.records("conversations"))
    start, end = times[len(times) // 4], times[-len(times) // 4]

    run = pipeline.sync(chosen, start_date=start, end_date=end)

    expected = {
        stream: {key: row for key, row in rows.items() if start <= row["updated_at"] <= end}
        for stream, rows in whole.held().items()
    }
    check_rows(pipeline.target, run, expected)


# Several runs


@of("incremental")
def test_an_incremental_run_adds_and_changes_rows(later: Pipeline, catalog: Catalog) -> None:
    chosen = only(catalog, SOME)
    first = later.sync(chosen)
    later.tap.sandbox.advance(90)

    second = later.sync(chosen, state=first.state())

    assert len(second.records("conversations")) < len(first.records("conversations"))
    check_rows(later.target, second, held_after(second.messages, first.held()))


@of("tap killed half-way")
def test_after_the_tap_was_killed_the_next_run_adds_what_is_missing(
    pipeline: Pipeline, catalog: Catalog
) -> None:
    chosen = only(catalog, SOME)
    reading = pipeline.read(chosen)
    lines = reading.messages.splitlines(keepends=True)
    state = pipeline.target.load(b"".join(lines[: len(lines) // 2]))

    second = pipeline.sync(chosen, state=state)

    check_rows(pipeline.target, second, held_after(second.messages, reading.run.held()))


@of("target killed")
@pytest.mark.parametrize("flush_all_streams", [False, True])
def test_after_the_target_was_killed_the_next_run_adds_what_is_missing(
    pipeline: Pipeline, catalog: Catalog, *, flush_all_streams: bool
) -> None:
    """Rows of small streams, which the target held in memory, among them."""
    small = ("companies", "team_members", "teams")
    chosen = only(catalog, [*small, "conversations"])
    reading = pipeline.read(chosen)
    most = 1 + max(len(reading.run.records(stream)) for stream in small)
    assert len(reading.run.records("conversations")) > most
    load = {"batch_size_rows": most, "flush_all_streams": flush_all_streams}

    state = pipeline.target.load_until_killed(reading.messages, **load)
    second = pipeline.sync(chosen, load, state=state)

    check_rows(pipeline.target, second, reading.run.held())


@of("table dropped by hand")
def test_the_next_run_fills_full_tables_that_were_dropped(
    pipeline: Pipeline, catalog: Catalog
) -> None:
    """A target that overwrites drops them by itself."""
    full = ("business_holidays", "note_ids", "sla_criteria", "sla_versions", "team_members")
    chosen = only(catalog, [*full, "companies", "company_emails"])
    first = pipeline.sync(chosen)
    for stream in full:
        pipeline.target.drop(stream)

    second = pipeline.sync(chosen, state=first.state())

    check_rows(pipeline.target, second, first.held())


# Rows that are gone

WHOLE = ("tags", "team_members", "teams")


def remove_rows(later: Pipeline, catalog: Catalog, load: Config) -> tuple[Output, dict[str, str]]:
    """Load a run, let a resource of each kind be gone without a trace, and load another run."""
    chosen = only(catalog, [*WHOLE, "notes"])
    first = later.sync(chosen, load, emit_activate_version_messages=True)
    organisation = later.tap.sandbox.organisation
    gone = {}
    for kind in ("note", "tag", "team"):
        row = next(row for row in organisation.rows[kind] if row.deleted is None)
        organisation.purge(row)
        gone[kind] = row.id
    later.sync(chosen, load, emit_activate_version_messages=True)
    return first, gone


@of("rows that are gone are deleted")
def test_rows_that_are_gone_from_full_tables_are_deleted(later: Pipeline, catalog: Catalog) -> None:
    first, gone = remove_rows(later, catalog, {"hard_delete": True})

    for stream in (*WHOLE, "notes"):
        team = "team_id" if stream == "team_members" else "id"
        left = {
            key
            for key, row in first.held()[stream].items()
            if stream == "notes" or row[team] not in gone.values()
        }
        assert latest(later.target, first, stream).keys() == left, stream


@of("rows that are gone are marked")
def test_rows_that_are_gone_from_full_tables_are_marked(later: Pipeline, catalog: Catalog) -> None:
    _, gone = remove_rows(later, catalog, {})

    def marked(stream: str, column: str) -> set[Any]:
        rows = later.target.rows(stream, column, "_sdc_deleted_at")
        return {value for value, deleted_at in rows if deleted_at is not None}

    assert marked("tags", "id") == {gone["tag"]}
    assert marked("teams", "id") == marked("team_members", "team_id") == {gone["team"]}
    assert not marked("notes", "id")
    assert (gone["note"],) in later.target.rows("notes", "id")


# What a second load does to the rows of the first


def load_twice(
    pipeline: Pipeline, catalog: Catalog, loader: Loader, method: str
) -> tuple[Output, Output]:
    """Load all conversations, then the later half of them."""
    chosen = only(catalog, ["conversations"])
    load = dict(loader.load_methods[method])
    first = pipeline.sync(chosen, load)
    times = sorted(row["updated_at"] for row in first.records("conversations"))
    second = pipeline.sync(chosen, load, start_date=times[len(times) // 2])
    assert 0 < len(second.records("conversations")) < len(times)
    return first, second


def keys(target: Target, run: Output) -> list[str]:
    return sorted(row["id"] for row in target.records(run.schema("conversations")))


@of("append")
def test_a_target_that_appends_has_the_rows_of_both_runs(
    pipeline: Pipeline, catalog: Catalog, loader: Loader
) -> None:
    first, second = load_twice(pipeline, catalog, loader, "append")

    both = [*first.records("conversations"), *second.records("conversations")]
    assert keys(pipeline.target, first) == sorted(row["id"] for row in both)


@of("upsert")
def test_a_target_that_upserts_has_each_row_once(
    pipeline: Pipeline, catalog: Catalog, loader: Loader
) -> None:
    first, _ = load_twice(pipeline, catalog, loader, "upsert")

    assert keys(pipeline.target, first) == sorted(first.by_id("conversations"))


@of("overwrite")
def test_a_target_that_overwrites_has_the_rows_of_the_second_run(
    pipeline: Pipeline, catalog: Catalog, loader: Loader
) -> None:
    _, second = load_twice(pipeline, catalog, loader, "overwrite")

    assert keys(pipeline.target, second) == sorted(second.by_id("conversations"))


# Faults of targets, as docs/targets.md lists them. Once one of these fails, the fault is fixed.


@pytest.mark.thorough
@pytest.mark.parametrize("loader", [LOADERS[3]], ids=["target-csv"])
def test_target_csv_writes_objects_as_python_shows_them(
    tap: InProcess, catalog: Catalog, target: Target
) -> None:
    run = tap(catalog=only(catalog, ["teams"]))

    target.load(run.output)

    assert {row[0][:7] for row in target.rows("teams", "org")} == {"{'id': "}


@pytest.mark.thorough
@pytest.mark.parametrize("loader", [LOADERS[3]], ids=["target-csv"])
def test_target_csv_replaces_files_though_it_is_told_to_append(
    tap: InProcess, catalog: Catalog, target: Target
) -> None:
    run = tap(catalog=only(catalog, ["teams"]))
    told = {"file_naming_scheme": "{stream_name}.csv", "overwrite_behavior": "append_records"}

    target.load(run.output, **told)
    target.load(run.output, **told)

    assert len(target.rows("teams", "id")) == len(run.records("teams"))


@pytest.mark.thorough
@pytest.mark.parametrize("loader", [LOADERS[1]], ids=["target-postgres"])
def test_target_postgres_upserts_though_it_is_told_to_append(
    tap: InProcess, catalog: Catalog, target: Target
) -> None:
    run = tap(catalog=only(catalog, ["teams"]))

    target.load(run.output, load_method="append-only")
    target.load(run.output, load_method="append-only")

    assert len(target.rows("teams", "id")) == len(run.records("teams"))
