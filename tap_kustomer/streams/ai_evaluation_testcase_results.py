"""AI evaluation test case results: what an AI automation answered in a run."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.fields import Shape, array, boolean, number, structure, text, time
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.parts import CREATED_AT, UPDATED_AT


class AiEvaluationTestcaseResults(KustomerStream):
    """One row for each test case in each run of an AI evaluation. Holds long texts.

    The name of its role is assumed.
    Source: https://developer.kustomer.com/api/ai-and-automations
    """

    name = "ai_evaluation_testcase_results"
    group = Group.AI
    resource_type = "ai_evaluation_testcase_result"
    feature = "AI"
    selected_by_default = False
    source = PagedList("/v1/ai/evaluation-testcase-results")
    roles = ("org.permission.ai.read",)
    shape = Shape(
        attributes=(
            text("evaluationRunId", "Id of the run."),
            text("testCaseId", "Id of the test case."),
            text("orgId", "Id of the organisation."),
            text("traceId", "Id of the trace of the automation's steps."),
            text("input", "What the automation was asked."),
            text("output", "What the automation answered."),
            structure("outputMetadata", "Details of the answer; its keys are undocumented."),
            text("error", "Error that ended the test case."),
            array(
                "toolCalls",
                "Tools that the automation used.",
                structure(
                    "",
                    "One use of a tool.",
                    text("id", "Id of the tool."),
                    text("canonicalName", "Name of the tool."),
                    text("toolType", "Kind of tool."),
                    structure("toolInput", "What the tool was given."),
                    structure("toolOutput", "What the tool gave back."),
                ),
            ),
            text("status", "State: pending, running, completed or error."),
            structure(
                "assertionResult",
                "Whether the answer is as expected.",
                boolean("assertionFailed", "Whether it is not."),
                array(
                    "toolCallsResult",
                    "Tools that should have been used.",
                    structure(
                        "",
                        "One tool.",
                        text("toolId", "Id of the tool."),
                        text("toolName", "Name of the tool."),
                        text("toolType", "Kind of tool."),
                        boolean("toolCalled", "Whether it was used."),
                    ),
                ),
                structure(
                    "inputResult",
                    "Verdict on the answer.",
                    boolean("met", "Whether the answer meets the expectation."),
                    text("explanation", "Why it does or does not."),
                    number("confidence", "How sure the verdict is."),
                ),
            ),
            time("startedAt", "When the test case began."),
            time("endedAt", "When the test case ended."),
            number("durationInNanos", "How long it took, in nanoseconds."),
            text("createdBy", "Id of the user who started the run."),
            CREATED_AT,
            UPDATED_AT,
        ),
    )
    joins = (Join("created_by", "users.id"), Join("trace_id", None))
