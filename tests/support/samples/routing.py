"""Samples of how work is handed out, and how long it took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.samples.documents import (
    CONVERSATION,
    CUSTOMER,
    MESSAGE,
    OF_A_CONVERSATION,
    ORG,
    STAMPS,
    USER,
    one,
    resource,
)
from tap_kustomer.streams.audit_logs import AuditLogs
from tap_kustomer.streams.conversation_times import ConversationTimes
from tap_kustomer.streams.work_items import WorkItems
from tap_kustomer.streams.work_sessions import WorkSessions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.samples.documents import Case

HANDLED = {
    "createdAt": "2020-07-22T15:40:38.206Z",
    "createdByTeams": ["5d8bb1995886ef001aee07d3"],
    "assignedUsers": [],
    "assignedTeams": [],
    "messageAt": "2020-07-22T14:39:07.287Z",
    "messageTime": 3691,
    "handleAt": "2020-07-22T14:39:06.472Z",
    "handleTime": 3692,
    "channels": ["chat"],
}


def routing_cases() -> Iterator[Case]:
    """Tables that are searched or followed by cursor."""
    yield (
        WorkSessions,
        resource(
            "work_session",
            {
                "active": False,
                "routable": False,
                "statusType": "offline",
                "workItemCount": 0,
                "pausedWorkItemCount": -1,
                "signedInAt": "2024-02-08T15:00:00.000Z",
                "signedOutAt": "2024-02-08T20:30:00.000Z",
                "capacity": [{"priority": 1, "limit": 2, "remaining": 3}],
                "capacityRemaining": 3,
                "totalCapacity": 2,
                "capacityStatus": "idle",
                "handledItemCount": 9,
                "handledConversationCount": 8,
                "totalAvailable": {
                    "statusAt": "2024-02-08T19:50:00.000Z",
                    "businessTime": 16000000,
                    "time": 16000000,
                },
                "totalUnavailable": {},
                "totalAvailableIdleCapacity": {"businessTime": 1, "time": 2},
                "totalAvailableNotAtCapacity": {"businessTime": 1, "time": 2},
                "totalUnavailableIdleCapacity": {},
                "totalUnavailableNotAtCapacity": {},
                "totalTimeByStatus": {
                    "60000000000000000000020A": {
                        "statusAt": "2024-02-08T19:50:00.000Z",
                        "statusSelectedCount": 2,
                        "businessTime": 16000000,
                        "time": 16000000,
                    }
                },
                "lastAssignedItemAt": None,
                "lastRevision": {"handledItemCount": 0},
                "rev": 12,
                **STAMPS,
            },
            {
                "org": one("org", ORG),
                "user": one("user", USER),
                "team": {"data": {"type": "team", "id": "t1"}},
                "routingSettings": one("team_routing_settings", "r1"),
                "status": one("status", "s1"),
                "modifiedBy": one("user", USER),
                "queues": {"data": [{"type": "queue", "id": "q1"}]},
                "workItems": {"data": [{"type": "work_item", "id": "w1"}]},
                "pendingItem": one("work_item", "w2"),
                "lastRevision": {"data": {"type": "work_session_revision", "id": "v1"}},
            },
        ),
        {
            "last_revision": {"handled_item_count": 0},
            "last_revision_data": {"id": "v1", "type": "work_session_revision"},
            "queues": ["q1"],
            "status_id": "s1",
            "paused_work_item_count": -1,
        },
    )
    yield (
        WorkItems,
        resource(
            "work_item",
            {
                "resourceType": "conversation",
                "status": "completed",
                "paused": False,
                "channel": "email",
                "firstEnterQueueAt": "2021-07-08T17:02:24.660Z",
                "queuedCount": 1,
                "priority": 1,
                "itemSize": 1,
                "ivr": {"businessTime": 0, "time": 0},
                "handle": {
                    "time": 893912,
                    "businessTime": 893912,
                    "completedAt": "2021-07-08T17:17:18.572Z",
                },
                "wrapUp": {},
                "abandoned": {},
                "completedAt": "2021-07-08T17:17:18.572Z",
                "resourceRev": 741,
                "resourceCreatedAt": "2021-04-16T16:22:09.174Z",
                "resourceDirection": "in",
                "resourceFirstQueueTime": 1,
                "resourceFirstRouteTime": 2,
                "resourceFirstAssignTime": 302000,
                "workItemNumber": 5,
                "firstRoutedResponse": {
                    "id": MESSAGE,
                    "createdAt": "2021-07-08T17:03:24.660Z",
                    "time": 60000,
                    "businessTime": 60000,
                },
                "lastRevision": {
                    "enteredQueueAt": "2021-07-08T17:02:24.660Z",
                    "queueTime": 300000,
                    "queueBusinessTime": 300000,
                    "routedAt": "2021-07-08T17:02:24.660Z",
                    "acceptedAt": "2021-07-08T17:02:24.660Z",
                    "lastTimedoutAt": "2021-07-08T17:02:24.660Z",
                    "timedout": True,
                    "externalQueue": None,
                },
                "rev": 2,
                **STAMPS,
            },
            {
                "org": one("org", ORG),
                "modifiedBy": one("user", USER),
                "resource": {"data": {"type": "conversation", "id": CONVERSATION}},
                "queue": one("queue", "q1"),
                "rule": one("queue-rule", "u1"),
                "team": one("team", "t1"),
                "workSession": one("work_session", "w1"),
                "routedTo": one("user", USER),
                "routedToSession": one("work_session", "w1"),
                "assignedTo": one("user", USER),
                "acceptedBy": one("user", USER),
                "lastRevision": {"data": {"type": "work_item_revision", "id": "v1"}},
            },
        ),
        {"resource_id": CONVERSATION, "rule_id": "u1", "completed_at": "2021-07-08T17:17:18.572Z"},
    )
    yield (
        ConversationTimes,
        resource(
            "conversation_time",
            HANDLED,
            {"org": one("org", ORG), **OF_A_CONVERSATION, "createdBy": one("user", USER)},
        ),
        {"handle_time": 3692, "conversation_id": CONVERSATION, "created_by_id": USER},
    )
    yield (
        AuditLogs,
        resource(
            "audit_log",
            {
                "eventName": "kustomer.conversation.update",
                "eventVerb": "update",
                "org": ORG,
                "userId": None,
                "userType": "system",
                "objectId": CONVERSATION,
                "objectType": "conversation",
                "client": "routing-api",
                "ip": None,
                "changes": {
                    "attributes": {
                        "assignedUsers": {"op": "replace", "before": [], "after": [USER]}
                    },
                    "relationships": {"company": {"op": "replace", "before": "a", "after": "b"}},
                },
                "createdAt": "2016-12-09T22:57:01.074Z",
                "publishedAt": "2016-12-09T22:57:08.387Z",
                "expiresAt": "2017-12-07T22:57:10.074Z",
            },
            {"customer": one("customer", CUSTOMER), "user": one("user", None)},
        ),
        {"org": ORG, "user_id": None, "customer_id": CUSTOMER, "user_type": "system"},
    )
