"""Fixtures of several test files of the client."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.scripted_server import Server
from support.sign_ins import Kustomer
from support.virtual_time import VirtualClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from requests_mock import Mocker


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture(params=[True, False], ids=["rotating", "not rotating"])
def kustomer(
    requests_mock: Mocker, clock: VirtualClock, request: pytest.FixtureRequest
) -> Kustomer:
    return Kustomer(requests_mock, clock, rotates=request.param)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The token file."""
    return tmp_path / "tokens.json"
