"""Spam senders: whose e-mails always, or never, count as spam."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.fields import Shape, boolean, text
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import (
    CREATION_AND_CHANGE,
    CREATOR_AND_EDITOR,
    DELETED_BY,
    DELETION,
    ORG,
)


class SpamSenders(KustomerStream):
    """One row for each sender on one of the two lists. Holds personal e-mail addresses.

    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "spam_senders"
    group = Group.SETTINGS
    resource_type = "sender"
    source = PagedList(
        "/v1/spam/senders",
        variants=({"includeDeleted": "true"},),
        optional_params=frozenset({"includeDeleted"}),
    )
    roles = ("org.permission.spam.read", "org.admin.spam.read")
    shape = Shape(
        attributes=(
            text("sender", "E-mail address of the sender."),
            text("channel", "Channel that it is about: email."),
            text("list", "List that contains the sender: whitelist (never spam) or blacklist."),
            boolean("automated", "Whether Kustomer added the sender automatically."),
            *CREATION_AND_CHANGE,
            *DELETION,
        ),
        relationships=(ORG, *CREATOR_AND_EDITOR, DELETED_BY),
    )
