"""All endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustomer_sandbox.handlers import (
    account,
    audit_logs,
    children,
    custom_objects,
    records,
    searching,
    settings,
)

if TYPE_CHECKING:
    from kustomer_sandbox.handlers.call import Endpoint

# The first matching path answers: fixed names before ids.
ENDPOINTS: tuple[Endpoint, ...] = (
    *account.ENDPOINTS,
    *searching.ENDPOINTS,
    *audit_logs.ENDPOINTS,
    *custom_objects.ENDPOINTS,
    *children.ENDPOINTS,
    *settings.ENDPOINTS,
    *records.ENDPOINTS,
)
