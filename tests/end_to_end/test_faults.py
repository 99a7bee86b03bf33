"""Wrong answers of a server under strain are requested again, and never believed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.sandbox_truth import check_equal, truth
from support.singer_output import Output, Runner, check, only
from support.tap_in_process import InProcess

if TYPE_CHECKING:
    from collections.abc import Callable

    from kustomer_sandbox import Sandbox
    from support.sandboxes import SandboxMaker

SEARCH = "/v1/customers/search"

# Each once, spread over the streams.
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "backwards", "path": SEARCH, "context": "company"},
    {"kind": "truncate", "path": SEARCH, "context": "conversation"},
    {"kind": "status", "status": 503, "body": "html", "path": SEARCH, "context": "customer"},
    {"kind": "empty_page", "path": SEARCH, "context": "kobject"},
    {"kind": "timed_out", "path": SEARCH, "context": "message"},
    {"kind": "short_page", "path": SEARCH, "context": "note"},
    {"kind": "wrong_page", "path": SEARCH, "context": "note"},
    {"kind": "status", "status": 429, "retry_after": 1, "path": "/v1/brands"},
    {"kind": "reset", "path": "/v1/klasses"},
    {"kind": "not_json", "path": "/v1/routing/queues"},
    {"kind": "wrong_shape", "path": "/v1/shortcuts"},
    {"kind": "slow", "seconds": 1.5, "path": "/v1/slas"},
    {"kind": "truncate", "path": "/v1/tags"},
    {"kind": "status", "status": 500, "path": "/v1/teams"},
    {"kind": "status", "status": 502, "body": "html", "path": "/v1/users"},
    {"kind": "status", "status": 504, "body": "html", "path": "/v1/auth"},
    {"kind": "truncate", "path": "/v1/metadata"},
)


TABLES = (
    *("brands", "companies", "conversations", "customers", "klasses", "kobjects", "messages"),
    *("notes", "queues", "shortcuts", "slas", "tags", "teams", "users"),
)


@pytest.fixture(scope="module")
def disturbed(
    make_sandbox: SandboxMaker, command_for: Callable[[Sandbox], Runner]
) -> tuple[Sandbox, Output]:
    """A run without a catalog, by the installed command."""
    sandbox = make_sandbox()
    for fault in FAULTS:
        sandbox.fault(**fault)
    tap = command_for(sandbox)
    return sandbox, tap(request_timeout=1, env={"TAP_KUSTOMER_LOGLEVEL": "DEBUG"})


def test_a_run_through_every_fault_keeps_to_what_targets_rely_on(
    disturbed: tuple[Sandbox, Output],
) -> None:
    sandbox, run = disturbed

    assert not sandbox.api.faults.waiting
    check(run)


@pytest.mark.parametrize("stream", TABLES)
def test_a_table_is_whole_though_a_request_for_it_failed(
    disturbed: tuple[Sandbox, Output], stream: str
) -> None:
    sandbox, run = disturbed

    check_equal(truth(sandbox.organisation, stream), run.records(stream))


def test_every_fault_is_in_the_log_and_the_key_is_not(disturbed: tuple[Sandbox, Output]) -> None:
    sandbox, run = disturbed

    assert len([line for line in run.logged("WARNING") if "Trying again" in line]) == len(FAULTS)
    assert any("timed out and found only a part" in line for line in run.logged("WARNING"))
    assert sandbox.api_key not in run.log
    assert sandbox.api_key.encode() not in run.output


def test_rows_that_change_while_they_are_read_hide_nobody(
    make_sandbox: SandboxMaker, catalog: dict[str, Any]
) -> None:
    sandbox = make_sandbox()
    before = truth(sandbox.organisation, "messages")
    sandbox.fault("churn", SEARCH, context="message", times=0, rows=5)
    chosen = only(catalog, ["messages", "message_assigned_users"])
    tap = InProcess(sandbox)

    first = tap(catalog=chosen, page_size=50)
    sandbox.api.faults.clear()
    sandbox.organisation.clock.forward(30)
    second = tap(catalog=chosen, state=first.state())

    check(first)
    check(second)
    assert len(first.records("messages")) < len(before)
    held = first.by_id("messages") | second.by_id("messages")
    check_equal(truth(sandbox.organisation, "messages"), held.values())
