"""Mistakes in settings and files: the tap ends with one line that explains them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from support.tap_process import LONGEST_RUN, start

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

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


@pytest.fixture(scope="module")
def processes(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    """All cases, started together because each takes a second to start."""
    directory = tmp_path_factory.mktemp("settings")
    for name, content in FILES.items():
        (directory / name).write_text(content)
    started = {
        case: _start(arguments, env, directory) for case, (arguments, env, _) in CASES.items()
    }
    yield started
    for process in started.values():
        process.kill()
        process.communicate()


def _start(arguments: list[str], env: dict[str, str], cwd: Path) -> subprocess.Popen[bytes]:
    return start(*arguments, env={"TAP_KUSTOMER_LOGLEVEL": "ERROR", **env}, cwd=cwd)


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_of_the_user_ends_with_exit_code_1_and_one_line(
    case: str, processes: dict[str, subprocess.Popen[bytes]]
) -> None:
    output, log = processes[case].communicate(timeout=LONGEST_RUN)
    lines = log.decode().splitlines()

    assert processes[case].returncode == 1
    assert output == b""
    assert len(lines) == 1, log.decode()
    assert "Traceback" not in lines[0]
    assert KEY not in lines[0]
    assert all(part in lines[0] for part in CASES[case][2]), lines[0]


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        ("TAP_KUSTOMER_PAGE_SIZE=5-", b"Setting page_size: '5-' was given"),
        ("TAP_KUSTOMER_FLATTENING_MAX_DEPTH=deep", b"Setting flattening_max_depth: 'deep' was"),
    ],
)
def test_variables_are_read_from_the_env_file_of_the_working_directory(
    variable: str, said: bytes, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(f"TAP_KUSTOMER_API_KEY={KEY}\n{variable}\n")

    run = _start(["--config", "ENV"], {}, tmp_path)
    _, log = run.communicate(timeout=LONGEST_RUN)

    assert run.returncode == 1
    assert log.count(b"\n") == 1
    assert said in log
