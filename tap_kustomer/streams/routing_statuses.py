"""Routing statuses: what users set to say whether they take work."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.fields import Shape, boolean, text
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import CREATION_AND_CHANGE, CREATOR_AND_EDITOR, ORG


class RoutingStatuses(KustomerStream):
    """One row for each status, such as Available or Lunch; work sessions refer to its id.

    Source: https://developer.kustomer.com/api/queues-and-routing
    """

    name = "routing_statuses"
    group = Group.WORK
    resource_type = "status"
    foreign_keys = ("status_id",)
    source = PagedList("/v1/routing/statuses")
    roles = (
        "org.permission.routing_status.read",
        "org.permission.routing.read",
        "org.user.routing.read",
    )
    shape = Shape(
        attributes=(
            text("name", "Name of the status."),
            text("statusType", "What it means for routing: available, busy, unavailable, offline."),
            text("description", "What the status means to users."),
            boolean("enabled", "Whether the status is in use."),
            boolean("routable", "Whether work is routed to a user in this status."),
            boolean("selectable", "Whether users can choose the status."),
            text("externalId", "Identifier of the status in another system."),
            boolean("system", "Whether Kustomer itself made the status."),
            *CREATION_AND_CHANGE,
        ),
        relationships=(ORG, *CREATOR_AND_EDITOR),
    )
