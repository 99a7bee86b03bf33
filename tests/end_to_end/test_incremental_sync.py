"""Later runs: what has changed, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pytest

from support.derived_sources import DERIVED
from support.sandbox_truth import (
    SEARCHED,
    TYPES,
    check_derived,
    check_equal,
    truth,
    updated_at,
)
from support.singer_output import (
    Held,
    Output,
    check,
    everything,
    held_after,
    select,
)
from support.tap_in_process import InProcess
from tap_kustomer import times
from tap_kustomer.sync.context import RunContext

if TYPE_CHECKING:
    from kustomer_sandbox import Sandbox
    from support.command_in_process import RunnerInProcess
    from support.sandbox_truth import Resource
    from support.sandboxes import SandboxMaker
    from tap_kustomer.sync.context import RunTimes

DERIVED_FROM_SEARCHED = [table for table, one in DERIVED.items() if one.parent in SEARCHED]


@dataclass(frozen=True)
class Story:
    """Three runs, each of all tables, with an hour and a half of changes after the first one."""

    sandbox: Sandbox
    before: dict[str, dict[str, Resource]]
    first: Output
    second: Output
    third: Output
    third_started: int

    @cached_property
    def held(self) -> Held:
        """The rows of a target in the end, if it updates rows by their keys."""
        held: Held = {}
        for run in (self.first, self.second, self.third):
            held = held_after(run.messages, held)
        return held

    @cached_property
    def incremental(self) -> set[str]:
        """The tables that continue where the run before ended."""
        return {
            message["stream"]
            for message in self.third.of_type("SCHEMA")
            if message.get("bookmark_properties")
        }

    def changed(self, table: str) -> dict[str, Resource]:
        """The resources that were changed or added between the first run and the second."""
        before = self.before[table]
        return {
            key: resource
            for key, resource in truth(self.sandbox.organisation, table).items()
            if key not in before or updated_at(resource) != updated_at(before[key])
        }


@pytest.fixture(scope="module")
def story(make_sandbox: SandboxMaker) -> Story:
    sandbox = make_sandbox()
    tap = InProcess(sandbox)
    first = tap(catalog=everything(tap.discover()))
    before = {table: truth(sandbox.organisation, table) for table in SEARCHED}
    sandbox.advance(90)
    # As retention rules do, which takes its messages and notes along.
    rows = sandbox.organisation.rows["conversation"]
    sandbox.organisation.purge(next(row for row in rows if row.facts["messages"]))
    catalog = everything(tap.discover())
    second = tap(catalog=catalog, state=first.state())
    started: list[int] = []

    def watched(context: RunContext) -> RunTimes:
        run_times = fix_times(context)
        started.append(run_times.started)
        return run_times

    fix_times = RunContext.fix_times
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RunContext, "fix_times", watched)
        third = tap(catalog=catalog, state=second.state())
    return Story(sandbox, before, first, second, third, *started)


@pytest.mark.parametrize("number", ["first", "second", "third"])
def test_every_run_keeps_to_what_targets_rely_on(story: Story, number: str) -> None:
    check(getattr(story, number))


@pytest.mark.parametrize("table", SEARCHED)
def test_exactly_the_changed_rows_arrive(story: Story, table: str) -> None:
    resources = story.changed(table)

    assert resources
    check_equal(resources, story.second.records(table))


@pytest.mark.parametrize("table", DERIVED_FROM_SEARCHED)
def test_exactly_the_derived_rows_of_changed_parents_arrive(story: Story, table: str) -> None:
    check_derived(table, story.changed(DERIVED[table].parent), story.second.records(table))


def test_rows_that_were_deleted_meanwhile_arrive_as_deleted(story: Story) -> None:
    gone = {
        key
        for key, resource in story.changed("conversations").items()
        if resource["attributes"].get("deleted")
    }
    arrived = story.second.by_id("conversations")

    assert gone
    assert all(arrived[key]["deleted"] and arrived[key]["deleted_at"] for key in gone)


@pytest.mark.parametrize("table", SEARCHED)
def test_what_arrived_in_all_runs_is_what_the_sandbox_holds(story: Story, table: str) -> None:
    resources = truth(story.sandbox.organisation, table)
    held = story.held[table]
    # Rows that were removed for good do not come any more: only their live ids are missing.
    kept = {key: record for (key,), record in held.items() if key in resources}

    check_equal(resources, kept.values())


def test_what_was_removed_for_good_is_missing_among_the_live_ids(story: Story) -> None:
    for table in ("conversations", "messages"):
        resources = truth(story.sandbox.organisation, table)
        gone = {key for (key,) in story.held[table]} - resources.keys()

        assert gone
        assert gone <= story.first.by_id(SEARCHED[table]).keys()
        assert not gone & story.second.by_id(SEARCHED[table]).keys()


@pytest.mark.parametrize("table", DERIVED_FROM_SEARCHED)
def test_rows_left_over_from_an_array_that_shrank_are_recognised_by_their_parents_time(
    story: Story, table: str
) -> None:
    parents = truth(story.sandbox.organisation, DERIVED[table].parent)
    held = story.held.get(table, {})
    current = []
    for (parent, position), row in held.items():
        (column,) = (name for name in row if name.endswith("_updated_at"))
        if parent in parents and row[column] == updated_at(parents[parent]):
            assert position < row["siblings"]
            current.append(row)

    check_derived(table, parents, current)


def test_some_arrays_have_become_shorter_since_the_first_run(story: Story) -> None:
    """Otherwise the test before would show nothing."""
    held = story.held
    shrunk = 0
    for table in DERIVED_FROM_SEARCHED:
        parents = truth(story.sandbox.organisation, DERIVED[table].parent)
        for parent, position in held.get(table, {}):
            resource = parents.get(parent)
            shrunk += resource is not None and position >= len(DERIVED[table].items(resource))
    assert shrunk


def test_tables_that_are_read_whole_arrive_whole_each_time(story: Story) -> None:
    for table in TYPES.keys() - story.incremental:
        resources = truth(story.sandbox.organisation, table)
        check_equal(resources, story.second.records(table))
        check_equal(resources, story.third.records(table))


def test_tables_derived_from_those_read_whole_arrive_whole_each_time(story: Story) -> None:
    for table in DERIVED.keys() - story.incremental:
        parents = truth(story.sandbox.organisation, DERIVED[table].parent)
        check_derived(table, parents, story.second.records(table))
        check_derived(table, parents, story.third.records(table))


def test_a_run_without_changes_writes_what_is_read_whole_and_nothing_else(story: Story) -> None:
    written = story.third.counts().keys()

    assert story.incremental > {*SEARCHED, *DERIVED_FROM_SEARCHED}
    assert written & story.incremental == {"work_items"}
    assert written == story.second.counts().keys() - story.incremental | {"work_items"}


def test_work_items_that_are_not_completed_arrive_each_time(story: Story) -> None:
    """The search finds only completed ones; the list with the others is read whole."""
    resources = truth(story.sandbox.organisation, "work_items")
    waiting = {key: one for key, one in resources.items() if not one["attributes"]["handle"]}

    assert waiting
    check_equal(waiting, story.third.records("work_items"))


def test_bookmarks_only_move_forward(story: Story) -> None:
    for table in story.incremental & story.first.streams:
        marks = [run.bookmark(table) for run in (story.first, story.second, story.third)]

        assert marks == sorted(marks)


def test_no_bookmark_is_later_than_the_start_minus_settle_seconds(story: Story) -> None:
    settled = times.to_text(story.third_started - 60_000)

    assert all(story.third.bookmark(table) <= settled for table in story.incremental)


def test_a_klass_that_came_up_meanwhile_has_a_table_with_all_its_objects(story: Story) -> None:
    new = story.second.streams - story.first.streams
    objects = story.held["kobjects"]

    assert new
    for table in new:
        (kind,) = story.second.schema(table)["schema"]["properties"]["type"]["enum"]
        found = story.second.by_id(table).keys()
        assert found == {key for (key,), one in objects.items() if one["type"] == kind}


def test_custom_attributes_that_came_up_meanwhile_become_columns(story: Story) -> None:
    def custom(run: Output) -> set[str]:
        schema = run.schema("customers")["schema"]
        return set(schema["properties"]["custom"]["properties"])

    assert custom(story.first) < custom(story.second)


def test_a_table_that_is_selected_later_gets_its_history_and_the_others_don_t_repeat(
    tap: InProcess, full_run: Output, catalog: dict[str, Any]
) -> None:
    before = ("conversations", "kobjects")
    later = ("conversation_tags", "conversation_times_v2", "kobject_order")
    bookmarks = full_run.state()["bookmarks"]

    run = tap(
        catalog=select(catalog, [*before, *later]),
        state={"bookmarks": {table: bookmarks[table] for table in before}},
    )

    check(run)
    for table in later:
        assert run.held()[table] == full_run.held()[table]
    assert not set(before) & run.counts().keys()


def test_a_backfill_of_older_rows_does_not_move_bookmarks_back(
    tap: InProcess, full_run: Output, catalog: dict[str, Any]
) -> None:
    tables = ("companies", "company_tags", "notes")

    run = tap(catalog=select(catalog, tables), state=full_run.state(), end_date="2020-01-01")

    assert run.code == 0, run.log
    for table in tables:
        assert run.bookmark(table) == full_run.bookmark(table)


def test_a_row_that_the_search_shows_late_is_found_by_the_next_run(
    make_sandbox: SandboxMaker, catalog: dict[str, Any]
) -> None:
    sandbox = make_sandbox(index_lag=200)
    organisation = sandbox.organisation
    late = next(row for row in organisation.rows["company"] if row.deleted is None)
    organisation.touch(late, organisation.clock.now() - 100_000)
    tap, chosen = InProcess(sandbox), select(catalog, ["companies"])
    changed_at = times.to_text(late.updated)
    first = tap(catalog=chosen)
    assert first.bookmark("companies") > changed_at
    assert changed_at not in [record["updated_at"] for record in first.records("companies")]

    sandbox.options.index_lag = 0
    second = tap(catalog=chosen, state=first.state())

    check(second)
    assert [record["updated_at"] for record in second.records("companies")] == [changed_at]


def test_a_state_that_is_no_state_ends_the_run_with_one_line(
    command_in_process: RunnerInProcess, catalog: dict[str, Any]
) -> None:
    broken = {"bookmarks": {"companies": {"replication_key_value": "not long ago"}}}
    chosen = select(catalog, ["companies"])

    run = command_in_process(state=broken, catalog=chosen, env={"TAP_KUSTOMER_LOGLEVEL": "ERROR"})

    assert run.code == 1
    (line,) = run.log.splitlines()
    assert all(part in line for part in ("companies", "not long ago", "2024-01-31T08:00:00.000Z"))


def test_a_bookmark_that_is_null_is_as_good_as_none(
    tap: InProcess, full_run: Output, catalog: dict[str, Any]
) -> None:
    state = {"bookmarks": {"companies": {"replication_key_value": None}}}

    run = tap(state=state, catalog=select(catalog, ["companies"]))

    check(run)
    assert run.by_id("companies") == full_run.by_id("companies")


def test_a_bookmark_that_is_no_object_ends_the_run_with_one_line(
    command_in_process: RunnerInProcess, catalog: dict[str, Any]
) -> None:
    state = {"bookmarks": {"companies": None}}

    run = command_in_process(state=state, catalog=catalog, env={"TAP_KUSTOMER_LOGLEVEL": "ERROR"})

    assert run.code == 1
    (line,) = run.log.splitlines()
    assert "companies" in line
