"""The API key is in nothing that the command says or writes, whatever goes wrong."""

from __future__ import annotations

import base64
import json
import re
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from singer_sdk.plugin_base import _ConfigInput

from support.catalogs import catalog_of
from support.command_in_process import run_command
from support.singer_output import finish, only
from support.tap_in_process import InProcess, output_of
from support.tap_process import COMMAND, start
from tap_kustomer.config import SCHEMA, check_environment, warnings_about
from tap_kustomer.errors import ConfigurationError
from tap_kustomer.tap import TapKustomer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from kustomer_sandbox import Organisation
    from support.sandboxes import SandboxMaker


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


# A key as Kustomer issues them: a JSON Web Token. What it begins with is no secret.
_HEADER = _encoded(b'{"alg":"HS256","typ":"JWT"}')
_CLAIMS = {
    "id": "65a0c1f2e4b0d1a2b3c4d5e6",
    "user": "65a0c1f2e4b0d1a2b3c4d5e7",
    "org": "65a0c1f2e4b0d1a2b3c4d5e8",
    "orgName": "a-shop",
    "userType": "machine",
    "roles": ["org.permission.customer.read", "org.permission.conversation.read"],
}
SECRET = f"{_encoded(json.dumps(_CLAIMS).encode())}.{_encoded(bytes(range(32)))}"
KEY = f"{_HEADER}.{SECRET}"

# Any such part of the secret would give a part of it away.
_PART = 12


def parts_in(text: str, secret: str = SECRET) -> list[str]:
    """The parts of the key that are found in a text, in small letters too, and encoded as such."""
    forms = [secret, *(base64.b64encode(form.encode()).decode() for form in (KEY, f"Bearer {KEY}"))]
    words = "\n".join(set(re.findall(r"[\w.+/=-]+", text.lower())))
    return [
        part
        for form in forms
        for part in (form[place : place + _PART] for place in range(len(form) - _PART + 1))
        if part.lower() in words
    ]


SEARCH = "/v1/customers/search"
TABLES = ("audit_logs", "brands", "company_tags", "note_ids", "tags", "team_members", "user_roles")

# Each is met once and asked again.
PASSING: tuple[dict[str, Any], ...] = (
    {"kind": "status", "status": 500, "path": "/v1/auth"},
    {"kind": "echo", "status": 500, "path": "/v1/brands"},
    {"kind": "echo", "status": 503, "body": "html", "path": "/v1/tags"},
    {"kind": "echo", "status": 200, "path": "/v1/users"},
    {"kind": "echo", "status": 200, "body": "html", "path": "/v1/users"},
    {"kind": "truncate", "path": SEARCH, "context": "company"},
    {"kind": "reset", "path": SEARCH, "context": "note"},
    {"kind": "not_json", "path": "/v1/audit-logs"},
)


def _echo(status: int, path: str, **more: Any) -> dict[str, Any]:
    return {"kind": "echo", "status": status, "path": path, "times": 0, **more}


class Case(NamedTuple):
    """One run of the command.

    Attributes:
        code: With which it ends.
        said: What has to be in its log, to be sure that what it is about has happened.
        faults: What the sandbox answers.
        config: Settings beside the address, the key and the summary's path.
        arguments: Without those for config and catalog.
        env: Environment variables.
        command: Runs in a process of its own; otherwise, the command runs in this process.
    """

    code: int
    said: str
    faults: Sequence[dict[str, Any]] = ()
    config: dict[str, Any] = {}  # noqa: RUF012  # Nobody changes it.
    arguments: Sequence[str] = ("--catalog", "catalog.json")
    env: dict[str, str] = {}  # noqa: RUF012  # The same.
    command: tuple[str | Path, ...] | None = None


# Python that ends the command with an error that nobody expects, deep inside, where the key is
# among the local variables.
DEFECT = """
from tap_kustomer.__main__ import main
from tap_kustomer.client.authenticator import BearerAuthenticator

def fail(self, r):
    header = f"Bearer {self.credential.token()}"
    raise ZeroDivisionError

BearerAuthenticator.__call__ = fail
main()
"""

