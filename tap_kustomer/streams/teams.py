"""Teams: groups of users that conversations are assigned to."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.derived import values_of
from tap_kustomer.shaping.fields import Shape, text, texts
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import (
    CREATION_AND_CHANGE,
    CREATOR_AND_EDITOR,
    DELETED_BY,
    DELETION,
    IMPORTED_AT,
    ORG,
)


class Teams(KustomerStream):
    """One row for each team, with the ids of its members.

    Source: https://developer.kustomer.com/api/access-management/get-teams
    """

    name = "teams"
    group = Group.PEOPLE
    resource_type = "team"
    foreign_keys = (
        "team_id",
        "assigned_team_id",
    )
    singular = "team"
    source = PagedList(
        "/v1/teams",
        page_size=500,
        variants=({}, {"deleted": "true"}),
        optional_params=frozenset({"deleted"}),
    )
    roles = ("org.permission.team.read",)
    shape = Shape(
        attributes=(
            text("name", "Name of the team."),
            text("displayName", "Name under which the app shows the team."),
            text("icon", "Icon of the team."),
            text("externalId", "Identifier of the team in another system."),
            texts("members", "Ids of the users who belong to the team."),
            texts("roleGroups", "Ids of the permission sets that the team gives its members."),
            *CREATION_AND_CHANGE,
            IMPORTED_AT,
            *DELETION,
        ),
        relationships=(ORG, *CREATOR_AND_EDITOR, DELETED_BY),
    )
    derived = (
        values_of(
            "team_members",
            "members",
            text("userId", "Id of the user."),
            "One row for each member of a team.",
        ),
        values_of(
            "team_role_groups",
            "roleGroups",
            text("roleGroupId", "Id of the permission set."),
            "One row for each permission set of a team.",
        ),
    )
