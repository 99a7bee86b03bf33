"""What real targets hold after several runs, some of them cut off, and after rows are gone."""

from __future__ import annotations

import copy
import signal
from typing import TYPE_CHECKING, Any

import pytest

from support.singer_output import held_after, only
from support.target_matrix import LOADERS
from support.target_pipeline import SOME, check_rows, latest, of

if TYPE_CHECKING:
    from support.singer_output import Catalog, Output
    from support.target_matrix import Config, Loader
    from support.target_pipeline import Pipeline
    from support.targets import Target


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
    state = pipeline.target.load(part_of(reading.messages, 1 / 2))

    second = pipeline.sync(chosen, state=state)

    check_rows(pipeline.target, second, held_after(second.messages, reading.run.held()))


@of("tap killed within a line")
def test_after_a_target_failed_at_half_a_line_the_next_run_adds_what_is_missing(
    pipeline: Pipeline, catalog: Catalog
) -> None:
    chosen = only(catalog, SOME)
    reading = pipeline.read(chosen)
    state = pipeline.target.fail_to_load(part_of(reading.messages, 1 / 2) + b'{"type":"RECORD","')

    second = pipeline.sync(chosen, state=state)

    check_rows(pipeline.target, second, held_after(second.messages, reading.run.held()))


# Small streams, whose rows a target may hold in memory, and one with more rows than a load has.
SMALL = ("companies", "team_members", "teams")
LARGE = "conversations"


def check_killed(pipeline: Pipeline, catalog: Catalog, load: Config) -> None:
    """That a run after one whose target was killed adds what is missing."""
    chosen = only(catalog, [*SMALL, LARGE])
    reading = pipeline.read(chosen)
    most = 1 + max(len(reading.run.records(stream)) for stream in SMALL)
    assert len(reading.run.records(LARGE)) > 2 * most

    state = pipeline.target.load_until_killed(
        part_of(reading.messages, 3 / 4), batch_size_rows=most, **load
    )
    second = pipeline.sync(chosen, state=state)

    assert state != reading.run.state()
    check_rows(pipeline.target, second, reading.run.held())


@of("target killed after it confirmed a state")
def test_after_the_target_was_killed_the_next_run_adds_what_is_missing(
    pipeline: Pipeline, catalog: Catalog
) -> None:
    check_killed(pipeline, catalog, {})


@pytest.mark.parametrize("loader", LOADERS[:1], ids=["target-duckdb"])
def test_a_state_covers_small_streams_that_the_target_has_flushed(
    pipeline: Pipeline, catalog: Catalog
) -> None:
    check_killed(pipeline, catalog, {"flush_all_streams": True})


@of("target killed before it confirmed a state")
def test_after_the_target_was_killed_early_the_next_run_adds_everything(
    pipeline: Pipeline, catalog: Catalog
) -> None:
    chosen = only(catalog, [*SMALL, LARGE])
    reading = pipeline.read(chosen)
    state = pipeline.target.load_until_signalled(
        part_of(reading.messages, 3 / 4), signal.SIGKILL, batch_size_rows=len(SMALL)
    )

    second = pipeline.sync(chosen, state=state)

    assert state is None
    check_rows(pipeline.target, second, reading.run.held())


@of("target stopped with SIGTERM")
def test_a_target_that_is_stopped_confirms_what_it_has_loaded(
    pipeline: Pipeline, catalog: Catalog
) -> None:
    chosen = only(catalog, [*SMALL, LARGE])
    reading = pipeline.read(chosen)
    state = pipeline.target.load_until_signalled(part_of(reading.messages, 3 / 4), signal.SIGTERM)

    second = pipeline.sync(chosen, state=state)

    assert state is not None
    assert state != reading.run.state()
    check_rows(pipeline.target, second, reading.run.held())


def part_of(messages: bytes, share: float) -> bytes:
    """The first of some messages."""
    lines = messages.splitlines(keepends=True)
    return b"".join(lines[: int(len(lines) * share)])


# Tables dropped by hand


@of("full table dropped by hand")
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


@of("incremental table dropped by hand")
def test_without_its_bookmark_the_next_run_fills_an_incremental_table_that_was_dropped(
    pipeline: Pipeline, catalog: Catalog
) -> None:
    chosen = only(catalog, ["companies", "company_emails", "customers"])
    first = pipeline.sync(chosen)
    pipeline.target.drop("company_emails")
    state = copy.deepcopy(first.state())
    del state["bookmarks"]["company_emails"]

    second = pipeline.sync(chosen, state=state)

    assert len(second.records("customers")) < len(first.records("customers"))
    check_rows(pipeline.target, second, first.held())


# Rows that are gone

WHOLE = ("tags", "team_members", "teams")


def remove_rows(later: Pipeline, catalog: Catalog, load: Config) -> tuple[Output, dict[str, str]]:
    """Load a run, let a resource of each kind be gone without a trace, and load another run.

    Returns:
        The first run, and the ids of what is gone by kind.
    """
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


@of("rows that are gone stay")
def test_a_target_without_versions_keeps_rows_that_are_gone(
    later: Pipeline, catalog: Catalog
) -> None:
    first, _ = remove_rows(later, catalog, {})

    check_rows(later.target, first, first.held())


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
    _, gone = remove_rows(later, catalog, {"hard_delete": False})

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
