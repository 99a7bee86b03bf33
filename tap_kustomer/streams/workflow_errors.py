"""Workflow errors: runs of workflows that failed."""

from __future__ import annotations

from tap_kustomer.reading.sources import PerParent
from tap_kustomer.shaping.fields import Shape, boolean, number, structure, text, time, to_one
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.parts import CREATED_AT, ORG, UPDATED_AT
from tap_kustomer.streams.workflows import Workflows


class WorkflowErrors(KustomerStream):
    """One row for each run of a workflow that failed. Costs one request per workflow.

    The object that the event was about is left out: it is a whole customer or message.
    Source: https://developer.kustomer.com/api/workflows
    """

    name = "workflow_errors"
    group = Group.SETTINGS
    resource_type = "workflow_process"
    selected_by_default = False
    feature = "workflows"
    source = PerParent(parent=Workflows.source, path="/v1/workflows/{id}/processes")
    roles = Workflows.roles
    secrets = ("event.data", "event.changes", "meta.context")
    shape = Shape(
        parent="workflow",
        attributes=(
            text("error", "What went wrong."),
            text("status", "State of the run."),
            structure(
                "meta",
                "Details of the run.",
                number("attempt", "How often it was tried."),
                boolean("retry", "Whether it will be tried again."),
                number("workflowRev", "Revision of the workflow."),
            ),
            structure(
                "event",
                "Event that started the run.",
                text("id", "Id of the event."),
                text("name", "Name of the event, such as kustomer.message.create."),
                text("org", "Id of the organisation."),
                text("orgName", "Name of the organisation."),
                text("partition", "Part of Kustomer's event log."),
                time("createdAt", "When the event happened."),
            ),
            CREATED_AT,
            UPDATED_AT,
        ),
        relationships=(
            ORG,
            to_one("workflow", "Workflow that failed."),
            to_one("workflowRunner", "Program that ran the workflow."),
        ),
    )
    joins = (Join("workflow_runner_id", None),)
