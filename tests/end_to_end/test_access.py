"""Keys that may not do everything, and organisations that do not have everything."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from support.command_in_process import RunnerInProcess
from support.sandbox_truth import check_equal, truth
from support.singer_output import Output, check, only
from support.tap_in_process import InProcess

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from kustomer_sandbox import Sandbox
    from support.sandboxes import SandboxMaker

STREAMS = (
    *("companies", "company_tags", "note_user_mentions", "notes", "slas", "sla_versions", "tags"),
    *("teams", "team_members"),
)


class Story(NamedTuple):
    sandbox: Sandbox
    first: Output
    later: Output


@pytest.fixture(scope="module")
def story(make_sandbox: SandboxMaker, catalog: dict[str, Any]) -> Story:
    """A first run with a key that lacks two roles, and one with the state of a better key."""
    sandbox = make_sandbox(
        deny=frozenset({"org.permission.note.read", "org.permission.team.read"}),
        absent=frozenset({"/v1/slas"}),
    )
    tap, chosen = InProcess(sandbox), only(catalog, STREAMS)
    first = tap(catalog=chosen)
    sandbox.options.missing_role_status = 401
    bookmark = {
        "replication_key": "updated_at",
        "replication_key_value": "2020-01-01T00:00:00.000Z",
    }
    later = tap(catalog=chosen, state={"bookmarks": {"notes": bookmark}})
    return Story(sandbox, first, later)


def test_a_stream_without_its_role_is_left_out_with_a_warning_that_names_the_role(
    story: Story,
) -> None:
    warnings = story.first.logged("WARNING")

    check(story.first)
    left_out = {"note_user_mentions", "notes", "team_members", "teams"}
    assert not left_out & story.first.counts().keys()
    assert any("notes" in line and "org.permission.note.read" in line for line in warnings)
    assert any("teams" in line and "org.permission.team.read" in line for line in warnings)
    assert "replication_key_value" not in story.first.state()["bookmarks"].get("notes", {})


def test_a_list_that_the_organisation_does_not_have_is_left_out_with_a_warning(
    story: Story,
) -> None:
    assert not {"slas", "sla_versions"} & story.first.counts().keys()
    assert any("slas" in line for line in story.first.logged("WARNING"))


def test_the_other_streams_are_complete(story: Story) -> None:
    for run in (story.first, story.later):
        for stream in ("companies", "tags"):
            check_equal(truth(story.sandbox.organisation, stream), run.records(stream))


def test_a_stream_that_was_read_before_makes_the_run_fail_in_the_end(story: Story) -> None:
    run = story.later

    assert run.code == 1
    assert "Traceback" not in run.log
    (error,) = run.logged("ERROR")
    assert error == run.log.splitlines()[-1]
    assert "notes" in error
    assert "teams" not in error
    assert run.messages[-1]["type"] == "STATE"
    assert run.bookmark("notes") == "2020-01-01T00:00:00.000Z"
    assert run.bookmark("companies") > "2020-01-01T00:00:00.000Z"


def test_without_the_role_for_metadata_custom_attributes_are_read_untyped(
    make_sandbox: SandboxMaker, new_directory: Callable[[], Path]
) -> None:
    sandbox = make_sandbox(
        deny=frozenset({"org.permission.metadata.read", "org.permission.user.metadata.read"})
    )

    run = RunnerInProcess(sandbox.url, sandbox.api_key, new_directory)("--discover")

    assert run.code == 0, run.log
    (warning, *_) = run.logged("WARNING")
    assert "org.permission.metadata.read" in warning
    for stream in json.loads(run.output)["streams"]:
        if stream["tap_stream_id"] == "customers":
            assert "properties" not in stream["schema"]["properties"]["custom"]


@pytest.mark.parametrize("arguments", [(), ("--discover",), ("--test",)], ids=str)
def test_a_wrong_key_ends_the_run_with_one_sentence_and_is_not_shown(
    standing_sandbox: Sandbox, new_directory: Callable[[], Path], arguments: tuple[str, ...]
) -> None:
    wrong = "another-key-that-nobody-may-see"
    stranger = RunnerInProcess(standing_sandbox.url, wrong, new_directory)

    run = stranger(*arguments, env={"TAP_KUSTOMER_LOGLEVEL": "DEBUG"})

    assert run.code == 1
    assert "Traceback" not in run.log
    (error,) = run.logged("ERROR")
    assert "does not accept the API key" in error
    assert "api_key" in error
    assert wrong not in run.log
    assert not run.of_type("RECORD")


def test_a_wrong_key_is_noticed_though_a_catalog_saves_the_discovery(
    standing_sandbox: Sandbox, new_directory: Callable[[], Path], catalog: dict[str, Any]
) -> None:
    stranger = RunnerInProcess(standing_sandbox.url, "another-key", new_directory)

    run = stranger(catalog=only(catalog, ["brands"]))

    assert run.code == 1
    (error,) = run.logged("ERROR")
    assert "does not accept the API key" in error
    assert run.messages[-1]["type"] == "STATE"
