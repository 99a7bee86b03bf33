"""Mistakes in settings and files: the tap ends with one line that explains them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from support.command_in_process import run_command
from support.singer_output import finish
from support.tap_process import start

if TYPE_CHECKING:
    from pathlib import Path

    from support.singer_output import Output

KEY = "the-key-that-nobody-may-see"

GOOD = {"api_key": KEY, "api_url": "http://127.0.0.1:9"}
BAD = {"api_key": KEY, "page_size": 5_000, "api_url": "http://127.0.0.1:9"}
FILES: dict[str, str] = {
    "good.json": json.dumps(GOOD),
    "bad.json": json.dumps(BAD),
    "line_break.json": json.dumps({**GOOD, "api_key": f"{KEY}\n"}),
    "fraction.json": json.dumps({**GOOD, "page_size": 50.5}),
    "broken.json": f'{{"api_key": "{KEY}", ',
    "list.json": "[]",
    "empty.json": "",
    "null.json": "null",
    "bad_maps.json": json.dumps({**GOOD, "stream_maps": 5}),
}
# Arguments, environment, and parts of the one line of output.
CASES: dict[str, tuple[list[str], dict[str, str], list[str]]] = {
    "sync": (["--config", "bad.json"], {}, ["page_size", "5000", "from 1 to 500"]),
    "discover": (["--config", "bad.json", "--discover"], {}, ["page_size", "5000", "500"]),
    "test": (["--config", "bad.json", "--test"], {}, ["page_size", "5000", "500"]),
    "catalog": (
        ["--config", "good.json", "--catalog", "broken.json"],
        {},
        ["--catalog", "broken.json", "JSON"],
    ),
    "nothing": ([], {}, ["api_key", "missing"]),
    "key with a line break": (["--config", "line_break.json"], {}, ["api_key", "line breaks"]),
    "fraction": (["--config", "fraction.json"], {}, ["Setting page_size: 50.5 was given"]),
    "missing config": (["--config", "absent.json"], {}, ["--config", "absent.json"]),
    "config is a directory": (["--config", "."], {}, ["--config", "."]),
    "config is no JSON": (["--config", "broken.json"], {}, ["--config", "JSON"]),
    "config is null": (["--config", "null.json"], {}, ["--config", "JSON object"]),
    "state is no JSON": (
        ["--config", "good.json", "--state", "broken.json"],
        {},
        ["--state", "broken.json", "JSON"],
    ),
    "empty state": (
        ["--config", "good.json", "--state", "empty.json"],
        {},
        ["--state", "empty.json", "is empty", "last whole line"],
    ),
    "missing state": (
        ["--config", "good.json", "--state", "absent.json"],
        {},
        ["--state", "absent.json", "can't be read", "last whole line"],
    ),
    "two states": (
        ["--config", "good.json", "--state", "list.json", "--state", "null.json"],
        {},
        ["--state", "list.json, null.json", "one file"],
    ),
    "two catalogs": (
        ["--config", "good.json", "--catalog", "list.json", "--catalog", "null.json", "--discover"],
        {},
        ["--catalog", "list.json, null.json", "one file"],
    ),
    "log level": (
        ["--config", "good.json"],
        {"TAP_KUSTOMER_LOGLEVEL": "chatty"},
        ["TAP_KUSTOMER_LOGLEVEL", "chatty", "WARNING"],
    ),
    "log configuration is no YAML": (
        ["--config", "good.json"],
        {"SINGER_SDK_LOG_CONFIG": "broken.json"},
        ["SINGER_SDK_LOG_CONFIG", "broken.json", "YAML"],
    ),
    "log configuration is empty": (
        ["--config", "good.json"],
        {"SINGER_SDK_LOG_CONFIG": "empty.json"},
        ["SINGER_SDK_LOG_CONFIG", "empty.json", "expected a file"],
    ),
    "state is a list": (
        ["--config", "good.json", "--state", "list.json"],
        {},
        ["--state", "list.json", "JSON object"],
    ),
    "setting of the SDK": (
        ["--config", "bad_maps.json"],
        {},
        ["stream_maps", "a number", "object"],
    ),
    "number in the environment": (
        ["--config", "ENV"],
        {"TAP_KUSTOMER_API_KEY": KEY, "TAP_KUSTOMER_PAGE_SIZE": "5000"},
        ["page_size", "5000", "from 1 to 500"],
    ),
    "no number in the environment": (
        ["--config", "ENV"],
        {"TAP_KUSTOMER_API_KEY": KEY, "TAP_KUSTOMER_PAGE_SIZE": "many"},
        ["page_size", "many", "from 1 to 500"],
    ),
}


LOG_LEVEL = {"TAP_KUSTOMER_LOGLEVEL": "ERROR"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The working directory, with the files that the arguments name."""
    for name, content in FILES.items():
        (tmp_path / name).write_text(content)
    return tmp_path


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_of_the_user_ends_with_exit_code_1_and_one_line(case: str, folder: Path) -> None:
    arguments, env, parts = CASES[case]

    run = run_command(*arguments, env={**LOG_LEVEL, **env}, cwd=folder)

    check_line(run, parts)


def test_the_installed_command_ends_with_exit_code_1_and_one_line_too(folder: Path) -> None:
    arguments, env, parts = CASES["sync"]

    run = finish(start(*arguments, env={**LOG_LEVEL, **env}, cwd=folder))

    check_line(run, parts)


def check_line(run: Output, parts: list[str]) -> None:
    lines = run.log.splitlines()

    assert run.code == 1
    assert run.output == b""
    assert len(lines) == 1, run.log
    assert "Traceback" not in lines[0]
    assert KEY not in lines[0]
    assert all(part in lines[0] for part in parts), lines[0]


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        ("TAP_KUSTOMER_PAGE_SIZE=5-", "Setting page_size: '5-' was given"),
        ("TAP_KUSTOMER_FLATTENING_MAX_DEPTH=deep", "Setting flattening_max_depth: 'deep' was"),
    ],
)
def test_variables_are_read_from_the_env_file_of_the_working_directory(
    variable: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(f"TAP_KUSTOMER_API_KEY={KEY}\n{variable}\n")

    run = run_command("--config", "ENV", env=LOG_LEVEL, cwd=tmp_path)

    assert run.code == 1
    assert run.log.count("\n") == 1
    assert said in run.log
