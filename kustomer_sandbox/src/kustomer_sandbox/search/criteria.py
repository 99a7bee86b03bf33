"""Criteria, sort keys and operators that search accepts.

Standard: https://developer.kustomer.com/api/core-resources/create-customer-search
Archive: https://developer.kustomer.com/api/core-resources/create-customer-archive-search
"""

from __future__ import annotations

import re

CONTEXTS = (
    "company",
    "customer",
    "message",
    "conversation",
    "conversation_time",
    "note",
    "kobject",
    "work_session",
    "work_item",
)
ARCHIVE_CONTEXTS = ("message", "conversation", "customer", "kobject", "company")

OPERATORS = ("gte", "lte", "gt", "lt", "equals", "in", "contains", "not_set")

# The prefix of the names, then their kind and the rest of each name.
DOCUMENTED: dict[str, dict[str, str]] = {
    "customer": {
        "any": "any_text",
        "string": "name email shared_email phone shared_phone whatsapp urls address locale",
        "list": (
            "gender presence created_by modified_by status progressive_status "
            "active_users watchers tags sentiment social_type shared_social_type"
        ),
        "datetime": (
            "activity_at last_seen_at signed_up_at last_message_sent_at "
            "last_message_out_sent_at last_message_unresponded_to_sent_at "
            "last_message_at created_at updated_at modified_at imported_at"
        ),
        "string_notanalyzed": (
            "externalId shared_externalId social_userid social_username "
            "shared_social_userid shared_social_username default_lang"
        ),
        "number": "satisfaction_avg_score satisfaction_avg_rating conversations_count",
        "boolean": "imported",
    },
    "company": {
        "any": "any_text",
        "string": "name",
        "list": "tags created_by modified_by",
        "string_notanalyzed": "default_lang",
        "datetime": "created_at modified_at updated_at imported_at",
        "boolean": "imported",
    },
    "message": {
        "any": "any_text",
        "text": "body subject",
        "list": "channel created_by modified_by sentiment status direction_type source",
        "number": "size attachment_count",
        "boolean": "direction redacted imported auto",
        "datetime": "sent_at created_at updated_at error_at redacted_at imported_at",
        "string_notanalyzed": "customer_id external_id created_by_teams shortcuts lang",
        "string": "error_title recipients sender",
    },
    "note": {
        "any": "any_text",
        "text": "body",
        "datetime": "created_at modified_at updated_at imported_at",
        "list": "created_by modified_by user_mentions team_mentions",
        "boolean": "deleted imported",
        "number": "attachment_count",
        "string_notanalyzed": "external_id customer_id conversation_id lang",
    },
    "conversation": {
        "any": "any_text",
        "string": "name satisfaction ended_reason",
        "list": (
            "sentiment status modified_by satisfaction_survey_id "
            "satisfaction_sent_by satisfaction_sent_by_teams satisfaction_status "
            "channels tags assigned_users assigned_teams first_response_created_by "
            "last_response_created_by last_message_direction direction "
            "first_message_in_direction_type first_message_in_channel "
            "first_message_out_direction_type first_message_out_channel sla_status "
            "sla_id sla_breach_metric first_done_created_by last_done_created_by "
            "last_done_created_by_teams reply_channel queue external_queue"
        ),
        "string_notanalyzed": "sub_status customer_id campaign_id default_lang sla_version_id",
        "datetime": (
            "created_at updated_at modified_at satisfaction_created_at "
            "last_message_sent_at last_message_out_sent_at "
            "last_message_unresponded_to_sent_at last_message_at "
            "first_response_sent_at first_message_in_sent_at "
            "first_message_out_sent_at sla_breach_at sla_satisfied_at "
            "last_done_created_at ended_at imported_at"
        ),
        "number": (
            "message_count note_count satisfaction_score satisfaction_rating "
            "priority first_response_time outbound_message_count"
        ),
        "boolean": "sla_breached ended imported",
    },
    "conversation_time": {
        "datetime": "created_at message_at note_at handle_at",
        "string_notanalyzed": "conversation_id",
        "list": "created_by_teams assigned_users assigned_teams channels",
        "boolean": "touched reopened snoozed resolved",
        "number": "message_time messages_sent note_time notes_sent handle_time",
    },
    "": {
        "any": "any_text",
        "number": "tracking_events",
    },
    "kobject": {
        "any": "any_text",
        "datetime": "created_at updated_at imported_at",
        "boolean": "imported",
    },
}

