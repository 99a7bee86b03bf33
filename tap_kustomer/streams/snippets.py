"""Snippets: short texts in several languages that messages and forms refer to by key."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.fields import Shape, text
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import CREATION_AND_CHANGE, CREATOR_AND_EDITOR, ORG


class Snippets(KustomerStream):
    """One row for each snippet, with its text in every language.

    A snippet has one text a language and a language that the others are translated from. Under
    which names is not documented, so that both are in `_extra`.
    Source: https://developer.kustomer.com/api/settings-and-configurations
    """

    name = "snippets"
    group = Group.TEXTS
    resource_type = "snippet"
    source = PagedList("/v1/snippets")
    roles = (
        "org.permission.snippet.read",
        "org.user.content.snippet.read",
        "org.user.snippet.read",
        "org.admin.content.snippet.read",
        "org.admin.snippet.read",
    )
    shape = Shape(
        attributes=(
            text(
                "key",
                "Key such as sn.org.chat.greeting; those that Kustomer made begin sn.kustomer.",
            ),
            *CREATION_AND_CHANGE,
        ),
        relationships=(ORG, *CREATOR_AND_EDITOR),
    )
