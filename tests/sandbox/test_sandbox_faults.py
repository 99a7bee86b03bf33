"""Faults, control endpoints, the command and saved organisations."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests
from click.testing import CliRunner
from starlette.requests import Request

from kustomer_sandbox import Organisation, Sandbox
from kustomer_sandbox.cli import main
from kustomer_sandbox.saved import open_organisation, save
from support.frozen_sandbox import NOW, Ask, Asker, Maker, frozen_organisation

if TYPE_CHECKING:
    from starlette.types import Message

    from kustomer_sandbox.faults import Kind

SEARCH = "/v1/customers/search"
BODY = {"queryContext": "message", "sort": [{"message_updated_at": "asc"}]}


@pytest.fixture
def sandbox(sandbox_of: Maker) -> Sandbox:
    return sandbox_of()


@pytest.fixture
def ask(sandbox: Sandbox, asker: Asker) -> Ask:
    return asker(sandbox)


def test_a_fault_is_met_on_its_path_after_some_requests_and_a_number_of_times(
    sandbox: Sandbox, ask: Ask
) -> None:
    sandbox.fault("status", "/v1/tags", status=502, skip=1, times=2)
    assert ask("/v1/teams").status_code == 200
    statuses = [ask("/v1/tags").status_code for _ in range(4)]
    assert statuses == [200, 502, 502, 200]


def test_a_fault_can_be_limited_to_one_search_context(sandbox: Sandbox, ask: Ask) -> None:
    sandbox.fault("status", SEARCH, context="note", times=0)
    assert ask(SEARCH, BODY).status_code == 200
    assert ask(SEARCH, {"queryContext": "note"}).status_code == 503


def test_a_status_can_have_an_html_body_and_retry_after(sandbox: Sandbox, ask: Ask) -> None:
    sandbox.fault("status", body="html", status=504, retry_after=2)
    answer = ask("/v1/tags")
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["retry-after"] == "2"


def test_a_client_that_leaves_in_the_middle_of_its_request_is_no_error(sandbox: Sandbox) -> None:
    async def disconnect() -> Message:
        return {"type": "http.disconnect"}

    answer = asyncio.run(sandbox.api.serve(None, Request({"type": "http"}, disconnect)))

    assert answer.status_code == 499


def test_a_body_can_be_cut_short(sandbox: Sandbox, ask: Ask) -> None:
    sandbox.fault("truncate")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        ask("/v1/tags")


def test_a_connection_can_be_reset(sandbox: Sandbox, ask: Ask) -> None:
    sandbox.fault("reset")
    with pytest.raises(requests.exceptions.ConnectionError):
        ask("/v1/tags")
    assert ask("/v1/tags").status_code == 200


def test_a_response_can_be_html_or_another_document(sandbox: Sandbox, ask: Ask) -> None:
    sandbox.fault("not_json")
    sandbox.fault("wrong_shape")
    assert ask("/v1/tags").text.startswith("<html>")
    assert "data" not in ask("/v1/tags").json()


def test_a_response_can_redirect_to_another_host(sandbox: Sandbox, ask: Ask) -> None:
    sandbox.fault("redirect")
    answer = ask("/v1/tags", allow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("https://elsewhere.example/")


def test_a_response_can_be_slow_or_drip_or_huge(sandbox: Sandbox, ask: Ask) -> None:
    sandbox.fault("slow", seconds=0)
    sandbox.fault("drip", "/v1/brands", seconds=0)
    sandbox.fault("huge", "/v1/teams", megabytes=3)
    assert ask("/v1/tags").status_code == 200
    assert ask("/v1/brands").json()["data"]
    assert len(ask("/v1/teams").content) > 3_000_000


@pytest.mark.parametrize(
    ("kind", "rows"), [("timed_out", 50), ("short_page", 50), ("empty_page", 0)]
)
def test_a_page_can_have_too_few_rows(sandbox: Sandbox, ask: Ask, kind: Kind, rows: int) -> None:
    sandbox.fault(kind)
    answer = ask(SEARCH, BODY).json()
    assert len(answer["data"]) == rows
    assert answer["meta"]["timed_out"] is (kind == "timed_out")
    assert answer["meta"]["total"] > 100


def test_a_page_can_be_in_reverse_order_or_another_page(sandbox: Sandbox, ask: Ask) -> None:
    right = ask(SEARCH, BODY).json()["data"]
    sandbox.fault("backwards")
    assert ask(SEARCH, BODY).json()["data"] == right[::-1]
    sandbox.fault("wrong_page")
    assert ask(SEARCH, BODY).json()["meta"]["page"] == 2


def test_churn_changes_rows_before_each_search(sandbox_of: Maker, asker: Asker) -> None:
    of = frozen_organisation(scale=0.1)
    sandbox = sandbox_of(of)
    sandbox.fault("churn", rows=3, times=2)
    before = {row.id: row.rev for row in of.rows["message"]}
    for _ in range(3):
        asker(sandbox)(SEARCH, BODY)
    moved = [row for row in of.rows["message"] if row.rev != before[row.id]]
    assert 3 < len(moved) <= 6
    assert {row.updated for row in moved} == {NOW}


def test_the_control_endpoints_return_data_and_requests(
    sandbox: Sandbox, ask: Ask, organisation: Organisation
) -> None:
    ask("/v1/tags")
    ask("/v1/nothing")
    counts = requests.get(f"{sandbox.url}/_sandbox/counts", timeout=5).json()
    assert counts == organisation.counts()
    assert counts["kobject"] > counts["kobject.order"] > 0
    tags = requests.get(f"{sandbox.url}/_sandbox/resources/tag", timeout=5).json()
    assert len(tags) == counts["tag"]
    served = requests.get(f"{sandbox.url}/_sandbox/requests", timeout=5).json()
    assert served["statuses"] == {"200": 1, "404": 1}
    assert served["requests"][0]["path"] == "/v1/tags"


def test_faults_are_posted_and_deleted(sandbox: Sandbox, ask: Ask) -> None:
    url = f"{sandbox.url}/_sandbox/faults"
    fault = {"kind": "status", "path": "/v1/tags", "times": 0}
    assert requests.post(url, json=[fault], timeout=5).status_code == 200
    assert ask("/v1/tags").status_code == 503
    requests.delete(url, timeout=5)
    assert ask("/v1/tags").status_code == 200
    assert requests.post(url, json={"kind": "magic"}, timeout=5).status_code == 400
    assert requests.post(url, json={"nokind": 1}, timeout=5).status_code == 400


def test_rows_are_purged_on_request(sandbox_of: Maker) -> None:
    sandbox = sandbox_of(frozen_organisation(scale=0.1))
    before = sandbox.organisation.counts()
    url = f"{sandbox.url}/_sandbox/purge?type=conversation&count=5"
    after = requests.post(url, timeout=5).json()
    assert after == sandbox.organisation.counts()
    assert after["conversation"] == before["conversation"] - 5
    assert after["message"] < before["message"]


def test_a_saved_organisation_is_the_same_again(tmp_path: Path) -> None:
    file = tmp_path / "organisation.json"
    one = open_organisation(file, scale=0.1, ties={"message": 20}, years=3)
    one.advance(90)
    save(one, file)
    two = open_organisation(file, scale=5)
    assert two.counts() == one.counts()
    for type_ in ("customer", "conversation", "message", "kobject"):
        assert two.resources(type_) == one.resources(type_)
    assert abs(two.clock.now() - one.clock.now()) < 60_000


def test_a_server_saves_its_advances(tmp_path: Path) -> None:
    file = tmp_path / "organisation.json"
    with Sandbox(file=file, scale=0.1) as sandbox:
        done = CliRunner().invoke(main, ["advance", "--url", sandbox.url])
        assert done.exit_code == 0, done.output
        counts = sandbox.organisation.counts()
    assert json.loads(file.read_text())["advances"][0]["minutes"] == 60
    done = CliRunner().invoke(main, ["advance", "--organisation", str(file)])
    assert done.exit_code == 0, done.output
    assert open_organisation(file).counts()["message"] > counts["message"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["serve", "--host", "192.0.2.1"],
        ["serve", "--ties", "message"],
        ["serve", "--scale", "0.1", "--ties", "message=100000"],
        ["run", "--", "no-such-command-here"],
        ["advance"],
        ["advance", "--url", "http://127.0.0.1:9"],
        ["advance", "--url", "https://example.com"],
    ],
)
def test_mistakes_are_reported_in_one_line(arguments: list[str]) -> None:
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code != 0
    assert isinstance(done.exception, SystemExit)
    assert "Error: " in done.output
    assert "Traceback" not in done.output


def test_a_file_that_is_no_organisation_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "organisation.json"
    file.write_text("{}")
    done = CliRunner().invoke(main, ["serve", "--organisation", str(file)])
    assert done.exit_code == 1
    assert "is not a saved organisation" in done.output


def sandbox_command(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "kustomer_sandbox", *arguments]
    return subprocess.Popen(  # noqa: S603 - our own command
        command, stdout=subprocess.PIPE, text=True
    )


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def running(process: int) -> bool:
    """Whether a process is still running; one that has ended may not be reaped yet."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