# Not in the documented list, but other connectors rely on them.
UNDOCUMENTED = {
    "work_session_updated_at": "datetime",
    "work_item_handle_completed_at": "datetime",
}

STANDARD: dict[str, str] = {
    f"{prefix}_{name}" if prefix else name: kind
    for prefix, kinds in DOCUMENTED.items()
    for kind, names in kinds.items()
    for name in names.split()
} | UNDOCUMENTED

_CUSTOM = re.compile(r"^(customer|company|conversation|message|kobject)_custom_.+$")

_CUSTOMER_SORTS = (
    "name gender created_at updated_at modified_at externalId activity_at "
    "last_seen_at signed_up_at lastmessage_preview progressive_status done open "
    "snoozed last_message_sent_at last_message_out_sent_at "
    "last_message_unresponded_to_sent_at last_message_at"
)
STANDARD_SORTS = frozenset(f"customer_{name}" for name in _CUSTOMER_SORTS.split()) | frozenset(
    # Undocumented, but public taps rely on it.
    (
        "company_updated_at",
        "conversation_updated_at",
        "conversation_created_at",
        "message_updated_at",
        "message_created_at",
        "note_updated_at",
        "note_created_at",
        "kobject_updated_at",
        "kobject_created_at",
        "work_session_updated_at",
        "work_item_handle_completed_at",
        "conversation_time_created_at",
        "conversation_time_handle_at",
    )
)

ARCHIVE: dict[str, str] = {
    "conversation_id": "string",
    "conversation_created_at": "datetime",
    "conversation_updated_at": "datetime",
    "conversation_customer_id": "string",
    "conversation_any_text": "any",
    "conversation_deleted": "boolean",
    "customer_id": "string",
    "customer_companyId": "string",
    "customer_created_at": "datetime",
    "customer_updated_at": "datetime",
    "customer_deleted": "boolean",
    "customer_any_text_new": "any",
    "message_id": "string",
    "message_created_at": "datetime",
    "message_updated_at": "datetime",
    "message_conversation_id": "string",
    "message_any_text": "any",
    "kobject_id": "string",
    "kobject_created_at": "datetime",
    "kobject_updated_at": "datetime",
    "kobject_customer_id": "string",
    "kobject_company_id": "string",
    "kobject_any_text": "any",
    "company_created_at": "datetime",
    "company_updated_at": "datetime",
}
_ARCHIVE_KLASS = re.compile(
    r"^kobject_.+_(id|created_at|updated_at|customer_id|company_id|any_text)$"
)
_ARCHIVE_SORT = re.compile(
    r"^(conversation_(created_at|updated_at|customer_id|deleted)"
    r"|customer_(companyId|created_at|updated_at|deleted)"
    r"|message_(id|created_at|updated_at)"
    r"|kobject.*_(created_at|updated_at)"
    r"|company_(created_at|updated_at))$"
)


def standard_kind(name: str) -> str | None:
    """Kind of a criterion of standard search; None if it is not accepted."""
    if _CUSTOM.match(name):
        return "custom"
    return STANDARD.get(name)


def archive_kind(name: str) -> str | None:
    """Kind of a criterion of archive search; None if it is not accepted."""
    if name in ARCHIVE:
        return ARCHIVE[name]
    if _ARCHIVE_KLASS.match(name):
        return "datetime" if name.endswith("_at") else "string"
    return None


def standard_sort(name: str) -> bool:
    """Whether standard search sorts by a key."""
    return name in STANDARD_SORTS


def archive_sort(name: str) -> bool:
    """Whether archive search sorts by a key."""
    return bool(_ARCHIVE_SORT.match(name))
