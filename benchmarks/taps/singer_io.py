"""Singer.io's tap-kustomer from PyPI, pointed at another server.

It runs in an environment of its own: it has the same import name as this tap, and pins old
versions of what both need. Its address is a constant, so that has to be set from outside. The
address is the first argument; all others are the tap's.
"""

# ruff: noqa: INP001  # Scripts, no package.
from __future__ import annotations

import importlib
import sys
from typing import Any

address = sys.argv.pop(1)
# By its name only: for whoever checks types, that is this tap.
tap: Any = importlib.import_module("tap_kustomer")
start = tap.KustomerClient.__init__


def start_elsewhere(client: Any, *given: Any, **more: Any) -> None:
    """Have a client ask the given server."""
    start(client, *given, **more)
    client.base_url = f"{address}/v1"


tap.KustomerClient.__init__ = start_elsewhere
tap.main()
