"""Sandboxes that refuse no request for its rate."""

from __future__ import annotations

import itertools
from typing import Any, Protocol

from kustomer_sandbox import Sandbox


class SandboxMaker(Protocol):
    """Starts sandboxes that stop when the tests are done."""

    def __call__(self, *, scale: float = ..., **more: Any) -> Sandbox: ...


def generous_sandbox(**more: Any) -> Sandbox:
    """Make a sandbox with budgets that no run exhausts.

    The tap learns them from the headers, so that it waits less than with Kustomer.

    Args:
        more: Arguments of `Sandbox`, which override these.
    """
    generous: dict[str, Any] = {
        "org_limit": 60_000,
        "search_limit": 150,
        "ratelimit_scope": "search",
        # Each request comes in another minute of the limits, so none is refused.
        "monotonic": itertools.count(step=61).__next__,
    }
    return Sandbox(**{**generous, **more})
