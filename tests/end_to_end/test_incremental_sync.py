"""Later runs: what has changed, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from support.sandbox_truth import TYPES, check_equal, truth, updated_at
from support.singer_output import LISTED, SEARCHED, Output, Runner, check, select
from tap_kustomer import times

if TYPE_CHECKING:
    from collections.abc import Callable

    from end_to_end.conftest import SandboxMaker

    from kustomer_sandbox import Sandbox
    from support.sandbox_truth import Resource


class Story(NamedTuple):
    """Three runs, an hour of changes between the first two."""

    sandbox: Sandbox
    before: dict[str, dict[str, Resource]]
    first: Output
    second: Output
    third: Output
    ended_at: int


@pytest.fixture(scope="module")
def story(make_sandbox: SandboxMaker, runner_for: Callable[[Sandbox], Runner]) -> Story:
    sandbox = make_sandbox()
    tap = runner_for(sandbox)
    first = tap()
    before = {stream: truth(sandbox.organisation, stream) for stream in TYPES}
    sandbox.advance(90)
    second = tap(state=first.state())
    third = tap(state=second.state())
    return Story(sandbox, before, first, second, third, sandbox.organisation.clock.now())


def changed(story: Story, stream: str) -> dict[str, Resource]:
    before = story.before[stream]
    return {
        key: resource
        for key, resource in truth(story.sandbox.organisation, stream).items()
        if key not in before or updated_at(resource) != updated_at(before[key])
    }


def test_every_run_keeps_to_what_targets_rely_on(story: Story) -> None:
    for run in (story.first, story.second, story.third):
        check(run)


@pytest.mark.parametrize("stream", sorted(SEARCHED))
def test_exactly_the_changed_rows_arrive(story: Story, stream: str) -> None:
    resources = changed(story, stream)

    assert resources
    check_equal(resources, story.second.records(stream))


def test_rows_that_were_deleted_meanwhile_arrive_as_deleted(story: Story) -> None:
    gone = {
        key
        for key, resource in changed(story, "conversations").items()
        if resource["attributes"].get("deleted")
    }
    arrived = story.second.by_id("conversations")

    assert gone
    assert all(arrived[key]["deleted"] and arrived[key]["deleted_at"] for key in gone)


def test_what_arrived_in_all_runs_is_what_the_sandbox_holds(story: Story) -> None:
    for stream in SEARCHED:
        held = story.first.by_id(stream) | story.second.by_id(stream) | story.third.by_id(stream)
        check_equal(truth(story.sandbox.organisation, stream), held.values())


@pytest.mark.parametrize("stream", sorted(LISTED))
def test_lists_arrive_whole_each_time(story: Story, stream: str) -> None:
    resources = truth(story.sandbox.organisation, stream)

    check_equal(resources, story.second.records(stream))
    check_equal(resources, story.third.records(stream))


def test_a_run_without_changes_writes_no_row_of_the_searched_tables(story: Story) -> None:
    assert not SEARCHED & story.third.counts().keys()


def test_bookmarks_only_move_forward(story: Story) -> None:
    for stream in SEARCHED:
        marks = [run.bookmark(stream) for run in (story.first, story.second, story.third)]

        assert marks == sorted(marks)


def test_a_backfill_of_older_rows_does_not_move_bookmarks_back(
    tap: Runner, full_run: Output, catalog: dict[str, Any]
) -> None:
    run = tap(
        catalog=select(catalog, ["companies", "notes"]),
        state=full_run.state(),
        end_date="2020-01-01",
    )

    assert run.code == 0, run.log
    for stream in ("companies", "notes"):
        assert run.bookmark(stream) == full_run.bookmark(stream)


def test_no_bookmark_is_closer_to_now_than_a_change_needs_to_be_found(story: Story) -> None:
    settled = times.to_text(story.ended_at - 60_000)

    assert all(story.third.bookmark(stream) <= settled for stream in SEARCHED)


def test_a_row_that_the_search_shows_late_is_found_by_the_next_run(
    make_sandbox: SandboxMaker, runner_for: Callable[[Sandbox], Runner], catalog: dict[str, Any]
) -> None:
    sandbox = make_sandbox(index_lag=200)
    organisation = sandbox.organisation
    late = next(row for row in organisation.rows["company"] if row.deleted is None)
    organisation.touch(late, organisation.clock.now() - 100_000)
    tap, chosen = runner_for(sandbox), select(catalog, ["companies"])
    changed_at = times.to_text(late.updated)
    first = tap(catalog=chosen)
    assert first.bookmark("companies") > changed_at
    assert changed_at not in [record["updated_at"] for record in first.records("companies")]

    sandbox.options.index_lag = 0
    second = tap(catalog=chosen, state=first.state())

    check(second)
    assert [record["updated_at"] for record in second.records("companies")] == [changed_at]


def test_custom_attributes_that_came_up_meanwhile_become_columns(story: Story) -> None:
    def custom(run: Output) -> set[str]:
        schema = run.schema("customers")["schema"]
        return set(schema["properties"]["custom"]["properties"])

    assert custom(story.first) <= custom(story.second)


def test_a_state_that_is_no_state_ends_the_run_with_one_line(
    tap: Runner, catalog: dict[str, Any]
) -> None:
    broken = {"bookmarks": {"companies": {"replication_key_value": "not long ago"}}}

    run = tap(state=broken, catalog=catalog, env={"TAP_KUSTOMER_LOGLEVEL": "ERROR"})

    assert run.code == 1
    (line,) = run.log.splitlines()
    assert all(part in line for part in ("companies", "not long ago", "2024-01-31T08:00:00.000Z"))


def test_a_bookmark_that_is_null_is_as_good_as_none(
    tap: Runner, full_run: Output, catalog: dict[str, Any]
) -> None:
    state = {"bookmarks": {"companies": {"replication_key_value": None}}}

    run = tap(state=state, catalog=select(catalog, ["companies"]))

    check(run)
    assert run.by_id("companies") == full_run.by_id("companies")


def test_a_bookmark_that_is_no_object_ends_the_run_with_one_line(
    tap: Runner, catalog: dict[str, Any]
) -> None:
    state = {"bookmarks": {"companies": None}}

    run = tap(state=state, catalog=catalog, env={"TAP_KUSTOMER_LOGLEVEL": "ERROR"})

    assert run.code == 1
    (line,) = run.log.splitlines()
    assert "companies" in line
