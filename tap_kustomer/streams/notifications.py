"""Notifications: what Kustomer tells a user, such as that a conversation was assigned."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.fields import Shape, structure, text, to_one
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.parts import (
    CREATED_AT,
    CREATED_BY,
    MODIFIED_AT,
    MODIFIED_BY,
    ORG,
    UPDATED_AT,
)


class Notifications(KustomerStream):
    """One row for each notification of the API key's own user in the last 7 days.

    Nearly always empty, as hardly anyone tells a machine anything. Kustomer has no list of those
    of other users.
    Source: https://developer.kustomer.com/api/settings-and-configurations
    """

    name = "notifications"
    source = PagedList("/v1/notifications")
    # Any key may read them.
    roles = ()
    shape = Shape(
        attributes=(
            text("name", "Event that the notification is about."),
            text("status", "Whether it is read or unread."),
            structure("event", "Copy of the event, as it happened."),
            CREATED_AT,
            UPDATED_AT,
            MODIFIED_AT,
        ),
        relationships=(ORG, CREATED_BY, MODIFIED_BY, to_one("user", "User who is told.")),
    )
