"""Queue rules: which conversations go to which queue."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.fields import Shape, boolean, structure, text, to_one
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import CREATION_AND_CHANGE, CREATOR_AND_EDITOR, ORG, conditions


class QueueRules(KustomerStream):
    """One row for each routing rule; the first one whose conditions hold decides.

    Source: https://developer.kustomer.com/api/queues-and-routing
    """

    name = "queue_rules"
    group = Group.WORK
    resource_type = "queue-rule"
    foreign_keys = ("rule_id",)
    source = PagedList("/v1/routing/queue-rules")
    roles = ("org.permission.queue_rule.read",)
    shape = Shape(
        attributes=(
            text("name", "Name of the rule."),
            text("description", "What the rule is for."),
            structure(
                "criteria",
                "Conversations that the rule routes.",
                conditions("and", "Conditions that must all hold."),
                conditions("or", "Conditions of which one must hold."),
            ),
            boolean("enabled", "Whether the rule is in use."),
            *CREATION_AND_CHANGE,
        ),
        relationships=(
            ORG,
            to_one("queue", "Queue that the rule routes to."),
            *CREATOR_AND_EDITOR,
        ),
    )
