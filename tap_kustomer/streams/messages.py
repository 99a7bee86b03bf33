"""Messages: what customers and the organisation wrote to each other."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList, Search
from tap_kustomer.shaping.derived import related, rows_of, values_of
from tap_kustomer.shaping.fields import (
    Shape,
    array,
    boolean,
    custom,
    integer,
    number,
    structure,
    text,
    texts,
    time,
    to_many,
    to_one,
)
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.parts import (
    CREATION_AND_CHANGE,
    CREATOR_AND_EDITOR,
    DELETION,
    FIRST_COMPANY,
    FIRST_DELIVERED,
    IMPORTED_AT,
    MESSAGE_META,
    ORG,
    PLACE,
    REV,
    SENTIMENT,
)


class Messages(KustomerStream):
    """One row for each message, in or out, whatever its channel. Its text is in `preview`.

    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "messages"
    group = Group.CONVERSATIONS
    resource_type = "message"
    foreign_keys = ("message_id",)
    singular = "message"
    source = Search("message", fallback=PagedList("/v1/messages"))
    metadata_resource = "message"
    roles = ("org.permission.message.read", "org.user.message.read")
    shape = Shape(
        attributes=(
            # What was said.
            text("subject", "Subject of the message."),
            text("preview", "Text of the message, up to 10,240 characters."),
            text("lang", "Language of the message."),
            SENTIMENT,
            array(
                "intentDetections",
                "Intents that Kustomer detected in the message.",
                structure(
                    "",
                    "One intent.",
                    text("intent", "Name of the intent."),
                    number("confidence", "How sure the detection is."),
                    text("resolutionType", "How the intent is to be resolved."),
                ),
            ),
            array(
                "reactions",
                "Reactions to the message.",
                structure(
                    "",
                    "One reaction.",
                    text("subjectId", "Id of the user or customer who reacted."),
                    text("subjectType", "Who reacted: customer or user."),
                    text("name", "Kind of reaction, such as love."),
                    time("createdAt", "When the reaction was given."),
                ),
            ),
            texts("tags", "Ids of the message's tags; no message is known to have any."),
            custom("Custom attributes that the organisation has defined for messages."),
            # Which way it went.
            text(
                "channel",
                (
                    "Channel: email, sms, chat, facebook, twitter-dm, twitter-tweet, voice, "
                    "instagram, instagram-comment, whatsapp or form."
                ),
            ),
            text("app", "App that carried the message, such as postmark."),
            text("externalId", "Identifier of the message in the system that carried it."),
            text("related", "Identifier of the message that this one refers to."),
            text("source", "What sent the message automatically: bulk or satisfaction."),
            boolean("auto", "Whether the message was sent automatically."),
            text("direction", "Direction: in from the customer or out to the customer."),
            text(
                "directionType",
                (
                    "Role of the message in the exchange: initial-in, initial-out, response-in, "
                    "response-out, followup-in or followup-out."
                ),
            ),
            integer("size", "Size of the message; its unit is undocumented."),
            MESSAGE_META,
            structure("location", "Where the message was sent from.", *PLACE),
            # Its state.
            structure(
                "reference",
                "Message that this one answers or forwards.",
                text("message", "Id of the message."),
                text("type", "How this one relates to it: reply, replyAll or forward."),
            ),
            texts("kbArticles", "Ids of the knowledge base articles that were used."),
            text("status", "State of the message: sent, received or error."),
            structure(
                "error",
                "Why the message could not be sent.",
                number("status", "Status code of the error."),
                text("code", "Code of the error."),
                text("title", "Short description of the error."),
                text("detail", "Long description of the error."),
                structure("source", "What in the request caused the error."),
                structure("meta", "Further details of the error."),
                structure("links", "Where more about the error can be found."),
            ),
            time("errorAt", "When sending the message failed."),
            FIRST_DELIVERED,
            structure(
                "firstRead",
                "First time that the customer read the message.",
                time("timestamp", "When it was read."),
            ),
            boolean("redacted", "Whether text of the message was redacted."),
            time("redactedAt", "When text of the message was redacted."),
            boolean("spam", "Whether the message is spam."),
            # Who and how fast.
            FIRST_COMPANY,
            texts("createdByTeams", "Ids of the teams of the user who wrote the message."),
            texts("assignedUsers", "Ids of the users that the conversation was assigned to."),
            texts("assignedTeams", "Ids of the teams that the conversation was assigned to."),
            integer("responseTime", "Wait for this response, in milliseconds (assumed)."),
            integer(
                "responseBusinessTime",
                "Wait for this response within business hours, in milliseconds (assumed).",
            ),
            # When.
            time("sentAt", "When the message was sent."),
            *CREATION_AND_CHANGE,
            IMPORTED_AT,
            *DELETION,
            REV,
        ),
        relationships=(
            ORG,
            to_one("customer", "Customer who wrote or received the message."),
            to_one("conversation", "Conversation that the message belongs to."),
            *CREATOR_AND_EDITOR,
            to_one("redactedBy", "User who redacted text of the message."),
            to_many("shortcuts", "Ids of the shortcuts that were used to write the message."),
            to_many("attachments", "Ids of the files attached to the message."),
        ),
    )
    derived = (
        related(
            "message_shortcuts",
            "shortcuts",
            text("shortcutId", "Id of the shortcut."),
            "One row for each shortcut that was used to write a message.",
        ),
        related(
            "message_attachments",
            "attachments",
            text("attachmentId", "Id of the file."),
            "One row for each file that is attached to a message.",
        ),
        values_of(
            "message_tags",
            "tags",
            text("tagId", "Id of the tag."),
            "One row for each tag of a message.",
        ),
        values_of(
            "message_assigned_users",
            "assignedUsers",
            text("userId", "Id of the user."),
            "One row for each user that a message's conversation was assigned to.",
        ),
        values_of(
            "message_assigned_teams",
            "assignedTeams",
            text("teamId", "Id of the team."),
            "One row for each team that a message's conversation was assigned to.",
        ),
        values_of(
            "message_created_by_teams",
            "createdByTeams",
            text("teamId", "Id of the team."),
            "One row for each team of the user who wrote a message.",
        ),
        values_of(
            "message_articles",
            "kbArticles",
            text("articleId", "Id of the article."),
            "One row for each knowledge base article that was used to write a message.",
        ),
        rows_of(shape, "message_reactions", "reactions", "One row for each reaction to a message."),
        rows_of(
            shape,
            "message_intents",
            "intentDetections",
            "One row for each intent that Kustomer detected in a message.",
        ),
    )
    joins = (
        Join(
            "message_reactions.subject_id", None
        ),  # Of a user or a customer, as `subject_type` says.
    )
