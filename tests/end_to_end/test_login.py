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
from support.command_in_process import run_command
from tap_kustomer import login
from tap_kustomer.errors import TapKustomerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


CLIENT = "sandbox-client"
SEED = "sandbox-refresh-token"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(scale=0.1) as sandbox:
        yield sandbox


@pytest.fixture
def config(tmp_path: Path, sandbox: Sandbox) -> Path:
    path = tmp_path / "config.json"
    settings = {"client_id": CLIENT, "organization": "acme", "api_url": sandbox.url}
    path.write_text(json.dumps(settings))
    return path


def add(config: Path, **settings: str) -> None:
    config.write_text(json.dumps(json.loads(config.read_text()) | settings))


def selecting_teams(tmp_path: Path) -> str:
    """The path of a catalog that selects one stream."""
    path = tmp_path / "catalog.json"
    selected = {"breadcrumb": [], "metadata": {"selected": True}}
    teams = {"tap_stream_id": "teams", "schema": {"properties": {}}, "metadata": [selected]}
    path.write_text(json.dumps({"streams": [teams]}))
    return str(path)


def agree(answer: Callable[[str], str] = lambda address: address) -> Callable[[str], bool]:
    """Replaces the browser: the person agrees, and the browser follows the redirect."""

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
    output = run_command("--config", config, "--catalog", selecting_teams(tmp_path), cwd=tmp_path)

    assert signed_in.exit_code == 0, signed_in.output
    assert "permissions hide" in signed_in.output
    assert output.code == 0, output.log
    assert len(output.records("teams")) == sandbox.organisation.counts()["team"]


@pytest.mark.parametrize(
    "given",
    [{}, {"api_key": "a-key"}, {"client_id": "app"}, {"token_path": "t.json"}, {"client_id": None}],
    ids=str,
)
def test_a_sign_in_without_its_settings_names_them(
    given: dict[str, str | None], tmp_path: Path
) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"organization": "acme", **given}), encoding="utf-8")

    refused = CliRunner().invoke(login.command, ["--config", str(config)])

    assert str(refused.exception).startswith("Settings client_id and token_path: one is missing")


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
    catalog = selecting_teams(tmp_path)
    run_command("--config", config, "--catalog", catalog, cwd=tmp_path)
    sandbox.api.sign_ins.revoke()

    output = run_command("--config", config, "--catalog", catalog, cwd=tmp_path)

    assert output.code == 0, output.log
    assert "the access token was renewed" in output.log
    assert output.records("teams")


@pytest.mark.parametrize("rotates", [True, False])
def test_the_config_file_keeps_the_refresh_token_for_the_next_run(
    tmp_path: Path, config: Path, sandbox: Sandbox, *, rotates: bool
) -> None:
    sandbox.options.rotate_refresh_tokens = rotates
    add(config, refresh_token=SEED)
    catalog = selecting_teams(tmp_path)

    outputs = [
        run_command("--config", config, "--catalog", catalog, cwd=tmp_path) for _ in range(2)
    ]

    assert [output.code for output in outputs] == [0, 0], outputs[-1].log
    kept = json.loads(config.read_text())["refresh_token"]
    assert (kept != SEED) == rotates
    assert not any(kept in output.log or kept.encode() in output.output for output in outputs)


def test_a_check_says_that_a_person_may_not_see_all_rows(tmp_path: Path, config: Path) -> None:
    add(config, refresh_token=SEED, token_path=str(tmp_path / "tokens.json"))
    catalog = selecting_teams(tmp_path)

    checked = run_command("--config", config, "--catalog", catalog, "--test", cwd=tmp_path)

    assert "rows that their permissions hide" in checked.log


@pytest.mark.parametrize("rotates", [True, False])
def test_a_token_that_is_lost_with_the_run_is_warned_of(
    tmp_path: Path, sandbox: Sandbox, *, rotates: bool
) -> None:
    sandbox.options.rotate_refresh_tokens = rotates
    settings = {"CLIENT_ID": CLIENT, "ORGANIZATION": "acme", "API_URL": sandbox.url}
    env = {f"TAP_KUSTOMER_{name}": value for name, value in settings.items()}
    env["TAP_KUSTOMER_REFRESH_TOKEN"] = SEED

    output = run_command("--config", "ENV", "--discover", cwd=tmp_path, env=env)

    assert output.code == 0, output.log
    assert ("Set token_path" in output.log) == rotates


def test_a_sign_in_that_has_expired_ends_with_one_line(
    tmp_path: Path, config: Path, sandbox: Sandbox
) -> None:
    add(config, refresh_token=SEED, token_path=str(tmp_path / "tokens.json"))
    sandbox.advance(15 * 24 * 60)

    output = run_command("--config", config, "--test", cwd=tmp_path)

    assert output.code == 1
    assert "sign in again" in output.log
    assert "Traceback" not in output.log
    assert SEED not in output.log
