"""Message attachment files: the files of messages, found through the messages."""

from __future__ import annotations

from tap_kustomer.reading.sources import PerParent
from tap_kustomer.shaping.fields import Shape, to_one
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.conversations import Conversations
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import ATTACHMENT, ORG


class MessageAttachmentFiles(KustomerStream):
    """One row for each file of a message. Costs one request per changed conversation.

    The same files as in `conversation_attachments`, for a key that may read messages but not
    attachments: one of the two tables is enough. This one reads the messages once more. The
    address of the file itself is left out.
    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "message_attachment_files"
    group = Group.CONVERSATIONS
    resource_type = "attachment"
    selected_by_default = False
    source = PerParent(
        parent=Conversations.source,
        path="/v1/conversations/{id}/messages",
        params={"include": "attachments"},
        included_type="attachment",
    )
    roles = ("org.permission.message.read", "org.user.message.read")
    secrets = ("links.related",)
    shape = Shape(
        parent="conversation",
        attributes=ATTACHMENT,
        relationships=(ORG, to_one("message", "Message that the file belongs to.")),
    )
