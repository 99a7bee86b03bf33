"""AI automations: AI agents and other automations that work on conversations."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.fields import Shape, number, text, to_one
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.parts import CREATION_AND_CHANGE, MODIFIED_BY, ORG


class AiAutomations(KustomerStream):
    """One row for each AI automation; `conversations.ai_agent` names those that took part.

    The name of its role is assumed.
    Source: https://developer.kustomer.com/api/ai-and-automations
    """

    name = "ai_automations"
    group = Group.AI
    resource_type = "ai_automation"
    foreign_keys = ("automation_id",)
    feature = "AI"
    source = PagedList("/v1/ai/automations")
    roles = ("org.permission.ai.read",)
    shape = Shape(
        attributes=(
            text("name", "Name of the automation."),
            text("type", "Kind of automation: customer, rep, conversational or workflow."),
            number("version", "Version of the automation."),
            text("description", "What the automation is for."),
            text("machineUserId", "Id of the user as whom it works."),
            *CREATION_AND_CHANGE,
        ),
        relationships=(ORG, to_one("user", "User as whom it works."), MODIFIED_BY),
    )
    joins = (Join("machine_user_id", "users.id"),)
