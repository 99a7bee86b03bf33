"""Conversation attachments: the files that were sent and received in conversations."""

from __future__ import annotations

from tap_kustomer.reading.sources import PerParent
from tap_kustomer.shaping.fields import Shape, to_one
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.conversations import Conversations
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import ATTACHMENT, ORG


class ConversationAttachments(KustomerStream):
    """One row for each file of a conversation. Costs one request per changed conversation.

    The address of the file itself is left out: it changes each time, holds for minutes, and lets
    anyone who has it read the file. Some records have no id but in `links.self`.
    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "conversation_attachments"
    group = Group.CONVERSATIONS
    resource_type = "attachment"
    foreign_keys = ("attachment_id",)
    selected_by_default = False
    source = PerParent(parent=Conversations.source, path="/v1/conversations/{id}/attachments")
    roles = ("org.permission.attachment.read", "org.user.attachment.read")
    secrets = ("links.related",)
    shape = Shape(
        parent="conversation",
        attributes=ATTACHMENT,
        relationships=(ORG, to_one("message", "Message that the file belongs to.")),
    )
