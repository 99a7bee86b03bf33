"""Work: sessions, items, handle times, survey answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustomer_sandbox.generation.document import (
    ABSENT,
    Document,
    at,
    maybe,
    rarely,
    reference,
    resource,
    sparse,
    stamps,
    to_many,
    to_one,
)
from kustomer_sandbox.generation.staff import agents, desks
from kustomer_sandbox.times import HOUR, MINUTE

if TYPE_CHECKING:
    from kustomer_sandbox.row import Row
    from kustomer_sandbox.store import Store


def work_session(organisation: Store, row: Row) -> Document:
    """Build a work session."""
    dice, changing = row.dice(), row.revision_dice()
    active = row.facts["active"]
    statuses = organisation.rows["status"][:5]
    status = statuses[0] if active else statuses[3]
    passed = row.updated - row.created
    spent = {"businessTime": passed // 2, "time": passed // 2}
    started = at(row.created)
    items = organisation.children(row, "work_item")[:3] if active else []
    attributes = {
        "active": active,
        "routable": active,
        "statusType": "available" if active else "offline",
        "signedInAt": started,
        "signedOutAt": None if active else at(row.updated),
        "workItemCount": changing.between(-1, 4) if active else 0,
        "pausedWorkItemCount": 0,
        "capacity": [{"priority": 1 + n, "limit": 2, "remaining": 2} for n in range(dice.below(3))],
        "capacityRemaining": 2,
        "totalCapacity": 2,
        "capacityStatus": changing.pick(("idle", "not-at-capacity")),
        "handledItemCount": changing.below(12),
        "handledConversationCount": changing.below(9),
        "totalAvailable": {"statusAt": started, **spent},
        "totalUnavailable": {"statusAt": started, **spent},
        "totalAvailableIdleCapacity": spent,
        "totalAvailableNotAtCapacity": spent,
        "totalAvailableAtCapacity": spent,
        "totalUnavailableIdleCapacity": spent,
        "totalUnavailableNotAtCapacity": spent,
        "totalTimeByStatus": {
            one.id: {"statusAt": started, "statusSelectedCount": n + 1, **spent}
            for n, one in enumerate(statuses[: dice.between(1, 3)])
        }
        if row.number % 9
        else changing.pick(({}, None, ABSENT)),
        "lastAssignedItemAt": maybe(dice, started),
        "lastRevision": {"handledItemCount": changing.below(12)},
        "rev": row.rev,
        **stamps(row),
    }
    team = row.facts["team"]
    routing = organisation.children(team, "team_routing_settings")
    relationships = {
        "user": to_one(row.facts["user"]),
        "team": {"data": reference(team)},
        "routingSettings": {"data": reference(routing[0])} if routing else ABSENT,
        "status": to_one(status),
        "modifiedBy": to_one(row.facts["user"]),
        "queues": to_many(organisation.rows["queue"][: 1 + row.number % 3]),
        "workItems": to_many(items),
        "pendingItem": to_one(items[0]) if items else ABSENT,
        "lastRevision": {"data": {"type": "work_session_revision", "id": f"{row.seed:024x}"}},
    }
    return resource(organisation, row, attributes, relationships)


def work_item(organisation: Store, row: Row) -> Document:
    """Build a work item; only a completed one has a handle time."""
    dice = row.dice()
    conversation = row.facts["conversation"]
    session = row.facts["session"]
    completed: int | None = row.facts["completed"]
    passed = 2 * MINUTE + dice.below(50) * MINUTE
    spent = {"time": passed, "businessTime": passed // 2}
    entered = at(row.created)
    agent = session.facts["user"]
    attributes = {
        "resourceType": "conversation",
        "status": "completed" if completed else dice.pick(("queued", "assigned")),
        "paused": False,
        "channel": conversation.facts["channel"],
        "firstEnterQueueAt": entered,
        "queuedCount": 1,
        "priority": dice.between(1, 5),
        "itemSize": 1,
        "ivr": spent if dice.one_in(9) else {},
        "handle": {**spent, "completedAt": at(completed)} if completed else {},
        "wrapUp": spent if completed and dice.one_in(3) else {},
        "abandoned": spent if dice.one_in(20) else {},
        "resourceRev": 2,
        "resourceCreatedAt": at(conversation.created),
        "resourceDirection": "in",
        "resourceFirstQueueTime": 2000,
        "resourceFirstRouteTime": passed,
        "resourceFirstAssignTime": passed,
        "workItemNumber": row.number + 1,
        "firstRoutedResponse": {"id": f"{row.seed:024x}", "createdAt": entered, **spent}
        if completed
        else {},
        "lastRevision": {
            "enteredQueueAt": entered,
            "queueTime": passed,
            "queueBusinessTime": passed // 2,
            "routedAt": entered,
            "acceptedAt": at(row.created + MINUTE),
            "externalQueue": None,
        },
        "rev": row.rev,
        **stamps(row),
    }
    relationships = {
        "modifiedBy": maybe(dice, to_one(agent)),
        "resource": {"data": reference(conversation)},
        "queue": to_one(dice.pick(organisation.rows["queue"][:5])),
        "rule": to_one(organisation.rows["queue-rule"][0]),
        "team": {"data": reference(session.facts["team"])},
        "workSession": {"data": reference(session)},
        "routedTo": {"data": reference(agent)},
        "routedToSession": {"data": reference(session)},
        "assignedTo": {"data": reference(agent)},
        "acceptedBy": {"data": reference(agent)},
        "lastRevision": {"data": {"type": "work_item_revision", "id": f"{row.seed:024x}"}},
    }
    return resource(organisation, row, attributes, relationships)


def conversation_time(organisation: Store, row: Row) -> Document:
    """Build a handle time: it has no update time and never changes."""
    dice = row.dice()
    conversation, user = row.facts["conversation"], row.facts["user"]
    handled = row.created - dice.between(1, 60) * 1000
    noted = dice.one_in(4)
    teams = [desk.id for desk in desks(organisation)]
    attributes = {
        "createdAt": at(row.created),
        "createdByTeams": sparse(dice, dice.some(teams, 2)),
        "assignedUsers": sparse(dice, [user.id][: dice.below(4)]),
        "assignedTeams": sparse(dice, dice.some(teams, 2)),
        "channels": [conversation.facts["channel"]],
        "handleAt": at(handled),
        "handleTime": dice.between(1, 900),
        "messageAt": maybe(dice, at(handled)),
        "messageTime": maybe(dice, dice.between(1, 300)),
        "noteAt": at(handled) if noted else ABSENT,
        "noteTime": dice.between(1, 100) if noted else ABSENT,
        "messagesSent": dice.below(4),
        "notesSent": int(noted),
        "touched": True,
        "reopened": dice.one_in(9),
        "snoozed": dice.one_in(9),
        "resolved": dice.one_in(3),
    }
    relationships = {
        "customer": to_one(conversation.facts["customer"]),
        "conversation": to_one(conversation),
        "createdBy": to_one(user),
    }
    return resource(organisation, row, attributes, relationships)


def satisfaction_response(organisation: Store, row: Row) -> Document:
    """Build the answer to a survey."""
    conversation = row.facts["conversation"]
    attributes = {
        "rating": row.number % 11,
        "score": row.number % 2,
        "status": "rated",
        "formType": "csat",
        "channel": "email",
        "app": "postmark",
        "answers": ["Quick help"]
        if row.number % 3 == 0
        else [{"id": "q1", "prompt": "Why? 🤔", "answer": "Quick help"}],
        "scheduledFor": at(row.created),
        "sentAt": at(row.created),
        "firstReadAt": at(row.created + HOUR),
        "completedAt": at(row.created + HOUR),
        "lockedAt": None,
        "followupAnswer": rarely(row.dice(), "All good"),
        "submittedAt": at(row.created + HOUR),
        **stamps(row),
    }
    relationships = {
        "conversation": to_one(conversation),
        "customer": to_one(conversation.facts["customer"]),
        "satisfaction": to_one(organisation.rows["satisfaction"][0]),
        "sentBy": to_one(agents(organisation)[0]),
    }
    return resource(organisation, row, attributes, relationships)
