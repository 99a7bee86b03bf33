"""A run that ends early: with what it has written and one more run, every row is there."""

from __future__ import annotations

import json
import selectors
import signal
from typing import TYPE_CHECKING, Any

import pytest

from support.singer_output import (
    Output,
    Runner,
    check,
    check_messages,
    finish,
    held_after,
    only,
    select,
)
from support.tap_in_process import InProcess
from support.tap_process import LONGEST_RUN

if TYPE_CHECKING:
    import subprocess

    from kustomer_sandbox import Sandbox
    from support.sandboxes import SandboxMaker

SEARCH = "/v1/customers/search"

# Some of each kind: lists, two tables of one list, a cursor list, searches with derived tables and
# with tables of single klasses, a search without order, live ids, rows per parent and per parent of
# those.
SOME = {
    *("audit_logs", "brands", "companies", "company_tags", "customer_drafts"),
    *("customer_session_events", "kobject_ids", "kobject_order", "kobject_tags", "kobjects"),
    *("notes", "note_user_mentions", "sla_versions", "slas", "work_items"),
}
# A klass that is read alone, by a search of its own.
KLASS_ALONE = {"brands", "companies", "kobject_order"}


def read_until_schema_of(process: subprocess.Popen[bytes], stream: str) -> bytes:
    """The output of a running tap up to the SCHEMA of a stream."""
    assert process.stdout is not None
    lines = b""
    for line in process.stdout:
        lines += line
        message = json.loads(line)
        if message["type"] == "SCHEMA" and message["stream"] == stream:
            return lines
    raise AssertionError(f"{stream} never began")


def check_resumed(before: Output, later: Output, whole: Output) -> None:
    """Check that two runs together give what one whole run gives."""
    check_messages(before, is_whole=False)
    check(later)
    assert held_after(later.messages, before.held()) == {
        table: rows for table, rows in whole.held().items() if table in later.streams
    }


@pytest.mark.parametrize(
    ("tables", "step"),
    [
        pytest.param(SOME, 6, id="some of each kind, each sixth state"),
        pytest.param(SOME, 1, id="some of each kind", marks=pytest.mark.thorough),
        pytest.param(KLASS_ALONE, 1, id="one klass"),
    ],
)
def test_a_run_from_any_state_writes_what_the_one_before_had_not(
    make_sandbox: SandboxMaker,
    catalog: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    tables: set[str],
    step: int,
) -> None:
    monkeypatch.setattr("tap_kustomer.sync.extractions._ROWS_PER_STATE", 1)
    tap, chosen = InProcess(make_sandbox(scale=0.05)), only(catalog, tables)
    whole = tap(catalog=chosen, page_size=20)
    resumptions = list(whole.resumptions())

    check(whole)
    assert len(resumptions) > len(tables)
    for held, state in resumptions[::step]:
        later = tap(catalog=chosen, state=state)
        check(later)
        assert held_after(later.messages, held) == whole.held()


def test_a_run_from_a_state_inside_a_tie_writes_the_rest_of_the_tie(
    ties: tuple[Sandbox, Output], catalog: dict[str, Any]
) -> None:
    sandbox, run = ties
    held, state = next((held, state) for held, state in run.resumptions() if held)
    assert 0 < len(held["messages"]) < len(run.records("messages"))

    later = InProcess(sandbox)(catalog=select(catalog, ["messages"]), state=state)

    check(later)
    assert held_after(later.messages, held) == run.held()


@pytest.mark.parametrize(
    ("number", "unbuffered"),
    [(signal.SIGTERM, ""), pytest.param(signal.SIGINT, "1", marks=pytest.mark.thorough)],
    ids=["SIGTERM", "SIGINT, unbuffered"],
)
def test_a_signal_ends_the_run_with_whole_lines_and_a_state_to_go_on_from(  # noqa: PLR0913
    command: Runner,
    tap: InProcess,
    standing_sandbox: Sandbox,
    full_run: Output,
    catalog: dict[str, Any],
    *,
    number: signal.Signals,
    unbuffered: str,
) -> None:
    tables = ("companies", "conversations", "conversation_tags", "customers", "notes", "users")
    chosen = only(catalog, tables)
    standing_sandbox.fault("slow", SEARCH, context="customer", skip=1, seconds=30)
    process = command.start(catalog=chosen, page_size=20, env={"PYTHONUNBUFFERED": unbuffered})
    begun = read_until_schema_of(process, "customers")
    process.send_signal(number)
    rest = finish(process)
    run = Output(rest.code, begun + rest.output, rest.log)

    assert run.code == 128 + number, run.log
    assert "notes" not in run.streams
    later = tap(catalog=chosen, state=run.state())
    check_resumed(run, later, full_run)
    assert not {"conversations", "conversation_tags"} & later.counts().keys()


def test_a_run_that_is_stopped_while_nobody_reads_loses_nothing(
    command: Runner, tap: InProcess, full_run: Output, catalog: dict[str, Any]
) -> None:
    # More than the pipe holds.
    large = ("conversations", "customers", "messages", "notes")
    chosen = only(catalog, [*large, "conversation_tags"])
    process = command.start(catalog=chosen, env={"PYTHONUNBUFFERED": "1"}, pipesize=4096)
    begun = read_until_schema_of(process, "conversations")
    assert process.stdout is not None
    # The next block has begun, and is larger than the pipe: the tap waits in the middle of it.
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        assert selector.select(LONGEST_RUN)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGTERM)
    rest = finish(process)
    run = Output(rest.code, begun + rest.output, rest.log)

    assert run.code == 143, run.log
    later = tap(catalog=chosen, state=run.state())
    check_resumed(run, later, full_run)
