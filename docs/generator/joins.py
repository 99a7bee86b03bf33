"""How the tables join: which column holds the key of which other table.

Most of it follows from the names of columns. A join is written `table.column`. What follows from
the declarations themselves, a derived table and its parent, is in `tables.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

# Where a column of this name leads, whatever its table; None where it leads to no table.
BY_NAME: Final[Mapping[str, str | None]] = {
    "accepted_by_id": "users.id",
    "assigned_team_id": "teams.id",
    "assigned_to_id": "users.id",
    "assigned_user_id": "users.id",
    "attachment_id": "conversation_attachments.id",
    "brand_id": "brands.id",
    "company_id": "companies.id",
    "conversation_id": "conversations.id",
    "created_by_id": "users.id",
    "customer_id": "customers.id",
    "customer_session_id": "customer_sessions.id",
    "deleted_by_id": "users.id",
    "ended_by_id": "users.id",
    "extenal_id": None,  # As one page spells the next one.
    "external_id": None,  # Of another system.
    "klass_id": "klasses.name",
    "kobject_id": "kobjects.id",
    "last_revision_id": None,  # A part of the row itself.
    "locked_by_id": "users.id",
    "message_id": "messages.id",
    "modified_by_id": "users.id",
    "org_id": None,  # The organisation that the API key belongs to.
    "pending_item_id": "work_items.id",
    "pinned_by_id": "users.id",
    "queue_id": "queues.id",
    "redacted_by_id": "users.id",
    "role_group_id": "role_groups.id",
    "routed_to_id": "users.id",
    "routed_to_session_id": "work_sessions.id",
    "routing_settings_id": "team_routing_settings.id",
    "rule_id": "queue_rules.id",
    "satisfaction_id": "satisfactions.id",
    "schedule_id": "business_schedules.id",
    "sent_by_id": "users.id",
    "session_id": "customer_sessions.session_id",
    "shortcut_id": "shortcuts.id",
    "sla_id": "slas.id",
    "sla_version_id": "sla_versions.id",
    "status_id": "routing_statuses.id",
    "sub_status_id": "sub_statuses.id",
    "tag_id": "tags.id",
    "team_id": "teams.id",
    "template_id": None,  # Kustomer has no list of templates.
    "user_data_id": "users.id",
    "user_id": "users.id",
    "work_item_id": "work_items.id",
    "work_session_id": "work_sessions.id",
}

# Columns that lead elsewhere than their name says, or whose name does not say it.
BY_COLUMN: Final[Mapping[str, str | None]] = {
    "audit_logs.object_id": None,  # Of a row in the table that `object_type` says.
    "company_ids.id": "companies.id",
    "conversation_forward_attachments.attachment_id": None,  # Of a file of its own.
    "conversation_ids.id": "conversations.id",
    "conversation_linked_conversations.linked_conversation_id": "conversations.id",
    "custom_attribute_metadata.deleted_by": "users.id",
    "custom_attribute_metadata.modified_by": "users.id",
    "customer_access_overrides.user": "users.id",
    "customer_draft_articles.article_id": "knowledge_base_articles.id",
    "customer_draft_attachments.attachment_id": None,  # Of a file of its own.
    "customer_facebook_ids.page_id": None,
    "customer_facebook_ids.user_id": None,
    "customer_ids.id": "customers.id",
    "customer_instagram_ids.instagram_id": None,
    "customer_instagram_ids.page_id": None,
    "customer_instagram_ids.thread_id": None,
    "customer_merges.source_id": "customers.id",
    "customer_merges.target_id": "customers.id",
    "customer_recent_items.id": "kobjects.id",
    "customer_sessions.session_id": None,  # Its own.
    "customer_smooch_ids.smooch_id": None,
    "kobject_<klass>.assigned_user": "users.id",
    "kobject_<klass>.sub_status": "sub_statuses.id",
    "kobject_ids.id": "kobjects.id",
    "kobjects.assigned_user": "users.id",
    "kobjects.sub_status": "sub_statuses.id",
    "message_ids.id": "messages.id",
    "message_reactions.subject_id": None,  # Of a user or a customer, as `subject_type` says.
    "note_ids.id": "notes.id",
    "saved_search_teams.id": "teams.id",
    "saved_search_users.id": "users.id",
    "shortcut_attachments.attachment_id": None,  # Of a file of its own.
    "shortcuts.parent_id": "shortcut_categories.id",
    "work_items.resource_id": "conversations.id",
}

# Nearly every table has these. Diagrams leave them out.
ON_NEARLY_EVERY_TABLE: Final = frozenset({"created_by_id", "modified_by_id", "deleted_by_id"})
