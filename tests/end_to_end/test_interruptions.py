"""A run that ends early: with what it has written and one more run, every row is there."""

from __future__ import annotations

import json
import signal
from select import select as select_ready
from typing import TYPE_CHECKING, Any

import pytest

from support.singer_output import (
    Output,
    Runner,
    check,
    check_messages,
    everything,
    finish,
    held_after,
    select,
)
from support.tap_in_process import InProcess
from support.tap_process import LONGEST_RUN

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    from end_to_end.conftest import SandboxMaker

    from kustomer_sandbox import Sandbox

# Some of each kind: lists, two tables of one list, a cursor list, searches with derived tables and
# with tables of single klasses, a search without order, rows per parent and per parent of those.
SOME = (
    *("audit_logs", "brands", "companies", "company_tags", "customer_drafts"),
    *("customer_session_events", "customer_sessions", "kobject_ids", "kobject_order"),
    *("kobject_tags", "kobjects", "notes", "note_user_mentions", "sla_criteria", "sla_versions"),
    *("slas", "work_items"),
)


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


def check_resumed(before: Output, later: Output, whole: Output) -> None:
    """That two runs together give what one gives that runs through."""
    check_messages(before, is_whole=False)
    check(later)
    assert held_after(later.messages, before.held()) == {
        table: rows for table, rows in whole.held().items() if table in later.streams
    }


@pytest.fixture
def states_after_each_page() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tap_kustomer.sync._RECORDS_A_STATE", 1)
        yield


@pytest.mark.usefixtures("states_after_each_page")
@pytest.mark.parametrize("kobjects", [True, False], ids=["all klasses", "one klass"])
def test_a_run_from_any_state_writes_what_the_one_before_had_not(
    make_sandbox: SandboxMaker, catalog: dict[str, Any], *, kobjects: bool
) -> None:
    sandbox = make_sandbox()
    tap = InProcess(sandbox)
    tables = SOME if kobjects else [name for name in SOME if "kobject" not in name]
    chosen = select(catalog, tables if kobjects else [*tables, "kobject_order"])
    whole = tap(catalog=chosen, page_size=10)
    check(whole)
    resumptions = list(whole.resumptions())

    assert len(resumptions) > len(SOME)
    for held, state in resumptions:
        later = tap(catalog=chosen, state=state)
        check(later)
        assert held_after(later.messages, held) == whole.held()
