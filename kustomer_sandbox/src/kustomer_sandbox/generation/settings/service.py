"""Service: SLAs, opening hours, surveys, snoozes and the like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kustomer_sandbox.generation.document import (
    ABSENT,
    Document,
    at,
    deletion,
    resource,
    stamps,
    to_many,
    to_one,
)
from kustomer_sandbox.generation.settings.setting import Parts, Setting, administered
from kustomer_sandbox.times import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    from kustomer_sandbox.row import Row
    from kustomer_sandbox.store import Store

# The number of each SLA, and of its version.
SLA_VERSIONS = ((0, 1), (0, 2), (1, 1), (2, 1), (2, 2), (2, 3))
SUB_STATUSES = (
    ("Waiting for customer", "open", "conversation"),
    ("Waiting for carrier", "snoozed", "conversation"),
    ("Refunded", "done", "conversation"),
    ("Packing", "open", "kobject"),
)
SNOOZES: tuple[tuple[str, str, Any], ...] = (
    ("Three hours", "relative", 3 * HOUR),
    ("Tomorrow", "dynamic", {"day": {"type": "relative", "value": 1}, "time": 9}),
    ("New year", "absolute", 1_798_761_600_000),
    ("A minute", "relative", MINUTE),
)
_SCHEDULES = (
    ("Office hours", "America/New_York"),
    ("Weekend", "Europe/Berlin"),
    ("Closed", "Asia/Kathmandu"),
    ("Old hours", "UTC"),
)
_CRITERIA: tuple[Any, ...] = (
    {"and": [{"conversation_channel": {"operator": "contains", "value": "email"}}]},
    {
        "and": [
            {"conversation_channel": {"operator": "contains", "value": "email"}},
            {"conversation_priority": {"operator": "gte", "value": 3}},
        ]
    },
    {"and": []},
    {},
    None,
)


def _sla(organisation: Store, row: Row) -> Document:
    """Build an SLA: no update time and no link of its own."""
    versions = organisation.children(row, "sla_version")
    document = resource(
        organisation,
        row,
        {"currentVersion": len(versions), "createdAt": at(row.created)},
        {
            "createdBy": to_one(organisation.rows["user"][0]),
            "versions": to_many(versions),
        },
        links={},
    )
    document.pop("links", None)
    return document


def _sla_version(organisation: Store, row: Row) -> Document:
    def metric(minutes: int | None) -> Document:
        priorities = range(1, 6 - row.number % 2)
        times = {str(n): (minutes or 0) * MINUTE * n for n in priorities}
        return {
            "enabled": minutes is not None,
            "times": times if minutes else {},
            "basedOnHumanInteraction": bool(minutes and minutes > 60),
        }

    sla = row.facts["sla"]
    metrics = {
        "firstResponse": metric(30),
        "longestUnrespondedMessage": metric(60),
        "totalConversationOpenTime": metric(None),
        "totalCustomerWaitTime": metric(240),
    }
    attributes = {
        "name": ("Standard", "VIP", "Chat")[sla.number],
        "description": "Answers in time" if row.number else None,
        "version": row.facts["version"],
        "hours": "calendar",
        "createdAt": at(row.created),
        # Not every version has the latest metric.
        "metrics": {**metrics, "nextReply": metric(45)} if sla.number else metrics,
        "criteria": _CRITERIA[row.number % len(_CRITERIA)],
    }
    by = {"createdBy": to_one(organisation.rows["user"][0]), "sla": to_one(sla)}
    return resource(organisation, row, attributes, by, links={})


def _satisfaction(_: Store, row: Row) -> Parts:
    questions = [
        {"id": "q1", "prompt": "Why? 🤔", "type": "text"},
        {"id": "q2", "prompt": "What else?", "type": "select", "options": ["a", "b"]},
    ]
    attributes = {
        "name": f"Survey {row.number}",
        "formType": "csat",
        "enabled": row.number != 2,
        "channel": ("email", "chat", "sms")[row.number % 3],
        "description": "After a conversation is done",
        "from": {"channel": "email", "account": "help@shop.example.com", "app": "postmark"},
        "metaTitle": "How did we do?",
        "metaDescription": "Tell us",
        "delayTime": 0.5 if row.number else 60,
        "scale": {"options": 5, "type": "emoji", "labelHigh": "Great", "labelLow": "Bad"},
        "introduction": "Hello",
        "ratingPrompt": "How was it?",
        "questions": (questions[:1], questions, [])[row.number % 3],
        "positiveQuestions": (None, [], questions[1:])[row.number % 3],
        "negativeQuestions": (questions[:1], [], None)[row.number % 3],
        "allQuestions": questions,
        "followUpType": "conditional",
        "criteria": {"and": [], "or": []},
        **stamps(row),
    }
    return attributes, {"template": {"data": {"type": "template", "id": "0" * 24}}}


def _hours(row: Row) -> Any:
    weekdays: Document = {str(day): [[540, 1020]] for day in range(1, 6)}
    if row.rev > 1:
        weekdays["5"] = None
    return (
        {"0": None, **weekdays, "6": [[600, 720], [780, 900]]},
        # Past midnight, and with days left out.
        {"0": [[0, 120], [540, 1440]], "6": []},
        {},
        None,
    )[row.number % 4]


def _schedule(_: Store, row: Row) -> Parts:
    name, zone = _SCHEDULES[row.number % len(_SCHEDULES)]
    attributes = {
        "name": name,
        "hours": _hours(row),
        "timezone": zone,
        "default": row.number == 0,
        **stamps(row),
        **deletion(row),
    }
    return attributes, {}


def _holiday(_: Store, row: Row) -> Parts:
    start = row.created - row.created % DAY + 90 * DAY
    attributes = {
        "name": ("New Year 🎆", "Tag der Arbeit", "海の日")[row.number % 3],
        "startDate": at(start),
        "endDate": at(start + DAY),
        "description": "Closed" if row.number % 2 else None,
        "enabled": row.number != 5,
        **stamps(row),
    }
    return attributes, {"schedule": to_one(row.facts["schedule"])}


def _snooze(_: Store, row: Row) -> Parts:
    name, kind, value = SNOOZES[row.number % len(SNOOZES)]
    enabled = row.number != len(SNOOZES) - 1
    # It has no times; a change shows in its other attributes.
    title = name if row.rev == 1 else f"{name} ({row.rev})"
    attributes = {"name": title, "type": kind, "value": value, "enabled": enabled}
    of_objects = row.number == 3 or "klass" in row.facts
    return {**attributes, "resource": "kobject" if of_objects else "conversation"}, {}


def _sub_status(_: Store, row: Row) -> Parts:
    label, parent, kind = SUB_STATUSES[row.number % len(SUB_STATUSES)]
    attributes = {
        "label": label,
        "description": f"{label}." if row.number else ABSENT,
        "parentStatus": parent,
        "resourceType": kind,
        "default": row.number == 0,
        **stamps(row),
    }
    return attributes, {}


SETTINGS = {
    "sla": Setting(_sla, 3),
    "sla_version": Setting(_sla_version),
    "satisfaction": Setting(administered(_satisfaction), 3),
    "schedule": Setting(administered(_schedule), len(_SCHEDULES), deleted=1),
    "holiday": Setting(administered(_holiday)),
    "snooze": Setting(administered(_snooze), len(SNOOZES)),
    "sub_status": Setting(administered(_sub_status), len(SUB_STATUSES)),
}
