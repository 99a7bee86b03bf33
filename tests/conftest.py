"""Fixtures of several packages of tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import hypothesis
import pytest

from support.signal_handlers import signals_kept

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest_plugins = ["support.object_store", "support.postgres"]

# On a busy machine, an example may take any time.
hypothesis.settings.register_profile("any speed", hypothesis.settings(), deadline=None)
hypothesis.settings.load_profile("any speed")


@pytest.fixture
def signals() -> Iterator[None]:
    """Restores the handlers of signals after a test with a tap."""
    with signals_kept():
        yield
