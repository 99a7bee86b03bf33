"""Customer session events: what customers did on the organisation's pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_kustomer.reading.sources import PerParent, id_of
from tap_kustomer.shaping.fields import Shape
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.customer_sessions import CustomerSessions
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.parts import CUSTOMER_EVENT, CUSTOMER_EVENT_OF

if TYPE_CHECKING:
    from collections.abc import Mapping


def session_of(session: Mapping[str, Any]) -> str | None:
    """What identifies a session in paths: its `sessionId`, not the record's id."""
    match session:
        case {"attributes": {"sessionId": str(session_id)}} if session_id:
            return session_id
    return id_of(session)


class CustomerSessionEvents(KustomerStream):
    """One row for each event of a customer's session.

    Costs one request per session of each changed customer. Rows never change; `published_at`
    orders them.
    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "customer_session_events"
    group = Group.CUSTOMERS
    resource_type = "customer_event"
    selected_by_default = False
    source = PerParent(
        parent=CustomerSessions.source,
        path="/v1/customers/{parent_id}/sessions/{id}/events",
        path_id=session_of,
    )
    roles = ("org.permission.event.read", "org.user.event.read")
    shape = Shape(
        parent="customer_session",
        root="customer",
        attributes=CUSTOMER_EVENT,
        relationships=CUSTOMER_EVENT_OF,
    )
    joins = (Join("session_id", "customer_sessions.session_id"),)
