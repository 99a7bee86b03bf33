"""The summary that a run of the command writes, however it ends."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from kustomer_sandbox import Sandbox
from support.catalogs import catalog_of
from support.command_in_process import run_command

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.singer_output import Output


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(scale=0.1, org_limit=60_000, search_limit=0) as running:
        running.options.refused_criteria = frozenset({"conversation_time_created_at"})
        yield running


def run_over(sandbox: Sandbox, folder: Path, *streams: str, **config: str) -> Output:
    """Run some streams, with a summary in `summary.json`."""
    files = {
        "config": {"api_url": sandbox.url, "api_key": sandbox.api_key, **config},
        "catalog": catalog_of(*streams),
    }
    files["config"]["summary_path"] = str(folder / "summary.json")
    arguments: list[str | Path] = []
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content))
        arguments += [f"--{name}", folder / name]
    return run_command(*(arguments if streams else arguments[:2]), cwd=folder)


def test_the_command_summarises_a_run(sandbox: Sandbox, tmp_path: Path) -> None:
    run = run_over(sandbox, tmp_path, "brands", "customers", "customer_emails")

    assert run.code == 0, run.log
    rows = sum(run.counts().values())
    assert f"Run finished: streams=3, rows={rows}, requests=" in run.log.splitlines()[-1]
    document = json.loads((tmp_path / "summary.json").read_text())
    assert (document["ended"], document["rows"]) == ("whole", rows)
    assert {one["stream"]: one["rows"] for one in document["streams"]} == run.counts()


def test_the_command_names_a_stream_that_could_not_be_read(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    run = run_over(sandbox, tmp_path, "brands", "conversation_times", "notes")

    assert run.code == 1
    *_, summary, error = run.log.splitlines()
    assert "Run finished: streams=3, " in summary
    assert "incomplete=1" in summary
    document = json.loads((tmp_path / "summary.json").read_text())
    assert (document["ended"], document["not_begun"]) == ("whole", [])
    assert error.endswith(document["error"])
    results = {one["stream"]: (one["status"], one["reason"]) for one in document["streams"]}
    assert results.keys() == {"brands", "conversation_times", "notes"}
    status, reason = results["conversation_times"]
    assert status == "left_out"
    assert reason.startswith("POST /v1/customers/search: HTTP 400")


def test_the_command_summarises_a_run_that_ends_early(sandbox: Sandbox, tmp_path: Path) -> None:
    sandbox.fault("redirect", "/v1/customers/archive/search", context="kobject")
    # The first time, the key is tried; the second time, whether it is this table alone.
    sandbox.fault("redirect", "/v1/auth/", skip=1)

    run = run_over(sandbox, tmp_path, "brands", "kobjects", "conversation_events")

    assert run.code == 1
    *_, summary, error = run.log.splitlines()
    assert "Run ended early: streams=2, " in summary
    document = json.loads((tmp_path / "summary.json").read_text())
    assert document["ended"] == "early"
    assert error.endswith(document["error"])
    assert {one["stream"]: (one["status"], one["reason"]) for one in document["streams"]} == {
        "brands": ("complete", None),
        "kobjects": ("cut_short", "the run ended"),
    }
    assert document["not_begun"] == ["conversation_events"]


def test_the_command_writes_a_summary_even_if_it_can_t_discover_the_streams(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    run = run_over(sandbox, tmp_path, api_key="another-key-that-nobody-may-see")

    assert run.code == 1
    document = json.loads((tmp_path / "summary.json").read_text())
    assert (document["ended"], document["streams"]) == ("early", [])
    assert "does not accept the API key" in document["error"]
