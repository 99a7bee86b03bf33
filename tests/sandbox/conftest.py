"""A sandbox with a frozen clock, shared by the tests that only read it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
import requests

from kustomer_sandbox import Organisation, Sandbox
from support.frozen_sandbox import Ask, Asker, Maker, frozen_organisation

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def organisation() -> Organisation:
    """The default organisation; tests must not change it."""
    return frozen_organisation(scale=0.6, years=4)


@pytest.fixture(scope="session")
def shared_sandbox(organisation: Organisation) -> Iterator[Sandbox]:
    """A running sandbox without limits; tests must not change it."""
    with Sandbox(organisation, org_limit=0, search_limit=0) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def stopping() -> Iterator[list[threading.Thread]]:
    """Threads in which servers stop while other tests continue."""
    threads: list[threading.Thread] = []
    yield threads
    for thread in threads:
        thread.join()


@pytest.fixture
def sandbox_of(organisation: Organisation, stopping: list[threading.Thread]) -> Iterator[Maker]:
    """Function that starts sandboxes with options of their own."""
    running: list[Sandbox] = []

    def make(of: Organisation | None = None, **switches: Any) -> Sandbox:
        switches = {"org_limit": 0, "search_limit": 0, **switches}
        sandbox = Sandbox(of or organisation, **switches)
        sandbox.start()
        running.append(sandbox)
        return sandbox

    yield make
    for sandbox in running:
        thread = threading.Thread(target=sandbox.stop)
        thread.start()
        stopping.append(thread)


@pytest.fixture(scope="session")
def asker() -> Iterator[Asker]:
    """Function that makes functions to send requests to a sandbox with its key."""
    with requests.Session() as session:

        def of(sandbox: Sandbox) -> Ask:
            def ask(path: str, body: Any = None, key: str = "", **more: Any) -> Any:
                headers = {"Authorization": f"Bearer {key or sandbox.api_key}"}
                method = "GET" if body is None else "POST"
                url = sandbox.url + path
                return session.request(method, url, json=body, headers=headers, timeout=10, **more)

            return ask

        yield of


@pytest.fixture
def ask(shared_sandbox: Sandbox, asker: Asker) -> Ask:
    """Function that sends requests to the shared sandbox."""
    return asker(shared_sandbox)
