"""Spam senders: whose e-mails are always, or never, taken for spam."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.fields import Shape, boolean, text
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.parts import (
    CREATED_AT,
    CREATED_BY,
    DELETED,
    DELETED_AT,
    DELETED_BY,
    MODIFIED_AT,
    MODIFIED_BY,
    ORG,
    UPDATED_AT,
)


class SpamSenders(KustomerStream):
    """One row for each sender on one of the two lists. Holds personal e-mail addresses.

    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "spam_senders"
    source = PagedList("/v1/spam/senders")
    roles = ("org.permission.spam.read", "org.admin.spam.read")
    shape = Shape(
        attributes=(
            text("sender", "E-mail address of the sender."),
            text("channel", "Channel that it is about: email."),
            text("list", "List that it stands on: whitelist (never spam) or blacklist."),
            boolean("automated", "Whether Kustomer itself put it there."),
            CREATED_AT,
            UPDATED_AT,
            MODIFIED_AT,
            DELETED,
            DELETED_AT,
        ),
        relationships=(ORG, CREATED_BY, MODIFIED_BY, DELETED_BY),
    )
