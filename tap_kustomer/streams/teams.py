"""Teams: groups of users that conversations are assigned to."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.derived import values_of
from tap_kustomer.shaping.fields import Shape, text, texts
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.parts import (
    CREATED_AT,
    CREATED_BY,
    DELETED,
    DELETED_AT,
    DELETED_BY,
    IMPORTED_AT,
    MODIFIED_AT,
    MODIFIED_BY,
    ORG,
    UPDATED_AT,
)


class Teams(KustomerStream):
    """One row for each team, with the ids of its members.

    Source: https://developer.kustomer.com/api/access-management/get-teams
    """

    name = "teams"
    singular = "team"
    source = PagedList("/v1/teams", page_size=500)
    roles = ("org.permission.team.read",)
    shape = Shape(
        attributes=(
            text("name", "Name of the team."),
            text("displayName", "Name under which the app shows the team."),
            text("icon", "Icon of the team."),
            text("externalId", "Identifier of the team in another system."),
            texts("members", "Ids of the users who belong to the team."),
            texts("roleGroups", "Ids of the permission sets that the team gives its members."),
            CREATED_AT,
            UPDATED_AT,
            MODIFIED_AT,
            IMPORTED_AT,
            DELETED,
            DELETED_AT,
        ),
        relationships=(ORG, CREATED_BY, MODIFIED_BY, DELETED_BY),
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
