"""Workflows: what Kustomer does automatically when something happens."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.fields import (
    Shape,
    anything,
    array,
    boolean,
    structure,
    text,
)
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import CREATION_AND_CHANGE, CREATOR_AND_EDITOR, ORG, REV


class Workflows(KustomerStream):
    """One row for each workflow: what starts it and which steps follow.

    Its variables and the parameters of its steps are left out, as they can hold passwords and
    tokens of other systems. Kustomer documents the list, but not the form of a step, which is
    known from apps that bring workflows.
    Source: https://developer.kustomer.com/api/workflows
    """

    name = "workflows"
    group = Group.SETTINGS
    resource_type = "workflow"
    foreign_keys = ("workflow_id",)
    feature = "workflows"
    source = PagedList("/v1/workflows")
    roles = ("org.permission.workflow.read", "org.admin.workflow.read")
    secrets = ("variables", "steps.params")
    shape = Shape(
        attributes=(
            text("name", "Name of the workflow."),
            text("description", "What the workflow is for."),
            boolean("enabled", "Whether the workflow is in use."),
            structure(
                "trigger",
                "What starts the workflow.",
                text("eventName", "Event that starts it, such as kustomer.message.create."),
                text("id", "Id of the trigger within the workflow."),
                array(
                    "transitions",
                    "Steps that come first, and when.",
                    anything("", "One first step."),
                ),
                text("appVersion", "App of the event, with its version."),
                boolean("callable", "Whether other workflows can start it."),
            ),
            array(
                "steps",
                "Steps of the workflow.",
                structure(
                    "",
                    "One step.",
                    text("id", "Id of the step within the workflow."),
                    text("_id", "Id of the step in Kustomer's store."),
                    text("action", "What it does, such as kustomer.conversation.update."),
                    text("appVersion", "App that does it, with its version."),
                    array(
                        "transitions",
                        "Steps that come next, and when.",
                        anything("", "One next step."),
                    ),
                    array(
                        "errorCases",
                        "What is done after an error.",
                        anything("", "One error."),
                    ),
                ),
            ),
            structure("lastError", "Latest error of the workflow; its keys are undocumented."),
            boolean("editable", "Whether the workflow can be edited."),
            boolean("containsVariables", "Whether the workflow has variables."),
            boolean("logging", "Whether its runs are logged."),
            text("replaces", "Workflow that this one replaces."),
            *CREATION_AND_CHANGE,
            REV,
        ),
        relationships=(ORG, *CREATOR_AND_EDITOR),
    )
