"""What answers each path."""

from __future__ import annotations

from kustomer_sandbox.handlers import (
    account,
    audit_logs,
    children,
    custom_objects,
    records,
    searching,
    settings,
)
from kustomer_sandbox.handlers.call import Call, Endpoint

__all__ = ["ENDPOINTS", "Call", "Endpoint"]

# The first path that fits answers: fixed names before ids.
ENDPOINTS: tuple[Endpoint, ...] = (
    *account.ENDPOINTS,
    *searching.ENDPOINTS,
    *audit_logs.ENDPOINTS,
    *custom_objects.ENDPOINTS,
    *children.ENDPOINTS,
    *settings.ENDPOINTS,
    *records.ENDPOINTS,
)
