"""Team routing settings: which queues a team works on, and how much at once."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.fields import Shape, boolean, texts, to_one
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.parts import (
    CREATED_AT,
    CREATED_BY,
    MODIFIED_AT,
    MODIFIED_BY,
    ORG,
    UPDATED_AT,
)


class TeamRoutingSettings(KustomerStream):
    """One row for each team whose routing was ever set up. Its id is not that of the team.

    Under which names the capacity is given is not documented: it stands in `_extra`. That the
    team is the relationship `team` is assumed.
    Source: https://developer.kustomer.com/api/queues-and-routing
    """

    name = "team_routing_settings"
    source = PagedList("/v1/routing/settings")
    roles = ("org.permission.routing.read", "org.user.routing.read")
    shape = Shape(
        attributes=(
            boolean("enabled", "Whether conversations are routed to the team."),
            texts("queues", "Ids of the queues that the team works on, 10 at most."),
            texts(
                "externalQueues",
                "Names of the queues in other systems, such as amazon-connect; one at most.",
            ),
            CREATED_AT,
            UPDATED_AT,
            MODIFIED_AT,
        ),
        relationships=(
            ORG,
            to_one("team", "Team that the settings are for."),
            CREATED_BY,
            MODIFIED_BY,
        ),
    )
