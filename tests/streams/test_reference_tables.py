"""Records of the smaller tables, as Kustomer's documentation shows them, and what becomes of them.

Samples without a source in the documentation are put together from the attributes that it names.
Ids are invented.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

import tap_kustomer.streams
from tap_kustomer.reading.sources import PerParent
from tap_kustomer.shaping.records import compile_shaper
from tap_kustomer.shaping.schema import record_schema
from tap_kustomer.streams import STREAMS
from tap_kustomer.streams.assistants import Assistants
from tap_kustomer.streams.audit_logs import AuditLogs
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.business_holidays import BusinessHolidays
from tap_kustomer.streams.business_schedules import BusinessSchedules
from tap_kustomer.streams.cards import Cards
from tap_kustomer.streams.chat_settings import ChatSettings
from tap_kustomer.streams.conversation_attachments import ConversationAttachments
from tap_kustomer.streams.conversation_events import ConversationEvents
from tap_kustomer.streams.conversation_forwards import ConversationForwards
from tap_kustomer.streams.conversation_times import ConversationTimes
from tap_kustomer.streams.conversation_times_v2 import ConversationTimesV2
from tap_kustomer.streams.customer_drafts import CustomerDrafts
from tap_kustomer.streams.customer_merges import CustomerMerges
from tap_kustomer.streams.customer_session_events import CustomerSessionEvents, session_of
from tap_kustomer.streams.customer_sessions import CustomerSessions
from tap_kustomer.streams.knowledge_base_articles import KnowledgeBaseArticles
from tap_kustomer.streams.kobject_comments import KobjectComments
from tap_kustomer.streams.kviews import Kviews
from tap_kustomer.streams.message_attachment_files import MessageAttachmentFiles
from tap_kustomer.streams.notifications import Notifications
from tap_kustomer.streams.outbound_accounts import OutboundAccounts
from tap_kustomer.streams.queue_rules import QueueRules
from tap_kustomer.streams.role_groups import RoleGroups
from tap_kustomer.streams.routing_statuses import RoutingStatuses
from tap_kustomer.streams.satisfaction_responses import SatisfactionResponses, response_of
from tap_kustomer.streams.satisfactions import Satisfactions
from tap_kustomer.streams.saved_searches import SavedSearches
from tap_kustomer.streams.shortcut_categories import ShortcutCategories
from tap_kustomer.streams.slas import Slas, SlaVersions
from tap_kustomer.streams.snippets import Snippets
from tap_kustomer.streams.snoozes import Snoozes
from tap_kustomer.streams.spam_senders import SpamSenders
from tap_kustomer.streams.sub_statuses import SubStatuses
from tap_kustomer.streams.team_routing_settings import TeamRoutingSettings
from tap_kustomer.streams.work_items import WorkItems
from tap_kustomer.streams.work_sessions import WorkSessions
from tap_kustomer.streams.workflows import Workflows

if TYPE_CHECKING:
    from collections.abc import Iterator

ORG = "600000000000000000000009"
USER = "600000000000000000000001"
CUSTOMER = "600000000000000000000011"
CONVERSATION = "600000000000000000000701"
MESSAGE = "600000000000000000000901"
STAMPS = {
    "createdAt": "2020-01-17T16:29:45.369Z",
    "updatedAt": "2020-01-17T16:30:06.141Z",
    "modifiedAt": "2020-01-17T16:30:06.141Z",
}


def one(type_: str, id_: str | None) -> dict[str, Any]:
    return {"links": {"self": f"/v1/{type_}s/{id_}"}, "data": {"type": type_, "id": id_}}


BY_A_USER = {
    "org": one("org", ORG),
    "createdBy": one("user", USER),
    "modifiedBy": one("user", USER),
}
OF_A_CONVERSATION = {
    "customer": one("customer", CUSTOMER),
    "conversation": one("conversation", CONVERSATION),
}


def resource(
    type_: str,
    attributes: dict[str, Any],
    relationships: dict[str, Any] | None = None,
    parent: tuple[str, str] | None = None,
) -> dict[str, Any]:
    document: dict[str, Any] = {
        "type": type_,
        "id": "6000000000000000000000aa",
        "attributes": attributes,
        "relationships": BY_A_USER if relationships is None else relationships,
        "links": {"self": f"/v1/{type_}s/6000000000000000000000aa"},
    }
    if parent is not None:
        of, id_ = parent
        document["parent"] = {"type": of, "id": id_, "updatedAt": "2020-02-01T00:00:00Z"}
    return document


EDITOR = {
    "draftJs": {
        "blocks": [
            {
                "data": {},
                "entityRanges": [],
                "inlineStyleRanges": [],
                "depth": 0,
                "type": "unstyled",
                "text": "Hi Ada!",
                "key": "a789",
            }
        ],
        "entityMap": {},
    }
}
EVENT = {
    "name": "kustomer.customer.update",
    "type": "customer",
    "publishedAt": "2016-11-07T23:20:29.355Z",
    "createdAt": "2016-11-07T23:20:29.080Z",
    "updatedAt": "2016-11-07T23:20:29.080Z",
    "modifiedAt": None,
    "changes": {
        "attributes": {
            "conversationCounts": {
                "op": "replace",
                "before": {"all": 0, "snoozed": 0, "open": 0, "done": 0},
                "after": {"all": 1, "snoozed": 0, "open": 1, "done": 0},
            },
            "progressiveStatus": {"op": "add", "before": None, "after": "open"},
            "rev": {"op": "replace", "before": 1, "after": 2},
        },
        "relationships": {},
    },
    "location": None,
    "meta": None,
}
TRACKED_EVENT = {
    "name": "kustomer.tracking.identified.event",
    "trackingEvent": "tracking.foobar-event",
    "app": None,
    "publishedAt": "2016-11-14T01:22:09.476Z",
    "createdAt": "2016-11-14T01:31:30.187Z",
    "location": {
        "countryCode": "US",
        "countryName": "United States",
        "regionCode": "NY",
        "cityName": "Exampleville",
        "zipCode": "00000",
        "latitude": 40.5,
        "longitude": -73.5,
        "areaCode": "555",
        "regionName": "New York",
    },
    "meta": {"statusStr": "Silver"},
    "sessionId": "58290fb391113b1900bbee4c",
    "realIp": "203.0.113.10",
}
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
ATTACHMENT = {
    **resource(
        "attachment",
        {
            "name": "example.jpg",
            "contentType": "image/jpeg",
            "contentLength": 98153,
            "redacted": False,
        },
        {"org": one("org", ORG), "message": one("message", MESSAGE)},
        ("conversation", CONVERSATION),
    ),
    "links": {
        "self": f"/v1/messages/{MESSAGE}/attachments/6000000000000000000000aa",
        "related": "https://files.example.com/example.jpg?X-Amz-Expires=600&X-Amz-Signature=s1gn",
    },
}
WORKFLOW = resource(
    "workflow",
    {
        "name": "Ask the shop",
        "description": None,
        "enabled": True,
        "trigger": {"eventName": "kustomer.message.create", "callable": False},
        "steps": [
            {
                "id": "oEWqMzO_q",
                "action": "kustomer.rest-api.json",
                "appVersion": "kustomer-^1.9.2",
                "transitions": [],
                "errorCases": [],
                "params": {"uri": "https://x.example", "headers": {"authorization": "s1gn"}},
            }
        ],
        "variables": {"shopToken": "s1gn"},
        "rev": 3,
        **STAMPS,
    },
)
CHAT_SETTINGS = resource(
    "chat_settings",
    {
        "enabled": True,
        "widgetType": "chat",
        "settingsVersion": 1,
        "version": 2,
        "teamName": "Shop",
        "greeting": "Hello 👋",
        "autoreply": None,
        "embedIconUrl": "https://images.example.com/icon.png",
        "embedIconColor": "#ff0000",
        "offhoursMessage": "We sleep.",
        "offhoursImageUrl": None,
        "fallbackEmailSubject": "Your chat",
        "fallbackEmailIntroduction": "You left.",
        "outboundChatEnabled": False,
        "closableChat": True,
        "singleSessonChat": False,
        "noHistory": False,
        "disableAttachments": False,
        "showTypingIndicatorWeb": True,
        "volumeControl": {"enabled": False},
        "secret": "s1gn",
        **STAMPS,
    },
)

Case = tuple[type[KustomerStream], dict[str, Any], dict[str, Any]]


def list_cases() -> Iterator[Case]:
    """Tables that are lists: the table, a record of the API, and some of its columns."""
    yield (
        RoleGroups,
        resource(
            "role_group",
            {
                "name": "Agents",
                "description": "What agents may do.",
                "display": True,
                "system": False,
                "roles": ["org.user"],
                "createdAt": STAMPS["createdAt"],
                "updatedAt": STAMPS["updatedAt"],
            },
            {"org": one("org", ORG)},
        ),
        {"roles": ["org.user"], "system": False, "org_id": ORG},
    )
    yield (
        ShortcutCategories,
        resource("shortcut_category", {"name": "Greetings", **STAMPS}),
        {"name": "Greetings", "created_by_id": USER},
    )
    yield (
        Snippets,
        resource("snippet", {"key": "sn.org.chat.greeting", **STAMPS}),
        {"key": "sn.org.chat.greeting"},
    )
    yield (
        QueueRules,
        resource(
            "queue-rule",
            {"name": "Chats", "enabled": True, **STAMPS},
            {**BY_A_USER, "queue": one("queue", "q1")},
        ),
        {"enabled": True, "queue_id": "q1"},
    )
    yield (
        RoutingStatuses,
        resource("status", {"name": "Lunch", "statusType": "busy", "system": False, **STAMPS}),
        {"status_type": "busy", "system": False},
    )
    yield (
        TeamRoutingSettings,
        resource(
            "team_routing_settings",
            {
                "enabled": True,
                "queues": ["q1", "q2"],
                "externalQueues": ["amazon-connect"],
                **STAMPS,
            },
            {**BY_A_USER, "team": one("team", "t1")},
        ),
        {"queues": ["q1", "q2"], "external_queues": ["amazon-connect"], "team_id": "t1"},
    )
    yield (
        BusinessSchedules,
        resource(
            "schedule",
            {
                "name": "Biz Hours",
                "hours": {"0": None, "1": [[480, 720], [780, 1020]], "6": None},
                "timezone": "America/New_York",
                "default": False,
                "deleted": True,
                "deletedAt": "2020-03-01T00:00:00Z",
                **STAMPS,
            },
            {**BY_A_USER, "deletedBy": one("user", USER)},
        ),
        {
            "hours": {"0": None, "1": [[480, 720], [780, 1020]], "6": None},
            "deleted_at": "2020-03-01T00:00:00.000Z",
            "deleted_by_id": USER,
        },
    )
    yield (
        Snoozes,
        resource(
            "snooze",
            {
                "name": "Tomorrow",
                "type": "dynamic",
                "value": {"day": {"type": "relative", "value": 1}, "time": 9},
                "enabled": True,
            },
            {"org": one("org", ORG)},
        ),
        {"type": "dynamic", "resource_type": "snooze"},
    )
    yield (
        SubStatuses,
        resource(
            "sub_status",
            {
                "label": "Waiting for carrier",
                "description": None,
                "parentStatus": "snoozed",
                "resourceType": "conversation",
                **STAMPS,
            },
        ),
        # `type` stays that of JSON:API: only the attribute has the longer name.
        {"parent_status": "snoozed", "resource_type": "conversation", "type": "sub_status"},
    )
    yield (
        Cards,
        resource(
            "card",
            {
                "name": "Orders",
                "description": "Orders of the customer",
                "url": "https://cards.example.com/1",
                "contexts": ["customer", "kobject"],
                **STAMPS,
            },
        ),
        {"contexts": ["customer", "kobject"]},
    )
    yield (
        Kviews,
        resource(
            "kview",
            {
                "name": "kview-order",
                "resource": "kobject.order",
                "context": "expanded-timeline",
                "template": "<Card/>",
                "meta": {"displayName": "Order", "icon": "star", "state": "open"},
                "layout": [],
                "components": {},
                "conditions": {},
                "advanced": True,
                "enabled": True,
                "appDisabled": False,
                "rev": 2,
                **STAMPS,
            },
        ),
        {"meta": {"display_name": "Order", "icon": "star", "state": "open"}, "rev": 2},
    )
    yield (
        Notifications,
        resource(
            "notification",
            {
                "name": "kustomer.conversation.assign",
                "status": "unread",
                "event": {"name": "kustomer.conversation.assign", "data": {}},
                **STAMPS,
            },
            {"org": one("org", ORG), "user": one("user", USER)},
        ),
        {"status": "unread", "user_id": USER},
    )
    yield (
        Satisfactions,
        resource(
            "satisfaction",
            {
                "name": "Satisfaction Form for Email",
                "formType": "csat",
                "enabled": True,
                "channel": "email",
                "description": "Sent when email conversations are marked done.",
                "from": {"channel": "email", "account": "support@example.com", "app": "postmark"},
                "metaTitle": "Satisfaction",
                "metaDescription": "Email survey",
                "delayTime": 0,
                "scale": {
                    "options": 5,
                    "type": "number",
                    "labelLow": "Terrible",
                    "labelHigh": "Amazing",
                },
                "introduction": "Tell us about your experience.",
                "ratingPrompt": "How satisfied are you?",
                "questions": [],
                "positiveQuestions": [],
                "negativeQuestions": [],
                "allQuestions": [],
                "followUpType": "all",
                "criteria": {"and": [], "or": []},
                "createdAt": "2019-08-15T14:25:30.715Z",
                "updatedAt": "2022-07-11T19:52:48.296Z",
                "modified": "2022-07-11T19:52:48.296Z",
            },
            {**BY_A_USER, "template": one("template", "p1")},
        ),
        {"modified": "2022-07-11T19:52:48.296Z", "template_id": "p1", "delay_time": 0},
    )
    yield (
        SavedSearches,
        resource(
            "search",
            {
                "name": "My open ones",
                "data": {
                    "queryContext": "conversation",
                    "and": [{"conversation_status": {"equals": "open"}}],
                    "or": [],
                    "not": [],
                    "sort": [{"conversation_updated_at": "desc"}],
                    "fields": [],
                },
                "defaultVisibility": "all",
                "teamVisibilities": [],
                "userVisibilities": [{"id": USER, "visibility": "search"}],
                **STAMPS,
            },
        ),
        {"user_visibilities": [{"id": USER, "visibility": "search"}]},
    )
    yield (
        SpamSenders,
        resource(
            "sender",
            {
                "sender": "allowed.sender@example.com",
                "channel": "email",
                "list": "whitelist",
                "automated": True,
                "deleted": False,
                "deletedAt": None,
                **STAMPS,
            },
            {"org": one("org", ORG), "createdBy": None, "modifiedBy": one("user", USER)},
        ),
        {"list": "whitelist", "automated": True, "modified_by_id": USER},
    )
    yield (
        OutboundAccounts,
        {
            "type": "outbound_account",
            "attributes": {"channel": "sms", "name": "Texts", "account": "+12125550123"},
        },
        {"channel": "sms", "account": "+12125550123", "type": "outbound_account"},
    )
    yield (
        Workflows,
        WORKFLOW,
        {"rev": 3, "trigger": {"event_name": "kustomer.message.create", "callable": False}},
    )
    yield (
        KnowledgeBaseArticles,
        resource(
            "kb_article",
            {
                "title": "How to return an item",
                "hash": "h4sh",
                "status": "published",
                "scope": "public",
                "source": "kustomer",
                "categories": [{"id": "c1", "knowledgeBase": "k1"}],
                "knowledgeBases": ["k1"],
                "tags": ["returns"],
                "metaTitle": "Returns",
                "metaDescription": None,
                "metaKeywords": ["return"],
                "langVersions": {"en_us": {"currentVersion": {"id": {"htmlBody": "<p/>"}}}},
                "latestLangs": {"en_us": "v1"},
                "publishedAt": "2020-01-18T00:00:00.000Z",
                "deleted": False,
                "deletedAt": None,
                **STAMPS,
            },
        ),
        {
            "categories": [{"id": "c1", "knowledge_base": "k1"}],
            "lang_versions": {"en_us": {"current_version": {"id": {"html_body": "<p/>"}}}},
        },
    )
    yield (
        Assistants,
        resource("assistant", {"name": "Helper", "enabled": True, **STAMPS}),
        {"name": "Helper"},
    )
    yield (ChatSettings, CHAT_SETTINGS, {"version": 2, "volume_control": {"enabled": False}})


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


def sla_cases() -> Iterator[Case]:
    """Agreements and their versions, which come beside them."""
    versions = {"data": [{"type": "sla_version", "id": "v1"}, {"type": "sla_version", "id": "v2"}]}
    yield (
        Slas,
        resource(
            "sla",
            {"currentVersion": 2, "createdAt": "2020-11-12T23:14:02.462Z"},
            {"org": one("org", ORG), "createdBy": one("user", USER), "versions": versions},
        ),
        {"current_version": 2, "versions": ["v1", "v2"]},
    )
    times = {str(priority): 3600000 for priority in range(1, 6)}
    yield (
        SlaVersions,
        resource(
            "sla_version",
            {
                "name": "Email Policy",
                "description": "SLA policy for email conversations.",
                "version": 1,
                "hours": "calendar",
                "metrics": {
                    "firstResponse": {
                        "enabled": True,
                        "times": times,
                        "basedOnHumanInteraction": True,
                    },
                    "nextReply": {"enabled": False, "times": {}},
                    "longestUnrespondedMessage": {"enabled": True, "times": times},
                    "totalConversationOpenTime": {"enabled": False, "times": {}},
                    "totalCustomerWaitTime": {"enabled": False, "times": {}},
                },
                "criteria": {
                    "and": [{"conversation_channel": {"operator": "contains", "value": "email"}}]
                },
                "createdAt": "2020-11-12T23:14:37.406Z",
            },
            {"org": one("org", ORG), "createdBy": one("user", USER), "sla": one("sla", "a1")},
        ),
        {"sla_id": "a1", "version": 1},
    )


def per_parent_cases() -> Iterator[Case]:
    """Tables that are read for each row of another one."""
    of_conversation = {
        "conversation_id": CONVERSATION,
        "conversation_updated_at": "2020-02-01T00:00:00.000Z",
    }
    of_customer = {"customer_id": CUSTOMER, "customer_updated_at": "2020-02-01T00:00:00.000Z"}
    in_conversation = ("conversation", CONVERSATION)
    at_customer = ("customer", CUSTOMER)
    yield (
        BusinessHolidays,
        resource(
            "holiday",
            {
                "name": "Test",
                "startDate": "2020-03-12T04:00:00.000Z",
                "endDate": "2020-03-14T03:59:59.000Z",
                "description": "test holiday",
                "enabled": True,
                **STAMPS,
            },
            {**BY_A_USER, "schedule": one("schedule", "d1")},
            ("schedule", "d1"),
        ),
        {"schedule_id": "d1", "start_date": "2020-03-12T04:00:00.000Z"},
    )
    yield (
        ConversationEvents,
        resource("customer_event", EVENT, {**BY_A_USER, **OF_A_CONVERSATION}, in_conversation),
        {**of_conversation, "published_at": "2016-11-07T23:20:29.355Z"},
    )
    forward = {
        "app": "gmail",
        "channel": "email",
        "subject": "Fwd: hey",
        "body": "Hi Ada!",
        "from": {"name": "Sales", "email": "sales@example.com"},
        "to": [{"name": "Billing", "email": "billing@example.com"}],
        "replyTo": "sales@example.com",
        "template": "p1",
        "payload": EDITOR,
        "status": "draft",
        "sendAt": None,
        **STAMPS,
    }
    files = {
        "data": [{"type": "attachment", "id": "f1"}],
        "links": [{"self": "/v1/forwards/6000000000000000000000aa/attachments"}],
    }
    yield (
        ConversationForwards,
        resource(
            "forward",
            forward,
            {**BY_A_USER, **OF_A_CONVERSATION, "attachments": files},
            in_conversation,
        ),
        {**of_conversation, "attachments": ["f1"], "from": forward["from"]},
    )
    yield (
        ConversationAttachments,
        ATTACHMENT,
        {**of_conversation, "message_id": MESSAGE, "content_length": 98153},
    )
    yield (
        MessageAttachmentFiles,
        ATTACHMENT,
        {**of_conversation, "message_id": MESSAGE, "content_length": 98153},
    )
    yield (
        ConversationTimesV2,
        resource(
            "conversation_time",
            {**HANDLED, "noteAt": "2020-07-22T14:39:06.472Z", "noteTime": 250},
            {"org": one("org", ORG), **OF_A_CONVERSATION, "createdBy": one("user", USER)},
            in_conversation,
        ),
        {**of_conversation, "note_time": 250},
    )
    yield (
        SatisfactionResponses,
        resource(
            "satisfaction_response",
            {
                "status": "commented",
                "rating": 4,
                "score": 1,
                "answers": [{"id": "q1", "prompt": "Why?", "answer": "Quick help"}],
                "followupAnswer": None,
                "submittedAt": "2020-01-18T00:00:00.000Z",
                **STAMPS,
            },
            {"org": one("org", ORG), **OF_A_CONVERSATION},
            in_conversation,
        ),
        {**of_conversation, "rating": 4},
    )
    yield (
        CustomerMerges,
        resource(
            "customer_merge",
            {
                "status": "success",
                "createdAt": "2016-11-09T05:57:06.913Z",
                "updatedAt": "2016-11-09T05:57:07.029Z",
            },
            {
                "org": one("org", ORG),
                "source": one("customer", CUSTOMER),
                "target": one("customer", "c2"),
                "createdBy": one("user", USER),
            },
            at_customer,
        ),
        {**of_customer, "source_id": CUSTOMER, "target_id": "c2"},
    )
    yield (
        CustomerDrafts,
        resource(
            "draft",
            {
                "channel": "email",
                "app": "postmark",
                "subject": "Re: hey",
                "body": "Hi Ada!",
                "htmlBody": "<p>Hi Ada!</p>",
                "lang": "en_us",
                "payload": EDITOR,
                "from": {"email": "support@example.com"},
                "to": [{"email": "ada@example.com", "name": "Ada"}],
                "cc": [{"email": "bob@example.com", "name": "Bob"}],
                "bcc": [],
                "replyTo": None,
                "headers": [{"name": "X-A", "value": "b"}],
                "reference": {"message": MESSAGE, "type": "reply"},
                "attachments": ["f1"],
                "shortcuts": [],
                "kbArticles": [],
                "userMentions": [{"user": USER}, {"team": "t1"}],
                "responseButtons": [{"label": "Yes", "value": "yes"}],
                "messageTemplate": {
                    "id": "p1",
                    "templateType": "text",
                    "body": "Hi",
                    "actions": [{"displayText": "Yes", "valueType": "string", "value": "yes"}],
                    "articles": [{"id": "k1", "type": "kb_article", "attributes": {}}],
                    "followupText": None,
                },
                "meta": {},
                "status": "draft",
                "template": None,
                "templateType": "email-reply",
                "sendAt": "2020-01-18T00:00:00Z",
                "auto": False,
                "source": "bulk",
                **STAMPS,
            },
            {**BY_A_USER, **OF_A_CONVERSATION},
            at_customer,
        ),
        {**of_customer, "conversation_id": CONVERSATION, "send_at": "2020-01-18T00:00:00.000Z"},
    )
    yield (
        CustomerSessions,
        resource(
            "customer_session",
            {
                "sessionId": "58290fb391113b1900bbee4c",
                "firstEventAt": "2016-11-14T01:13:23.132Z",
                "lastEventAt": "2016-11-14T01:22:09.476Z",
                "count": 2,
            },
            {"org": one("org", ORG), "customer": one("customer", CUSTOMER)},
            at_customer,
        ),
        {**of_customer, "session_id": "58290fb391113b1900bbee4c", "count": 2},
    )
    yield (
        CustomerSessionEvents,
        resource(
            "customer_event",
            TRACKED_EVENT,
            {
                "org": one("org", ORG),
                "createdBy": None,
                "modifiedBy": None,
                "customer": one("customer", CUSTOMER),
            },
            ("customer_session", "58290fb4cca9b0a5e0189628"),
        ),
        {
            "customer_id": CUSTOMER,
            "customer_session_id": "58290fb4cca9b0a5e0189628",
            "session_id": "58290fb391113b1900bbee4c",
        },
    )
    yield (
        KobjectComments,
        resource(
            "note",
            {"body": "Call the carrier", "attachments": [], "importedAt": None, **STAMPS},
            {
                **BY_A_USER,
                **OF_A_CONVERSATION,
                "kobject": one("kobject", "o1"),
                "klass": one("klass", "order"),
                "assignedUser": one("user", USER),
                "assignedTeam": one("team", "t1"),
                "userMentions": {"data": [{"type": "user", "id": USER}]},
            },
            ("kobject", "o1"),
        ),
        {"kobject_id": "o1", "klass_id": "order", "user_mentions": [USER]},
    )


CASES = [*list_cases(), *routing_cases(), *sla_cases(), *per_parent_cases()]

each_sample = pytest.mark.parametrize(
    ("stream", "sample", "expected"), CASES, ids=[stream.__name__ for stream, *_ in CASES]
)


def shaped(stream: type[KustomerStream], sample: dict[str, Any]) -> dict[str, Any]:
    return compile_shaper(stream.shape, secrets=stream.secrets)(sample)


@each_sample
def test_a_sample_has_its_columns(
    stream: type[KustomerStream], sample: dict[str, Any], expected: dict[str, Any]
) -> None:
    record = shaped(stream, sample)

    assert {column: record.get(column, "missing") for column in expected} == expected


@each_sample
def test_nothing_of_a_sample_is_left_over(
    stream: type[KustomerStream], sample: dict[str, Any], expected: dict[str, Any]
) -> None:
    del expected

    assert "_extra" not in shaped(stream, sample)


@each_sample
def test_a_sample_is_what_the_schema_says(
    stream: type[KustomerStream], sample: dict[str, Any], expected: dict[str, Any]
) -> None:
    del expected
    schema = record_schema(stream.shape)
    record = shaped(stream, sample)
    if "id" not in stream.key:
        del record["id"]

    assert record.keys() <= schema["properties"].keys()
    assert not list(Draft202012Validator(schema).iter_errors(record))


def test_every_declared_table_is_registered() -> None:
    modules = [
        importlib.import_module(f"{tap_kustomer.streams.__name__}.{module.name}")
        for module in pkgutil.iter_modules(tap_kustomer.streams.__path__)
    ]
    declared = {
        item
        for module in modules
        for item in vars(module).values()
        if isinstance(item, type)
        and issubclass(item, KustomerStream)
        and item.__module__ == module.__name__
        # Tables that discovery makes are declared by the one that they are made of.
        and item.__bases__ == (KustomerStream,)
    }

    assert declared == set(STREAMS)
    assert len({vars(stream)["name"] for stream in STREAMS}) == len(STREAMS)


# Keys that are data


def test_conditions_keep_the_names_of_custom_attributes() -> None:
    condition = {"conversation_custom_orderNumberNum": {"operator": "gte", "value": 3}}
    sample = resource("sla_version", {"criteria": {"and": [condition]}})

    assert shaped(SlaVersions, sample)["criteria"] == {"and": [condition]}


def test_changes_keep_the_names_of_attributes() -> None:
    sample = resource("customer_event", EVENT, parent=("conversation", CONVERSATION))

    changes = shaped(ConversationEvents, sample)["changes"]["attributes"]

    assert changes["progressiveStatus"] == {"op": "add", "before": None, "after": "open"}


def test_details_of_an_event_keep_their_names() -> None:
    sample = resource("customer_event", TRACKED_EVENT, parent=("customer_session", "s"))

    assert shaped(CustomerSessionEvents, sample)["meta"] == {"statusStr": "Silver"}


def test_times_in_a_status_keep_its_id() -> None:
    spent = {"60000000000000000000020A": {"time": 1}}
    sample = resource("work_session", {"totalTimeByStatus": spent})

    assert shaped(WorkSessions, sample)["total_time_by_status"] == spent


# Values of several types


@pytest.mark.parametrize(
    "value",
    [10_800_000, {"day": {"type": "relative", "value": 1}, "time": 9}],
    ids=["milliseconds", "object"],
)
def test_a_snooze_option_has_a_value_of_any_type(value: Any) -> None:
    record = shaped(Snoozes, resource("snooze", {"value": value}))

    assert json.loads(record["value"]) == value
    assert "_extra" not in record


@pytest.mark.parametrize(
    "recipients",
    [[{"email": "ada@example.com"}], {"email": "ada@example.com"}, "+15550100"],
    ids=["array", "object", "string"],
)
def test_recipients_of_a_draft_come_in_any_type(recipients: Any) -> None:
    sample = resource("draft", {"to": recipients}, parent=("customer", CUSTOMER))

    record = shaped(CustomerDrafts, sample)

    assert record["to"] == (
        recipients if isinstance(recipients, str) else msgspec.json.encode(recipients).decode()
    )
    assert "_extra" not in record


# Secrets


@pytest.mark.parametrize(
    ("stream", "sample"),
    [
        (Workflows, WORKFLOW),
        (ChatSettings, CHAT_SETTINGS),
        (ConversationAttachments, ATTACHMENT),
        (MessageAttachmentFiles, ATTACHMENT),
    ],
    ids=["workflows", "chat_settings", "conversation_attachments", "message_attachment_files"],
)
def test_secrets_stay_in_kustomer(stream: type[KustomerStream], sample: dict[str, Any]) -> None:
    assert b"s1gn" in msgspec.json.encode(sample)
    assert b"s1gn" not in msgspec.json.encode(shaped(stream, sample))


def test_what_a_workflow_does_is_told_without_its_parameters() -> None:
    (step,) = shaped(Workflows, WORKFLOW)["steps"]

    assert step["action"] == "kustomer.rest-api.json"
    assert "params" not in step


# How they are read


def test_versions_come_with_their_agreements() -> None:
    assert SlaVersions.source is Slas.source
    assert not set(Slas.types) & set(SlaVersions.types)


def per_parent() -> dict[type[KustomerStream], PerParent]:
    return {stream: stream.source for stream in STREAMS if isinstance(stream.source, PerParent)}


@pytest.mark.parametrize("stream", per_parent(), ids=lambda stream: stream.name)
def test_a_table_that_costs_a_request_for_each_row_of_another_says_so(
    stream: type[KustomerStream],
) -> None:
    assert "Costs one request per" in (stream.__doc__ or "")


def test_only_schedules_are_few_enough_to_ask_for_each_by_default() -> None:
    assert [stream for stream in per_parent() if stream.selected_by_default] == [BusinessHolidays]


@pytest.mark.parametrize("stream", per_parent(), ids=lambda stream: stream.name)
def test_a_path_names_the_parent_and_where_there_is_one_its_own_parent(
    stream: type[KustomerStream],
) -> None:
    source = per_parent()[stream]
    nested = isinstance(source.parent, PerParent)

    assert "{id}" in source.path
    assert ("{parent_id}" in source.path) == nested
    assert stream.shape.parent


def test_events_of_a_session_are_asked_for_by_its_session_id() -> None:
    session = {"id": "58290fb4cca9b0a5e0189628", "attributes": {"sessionId": "58290fb391113b19"}}

    assert session_of(session) == "58290fb391113b19"
    assert session_of({"id": "58290fb4cca9b0a5e0189628"}) == "58290fb4cca9b0a5e0189628"


def test_a_conversation_names_the_response_to_its_survey() -> None:
    assert response_of({"attributes": {"satisfactionLevel": {"formResponse": "r1"}}}) == "r1"


@pytest.mark.parametrize(
    "attributes",
    [None, {}, {"satisfactionLevel": None}, {"satisfactionLevel": {}}, {"satisfactionLevel": 1}]
    + [{"satisfactionLevel": {"formResponse": response}} for response in (None, "", 7)],
    ids=str,
)
def test_a_conversation_without_a_response_is_not_asked_about(attributes: Any) -> None:
    assert response_of({"id": CONVERSATION, "attributes": attributes}) is None
