"""Conversation summaries: what an AI wrote a conversation is about."""

from __future__ import annotations

from tap_kustomer.reading.sources import PerParent, SharedRequest
from tap_kustomer.shaping.fields import Shape, text, time
from tap_kustomer.streams.ai_automations import AiAutomations
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.conversations import Conversations
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.parts import CREATED_AT, ORG, UPDATED_AT


class ConversationSummaries(KustomerStream):
    """One row for each conversation that has a summary. Costs one request per 50 conversations.

    Whether asking for a summary makes one that does not exist yet is not documented. The name of
    its role is assumed, and so is that ids are separated by commas.
    Source: https://developer.kustomer.com/api/ai-and-automations
    """

    name = "conversation_summaries"
    group = Group.AI
    resource_type = "ai_summary"
    feature = "AI"
    selected_by_default = False
    source = PerParent(
        parent=Conversations.source,
        path="/v1/ai/summaries/batch",
        shared=SharedRequest(parameter="resourceIds", owner="resourceId"),
    )
    roles = AiAutomations.roles
    shape = Shape(
        parent="conversation",
        attributes=(
            text("resourceId", "Id of the conversation."),
            text("resourceType", "What the summary is of: conversation."),
            text("text", "The summary."),
            time("lastSummarizedAt", "When the summary was last written."),
            CREATED_AT,
            UPDATED_AT,
        ),
        relationships=(ORG,),
    )
    joins = (Join("resource_id", "conversations.id"),)
