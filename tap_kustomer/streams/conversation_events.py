"""Conversation events: what happened to conversations, step by step."""

from __future__ import annotations

from tap_kustomer.reading.sources import PerParent
from tap_kustomer.shaping.fields import Shape
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.conversations import Conversations
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.parts import CUSTOMER_EVENT, CUSTOMER_EVENT_OF


class ConversationEvents(KustomerStream):
    """One row for each event of a conversation. Costs one request per changed conversation.

    Rows never change; `published_at` orders them.
    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "conversation_events"
    group = Group.CONVERSATIONS
    resource_type = "customer_event"
    selected_by_default = False
    source = PerParent(parent=Conversations.source, path="/v1/conversations/{id}/events")
    roles = ("org.permission.event.read", "org.user.event.read")
    shape = Shape(parent="conversation", attributes=CUSTOMER_EVENT, relationships=CUSTOMER_EVENT_OF)
    joins = (Join("session_id", "customer_sessions.session_id"),)
