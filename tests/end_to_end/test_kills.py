"""Signals and full disks at awkward moments: whole lines, a last STATE, and the right exit code."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from support.singer_output import Output, Runner, check, check_messages, finish, held_after, only
from support.tap_process import COMMAND, LONGEST_RUN, environment, start

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from kustomer_sandbox import Sandbox
    from support.sandboxes import SandboxMaker
    from support.tap_in_process import InProcess

if sys.platform != "linux":
    pytest.skip("pipes differ elsewhere", allow_module_level=True)

import fcntl
import resource
import termios

SIGNALS = (signal.SIGTERM, signal.SIGINT)

# How long the end may take, in seconds.
LONGEST_END = 5.0

# The most that the tap writes into a pipe that nobody reads, and less than these tables have.
FULL = 900_000
LARGE = ("conversations", "customers", "messages", "notes")


def until(is_so: Callable[[], bool]) -> None:
    """Wait for something that only another process can do."""
    end = time.monotonic() + LONGEST_RUN
    while not is_so():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


def unread(process: subprocess.Popen[bytes]) -> int:
    """How many bytes stand in the pipe behind a running tap."""
    assert process.stdout is not None
    answer = bytearray(4)
    fcntl.ioctl(process.stdout, termios.FIONREAD, answer)
    return int.from_bytes(answer, sys.byteorder)


def end_by(process: subprocess.Popen[bytes], signals: Sequence[int]) -> Output:
    """Send signals to a tap, the later ones while it ends already, and return its output."""
    for number in signals:
        process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.5)
    process.wait(LONGEST_END - 0.5 * len(signals))
    return finish(process)


def check_resumed(run: Output, later: Output, whole: Output) -> None:
    """Check that two runs together give what one whole run gives."""
    assert "Traceback" not in run.log
    check(later)
    held = held_after(later.messages, run.held())
    for table in later.streams:
        assert held[table] == whole.held()[table]


@pytest.mark.parametrize(
    "signals",
    [
        pytest.param((signal.SIGTERM,), id="SIGTERM", marks=pytest.mark.thorough),
        pytest.param((signal.SIGINT,), id="SIGINT", marks=pytest.mark.thorough),
        pytest.param(SIGNALS, id="SIGTERM and SIGINT"),
    ],
)
def test_a_signal_while_the_pipe_is_full_and_stays_so_loses_nothing(
    command: Runner,
    tap: InProcess,
    full_run: Output,
    catalog: dict[str, Any],
    signals: Sequence[signal.Signals],
) -> None:
    chosen = only(catalog, LARGE)
    process = command.start(catalog=chosen)
    until(lambda: unread(process) > FULL)

    run = end_by(process, signals)

    assert run.code - 128 in signals
    assert "ERROR" not in run.log
    assert run.messages[-1]["type"] == "STATE"
    for table, records in run.held().items():
        latest = max(record["updated_at"] for record in records.values())
        assert run.bookmark(table) >= latest, "the state lies behind the last record"
    check_resumed(run, tap(catalog=chosen, state=run.state()), full_run)


def test_a_killed_run_leaves_whole_lines_but_for_the_last(
    command: Runner, tap: InProcess, full_run: Output, catalog: dict[str, Any]
) -> None:
    chosen = only(catalog, LARGE)
    process = command.start(catalog=chosen)
    until(lambda: unread(process) > FULL)

    killed = end_by(process, [signal.SIGKILL])

    assert killed.code == -signal.SIGKILL
    whole, _, _ = killed.output.rpartition(b"\n")
    run = Output(killed.code, whole + b"\n", killed.log)
    check_resumed(run, tap(catalog=chosen, state=run.state()), full_run)


@pytest.mark.parametrize(
    ("arguments", "path", "number"),
    [
        pytest.param(
            *(arguments, path, number),
            id=f"{' '.join(arguments) or 'sync'}, {number.name}",
            marks=[pytest.mark.thorough] * (number != by_default),
        )
        for arguments, path, by_default in (
            (["--discover"], "/v1/klasses", signal.SIGTERM),
            ([], "/v1/metadata/", signal.SIGINT),
            (["--test"], "/v1/auth/", signal.SIGTERM),
        )
        for number in SIGNALS
    ],
)
def test_a_signal_before_there_is_anything_to_write_ends_the_run_at_once(
    make_sandbox: SandboxMaker,
    command_for: Callable[[Sandbox], Runner],
    number: signal.Signals,
    arguments: list[str],
    path: str,
) -> None:
    sandbox = make_sandbox(scale=0.05)
    sandbox.fault("slow", path, seconds=30)
    process = command_for(sandbox).start(*arguments)
    until(lambda: not sandbox.api.faults.waiting)

    run = end_by(process, [number])

    assert run.code == 128 + number, run.log
    assert "Traceback" not in run.log
    assert not run.output


# A module that sends a signal to its own process as soon as the tap imports its first library.
SIGNALLED = """
import os
import sys

