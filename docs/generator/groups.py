"""Which tables stand together, and in which order. Derived tables follow those they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "Customers and companies": (
        "customers",
        "companies",
        "customer_drafts",
        "customer_merges",
        "customer_sessions",
        "customer_session_events",
        "customer_ids",
        "company_ids",
    ),
    "Conversations and messages": (
        "conversations",
        "messages",
        "notes",
        "conversation_times",
        "conversation_times_v2",
        "conversation_events",
        "conversation_forwards",
        "conversation_attachments",
        "message_attachment_files",
        "conversation_ids",
        "message_ids",
        "note_ids",
    ),
    "Custom objects": (
        "kobjects",
        "kobject_<klass>",
        "klasses",
        "kobject_comments",
        "kobject_ids",
        "custom_attribute_metadata",
    ),
    "Work and routing": (
        "work_items",
        "work_sessions",
        "queues",
        "queue_rules",
        "routing_statuses",
        "team_routing_settings",
    ),
    "Service levels and surveys": (
        "slas",
        "sla_versions",
        "satisfactions",
        "satisfaction_responses",
        "business_schedules",
        "business_holidays",
    ),
    "People and access": (
        "users",
        "teams",
        "role_groups",
        "audit_logs",
        "notifications",
    ),
    "Texts and labels": (
        "tags",
        "shortcuts",
        "shortcut_categories",
        "snippets",
        "knowledge_base_articles",
    ),
    "Settings": (
        "brands",
        "sub_statuses",
        "snoozes",
        "chat_settings",
        "outbound_accounts",
        "saved_searches",
        "spam_senders",
        "workflows",
        "assistants",
        "cards",
        "kviews",
    ),
}
