"""What tests over real sockets have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.scripted_server import Server
from support.virtual_time import VirtualClock

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()
