"""Conversation forwards: e-mails that pass a conversation on to someone outside."""

from __future__ import annotations

from tap_kustomer.reading.sources import PerParent
from tap_kustomer.shaping.derived import related, rows_of
from tap_kustomer.shaping.fields import Shape, array, text, time, to_many, to_one
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.conversations import Conversations
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.parts import (
    CREATION_AND_CHANGE,
    CREATOR_AND_EDITOR,
    EDITOR_PAYLOAD,
    ORG,
    email_address,
)
from tap_kustomer.streams.timed import timed_by_parent


class ConversationForwards(KustomerStream):
    """One row for each forward of a conversation. Costs one request per changed conversation.

    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "conversation_forwards"
    group = Group.CONVERSATIONS
    resource_type = "forward"
    singular = "conversation_forward"
    selected_by_default = False
    source = PerParent(parent=Conversations.source, path="/v1/conversations/{id}/forwards")
    roles = ("org.permission.draft.read", "org.user.draft.read")
    shape = Shape(
        parent="conversation",
        attributes=(
            text("status", "State: draft, scheduled, sent or failed."),
            text("channel", "Channel that it goes through: email."),
            text("app", "App that sends it, such as postmark or gmail."),
            email_address("from", "Sender."),
            array("to", "Recipients.", email_address("", "One recipient.")),
            text("replyTo", "Address that answers go to."),
            text("subject", "Subject of the e-mail."),
            text("body", "Text of the e-mail."),
            EDITOR_PAYLOAD,
            text("lang", "Language of the e-mail."),
            text("template", "Id of the template that it uses."),
            time("sendAt", "When it is due to be sent."),
            *CREATION_AND_CHANGE,
        ),
        relationships=(
            ORG,
            to_one("customer", "Customer of the conversation."),
            to_one("conversation", "Conversation that is forwarded."),
            to_many("attachments", "Ids of the files that go with it."),
            *CREATOR_AND_EDITOR,
        ),
    )
    derived = timed_by_parent(
        "conversation",
        rows_of(
            shape,
            "conversation_forward_recipients",
            "to",
            "One row for each recipient of a forward.",
        ),
        related(
            "conversation_forward_attachments",
            "attachments",
            text("attachmentId", "Id of the file."),
            "One row for each file that goes with a forward.",
        ),
    )
    joins = (
        Join("conversation_forward_attachments.attachment_id", None),  # Of a file of its own.
    )
