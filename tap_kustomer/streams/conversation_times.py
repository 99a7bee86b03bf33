"""Conversation times: how long users worked on conversations."""

from __future__ import annotations

from tap_kustomer.reading.sources import Criterion, Search
from tap_kustomer.shaping.fields import Shape
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.parts import CONVERSATION_TIME_OF, conversation_time


class ConversationTimes(KustomerStream):
    """One row for each stretch of a user's work on a conversation. Rows never change.

    Kustomer does not state whether rows of the search have the durations of version 1 of its API
    (seconds) or those of version 2 (milliseconds, by another timer): compare before adding up.
    Only the last two years can be found.
    Source: https://developer.kustomer.com/api/core-resources/create-customer-search
    """

    name = "conversation_times"
    source = Search(
        "conversation_time",
        criteria=(Criterion("conversation_time_created_at", "createdAt"),),
        archived=False,
    )
    roles = ("org.permission.conversation.read", "org.user.conversation.read")
    shape = Shape(
        attributes=conversation_time("in seconds or milliseconds, which is not stated"),
        relationships=CONVERSATION_TIME_OF,
    )
