"""AI automations, and their evaluations with test cases and results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustomer_sandbox.generation.document import Document, at, resource, stamps
from kustomer_sandbox.generation.settings.setting import Parts, Setting, administered
from kustomer_sandbox.times import MINUTE

if TYPE_CHECKING:
    from kustomer_sandbox.row import Row
    from kustomer_sandbox.store import Store

_NANOSECONDS_PER_MILLISECOND = 1_000_000


def _automation(organisation: Store, row: Row) -> Parts:
    attributes = {
        "name": ("Order status", "Agent assist")[row.number % 2],
        "type": ("customer", "rep")[row.number % 2],
        "version": row.rev,
        "description": "Says where an order is 📦",
        "machineUserId": organisation.rows["user"][0].id,
        **stamps(row),
    }
    return attributes, {}


def _made(organisation: Store, row: Row, attributes: Document) -> Document:
    """Return a record as the AI services write it: with ids in place of relationships."""
    made_by = {"orgId": organisation.id, "createdBy": organisation.rows["user"][0].id}
    return resource(organisation, row, {**attributes, **made_by, **stamps(row, modified=False)})


def _evaluation(organisation: Store, row: Row) -> Document:
    automation = row.facts["automation"].id
    return _made(organisation, row, {"name": "Before launch", "automationId": automation})


def _testcase(organisation: Store, row: Row) -> Document:
    attributes = {
        "name": f"Case {row.number}",
        "evaluationId": row.facts["evaluation"].id,
        "resourceId": organisation.rows["customer"][0].id,
        "resourceType": "customer",
        "input": "Where is my order?",
        "expectedOutput": "It arrives tomorrow.",
        "toolCalls": [{"id": "t1", "name": "find-order", "toolType": "action"}],
    }
    return _made(organisation, row, attributes)


def _run(organisation: Store, row: Row) -> Document:
    evaluation = row.facts["evaluation"]
    cases = organisation.children(evaluation, "ai_evaluation_testcase")
    attributes = {
        "evaluationId": evaluation.id,
        "status": "completed",
        "score": 0.5,
        "scoreByTestCase": {case.id: case.number / 2 for case in cases},
        "durationInNanos": MINUTE * _NANOSECONDS_PER_MILLISECOND,
        "runsPerTestCase": 1,
    }
    return _made(organisation, row, attributes)


def _result(organisation: Store, row: Row) -> Document:
    run, case = row.facts["run"], row.facts["case"]
    attributes = {
        "evaluationRunId": run.id,
        "testCaseId": case.id,
        "input": "Where is my order?",
        "output": "It is on its way 🚚",
        "status": "completed",
        "assertionResult": {
            "assertionFailed": False,
            "inputResult": {"met": True, "explanation": "It says so", "confidence": 0.9},
        },
        "startedAt": at(run.created),
        "endedAt": at(run.created + MINUTE),
        "durationInNanos": MINUTE * _NANOSECONDS_PER_MILLISECOND,
    }
    return _made(organisation, row, attributes)


def add_evaluations(organisation: Store) -> None:
    """Add an evaluation of each automation, with two cases and a run of them."""
    for automation in organisation.rows["ai_automation"]:
        began = automation.created
        evaluation = organisation.add("ai_evaluation", began, automation=automation)
        cases = [
            organisation.add("ai_evaluation_testcase", began, evaluation=evaluation)
            for _ in range(2)
        ]
        run = organisation.add("ai_evaluation_run", began, evaluation=evaluation)
        for case in cases:
            organisation.add("ai_evaluation_testcase_result", began, run=run, case=case)


SETTINGS = {
    "ai_automation": Setting(administered(_automation), 2),
    "ai_evaluation": Setting(_evaluation),
    "ai_evaluation_testcase": Setting(_testcase),
    "ai_evaluation_run": Setting(_run),
    "ai_evaluation_testcase_result": Setting(_result),
}
