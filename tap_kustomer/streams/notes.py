"""Notes: what agents write to each other about a customer's matter."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList, Search
from tap_kustomer.shaping.derived import Derived, references, values_of
from tap_kustomer.shaping.fields import Shape, anything, array, custom, text, texts, to_many, to_one
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import (
    CREATION_AND_CHANGE,
    CREATOR_AND_EDITOR,
    DELETED_BY,
    DELETION,
    IMPORTED_AT,
    ORG,
)


class Notes(KustomerStream):
    """One row for each internal note, which the customer does not see.

    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "notes"
    group = Group.CONVERSATIONS
    resource_type = "note"
    singular = "note"
    source = Search("note", archived=False, fallback=PagedList("/v1/notes"))
    roles = ("org.permission.note.read", "org.user.note.read")
    shape = Shape(
        attributes=(
            text("body", "Text of the note, up to 10,240 characters."),
            text("lang", "Language of the note."),
            text("externalId", "Identifier of the note in another system."),
            texts("createdByTeams", "Ids of the teams of the user who wrote the note."),
            array(
                "attachments",
                "Files attached to the note, each with _id, name, contentType and contentLength.",
                anything("", "One file."),
            ),
            *CREATION_AND_CHANGE,
            IMPORTED_AT,
            custom("Custom attributes of the note."),
            *DELETION,
        ),
        relationships=(
            ORG,
            to_one("customer", "Customer that the note is about."),
            to_one("conversation", "Conversation that the note belongs to."),
            to_many(
                "teamMentions",
                "Ids of the teams that the note mentions, if they are listed apart from users.",
            ),
            to_many("userMentions", "Ids of the users, possibly of teams too, that it mentions."),
            *CREATOR_AND_EDITOR,
            DELETED_BY,
        ),
    )
    derived = (
        Derived(
            "note_user_mentions",
            "One row for each user that a note mentions.",
            (text("userId", "Id of the user."),),
            references("userMentions", named="userId", exclude=("team",)),
        ),
        Derived(
            "note_team_mentions",
            "One row for each team that a note mentions.",
            (text("teamId", "Id of the team."),),
            # Whether teams are listed among the users or apart from them is not documented.
            references("userMentions", "teamMentions", named="teamId", only=("team",)),
        ),
        values_of(
            "note_created_by_teams",
            "createdByTeams",
            text("teamId", "Id of the team."),
            "One row for each team of the user who wrote a note.",
        ),
        values_of(
            "note_attachments",
            "attachments",
            text("attachment", "The file; as JSON if it is not a string."),
            "One row for each file attached to a note.",
        ),
    )
