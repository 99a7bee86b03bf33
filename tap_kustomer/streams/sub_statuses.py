"""Sub-statuses: the organisation's own states within open, snoozed and done."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.fields import Shape, boolean, text
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import CREATION_AND_CHANGE, CREATOR_AND_EDITOR, ORG


class SubStatuses(KustomerStream):
    """One row for each sub-status of conversations and of custom objects.

    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "sub_statuses"
    group = Group.SETTINGS
    resource_type = "sub_status"
    foreign_keys = ("sub_status_id",)
    # The list holds those of one kind of object.
    source = PagedList(
        "/v1/sub-statuses", variants=({"resource": "conversation"}, {"resource": "kobject"})
    )
    roles = (
        "org.permission.sub_status.read",
        "org.permission.conversation.read",
        "org.permission.kobject.read",
        "org.user.conversation.read",
        "org.user.kobject.read",
        "org.admin.sub_status.read",
        "org.admin.content.sub_status.read",
    )
    shape = Shape(
        attributes=(
            text("label", "Name of the sub-status as people see it."),
            text("description", "What the sub-status means."),
            text("parentStatus", "Status that it is a part of: open, snoozed or done."),
            text("resourceType", "Kind of object that can have it: conversation or kobject."),
            boolean("default", "Whether it is the default within its status."),
            *CREATION_AND_CHANGE,
        ),
        relationships=(ORG, *CREATOR_AND_EDITOR),
    )
