"""A run that ends early: with what it has written and one more run, every row is there."""

from __future__ import annotations

import json
import signal
from select import select as select_ready
from typing import TYPE_CHECKING, Any

import pytest

from support.sandbox_truth import TYPES
from support.singer_output import SEARCHED, Output, Runner, check, finish, select
from support.tap_process import LONGEST_RUN

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from kustomer_sandbox import Sandbox


def until_state(run: Output, number: int) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """What a target holds when a STATE comes, and that state."""
    held: dict[str, dict[str, Any]] = {stream: {} for stream in TYPES}
    seen = 0
    for message in run.messages:
        if message["type"] == "RECORD":
            held[message["stream"]][message["record"]["id"]] = message["record"]
        elif message["type"] == "STATE":
            seen += 1
            if seen == number:
                return held, message["value"]
    raise AssertionError(f"there are only {seen} states")


def read_until_schema_of(process: subprocess.Popen[bytes], stream: str) -> bytes:
    """What a running tap writes up to the beginning of a stream."""
    assert process.stdout is not None
    lines = b""
    for line in process.stdout:
        lines += line
        message = json.loads(line)
        if message["type"] == "SCHEMA" and message["stream"] == stream:
            return lines
    raise AssertionError(f"{stream} never began")


def check_resumed(
    held: dict[str, dict[str, Any]], later: Output, whole: Output, *streams: str
) -> None:
    check(later)
    for stream in streams:
        assert held[stream] | later.by_id(stream) == whole.by_id(stream)


@pytest.mark.parametrize("number", [2, 6])
def test_a_run_from_any_state_writes_what_the_one_before_had_not(
    full_run: Output, tap: Runner, number: int
) -> None:
    held, state = until_state(full_run, number)
    assert held["brands"]
    assert not held["messages"]

    later = tap(state=state)

    check_resumed(held, later, full_run, *TYPES)
    done = {
        name for name in SEARCHED if "replication_key_value" in state["bookmarks"].get(name, {})
    }
    assert done
    assert not done & later.counts().keys()


def test_a_run_from_a_state_inside_a_tie_writes_the_rest_of_the_tie(
    ties: tuple[Sandbox, Output],
    runner_for: Callable[[Sandbox], Runner],
    catalog: dict[str, Any],
) -> None:
    sandbox, run = ties
    held, state = until_state(run, 1)
    assert 0 < len(held["messages"]) < len(run.records("messages"))

    later = runner_for(sandbox)(catalog=select(catalog, ["messages"]), state=state)

    check_resumed(held, later, run, "messages")


@pytest.mark.parametrize(
    ("number", "unbuffered"),
    [(signal.SIGTERM, ""), (signal.SIGINT, "1")],
    ids=["SIGTERM", "SIGINT, unbuffered"],
)
def test_a_signal_ends_the_run_with_whole_lines_and_a_state_to_go_on_from(
    tap: Runner,
    full_run: Output,
    catalog: dict[str, Any],
    *,
    number: signal.Signals,
    unbuffered: str,
) -> None:
    streams = ("brands", "companies", "conversations", "customers", "notes", "users")
    chosen = select(catalog, streams)
    process = tap.start(catalog=chosen, page_size=50, env={"PYTHONUNBUFFERED": unbuffered})
    before = read_until_schema_of(process, "customers")
    process.send_signal(number)
    rest = finish(process)
    run = Output(rest.code, before + rest.output, rest.log)

    assert run.code == 128 + number, run.log
    assert "Traceback" not in run.log
    assert run.messages[-1]["type"] == "STATE"
    assert "users" not in run.streams
    held, state = until_state(run, len(run.of_type("STATE")))
    later = tap(catalog=chosen, state=state)
    check_resumed(held, later, full_run, *streams)
    assert not later.records("conversations")


def test_a_run_that_is_told_to_stop_while_nobody_reads_loses_nothing(
    tap: Runner, full_run: Output, catalog: dict[str, Any]
) -> None:
    process = tap.start(
        catalog=select(catalog, ["conversations", "messages"]),
        env={"PYTHONUNBUFFERED": "1"},
        pipesize=4096,
    )
    before = read_until_schema_of(process, "conversations")
    assert process.stdout is not None
    # The next block has begun, and is larger than the pipe: the tap waits in the middle of it.
    select_ready([process.stdout], [], [], LONGEST_RUN)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGTERM)
    rest = finish(process)
    run = Output(rest.code, before + rest.output, rest.log)

    assert run.code == 143, run.log
    held, state = until_state(run, len(run.of_type("STATE")))
    later = tap(catalog=select(catalog, ["conversations", "messages"]), state=state)
    check_resumed(held, later, full_run, "conversations", "messages")
