"""A local stand-in for Kustomer's REST API."""

from __future__ import annotations

from kustomer_sandbox.app import create_app
from kustomer_sandbox.clock import Clock
from kustomer_sandbox.faults import Fault
from kustomer_sandbox.options import Options
from kustomer_sandbox.organisation import Organisation
from kustomer_sandbox.secret import SECRET
from kustomer_sandbox.server import Sandbox

__all__ = ["SECRET", "Clock", "Fault", "Options", "Organisation", "Sandbox", "create_app"]
