"""Conversation times as version 2 of the API has them: in milliseconds, by another timer."""

from __future__ import annotations

from tap_kustomer.reading.sources import PerParent
from tap_kustomer.shaping.fields import Shape
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.conversations import Conversations
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import CONVERSATION_TIME_OF, conversation_time


class ConversationTimesV2(KustomerStream):
    """One row for each stretch of a user's work on a conversation.

    Costs one request per changed conversation. The organisation's handle-time settings decide what
    counts. Not to be added to those of `conversation_times`: the timers differ.
    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "conversation_times_v2"
    group = Group.CONVERSATIONS
    resource_type = "conversation_time"
    selected_by_default = False
    source = PerParent(
        parent=Conversations.source, path="/v2/conversations/{id}/times", page_size=1000
    )
    roles = ("org.permission.conversation.read", "org.user.conversation.read")
    shape = Shape(
        parent="conversation",
        attributes=conversation_time("in milliseconds"),
        relationships=CONVERSATION_TIME_OF,
    )
