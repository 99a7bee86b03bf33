"""Conversation times: how long users worked on conversations."""

from __future__ import annotations

from tap_kustomer.reading.sources import Criterion, Search
from tap_kustomer.shaping.derived import values_of
from tap_kustomer.shaping.fields import Shape, text
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import CONVERSATION_TIME_OF, conversation_time
from tap_kustomer.streams.timed import timed_by_creation


class ConversationTimes(KustomerStream):
    """One row for each stretch of a user's work on a conversation. Rows never change.

    Kustomer does not state whether rows of the search have the durations of version 1 of its API
    (seconds) or those of version 2 (milliseconds, by another timer). Divide `handle_time` by the
    seconds between `handle_at` and `created_at`: the median over many rows is about 1 for seconds,
    and about 1,000 for milliseconds. No row shows its unit by itself, so there is no column in
    seconds: `timer_version` is documented for `conversation_times_v2` only, and v2 names the timer,
    not the unit in which the search returns its durations.
    Only the last two years can be found.
    Source: https://developer.kustomer.com/api/core-resources/create-customer-search
    """

    name = "conversation_times"
    group = Group.CONVERSATIONS
    resource_type = "conversation_time"
    singular = "conversation_time"
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
    derived = timed_by_creation(
        values_of(
            "conversation_time_channels",
            "channels",
            text("channel", "Name of the channel."),
            "One row for each channel of the conversation that a user worked on.",
        ),
        values_of(
            "conversation_time_created_by_teams",
            "createdByTeams",
            text("teamId", "Id of the team."),
            "One row for each team of the user who worked on a conversation.",
        ),
        values_of(
            "conversation_time_assigned_users",
            "assignedUsers",
            text("userId", "Id of the user."),
            "One row for each user that the conversation was assigned to.",
        ),
        values_of(
            "conversation_time_assigned_teams",
            "assignedTeams",
            text("teamId", "Id of the team."),
            "One row for each team that the conversation was assigned to.",
        ),
    )
