"""Team routing settings: which queues a team works on, and how much at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.derived import Derived, values
from tap_kustomer.shaping.fields import Shape, boolean, text, texts, to_one
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import CREATION_AND_CHANGE, CREATOR_AND_EDITOR, ORG

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_kustomer.resource import Resource
    from tap_kustomer.shaping.derived import Items


def _of_team(attribute: str, named: str) -> Callable[[Resource], Items]:
    """Values of the settings, with the team's id: that of the settings is another."""
    find = values(attribute, named=named)

    def with_team(settings: Resource) -> Items:
        team: str | None = None
        match settings:
            case {"relationships": {"team": {"data": {"id": str(found)}}}}:
                team = found
        return [{"teamId": team, **value} for value in find(settings)]

    return with_team


class TeamRoutingSettings(KustomerStream):
    """One row for each team whose routing was set up at least once. Its id is not that of the team.

    Under which names the capacity is given is not documented: it is in `_extra`. That the
    team is the relationship `team` is assumed.
    Source: https://developer.kustomer.com/api/queues-and-routing
    """

    name = "team_routing_settings"
    group = Group.WORK
    resource_type = "team_routing_settings"
    foreign_keys = ("routing_settings_id",)
    singular = "team_routing_settings"
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
            *CREATION_AND_CHANGE,
        ),
        relationships=(
            ORG,
            to_one("team", "Team that the settings are for."),
            *CREATOR_AND_EDITOR,
        ),
    )
    derived = (
        Derived(
            "team_queues",
            "One row for each queue that a team works on.",
            (text("teamId", "Id of the team."), text("queueId", "Id of the queue.")),
            _of_team("queues", named="queueId"),
        ),
        Derived(
            "team_external_queues",
            "One row for each queue in another system that a team works on.",
            (
                text("teamId", "Id of the team."),
                text("externalQueue", "Name of the queue, such as amazon-connect."),
            ),
            _of_team("externalQueues", named="externalQueue"),
        ),
    )
