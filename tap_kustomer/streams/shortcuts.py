"""Shortcuts: prepared replies, and the changes to a conversation that go with them."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.derived import related
from tap_kustomer.shaping.fields import (
    Field,
    Shape,
    anything,
    array,
    boolean,
    integer,
    mapping,
    structure,
    text,
    texts,
    to_many,
    to_one,
)
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.parts import (
    CREATION_AND_CHANGE,
    CREATOR_AND_EDITOR,
    DELETED,
    DELETED_BY,
    ORG,
    REV,
)


def _change(source: str, description: str, value: Field) -> Field:
    operator = text("operator", "How it changes: append, remove or replace.")
    return structure(source, description, operator, value)


class Shortcuts(KustomerStream):
    """One row for each prepared reply that agents can insert.

    Source: https://developer.kustomer.com/api/settings-and-configurations
    """

    name = "shortcuts"
    group = Group.TEXTS
    resource_type = "shortcut"
    foreign_keys = ("shortcut_id",)
    singular = "shortcut"
    source = PagedList(
        "/v1/shortcuts",
        variants=({"deleted": "all"},),
        optional_params=frozenset({"deleted"}),
    )
    roles = (
        "org.permission.shortcut.read",
        "org.user.content.shortcut.read",
        "org.user.shortcut.read",
        "org.admin.content.shortcut.read",
        "org.admin.shortcut.read",
    )
    shape = Shape(
        attributes=(
            text("name", "Name of the shortcut."),
            structure(
                "draft",
                "The reply as it is inserted.",
                text("text", "Text of the reply, in Markdown, up to 10,240 characters."),
                text("template", "Template of the reply."),
            ),
            structure(
                "payload",
                "The reply as the editor keeps it.",
                structure(
                    "text",
                    "The reply's text in the form of the Draft.js editor.",
                    array(
                        "blocks",
                        "Paragraphs of the text.",
                        structure(
                            "",
                            "One paragraph.",
                            text("key", "Key of the paragraph."),
                            text("text", "Text of the paragraph."),
                            text("type", "Kind of paragraph, such as a list item."),
                            integer("depth", "Depth of indentation."),
                            array(
                                "inlineStyleRanges",
                                "Styled stretches of the paragraph.",
                                structure(
                                    "",
                                    "One stretch.",
                                    integer("offset", "Where it starts, in characters."),
                                    integer("length", "How long it is, in characters."),
                                    text("style", "Name of the style, such as BOLD."),
                                ),
                            ),
                            array(
                                "entityRanges",
                                "Stretches of the paragraph that are a link, a picture or similar.",
                                structure(
                                    "",
                                    "One stretch.",
                                    integer("offset", "Where it starts, in characters."),
                                    integer("length", "How long it is, in characters."),
                                    integer("key", "Key of the entity in the map of entities."),
                                ),
                            ),
                            structure("data", "Further details of the paragraph."),
                        ),
                    ),
                    mapping(
                        "entityMap",
                        "Links, pictures and similar, by their key.",
                        structure(
                            "",
                            "One entity.",
                            text("type", "Kind of entity, such as LINK."),
                            text("mutability", "Whether its text can be edited."),
                            structure("data", "Details of the entity, such as its address."),
                        ),
                    ),
                ),
            ),
            structure(
                "conversation",
                "Changes that the shortcut makes to the conversation.",
                _change("name", "Change of the subject.", text("value", "The new subject.")),
                _change("tags", "Change of the tags.", texts("value", "Tags to change.")),
                _change("status", "Change of the status.", text("value", "open or done.")),
                _change("subStatus", "Change of the sub-status.", text("value", "Its id.")),
                _change("snooze", "Change of the snooze.", text("value", "Id of the option.")),
                _change("queue", "Change of the queue.", anything("value", "The new queue.")),
                _change("assignedUsers", "Change of the users.", texts("value", "Their ids.")),
                _change("assignedTeams", "Change of the teams.", texts("value", "Their ids.")),
                mapping(
                    "custom",
                    "Changes of custom attributes, by their name.",
                    anything("", "One change."),
                ),
            ),
            boolean("isPrivate", "Whether only some users and teams can use it."),
            boolean("appDisabled", "Whether the app that brought the shortcut has been disabled."),
            *CREATION_AND_CHANGE,
            DELETED,
            REV,
        ),
        relationships=(
            ORG,
            to_one("parent", "Category that the shortcut belongs to."),
            to_many("accessUsers", "Ids of the users who can use a private shortcut."),
            to_many("accessTeams", "Ids of the teams that can use a private shortcut."),
            to_many("attachments", "Ids of the files that the shortcut attaches."),
            *CREATOR_AND_EDITOR,
            DELETED_BY,
        ),
    )
    derived = (
        related(
            "shortcut_access_users",
            "accessUsers",
            text("userId", "Id of the user."),
            "One row for each user who can use a private shortcut.",
        ),
        related(
            "shortcut_access_teams",
            "accessTeams",
            text("teamId", "Id of the team."),
            "One row for each team that can use a private shortcut.",
        ),
        related(
            "shortcut_attachments",
            "attachments",
            text("attachmentId", "Id of the file."),
            "One row for each file that a shortcut attaches.",
        ),
    )
    joins = (
        Join("parent_id", "shortcut_categories.id"),
        Join("shortcut_attachments.attachment_id", None),  # Of a file of its own.
    )
