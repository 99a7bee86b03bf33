"""Notifications: what Kustomer tells a user, for example that a conversation was assigned."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.fields import Shape, structure, text, to_one
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import CREATION_AND_CHANGE, CREATOR_AND_EDITOR, ORG


class Notifications(KustomerStream):
    """One row for each notification of the API key's own user in the last 7 days.

    Nearly always empty, as Kustomer rarely notifies a machine. There is no list of other users'
    notifications.
    Source: https://developer.kustomer.com/api/settings-and-configurations
    """

    name = "notifications"
    group = Group.PEOPLE
    resource_type = "notification"
    source = PagedList("/v1/notifications")
    # Any key may read them.
    roles = ()
    shape = Shape(
        attributes=(
            text("name", "Event that the notification is about."),
            text("status", "Whether it is read or unread."),
            structure("event", "Copy of the event, as it happened."),
            *CREATION_AND_CHANGE,
        ),
        relationships=(ORG, *CREATOR_AND_EDITOR, to_one("user", "User who is notified.")),
    )
