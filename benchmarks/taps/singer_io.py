"""Run Singer.io's tap-kustomer from PyPI against another server.

It needs an environment of its own, because it has the same import name as this tap and pins old
versions of shared dependencies. Kustomer's address is a constant in it, so it is replaced here. The
address is the first argument; the others are the tap's.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

address = sys.argv.pop(1)
# By name, because for the type checker this module is this repository's tap.
tap: Any = importlib.import_module("tap_kustomer")
start = tap.KustomerClient.__init__


def start_elsewhere(client: Any, *given: Any, **more: Any) -> None:
    """Create a client of the given server."""
    start(client, *given, **more)
    client.base_url = f"{address}/v1"


tap.KustomerClient.__init__ = start_elsewhere
tap.main()
