"""AI evaluations: sets of test cases for AI automations."""

from __future__ import annotations

from tap_kustomer.reading.sources import PerParent
from tap_kustomer.shaping.fields import Shape, text
from tap_kustomer.streams.ai_automations import AiAutomations
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.parts import CREATED_AT, ORG, UPDATED_AT


class AiEvaluations(KustomerStream):
    """One row for each evaluation of an AI automation. Costs one request per automation.

    The name of its role is assumed.
    Source: https://developer.kustomer.com/api/ai-and-automations
    """

    name = "ai_evaluations"
    group = Group.AI
    resource_type = "ai_evaluation"
    foreign_keys = ("evaluation_id",)
    feature = "AI"
    selected_by_default = False
    source = PerParent(parent=AiAutomations.source, path="/v1/ai/automations/{id}/evaluations")
    roles = AiAutomations.roles
    shape = Shape(
        parent="ai_automation",
        attributes=(
            text("name", "Name of the evaluation."),
            text("automationId", "Id of the automation that it tests."),
            text("orgId", "Id of the organisation."),
            text("createdBy", "Id of the user who created the record."),
            CREATED_AT,
            UPDATED_AT,
        ),
        relationships=(ORG,),
    )
    joins = (
        Join("ai_automation_id", "ai_automations.id"),
        Join("created_by", "users.id"),
        Join("org_data_id", None),
    )
