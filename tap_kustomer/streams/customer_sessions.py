"""Customer sessions: visits of customers to the organisation's pages."""

from __future__ import annotations

from tap_kustomer.reading.sources import PerParent
from tap_kustomer.shaping.fields import Shape, integer, text, time, to_one
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.customers import Customers
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.parts import ORG


class CustomerSessions(KustomerStream):
    """One row for each tracking session of a customer. Costs one request per changed customer.

    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "customer_sessions"
    group = Group.CUSTOMERS
    resource_type = "customer_session"
    foreign_keys = ("customer_session_id",)
    selected_by_default = False
    source = PerParent(parent=Customers.source, path="/v1/customers/{id}/sessions")
    roles = ("org.permission.event.read", "org.user.event.read")
    shape = Shape(
        parent="customer",
        attributes=(
            text("sessionId", "Id by which the events of the session refer to it."),
            time("firstEventAt", "When the first event of the session happened."),
            time("lastEventAt", "When the latest event of the session happened."),
            integer("count", "Number of events in the session."),
        ),
        relationships=(ORG, to_one("customer", "Customer whose session it is.")),
    )
    joins = (
        Join("session_id", None),  # Its own.
    )
