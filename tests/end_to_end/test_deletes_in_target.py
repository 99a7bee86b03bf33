"""What a target that deletes for good holds: no row that is gone, and every row that is not."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from support.hard_delete_target import HardDeleteTarget
from support.singer_output import Output, finish, only
from support.tap_in_process import InProcess, TapOfLater

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kustomer_sandbox import Sandbox
    from support.sandboxes import SandboxMaker
    from support.singer_output import Runner

# Read whole, by lists and by the search for ids, with tables of what their rows carry.
WHOLE = ("note_ids", "tags", "team_members", "teams", "users")
# Read by time, two of them by search.
INCREMENTAL = ("audit_logs", "companies", "company_tags", "notes")
KEYS = {"company_tags": ("company_id", "position"), "team_members": ("team_id", "position")}

Keys = dict[str, set[tuple[Any, ...]]]


class Pipeline(NamedTuple):
    """A sandbox, a tap, and a target that holds what one whole run has given."""

    sandbox: Sandbox
    tap: InProcess
    catalog: dict[str, Any]
    target: HardDeleteTarget
    state: dict[str, Any]

    def sync(self, **config: Any) -> Output:
        """Run the tap once more and load what it writes."""
        run = self.tap(
            catalog=self.catalog, state=self.state, emit_activate_version_messages=True, **config
        )
        self.target.load(run.output)
        return run

    def held(self) -> Keys:
        """The keys of all rows that the target holds."""
        return {
            table: self.target.keys(table, *KEYS.get(table, ("id",)))
            for table in (*WHOLE, *INCREMENTAL)
        }

    def purge(self, kind: str) -> str:
        """Let a resource be gone without a trace; its id."""
        row = next(row for row in self.sandbox.organisation.rows[kind] if row.deleted is None)
        self.sandbox.organisation.purge(row)
        return row.id


@pytest.fixture
def pipeline(make_sandbox: SandboxMaker, catalog: dict[str, Any], tmp_path: Path) -> Pipeline:
    sandbox = make_sandbox(scale=0.05)
    tap, chosen = InProcess(sandbox, TapOfLater), only(catalog, (*WHOLE, *INCREMENTAL))
    target = HardDeleteTarget(tmp_path / "target.sqlite")
    run = tap(catalog=chosen, emit_activate_version_messages=True)
    assert run.code == 0, run.log
    state = target.load(run.output)
    assert state is not None
    made = Pipeline(sandbox, tap, chosen, target, state)
    assert {table: len(keys) for table, keys in made.held().items()} == run.counts()
    return made


def test_what_is_gone_from_a_whole_table_is_gone_from_the_target_and_the_rest_stays(
    pipeline: Pipeline,
) -> None:
    before = pipeline.held()
    tag, team, note = (pipeline.purge(kind) for kind in ("tag", "team", "note"))

    run = pipeline.sync()

    assert run.code == 0, run.log
    assert pipeline.held() == {
        **before,
        "note_ids": before["note_ids"] - {(note,)},
        "tags": before["tags"] - {(tag,)},
        "team_members": {key for key in before["team_members"] if key[0] != team},
        "teams": before["teams"] - {(team,)},
    }


def test_what_a_row_carries_no_more_is_gone_while_the_row_stays(pipeline: Pipeline) -> None:
    before = pipeline.held()
    organisation = pipeline.sandbox.organisation
    team = organisation.rows["team"][0]
    organisation.touch(team, organisation.clock.now())

    pipeline.sync()

    members = organisation.document(team)["attributes"]["members"]
    left = {(team.id, place) for place in range(len(members))}
    others = {key for key in before["team_members"] if key[0] != team.id}
    assert left < before["team_members"]
    assert pipeline.held() == {**before, "team_members": others | left}


def test_what_is_gone_from_an_incremental_table_stays_in_the_target(pipeline: Pipeline) -> None:
    before = pipeline.held()
    note, company = pipeline.purge("note"), pipeline.purge("company")

    run = pipeline.sync()

    assert run.code == 0, run.log
    assert {(note,)} <= pipeline.held()["notes"] == before["notes"]
    assert {(company,)} <= pipeline.held()["companies"] == before["companies"]
    assert pipeline.held()["company_tags"] == before["company_tags"]


def broken_second_page(status: int) -> Callable[[Sandbox], None]:
    return lambda sandbox: sandbox.fault("status", "/v1/tags", status=status, skip=1, times=0)


def more_than_come(sandbox: Sandbox) -> None:
    sandbox.fault("miscount", "/v1/tags", rows=1_000, times=0)


def no_role(sandbox: Sandbox) -> None:
    sandbox.options.deny = frozenset({"org.permission.tag.read"})


def no_table(sandbox: Sandbox) -> None:
    sandbox.options.absent = frozenset({"/v1/tags"})


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        pytest.param(broken_second_page(400), 1, id="400"),
        pytest.param(broken_second_page(403), 1, id="403", marks=pytest.mark.thorough),
        pytest.param(broken_second_page(404), 1, id="404", marks=pytest.mark.thorough),
        pytest.param(broken_second_page(503), 1, id="503", marks=pytest.mark.thorough),
        pytest.param(more_than_come, 0, id="more than come"),
        pytest.param(no_role, 1, id="no role"),
        pytest.param(no_table, 1, id="no table", marks=pytest.mark.thorough),
    ],
)
def test_a_table_that_could_not_be_read_whole_loses_no_row(
    pipeline: Pipeline, harm: Callable[[Sandbox], None], code: int
) -> None:
    before = pipeline.held()
    pipeline.purge("tag")
    harm(pipeline.sandbox)

    run = pipeline.sync(page_size=10, max_retry_seconds=0)

    assert run.code == code, run.log
    assert "tags" in run.streams
    assert pipeline.held()["tags"] == before["tags"]


def test_a_signal_halfway_through_a_table_leaves_all_its_rows_in_the_target(
    pipeline: Pipeline, command_for: Callable[[Sandbox], Runner]
) -> None:
    before = pipeline.held()
    pipeline.purge("tag")
    pipeline.sandbox.fault("slow", "/v1/tags", skip=1, seconds=60)

    process = command_for(pipeline.sandbox).start(
        catalog=only(pipeline.catalog, ["tags"]),
        emit_activate_version_messages=True,
        page_size=10,
    )
    assert process.stdout is not None
    begun = b""
    while b'"RECORD"' not in begun:
        begun += process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    rest = finish(process)
    pipeline.target.load(begun + rest.output)

    assert rest.code == 128 + signal.SIGTERM, rest.log
    assert len([line for line in (begun + rest.output).splitlines() if is_record(line)]) == 10
    assert pipeline.held()["tags"] == before["tags"]


def is_record(line: bytes) -> bool:
    return bool(json.loads(line)["type"] == "RECORD")
