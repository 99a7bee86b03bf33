"""A person signs in, and the tap reads with what the sign-in has given."""

from __future__ import annotations

import json
import threading
import webbrowser
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from click.testing import CliRunner

from kustomer_sandbox import Sandbox
from support.tap_in_process import HurriedTap, output_of
from tap_kustomer import login
from tap_kustomer.errors import TapKustomerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from support.singer_output import Output

CLIENT = "sandbox-client"
SEED = "sandbox-refresh-token"


@pytest.fixture(params=[True, False], ids=["rotating", "not rotating"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with Sandbox(scale=0.1, rotate_refresh_tokens=request.param) as sandbox:
        yield sandbox


@pytest.fixture
def config(tmp_path: Path, sandbox: Sandbox) -> Path:
    path = tmp_path / "config.json"
    settings = {"client_id": CLIENT, "organization": "acme", "api_url": sandbox.url}
    path.write_text(json.dumps(settings))
    return path


def add(config: Path, **settings: str) -> None:
    config.write_text(json.dumps(json.loads(config.read_text()) | settings))


def run(*arguments: str) -> Output:
    """Run the command, in this process."""
    return output_of(lambda: HurriedTap.cli(list(arguments), standalone_mode=False))


def selecting_teams(tmp_path: Path, config: Path) -> str:
    """The path of a catalog that selects one stream."""
    path = tmp_path / "catalog.json"
    catalog = json.loads(run("--config", str(config), "--discover").output)
    for stream in catalog["streams"]:
        (root,) = [each for each in stream["metadata"] if not each["breadcrumb"]]
        root["metadata"]["selected"] = stream["tap_stream_id"] == "teams"
    path.write_text(json.dumps(catalog))
    return str(path)


def agree(answer: Callable[[str], str] = lambda address: address) -> Callable[[str], bool]:
    """What replaces the browser: the person agrees, and the browser follows the redirect."""

    def browse(address: str) -> bool:
        def follow() -> None:
            location = requests.get(address, timeout=10, allow_redirects=False).headers["location"]
            requests.get(answer(location), timeout=10)

        threading.Thread(target=follow, daemon=True).start()
        return True

    return browse


def test_after_a_sign_in_the_tap_reads(
    tmp_path: Path, config: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(config, token_path=str(tmp_path / "tokens.json"))
    monkeypatch.setattr(webbrowser, "open", agree())

    signed_in = CliRunner().invoke(login.command, ["--config", str(config), "--port", "0"])
    output = run("--config", str(config), "--catalog", selecting_teams(tmp_path, config))

    assert signed_in.exit_code == 0, signed_in.output
    assert "permissions hide" in signed_in.output
    assert output.code == 0, output.log
    assert len(output.records("teams")) == sandbox.organisation.counts()["team"]


def test_the_person_is_asked_for_what_the_tap_reads(
    tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(config, token_path=str(tmp_path / "tokens.json"))
    asked: list[str] = []

    def browse(address: str) -> bool:
        asked.append(address)
        return agree()(address)

    monkeypatch.setattr(webbrowser, "open", browse)
    CliRunner().invoke(
        login.command, ["--config", str(config), "--port", "0"], catch_exceptions=False
    )

    (query,) = map(parse_qs, (urlsplit(address).query for address in asked))
    assert {"offline_access", "org.permission.conversation.read"} <= {*query["scope"][0].split()}
    assert query["code_challenge_method"] == ["S256"]


def test_a_redirect_that_the_command_did_not_ask_for_gives_no_tokens(
    tmp_path: Path, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(config, token_path=str(tmp_path / "tokens.json"))
    forged = agree(lambda location: location.replace("state=", "state=x"))
    monkeypatch.setattr(webbrowser, "open", forged)

    refused = CliRunner().invoke(login.command, ["--config", str(config), "--port", "0"])

    assert isinstance(refused.exception, TapKustomerError)
    assert "mismatching_state" in str(refused.exception)
    assert not (tmp_path / "tokens.json").exists()


def test_a_run_that_loses_its_access_token_goes_on(
    tmp_path: Path, config: Path, sandbox: Sandbox
) -> None:
    add(config, refresh_token=SEED, token_path=str(tmp_path / "tokens.json"))
    catalog = selecting_teams(tmp_path, config)
    sandbox.api.sign_ins.revoke()

    output = run("--config", str(config), "--catalog", catalog)

    assert output.code == 0, output.log
    assert "the access token was renewed" in output.log
    assert output.records("teams")


def test_the_config_file_keeps_the_refresh_token_for_the_next_run(
    tmp_path: Path, config: Path, sandbox: Sandbox
) -> None:
    add(config, refresh_token=SEED)
    catalog = selecting_teams(tmp_path, config)

    outputs = [run("--config", str(config), "--catalog", catalog) for _ in range(2)]

    assert [output.code for output in outputs] == [0, 0], outputs[-1].log
    kept = json.loads(config.read_text())["refresh_token"]
    assert (kept != SEED) == sandbox.options.rotate_refresh_tokens
    assert not any(kept in output.log or kept.encode() in output.output for output in outputs)


def test_a_token_that_is_lost_with_the_run_is_warned_of(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "CLIENT_ID": CLIENT,
        "ORGANIZATION": "acme",
        "API_URL": sandbox.url,
        "REFRESH_TOKEN": SEED,
    }.items():
        monkeypatch.setenv(f"TAP_KUSTOMER_{name}", value)

    output = run("--config", "ENV", "--discover")

    assert output.code == 0, output.log
    assert ("Set token_path" in output.log) == sandbox.options.rotate_refresh_tokens


def test_a_sign_in_that_has_expired_ends_with_one_line(
    tmp_path: Path, config: Path, sandbox: Sandbox
) -> None:
    add(config, refresh_token=SEED, token_path=str(tmp_path / "tokens.json"))
    sandbox.advance(15 * 24 * 60)

    output = run("--config", str(config), "--test")

    assert output.code == 1
    assert "sign in again" in output.log
    assert "Traceback" not in output.log
    assert SEED not in output.log
