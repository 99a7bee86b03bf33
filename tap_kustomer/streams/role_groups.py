"""Role groups: named sets of roles, which the app calls permission sets."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.derived import values_of
from tap_kustomer.shaping.fields import Shape, boolean, text, texts
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import CREATED_AT, ORG, UPDATED_AT


class RoleGroups(KustomerStream):
    """One row for each permission set; users have one at most, and more through their teams.

    Source: https://developer.kustomer.com/api/access-management/get-all-role-groups
    """

    name = "role_groups"
    group = Group.PEOPLE
    resource_type = "role_group"
    foreign_keys = ("role_group_id",)
    singular = "role_group"
    source = PagedList("/v1/role-groups")
    # Any key may read them.
    roles = ()
    shape = Shape(
        attributes=(
            text("name", "Name of the permission set."),
            text("description", "What the permission set is for."),
            boolean("display", "Whether the app shows the permission set."),
            boolean("system", "Whether Kustomer itself made the permission set."),
            texts("roles", "Roles that the permission set grants."),
            CREATED_AT,
            UPDATED_AT,
        ),
        relationships=(ORG,),
    )
    derived = (
        values_of(
            "role_group_roles",
            "roles",
            text("role", "Name of the role."),
            "One row for each role that a permission set gives.",
        ),
    )