CHILD = """
import os, sys, urllib.request
url = os.environ["KUSTOMER_SANDBOX_URL"]
assert url == os.environ["TAP_KUSTOMER_API_URL"]
key = os.environ["TAP_KUSTOMER_API_KEY"]
request = urllib.request.Request(url + "/v1/tags", headers={"Authorization": "Bearer " + key})
print(urllib.request.urlopen(request).status)
sys.exit(3)
"""


def test_run_gives_the_command_a_sandbox_and_returns_its_exit_code() -> None:
    process = sandbox_command("run", "--scale", "0.1", "--", sys.executable, "-c", CHILD)
    out, _ = process.communicate(timeout=20)
    assert out == "200\n"
    assert process.returncode == 3


@pytest.mark.parametrize("is_windows", [True, False])
def test_an_address_is_only_reused_where_that_does_not_share_it(
    is_windows: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_windows:
        monkeypatch.setattr(socket, "SO_EXCLUSIVEADDRUSE", ~socket.SO_REUSEADDR, raising=False)
    options: list[int] = []
    monkeypatch.setattr(socket.socket, "setsockopt", lambda *given: options.append(given[2]))

    with Sandbox(frozen_organisation(scale=0.1)):
        pass

    assert (socket.SO_REUSEADDR in options) is not is_windows


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_run_forwards_signals_and_leaves_nothing_running(number: signal.Signals) -> None:
    # The shell's child is a grandchild: it must end as well.
    script = "sleep 60 & echo $!; wait"
    process = sandbox_command("run", "--scale", "0.1", "--", "sh", "-c", script)
    grandchild = int(first_line(process))
    process.send_signal(number)
    process.communicate(timeout=20)
    assert process.returncode == 128 + number
    assert not running(grandchild)


def test_serve_ends_cleanly() -> None:
    process = sandbox_command("serve", "--scale", "0.1", "--port", "0")
    line = first_line(process)
    assert line.startswith("Kustomer sandbox at http://127.0.0.1:")
    assert line.endswith("with key sandbox-key\n")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)
    assert process.returncode == 0
