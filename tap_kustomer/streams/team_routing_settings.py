"""Team routing settings: which queues a team works on, and how much at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.derived import Derived, references, values
from tap_kustomer.shaping.fields import (
    Shape,
    boolean,
    integer,
    structure,
    text,
    texts,
    to_many,
    to_one,
)
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import CREATION_AND_CHANGE, CREATOR_AND_EDITOR, ORG

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_kustomer.resource import Resource
    from tap_kustomer.shaping.derived import Items


def _of_team(*ways: Callable[[Resource], Items]) -> Callable[[Resource], Items]:
    """Values of the settings, with the team's id: that of the settings is another.

    Args:
        ways: Find the values; the first way that finds any counts.
    """

    def with_team(settings: Resource) -> Items:
        team: str | None = None
        match settings:
            case {"relationships": {"team": {"data": {"id": str(id_)}}}}:
                team = id_
        found = (find(settings) for find in ways)
        return [{"teamId": team, **value} for value in next(filter(None, found), [])]

    return with_team


class TeamRoutingSettings(KustomerStream):
    """One row for each team whose routing was set up at least once. Its id is not that of the team.

    Kustomer gives the queues as a relationship, and elsewhere as an attribute; `team_queues` has
    both.
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
            replace(
                texts("queues", "The same as queues, where Kustomer sends it as an attribute."),
                column="queue_ids",
            ),
            texts(
                "externalQueues",
                "Names of the queues in other systems, such as amazon-connect; one at most.",
            ),
            integer("workItemCapacity", "How much work each user of the team can have at once."),
            structure("capacity", "Capacity of the team's users; its keys are undocumented."),
            *CREATION_AND_CHANGE,
        ),
        relationships=(
            ORG,
            to_one("team", "Team that the settings are for."),
            to_many("queues", "Ids of the queues that the team works on, 10 at most."),
            *CREATOR_AND_EDITOR,
        ),
    )
    derived = (
        Derived(
            "team_queues",
            "One row for each queue that a team works on.",
            (text("teamId", "Id of the team."), text("queueId", "Id of the queue.")),
            _of_team(references("queues", named="queueId"), values("queues", named="queueId")),
        ),
        Derived(
            "team_external_queues",
            "One row for each queue in another system that a team works on.",
            (
                text("teamId", "Id of the team."),
                text("externalQueue", "Name of the queue, such as amazon-connect."),
            ),
            _of_team(values("externalQueues", named="externalQueue")),
        ),
    )
