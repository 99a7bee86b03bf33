"""What tests of several packages need."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest_plugins = ["support.object_store", "support.postgres"]

# How long an example takes says nothing on a machine that does other work as well.
hypothesis.settings.register_profile("any speed", hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("any speed")


@pytest.fixture
def signals() -> Iterator[None]:
    """A tap takes the signals of its process."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
