"""SLAs: service-level agreements, with targets for how soon customers are answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.derived import Derived, entries, objects
from tap_kustomer.shaping.fields import (
    Field,
    Shape,
    boolean,
    integer,
    mapping,
    structure,
    text,
    to_many,
    to_one,
)
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import CREATED_AT, CREATED_BY, ORG, conditions

if TYPE_CHECKING:
    from tap_kustomer.resource import Resource
    from tap_kustomer.shaping.derived import Items


def _target(source: str, description: str) -> Field:
    return structure(
        source,
        description,
        boolean("enabled", "Whether the target is in use."),
        mapping(
            "times",
            "Target for each priority of a conversation, 1 to 5, in milliseconds.",
            integer("", "Milliseconds."),
        ),
        boolean("basedOnHumanInteraction", "Whether only messages by people count."),
    )


def _criteria(version: Resource) -> Items:
    """The conditions of a version, one criterion at a time."""
    return [
        {"criterion": criterion, **(asked if isinstance(asked, dict) else {"value": asked})}
        for condition in objects("criteria", "and")(version)
        if isinstance(condition, dict)
        for criterion, asked in condition.items()
    ]


def _targets(version: Resource) -> Items:
    """The targets of a version, by priority; one without times has no priority."""
    return [
        {**target, "times": None, "priority": priority, "milliseconds": milliseconds}
        for target in entries("metrics", named="metric")(version)
        for priority, milliseconds in sorted(_times(target).items())
    ]


def _times(target: Resource) -> dict[Any, Any]:
    times = target.get("times")
    return times if times and isinstance(times, dict) else {None: times or None}


class Slas(KustomerStream):
    """One row for each agreement; its name and targets are in its versions.

    Kustomer documents the single agreement, but not this list, which a public client reads.
    Agreements have no time of last change.
    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "slas"
    group = Group.SERVICE
    resource_type = "sla"
    foreign_keys = ("sla_id",)
    types = (resource_type,)
    documented = False
    source = PagedList("/v1/slas", variants=({"versions": "all"},), with_included=True)
    roles = ("org.permission.sla.read", "org.user.sla.read")
    shape = Shape(
        attributes=(
            integer("currentVersion", "Number of the version in force."),
            CREATED_AT,
        ),
        relationships=(
            ORG,
            CREATED_BY,
            to_many("versions", "Ids of all versions of the agreement."),
        ),
    )


class SlaVersions(KustomerStream):
    """One row for each version of each agreement.

    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "sla_versions"
    group = Group.SERVICE
    resource_type = "sla_version"
    foreign_keys = ("sla_version_id",)
    singular = "sla_version"
    types = (resource_type,)
    documented = Slas.documented
    source = Slas.source
    roles = Slas.roles
    shape = Shape(
        attributes=(
            text("name", "Name of the agreement."),
            text("description", "What the agreement is for."),
            integer("version", "Number of the version."),
            text("hours", "Hours that count; calendar means all hours."),
            structure(
                "metrics",
                "Targets of the agreement, by metric.",
                _target("firstResponse", "Time to the first response."),
                _target("nextReply", "Time to each later reply."),
                _target("longestUnrespondedMessage", "Longest wait of a message for a response."),
                _target("totalCustomerWaitTime", "Total time that the customer waits."),
                _target("totalConversationOpenTime", "Total time that the conversation is open."),
            ),
            structure(
                "criteria",
                "Conversations that the agreement is for.",
                conditions("and", "Conditions that must all hold."),
            ),
            CREATED_AT,
        ),
        relationships=(ORG, CREATED_BY, to_one("sla", "Agreement that it is a version of.")),
    )
    derived = (
        Derived(
            "sla_criteria",
            "One row for each condition that a conversation must meet for a version to apply.",
            (
                text("criterion", "What is compared, such as conversation_channel."),
                text("operator", "How it is compared, such as contains."),
                text("value", "What it is compared with; as JSON if it is not a string."),
            ),
            _criteria,
        ),
        Derived(
            "sla_metrics",
            "One row for each target of a version, by metric and priority.",
            (
                text("metric", "Metric of the target, such as firstResponse."),
                boolean("enabled", "Whether the target is in use."),
                integer("priority", "Priority of the conversations, 1 to 5."),
                integer("milliseconds", "The target, in milliseconds."),
                boolean("basedOnHumanInteraction", "Whether only messages by people count."),
            ),
            _targets,
        ),
    )
