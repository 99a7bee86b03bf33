"""Users: the people and machines that work in Kustomer."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.derived import values_of
from tap_kustomer.shaping.fields import Shape, boolean, custom, text, texts, time
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import (
    CREATION_AND_CHANGE,
    CREATOR_AND_EDITOR,
    DELETED_BY,
    DELETION,
    ORG,
)


class Users(KustomerStream):
    """One row for each user: agents, administrators and API keys, deactivated ones included.

    Source: https://developer.kustomer.com/api/access-management/get-users
    """

    name = "users"
    group = Group.PEOPLE
    resource_type = "user"
    foreign_keys = (
        "user_id",
        "accepted_by_id",
        "assigned_to_id",
        "assigned_user_id",
        "created_by_id",
        "deleted_by_id",
        "ended_by_id",
        "handle_by_id",
        "locked_by_id",
        "modified_by_id",
        "pinned_by_id",
        "published_by_id",
        "redacted_by_id",
        "routed_to_id",
        "sent_by_id",
    )
    singular = "user"
    # The list holds either active or deactivated users; its filters can't be combined.
    source = PagedList(
        "/v1/users", page_size=500, variants=({"deleted": "false"}, {"deleted": "true"})
    )
    roles = ("org.permission.user.read", "org.user.read")
    secrets = ("password",)
    shape = Shape(
        attributes=(
            text("name", "Full name of the user."),
            text("displayName", "Name under which customers see the user."),
            text("userType", "Kind of user: user, machine, limited (collaborator) or hourly."),
            text("email", "E-mail address under which the user signs in."),
            boolean("isEmailValid", "Whether e-mails reach the address."),
            text("verifiedEmailStatus", "How far the verification of the address is."),
            time("emailVerifiedAt", "When the address was last verified."),
            time("firstEmailVerifiedAt", "When an address of the user was first verified."),
            text("mobile", "Mobile telephone number of the user."),
            text("avatarUrl", "Address of the user's picture."),
            text("emailSignature", "Signature beneath the user's e-mails, as HTML."),
            texts("roles", "Roles that the user has."),
            texts("roleGroups", "Ids of the permission sets that the user has."),
            time("firstLoginAt", "When the user first signed in."),
            time("mostRecentLoginAt", "When the user last signed in."),
            *CREATION_AND_CHANGE,
            custom("Custom attributes of the user."),
            *DELETION,
        ),
        relationships=(ORG, *CREATOR_AND_EDITOR, DELETED_BY),
    )
    derived = (
        values_of(
            "user_roles",
            "roles",
            text("role", "Name of the role."),
            "One row for each role of a user.",
        ),
        values_of(
            "user_role_groups",
            "roleGroups",
            text("roleGroupId", "Id of the permission set."),
            "One row for each permission set of a user.",
        ),
    )
