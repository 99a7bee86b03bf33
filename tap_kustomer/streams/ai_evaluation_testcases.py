"""AI evaluation test cases: what an AI automation is asked, and what it should answer."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.fields import Shape, anything, array, structure, text, texts
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.parts import CREATED_AT, ORG, UPDATED_AT


class AiEvaluationTestcases(KustomerStream):
    """One row for each test case of an AI evaluation. Holds conversations with customers.

    The name of its role is assumed.
    Source: https://developer.kustomer.com/api/ai-and-automations
    """

    name = "ai_evaluation_testcases"
    group = Group.AI
    resource_type = "ai_evaluation_testcase"
    foreign_keys = ("testcase_id", "test_case_id")
    feature = "AI"
    selected_by_default = False
    source = PagedList("/v1/ai/evaluation-testcases")
    roles = ("org.permission.ai.read",)
    shape = Shape(
        attributes=(
            text("name", "Name of the test case."),
            text("evaluationId", "Id of the evaluation."),
            text("orgId", "Id of the organisation."),
            text("resourceId", "Id of the object that it is about."),
            text("resourceType", "Kind of that object: customer."),
            text("input", "What the automation is asked."),
            text("expectedOutput", "What the automation should answer."),
            text("resumeNode", "Step of the automation that it begins with."),
            array(
                "toolCalls",
                "Tools that the automation should use.",
                structure(
                    "",
                    "One use of a tool.",
                    text("id", "Id of the tool."),
                    text("name", "Name of the tool."),
                    text("toolType", "Kind of tool."),
                ),
            ),
            structure(
                "multiTurnData",
                "Conversation that the test case was made from.",
                text("sourceConversationId", "Id of the conversation."),
                text("sourceEndMessageId", "Id of the last message that counts."),
                text("conversationTitle", "Subject of the conversation."),
                texts("conversationChannels", "Channels of the conversation."),
                array(
                    "conversationHistory",
                    "Messages of the conversation; items are undocumented.",
                    anything("", "One message."),
                ),
            ),
            text("createdBy", "Id of the user who created the record."),
            CREATED_AT,
            UPDATED_AT,
        ),
        relationships=(ORG,),
    )
    joins = (Join("created_by", "users.id"), Join("org_data_id", None), Join("resource_id", None))