CASES: dict[str, Case] = {
    "all goes well": Case(0, "Run finished"),
    "the installed command": Case(0, "Run finished", command=(COMMAND,)),
    "--discover": Case(0, "", arguments=["--discover"]),
    "--test": Case(0, "", arguments=["--test", "--catalog", "catalog.json"]),
    "--about": Case(0, "", arguments=["--about"]),
    "--version": Case(0, "", arguments=["--version"]),
    "no catalog": Case(0, "Run finished", arguments=[]),
    "faults that pass": Case(0, "Trying again", faults=PASSING),
    "faults at discovery": Case(
        0,
        "Trying again",
        faults=[_echo(502, "/v1/klasses", times=2), {"kind": "reset", "path": "/v1/metadata"}],
        arguments=["--discover"],
    ),
    "a dead key": Case(1, "does not accept the API key", faults=[_echo(401, "/v1/")]),
    "a dead key, --discover": Case(
        1, "[secret]", faults=[_echo(401, "/v1/")], arguments=["--discover"]
    ),
    "a dead key, --test": Case(
        1,
        "does not accept the API key",
        faults=[_echo(401, "/v1/")],
        arguments=["--test", "--catalog", "catalog.json"],
    ),
    "missing roles": Case(0, "[secret]", faults=[_echo(401, "/v1/tags"), _echo(403, "/v1/teams")]),
    "missing roles, --test": Case(
        1,
        "[secret]",
        faults=[_echo(403, "/v1/teams")],
        arguments=["--test", "--catalog", "catalog.json"],
    ),
    "a refusal": Case(1, "[secret]", faults=[_echo(400, "/v1/brands")]),
    "a fault that stays": Case(
        1, "[secret]", faults=[_echo(500, "/v1/brands")], config={"max_retry_seconds": 0}
    ),
    "wrong answers": Case(
        1, "wrong response", faults=[_echo(200, "/v1/brands")], config={"max_retry_seconds": 0}
    ),
    "a redirect to another host": Case(
        1, "redirected to", faults=[_echo(302, "/v1/brands", location="https://{key}.example/v1")]
    ),
    "a redirect to another path": Case(
        1,
        "an address that contains",
        faults=[_echo(302, "/v1/brands", location="/v1/brands?token={key}")],
    ),
    "a defect": Case(1, "ZeroDivisionError", command=(sys.executable, "-c", DEFECT)),
    "nobody at that address": Case(
        1, "refused", config={"api_url": "http://127.0.0.1:9", "max_retry_seconds": 0}
    ),
    "settings from the environment": Case(
        0,
        "Run finished",
        arguments=["--config", "ENV", "--catalog", "catalog.json"],
        env={"TAP_KUSTOMER_API_KEY": KEY},
    ),
    "the key in the URL": Case(1, "api_url", config={"api_url": f"https://me:{KEY}@example.com"}),
}

# Everything, from every logger.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"structured": {"()": "singer_sdk.logging.StructuredFormatter"}},
    "handlers": {"all": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"level": "DEBUG", "handlers": ["all"]},
}


class Written(NamedTuple):
    """All that a run has written, by where it has written it."""

    code: int
    output: str
    log: str
    summary: str


@pytest.fixture(scope="module")
def organisation(make_sandbox: SandboxMaker) -> Organisation:
    """What all cases read."""
    return make_sandbox(scale=0.05).organisation


