"""The tap, whole, against a sandbox: as the installed command, and in this process."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from kustomer_sandbox import Sandbox
from support.command_in_process import RunnerInProcess
from support.sandboxes import SandboxMaker, generous_sandbox
from support.singer_output import Output, Runner, everything, select
from support.tap_in_process import InProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KEY = "a-key-that-nobody-may-see"


@pytest.fixture(scope="session")
def make_sandbox() -> Iterator[SandboxMaker]:
    """Starts sandboxes that refuse no request for its rate."""
    running: list[Sandbox] = []

    def make(*, scale: float = 0.1, **more: Any) -> Sandbox:
        sandbox = generous_sandbox(scale=scale, **{"api_key": KEY, **more})
        sandbox.start()
        running.append(sandbox)
        return sandbox

    yield make
    # Each takes a moment to end its connections.
    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(Sandbox.stop, running))


@pytest.fixture(scope="session")
def new_directory(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Makes a directory for the files of a run."""
    return lambda: tmp_path_factory.mktemp("run")


@pytest.fixture(scope="session")
def command_for(new_directory: Callable[[], Path]) -> Callable[[Sandbox], Runner]:
    """Runs the installed command against a sandbox."""
    return lambda sandbox: Runner(sandbox.url, sandbox.api_key, new_directory)


@pytest.fixture(scope="session")
def standing_sandbox(make_sandbox: SandboxMaker) -> Sandbox:
    """A sandbox that tests only read. Some rows were changed and deleted before."""
    sandbox = make_sandbox(scale=0.14)
    sandbox.advance(90)
    return sandbox


@pytest.fixture(scope="session")
def command(standing_sandbox: Sandbox, command_for: Callable[[Sandbox], Runner]) -> Runner:
    """Runs the installed command against the sandbox that stands still."""
    return command_for(standing_sandbox)


@pytest.fixture(scope="session")
def command_in_process(
    standing_sandbox: Sandbox, new_directory: Callable[[], Path]
) -> RunnerInProcess:
    """Runs the command in this process against the sandbox that stands still."""
    return RunnerInProcess(standing_sandbox.url, standing_sandbox.api_key, new_directory)


@pytest.fixture(scope="session")
def tap(standing_sandbox: Sandbox) -> InProcess:
    """Runs the tap in this process against the sandbox that stands still."""
    return InProcess(standing_sandbox)


@pytest.fixture(scope="session")
def discovered(command_in_process: RunnerInProcess) -> Output:
    """What `--discover` writes."""
    return command_in_process("--discover")


@pytest.fixture(scope="session")
def catalog(discovered: Output) -> dict[str, Any]:
    """The catalog that `--discover` writes: some tables are not selected in it."""
    assert discovered.code == 0, discovered.log
    found: dict[str, Any] = json.loads(discovered.output)
    return found


@pytest.fixture(scope="session")
def full_run(tap: InProcess, catalog: dict[str, Any]) -> Output:
    """A run without state in which every table is selected."""
    return tap(catalog=everything(catalog))


@pytest.fixture(scope="session")
def ties(
    make_sandbox: SandboxMaker,
    catalog: dict[str, Any],
) -> tuple[Sandbox, Output]:
    """A sandbox in which half of the messages share one time, and a run of that table."""
    sandbox = make_sandbox(scale=0.6, ties={"message": 1200}, shuffle_ties=True)
    return sandbox, InProcess(sandbox)(catalog=select(catalog, ["messages"]))
