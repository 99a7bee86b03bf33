"""An organisation whose clock is frozen, for the tests of the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import requests

from kustomer_sandbox import Clock, Organisation, Sandbox
from kustomer_sandbox.times import milliseconds

START = datetime(2026, 6, 1, 12, tzinfo=UTC)
NOW = milliseconds(START)

Ask = Callable[..., requests.Response]
Asker = Callable[[Sandbox], Ask]
Maker = Callable[..., Sandbox]


def frozen_organisation(**more: Any) -> Organisation:
    """Return an organisation whose clock is frozen."""
    return Organisation(started_at=NOW, clock=Clock(frozen=NOW), **more)
