"""Routing: queues, their rules, agents' statuses, settings of teams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustomer_sandbox.generation.document import NOTHING, shrinking, stamps, to_one
from kustomer_sandbox.generation.settings.setting import Parts, Setting, administered

if TYPE_CHECKING:
    from kustomer_sandbox.row import Row
    from kustomer_sandbox.store import Store

QUEUES = ("DEFAULT_QUEUE", "Billing", "Returns", "VIP", "Chat 💬")
STATUSES = ("available", "busy", "unavailable", "offline")


def _queue(_: Store, row: Row) -> Parts:
    name = QUEUES[row.number] if row.number < len(QUEUES) else f"Campaign {row.number}"
    attributes = {
        "name": name,
        "displayName": name.title() if row.number else "Default queue",
        "description": f"Work for {name}" if row.number else None,
        "key": name.lower().replace(" ", "-"),
        "priority": row.number + 1,
        "itemSize": 1 + row.number % 3,
        "system": row.number == 0,
        "restrictTransfersByUsers": row.number == 3,
        **stamps(row),
    }
    if row.number % 2:
        # The schema of the list has a number, that of a single queue a text.
        attributes["createdAt"] = row.created
    return attributes, {}


def _queue_rule(organisation: Store, row: Row) -> Parts:
    attributes = {
        "name": f"Rule {row.number}",
        "description": f"Chats of rule {row.number}",
        "enabled": row.number != 3,
        "criteria": {"and": [{"conversation_channel": {"operator": "equals", "value": "chat"}}]},
        **stamps(row),
    }
    queue = organisation.rows["queue"][row.number % len(QUEUES)]
    return attributes, {"queue": to_one(queue)}


def _status(_: Store, row: Row) -> Parts:
    system = row.number < len(STATUSES)
    kind = STATUSES[row.number] if system else "unavailable"
    attributes = {
        "name": kind.title() if system else "Lunch 🍜",
        "statusType": kind,
        "description": f"For {kind} users",
        "enabled": True,
        "routable": kind == "available",
        "selectable": not system or kind != "offline",
        "system": system,
        **stamps(row),
    }
    return attributes, {}


def _team_settings(organisation: Store, row: Row) -> Parts:
    changing = row.revision_dice()
    first = organisation.rows["queue"][: len(QUEUES) - row.number]
    queues = shrinking(row, changing, [one.id for one in first])
    attributes = {
        "enabled": row.number % 4 != 3,
        "workItemCapacity": 2 + row.number,
        "capacity": {},
        "externalQueues": ["amazon-connect"] if row.number == 1 else [],
        **stamps(row),
    }
    relationships = {"team": to_one(row.facts["team"])}
    if row.number:
        attributes["queues"] = queues if row.number < 2 else NOTHING[row.number % 3]
    else:
        # As documented in June 2026; before, it was an attribute.
        relationships["queues"] = {"data": [{"type": "queue", "id": one} for one in queues]}
    return attributes, relationships


SETTINGS = {
    "queue": Setting(administered(_queue), len(QUEUES) + 1, kept=len(QUEUES)),
    "queue-rule": Setting(administered(_queue_rule), 4),
    "status": Setting(administered(_status), len(STATUSES) + 1),
    "team_routing_settings": Setting(administered(_team_settings)),
}
