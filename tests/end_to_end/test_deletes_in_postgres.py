"""What docs/deletes.md promises for target-postgres, on a real PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest

from support.singer_output import Output, only, select
from support.tap_in_process import InProcess, TapOfLater
from support.targets import PostgresTarget

if TYPE_CHECKING:
    from pathlib import Path

    from kustomer_sandbox import Sandbox
    from support.postgres import Server
    from support.sandboxes import SandboxMaker
    from support.singer_output import Catalog

# Full tables with a column of this name, as docs/deletes.md lists them.
WITH_VERSION = (
    "ai_automations",
    "apps",
    "chat_settings",
    "knowledge_base_article_versions",
    "sla_versions",
)
OTHERS = ("notes", "tags", "team_members", "teams")


class Pipeline(NamedTuple):
    """A sandbox, a tap, and a target."""

    sandbox: Sandbox
    tap: InProcess
    catalog: Catalog
    target: PostgresTarget

    def sync(self, catalog: Catalog) -> Output:
        """One run of the tap."""
        run = self.tap(catalog=catalog, emit_activate_version_messages=True)
        assert run.code == 0, run.log
        return run

    def purge(self, kind: str) -> str:
        """Let a resource be gone without a trace; its id."""
        row = next(row for row in self.sandbox.organisation.rows[kind] if row.deleted is None)
        self.sandbox.organisation.purge(row)
        return row.id


@pytest.fixture
def pipeline(
    make_sandbox: SandboxMaker, catalog: Catalog, postgres: Server, tmp_path: Path
) -> Pipeline:
    sandbox = make_sandbox(scale=0.05)
    target = PostgresTarget(tmp_path, postgres.new_database())
    return Pipeline(sandbox, InProcess(sandbox, TapOfLater), catalog, target)


@pytest.mark.thorough
def test_with_hard_delete_what_is_gone_is_removed_and_nothing_else(pipeline: Pipeline) -> None:
    chosen = only(pipeline.catalog, [*WITH_VERSION, *OTHERS])
    pipeline.target.load(pipeline.sync(chosen).output, hard_delete=True)
    notes = sorted(pipeline.target.rows("notes", "id"))
    tag, team, _ = (pipeline.purge(kind) for kind in ("tag", "team", "note"))

    run = pipeline.sync(chosen)
    pipeline.target.load(run.output, hard_delete=True)

    for stream in {*run.streams} - {"notes"}:
        key = run.schema(stream)["key_properties"]
        held = pipeline.target.rows(stream, *key)
        assert sorted(held) == sorted(run.held()[stream]), stream
    assert (tag,) not in pipeline.target.rows("tags", "id")
    assert (team,) not in pipeline.target.rows("team_members", "team_id")
    assert sorted(pipeline.target.rows("notes", "id")) == notes


def test_the_streams_with_a_column_that_target_postgres_can_t_mark_are_those_of_the_page(
    pipeline: Pipeline,
) -> None:
    named = {
        stream["tap_stream_id"]
        for stream in pipeline.catalog["streams"]
        if "version" in stream["schema"]["properties"] and "replication_key" not in stream
    }

    assert named == {*WITH_VERSION}


@pytest.mark.parametrize(
    "stream",
    [
        pytest.param(stream, marks=[pytest.mark.thorough] * (stream != "sla_versions"))
        for stream in WITH_VERSION
    ],
)
def test_by_default_target_postgres_fails_on_a_full_table_with_a_column_version(
    pipeline: Pipeline, stream: str
) -> None:
    # Once this fails, the target is fixed, and docs/deletes.md need not say it.
    run = pipeline.sync(only(pipeline.catalog, [stream]))

    pipeline.target.fail_to_load(run.output)

    assert "bindparam() name 'version' is reserved" in pipeline.target.log


@pytest.mark.thorough
def test_without_the_column_target_postgres_loads_them(pipeline: Pipeline) -> None:
    chosen = only(pipeline.catalog, WITH_VERSION)
    without = {stream: ["version"] for stream in WITH_VERSION}

    run = pipeline.sync(select(chosen, WITH_VERSION, without))
    pipeline.target.load(run.output)

    for stream in WITH_VERSION:
        assert len(pipeline.target.rows(stream, "id")) == len(run.records(stream))
