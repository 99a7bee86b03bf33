"""Standard output and standard error that are closed, full or abandoned, or not in UTF-8."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from support.singer_output import Output, Runner, check, finish, only
from support.tap_process import COMMAND, LONGEST_RUN, environment, start

if TYPE_CHECKING:
    from pathlib import Path

    from kustomer_sandbox import Sandbox

if sys.platform != "linux":
    pytest.skip("devices differ elsewhere", allow_module_level=True)

# No locale is in UTF-8, as on Windows; Python would make one of the C locale.
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": ""}


def shell(redirection: str, *arguments: str, env: dict[str, str]) -> Output:
    """The result of a tap whose standard streams a shell has set up."""
    return finish(
        start(*arguments, command=("sh", "-c", f'exec "$0" "$@" {redirection}', COMMAND), env=env)
    )


@pytest.fixture
def settings(standing_sandbox: Sandbox) -> dict[str, str]:
    """The environment variables that `--config ENV` reads."""
    return {
        "TAP_KUSTOMER_API_URL": standing_sandbox.url,
        "TAP_KUSTOMER_API_KEY": standing_sandbox.api_key,
    }


@pytest.mark.parametrize("arguments", [(), ("--discover",)], ids=["sync", "--discover"])
def test_a_reader_that_takes_one_line_is_named_as_the_reason(
    command: Runner, arguments: tuple[str, ...]
) -> None:
    process = command.start(*arguments)
    assert process.stdout is not None
    process.stdout.read(1)
    process.stdout.close()
    _, log = process.communicate(timeout=LONGEST_RUN)
    run = Output(process.returncode, b"", log.decode())

    assert run.code == 1
    (error,) = run.logged("ERROR")
    assert "The program that reads the tap's output has ended" in error
    assert "Traceback" not in run.log
    assert "Exception ignored" not in run.log


@pytest.mark.parametrize(
    "arguments",
    [("--discover",), pytest.param(("--about",), marks=pytest.mark.thorough), ("--version",)],
    ids=str,
)
def test_a_full_disk_is_an_error_of_one_line_whatever_is_written(
    arguments: tuple[str, ...], settings: dict[str, str]
) -> None:
    run = shell(">/dev/full", *arguments, "--config", "ENV", env=settings)

    assert run.code == 1, run.log
    (error,) = run.logged("ERROR")
    assert "No space left on device" in error
    assert "Traceback" not in run.log
    assert "Exception ignored" not in run.log


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        pytest.param(("--discover",), marks=pytest.mark.thorough),
        pytest.param(("--about",), marks=pytest.mark.thorough),
    ],
    ids=str,
)
def test_a_closed_output_is_an_error_of_one_line(
    arguments: tuple[str, ...], settings: dict[str, str]
) -> None:
    run = shell(">&-", *arguments, "--config", "ENV", env=settings)

    assert run.code == 1
    assert run.log.startswith("Standard output is closed; expected ")
    assert run.log.count("\n") == 1


@pytest.mark.parametrize("redirection", ["2>&-", "2>/dev/full"])
def test_a_log_that_nobody_can_have_does_no_harm(
    redirection: str, catalog: dict[str, Any], settings: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "catalog.json").write_text(json.dumps(only(catalog, ["notes"])), encoding="utf-8")
    arguments = ("--config", "ENV", "--catalog", str(tmp_path / "catalog.json"))

    run = shell(redirection, *arguments, env=settings)

    check(run)
    assert run.records("notes")


def test_a_terminal_that_is_closed_does_not_end_the_run(
    settings: dict[str, str], catalog: dict[str, Any], full_run: Output, tmp_path: Path
) -> None:
    (tmp_path / "catalog.json").write_text(
        json.dumps(only(catalog, ["brands", "notes"])), encoding="utf-8"
    )
    ours, theirs = pty.openpty()
    process = subprocess.Popen(  # noqa: S603
        [COMMAND, "--config", "ENV", "--catalog", tmp_path / "catalog.json"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=environment(TERM="xterm", **settings),
    )
    os.close(theirs)
    drawn = b""
    while b"1/2 brands" not in drawn:
        drawn += os.read(ours, 65_536)
    os.close(ours)
    output, _ = process.communicate(timeout=LONGEST_RUN)
    run = Output(process.returncode, output, "")

    check(run)
    assert run.records("notes") == full_run.records("notes")


# Encodings


def test_a_catalog_means_the_same_in_every_locale(
    command: Runner, catalog: dict[str, Any], tmp_path: Path
) -> None:
    chosen = only(catalog, ["companies"])
    custom = chosen["streams"][0]["schema"]["properties"]["custom"]["properties"]
    custom["größe_num"] = {"type": ["number", "null"]}
    path = tmp_path / "catalog.json"
    path.write_text(json.dumps(chosen, ensure_ascii=False), encoding="utf-8")

    run = command("--catalog", str(path), env=ASCII)

    check(run)
    assert "größe_num" in run.schema("companies")["schema"]["properties"]["custom"]["properties"]


@pytest.mark.parametrize("arguments", [("--discover",), ("--about", "--format=json")], ids=str)
def test_output_is_utf_8_whatever_the_locale(command: Runner, arguments: tuple[str, ...]) -> None:
    run = command(*arguments, env={**ASCII, "PYTHONIOENCODING": "utf-16"})

    assert run.code == 0
    assert json.loads(run.output.decode("utf-8"))


def test_what_ascii_lacks_is_escaped_in_the_log(command: Runner) -> None:
    run = command(region="größe", env=ASCII)

    assert run.code == 1
    (error,) = run.logged("ERROR")
    assert "gr\\xf6\\xdfe" in error
    assert "Traceback" not in run.log


def test_a_check_of_access_is_shown_on_a_terminal_without_utf_8(
    settings: dict[str, str],
) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(  # noqa: S603
        [COMMAND, "--config", "ENV", "--test"],
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env=environment(TERM="xterm", **settings, **ASCII),
    )
    os.close(theirs)
    shown = b""
    with suppress(OSError):
        while block := os.read(ours, 65_536):
            shown += block
    os.close(ours)

    assert process.wait() == 0, shown
    assert b"conversations" in shown
    assert b"Traceback" not in shown


# Warnings


def test_a_warning_of_a_library_fails_no_run(command: Runner, catalog: dict[str, Any]) -> None:
    run = command(catalog=only(catalog, ["notes"]), env={"PYTHONWARNINGS": "error"})

    check(run)