class Finder:
    def find_spec(name, path=None, target=None):
        if name == "singer_sdk":
            os.kill(os.getpid(), {number})

sys.meta_path.insert(0, Finder)
from tap_kustomer.__main__ import main
main()
"""


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_while_the_tap_is_loaded_ends_it_without_a_word(number: signal.Signals) -> None:
    code = SIGNALLED.format(number=int(number))

    run = finish(start("--version", command=(sys.executable, "-c", code)))

    assert run == Output(128 + number, b"", "")


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_in_a_long_pause_ends_the_run_at_once(
    make_sandbox: SandboxMaker,
    command_for: Callable[[Sandbox], Runner],
    catalog: dict[str, Any],
    number: signal.Signals,
) -> None:
    sandbox = make_sandbox(scale=0.05)
    sandbox.fault("status", "/v1/brands", status=429, retry_after=50)
    process = command_for(sandbox).start(catalog=only(catalog, ["brands"]))
    until(lambda: not sandbox.api.faults.waiting)

    run = end_by(process, [number])

    assert run.code == 128 + number, run.log
    check_messages(run, is_whole=False)


# Full disks


def run_into(
    path: Path | str, arguments: Sequence[str | Path], env: Mapping[str, str], largest: int = -1
) -> Output:
    """Run the tap with a file as its output, which may grow to so many bytes."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    with open(path, "wb") as output:  # noqa: PTH123  # A device is no file.
        process = subprocess.Popen(  # noqa: S603
            [COMMAND, *arguments],
            stdout=output,
            stderr=subprocess.PIPE,
            env=environment(**env),
            preexec_fn=limit if largest >= 0 else None,  # noqa: PLW1509  # No threads start here.
        )
        _, log = process.communicate(timeout=LONGEST_RUN)
    return Output(process.returncode, b"", log.decode())


@pytest.fixture
def arguments(
    standing_sandbox: Sandbox, catalog: dict[str, Any], tmp_path: Path
) -> list[str | Path]:
    files = {
        "config": {"api_url": standing_sandbox.url, "api_key": standing_sandbox.api_key},
        "catalog": only(catalog, LARGE),
    }
    named: list[str | Path] = []
    for name, content in files.items():
        (tmp_path / name).write_text(json.dumps(content))
        named += [f"--{name}", tmp_path / name]
    return named


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_disk_without_any_room_is_an_error_of_one_line(
    arguments: list[str | Path], unbuffered: str
) -> None:
    run = run_into("/dev/full", arguments, {"PYTHONUNBUFFERED": unbuffered})

    assert run.code == 1, run.log
    (error,) = run.logged("ERROR")
    assert "No space left on device" in error
    assert "Traceback" not in run.log
    assert "Exception ignored" not in run.log


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_disk_that_becomes_full_leaves_a_state_to_go_on_from(  # noqa: PLR0913, PLR0917
    tap: InProcess,
    full_run: Output,
    catalog: dict[str, Any],
    arguments: list[str | Path],
    tmp_path: Path,
    unbuffered: str,
) -> None:
    path = tmp_path / "output"

    failed = run_into(path, arguments, {"PYTHONUNBUFFERED": unbuffered}, largest=FULL)

    assert failed.code == 1, failed.log
    (error,) = failed.logged("ERROR")
    assert "can't be written to" in error
    assert "Exception ignored" not in failed.log
    whole, _, _ = path.read_bytes().rpartition(b"\n")
    run = Output(failed.code, whole + b"\n", failed.log)
    later = tap(catalog=only(catalog, LARGE), state=run.state())
    check_resumed(run, later, full_run)
