"""The tap as an installed command, against a sandbox."""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from kustomer_sandbox import Sandbox
from support.singer_output import Output, Runner, select

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KEY = "a-key-that-nobody-may-see"

# Budgets that the tap learns from the headers, so that it need not pace itself as much as it would
# with Kustomer: the more searches a minute, the shorter the tests.
GENEROUS: dict[str, Any] = {
    "org_limit": 60_000,
    "search_limit": 150,
    "ratelimit_scope": "search",
}


class SandboxMaker(Protocol):
    """Starts sandboxes that stop when the tests are done."""

    def __call__(self, *, scale: float = ..., **more: Any) -> Sandbox: ...


@pytest.fixture(scope="session")
def make_sandbox() -> Iterator[SandboxMaker]:
    """A maker of sandboxes that leave the pace to the tap."""
    running: list[Sandbox] = []

    def make(*, scale: float = 0.1, **more: Any) -> Sandbox:
        switches = {**GENEROUS, "api_key": KEY, **more}
        # To the limits a minute passes with each request: they refuse none.
        sandbox = Sandbox(scale=scale, monotonic=itertools.count(step=61).__next__, **switches)
        sandbox.start()
        running.append(sandbox)
        return sandbox

    yield make
    for sandbox in running:
        sandbox.stop()


@pytest.fixture(scope="session")
def runner_for(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Sandbox], Runner]:
    """A maker of runners."""

    def directory() -> Path:
        return tmp_path_factory.mktemp("run")

    return lambda sandbox: Runner(sandbox.url, sandbox.api_key, directory)


@pytest.fixture(scope="session")
def standing_sandbox(make_sandbox: SandboxMaker) -> Sandbox:
    """A sandbox that tests only read."""
    return make_sandbox(scale=0.2)


@pytest.fixture(scope="session")
def tap(standing_sandbox: Sandbox, runner_for: Callable[[Sandbox], Runner]) -> Runner:
    """Runs the tap against the sandbox that stands still."""
    return runner_for(standing_sandbox)


@pytest.fixture(scope="session")
def discovered(tap: Runner) -> Output:
    """What `--discover` writes."""
    return tap("--discover")


@pytest.fixture(scope="session")
def catalog(discovered: Output) -> dict[str, Any]:
    """The catalog that `--discover` writes."""
    assert discovered.code == 0, discovered.log
    found: dict[str, Any] = json.loads(discovered.output)
    return found


@pytest.fixture(scope="session")
def full_run(tap: Runner) -> Output:
    """A run without catalog and state: everything."""
    return tap()


@pytest.fixture(scope="session")
def ties(
    make_sandbox: SandboxMaker,
    runner_for: Callable[[Sandbox], Runner],
    catalog: dict[str, Any],
) -> tuple[Sandbox, Output]:
    """A sandbox in which half of the messages share one time, and a run of that table."""
    sandbox = make_sandbox(scale=0.6, ties={"message": 1200}, shuffle_ties=True)
    return sandbox, runner_for(sandbox)(catalog=select(catalog, ["messages"]))