@pytest.fixture
def run_case(
    make_sandbox: SandboxMaker,
    organisation: Organisation,
    catalog: dict[str, Any],
    tmp_path: Path,
) -> Callable[[Case], Written]:
    """Runs a case."""

    def run(case: Case) -> Written:
        sandbox = make_sandbox(organisation=organisation, api_key=KEY)
        for fault in case.faults:
            sandbox.fault(**fault)
        summary = tmp_path / "summary.json"
        files = {
            "config": {"api_url": sandbox.url, "api_key": KEY, "summary_path": str(summary)},
            "catalog": only(catalog, TABLES),
            "log": LOGGING,
        }
        files["config"] |= case.config
        for name, content in files.items():
            (tmp_path / f"{name}.json").write_text(json.dumps(content))
        arguments = ("--config", "config.json", *case.arguments)
        env = {"SINGER_SDK_LOG_CONFIG": "log.json", "TAP_KUSTOMER_LOGLEVEL": "DEBUG", **case.env}
        if case.command is None:
            ended = run_command(*arguments, cwd=tmp_path, env=env)
        else:
            ended = finish(start(*arguments, command=case.command, cwd=tmp_path, env=env))
        return Written(
            ended.code,
            ended.output.decode(),
            ended.log,
            summary.read_text() if summary.exists() else "",
        )

    return run


@pytest.mark.parametrize("name", CASES)
def test_the_key_is_in_nothing_that_a_run_writes(
    name: str, run_case: Callable[[Case], Written]
) -> None:
    case = CASES[name]

    run = run_case(case)

    assert run.code == case.code, run.log[-2_000:]
    assert case.said in run.log, run.log[-2_000:]
    for text in (run.output, run.log, run.summary):
        assert not parts_in(text)


def test_a_long_key_of_any_kind_is_hidden_before_a_response_is_shortened(
    make_sandbox: SandboxMaker,
) -> None:
    key = "".join(f"{number:02x}" for number in range(200))
    sandbox = make_sandbox(scale=0.05, api_key=key)
    sandbox.fault("echo", "/v1/", status=401, times=0)

    run = InProcess(sandbox)(catalog=catalog_of("brands"))

    assert run.code == 1
    assert "[secret]" in run.log
    assert not parts_in(run.log, key)


def test_the_log_has_what_all_loggers_say(run_case: Callable[[Case], Written]) -> None:
    run = run_case(CASES["a refusal"])

    assert "urllib3.connectionpool" in run.log
    assert '"level":"debug"' in run.log
    assert run.summary


@pytest.mark.parametrize(
    "text", [KEY, KEY.lower(), KEY[:80], KEY[-_PART:], base64.b64encode(f"Bearer {KEY}".encode())]
)
def test_what_gives_a_part_of_the_key_away_is_noticed(text: str | bytes) -> None:
    assert parts_in(f"'Authorization': {text!r}")


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"api_key": f"Bearer {KEY}"}, "api_key"),
        ({"api_key": f"{KEY}\n"}, "api_key"),
        ({"api_url": f"https://{KEY}@example.com"}, "api_url"),
        ({"api_url": f"https://example.com?token={KEY}"}, "api_url"),
        ({"api_key": "x", "api_url": f"https://me:{KEY}@example.com"}, "api_url"),
        ({"api_key": "x", "organization": KEY}, "organization"),
        ({"organization": KEY}, "organization"),
        ({"page_size": KEY}, "page_size"),
        ({"region": KEY}, "region"),
        ({"start_date": KEY}, "start_date"),
        ({"stream_maps": KEY}, "stream_maps"),
        ({"summary_path": f"{KEY}/summary.json"}, "summary_path"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_key_in_the_wrong_setting_is_not_shown(config: dict[str, Any], said: str) -> None:
    given = _ConfigInput(config={"api_key": KEY, **config})

    run = output_of(lambda: TapKustomer.invoke(config=given))

    assert run.code == 1
    assert said in run.log
    assert not parts_in(run.log)


def test_a_key_as_the_name_of_a_setting_is_not_shown() -> None:
    (warning,) = warnings_about({"api_key": KEY, KEY: "yes"}, ["api_key"])

    assert "is not known" in warning
    assert not parts_in(warning)


def test_a_key_that_is_a_number_in_the_environment_is_not_shown() -> None:
    with pytest.raises(ConfigurationError, match="page_size") as raised:
        check_environment({"TAP_KUSTOMER_API_KEY": KEY, "TAP_KUSTOMER_PAGE_SIZE": KEY}, SCHEMA)

    assert not parts_in(str(raised.value))
