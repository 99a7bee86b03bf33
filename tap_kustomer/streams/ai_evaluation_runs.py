"""AI evaluation runs: the results of evaluations, run by run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.derived import Derived
from tap_kustomer.shaping.fields import Shape, mapping, number, text
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.parts import CREATED_AT, UPDATED_AT

if TYPE_CHECKING:
    from tap_kustomer.resource import Resource
    from tap_kustomer.shaping.derived import Items


def _scores(run: Resource) -> Items:
    """The score of each test case."""
    match run:
        case {"attributes": {"scoreByTestCase": dict(scores)}}:
            return [{"testcaseId": case, "score": score} for case, score in sorted(scores.items())]
    return []


class AiEvaluationRuns(KustomerStream):
    """One row for each run of an AI evaluation, with its score.

    The name of its role is assumed.
    Source: https://developer.kustomer.com/api/ai-and-automations
    """

    name = "ai_evaluation_runs"
    group = Group.AI
    resource_type = "ai_evaluation_run"
    foreign_keys = ("evaluation_run_id",)
    feature = "AI"
    selected_by_default = False
    singular = "ai_evaluation_run"
    source = PagedList("/v1/ai/evaluation-runs")
    roles = ("org.permission.ai.read",)
    shape = Shape(
        attributes=(
            text("evaluationId", "Id of the evaluation."),
            text("orgId", "Id of the organisation."),
            text("status", "State of the run: pending, running or completed."),
            number("score", "Score of the run."),
            mapping(
                "scoreByTestCase",
                "Score of each test case, by its id.",
                number("", "Score of one test case."),
            ),
            number("durationInNanos", "How long the run took, in nanoseconds."),
            number("runsPerTestCase", "How often each test case was run."),
            text("createdBy", "Id of the user who started the run."),
            CREATED_AT,
            UPDATED_AT,
        ),
    )
    derived = (
        Derived(
            "ai_evaluation_run_scores",
            "One row for each test case that a run of an AI evaluation has a score for.",
            (
                text("testcaseId", "Id of the test case."),
                number("score", "Score of the test case."),
            ),
            _scores,
        ),
    )
    joins = (Join("created_by", "users.id"),)
