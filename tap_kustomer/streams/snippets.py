"""Snippets: short texts in several languages that messages and forms refer to by key."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.derived import Derived, entries
from tap_kustomer.shaping.fields import Shape, boolean, mapping, structure, text
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import CREATION_AND_CHANGE, CREATOR_AND_EDITOR, ORG


class Snippets(KustomerStream):
    """One row for each snippet, with its text in every language.

    Source: https://developer.kustomer.com/api/settings-and-configurations
    """

    name = "snippets"
    group = Group.TEXTS
    resource_type = "snippet"
    singular = "snippet"
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
            text("name", "Name of the snippet."),
            text("app", "App that brought the snippet."),
            text("description", "What the snippet is for."),
            text("category", "Category of the snippet."),
            text("source", "The language that the others are translated from (assumed)."),
            mapping(
                "langs",
                "The text in each language, such as en_us.",
                structure(
                    "",
                    "The text in one language.",
                    text("value", "The text."),
                    boolean("outdated", "Whether the text is older than the original's."),
                ),
            ),
            boolean("deleted", "Whether the snippet was deleted."),
            *CREATION_AND_CHANGE,
        ),
        relationships=(ORG, *CREATOR_AND_EDITOR),
    )
    derived = (
        Derived(
            "snippet_languages",
            "One row for each language of a snippet.",
            (
                text("lang", "The language, such as en_us."),
                text("value", "The text in that language."),
                boolean("outdated", "Whether the text is older than the original's."),
            ),
            entries("langs", named="lang"),
        ),
    )
