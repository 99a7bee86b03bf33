"""Samples of tables that are lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.samples.documents import BY_A_USER, ORG, STAMPS, USER, one, resource
from tap_kustomer.streams.assistants import Assistants
from tap_kustomer.streams.business_schedules import BusinessSchedules
from tap_kustomer.streams.cards import Cards
from tap_kustomer.streams.chat_settings import ChatSettings
from tap_kustomer.streams.knowledge_base_articles import KnowledgeBaseArticles
from tap_kustomer.streams.kviews import Kviews
from tap_kustomer.streams.notifications import Notifications
from tap_kustomer.streams.outbound_accounts import OutboundAccounts
from tap_kustomer.streams.queue_rules import QueueRules
from tap_kustomer.streams.queues import Queues
from tap_kustomer.streams.role_groups import RoleGroups
from tap_kustomer.streams.routing_statuses import RoutingStatuses
from tap_kustomer.streams.satisfactions import Satisfactions
from tap_kustomer.streams.saved_searches import SavedSearches
from tap_kustomer.streams.shortcut_categories import ShortcutCategories
from tap_kustomer.streams.snippets import Snippets
from tap_kustomer.streams.snoozes import Snoozes
from tap_kustomer.streams.spam_senders import SpamSenders
from tap_kustomer.streams.sub_statuses import SubStatuses
from tap_kustomer.streams.team_routing_settings import TeamRoutingSettings
from tap_kustomer.streams.workflows import Workflows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.samples.documents import Case

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
        {"queue_ids": ["q1", "q2"], "external_queues": ["amazon-connect"], "team_id": "t1"},
    )
    yield (
        TeamRoutingSettings,
        resource(
            "team_routing_settings",
            {"enabled": True, "workItemCapacity": 3, "capacity": {}, **STAMPS},
            {"team": one("team", "t1"), "queues": {"data": [{"type": "queue", "id": "q1"}]}},
        ),
        {"queues": ["q1"], "work_item_capacity": 3},
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
                "knowledgeBases": [{"id": "k1", "featured": True}],
                "tags": ["returns"],
                "metaTitle": "Returns",
                "metaDescription": None,
                "metaKeywords": ["return"],
                "langVersions": {"en_us": {"currentVersion": {"id": {"htmlBody": "<p/>"}}}},
                "latestLangs": {"en_us": {"status": "published", "outdated": False}},
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
    yield (
        ChatSettings,
        resource("chat_settings", {"singleSessionChat": True, "noHistory": False}),
        {"single_session_chat": True},
    )
    yield (
        Queues,
        resource("queue", {"name": "VIP", **STAMPS, "createdAt": 1_579_278_585_369}),
        {"created_at": STAMPS["createdAt"], "updated_at": STAMPS["updatedAt"]},
    )
    yield (
        Queues,
        resource("queue", {"name": "VIP", **STAMPS}),
        {"created_at": STAMPS["createdAt"]},
    )
    yield (ChatSettings, CHAT_SETTINGS, {"version": 2, "volume_control": {"enabled": False}})
