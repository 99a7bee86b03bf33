"""All plain lists and plain reads by id.

Sources: https://developer.kustomer.com/api and the reference page of each operation. The lists of
tags, SLAs and assistants are not documented, but clients use them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from kustomer_sandbox import included, roles
from kustomer_sandbox.lists import (
    Listing,
    dates,
    deleted,
    deleted_too,
    edges,
    equal,
    from_date,
    klasses,
    kviews,
    queues,
    searches,
    snoozes,
    users,
)


def _listing_with_deleted(path: str, type_: str, needed: tuple[str, ...], **more: Any) -> Listing:
    return Listing(path, type_, needed, deleted=True, **more)


LISTS: tuple[Listing, ...] = (
    # Records
    Listing("/v1/customers", "customer", roles.CUSTOMER, total=True, narrow=dates),
    # Companies can only be deleted by an attribute.
    _listing_with_deleted("/v1/companies", "company", roles.COMPANY, narrow=equal("externalId")),
    Listing("/v1/conversations", "conversation", roles.CONVERSATION),
    Listing("/v1/messages", "message", roles.MESSAGE, extend=included.attachments),
    Listing("/v1/notes", "note", roles.NOTE),
    # Settings
    _listing_with_deleted("/v1/users", "user", roles.USER, largest=500, narrow=users),
    _listing_with_deleted("/v1/teams", "team", roles.TEAM, largest=500, narrow=deleted),
    _listing_with_deleted("/v1/tags", "tag", roles.TAG),
    _listing_with_deleted("/v1/shortcuts", "shortcut", roles.SHORTCUT, narrow=deleted),
    Listing("/v1/shortcuts/categories", "shortcut_category", roles.SHORTCUT),
    Listing("/v1/snippets", "snippet", roles.SNIPPET),
    Listing("/v1/brands", "brand", roles.BRAND),
    Listing("/v1/klasses", "klass", roles.KLASS, narrow=klasses),
    Listing("/v1/slas", "sla", roles.SLA, extend=included.sla_versions),
    Listing("/v1/role-groups", "role_group"),
    Listing("/v1/satisfaction", "satisfaction", roles.SATISFACTION),
    _listing_with_deleted("/v1/schedules", "schedule", roles.SCHEDULE, extend=included.holidays),
    _listing_with_deleted("/v1/spam/senders", "sender", roles.SPAM, narrow=deleted_too),
    Listing("/v1/outboundAccounts", "outbound_account", roles.APPS, bare=True),
    Listing("/v1/snoozes", "snooze", roles.SNOOZE, narrow=snoozes),
    Listing("/v1/cards", "card", roles.CARD),
    Listing("/v1/kviews", "kview", roles.KVIEW, narrow=kviews),
    Listing("/v1/workflows", "workflow", roles.WORKFLOW, narrow=equal("enabled")),
    Listing("/v1/notifications", "notification", extend=included.unread),
    Listing("/v1/customers/searches", "search", roles.SAVED_SEARCH, narrow=searches),
    Listing("/v1/kb/articles", "kb_article", roles.KB),
    Listing("/v1/kb/categories", "kb_category", roles.KB),
    Listing("/v1/kb/internal/categories", "kb_internal_category", roles.KB),
    Listing("/v1/kb/routes", "kb_route", roles.KB),
    Listing("/v1/kb/forms", "kb_form", roles.KB),
    Listing("/v3/kb/tags", "kb_tag", roles.KB),
    Listing("/v1/assistants", "assistant", roles.ASSISTANT),
    Listing("/v1/ai/automations", "ai_automation", roles.AI),
    Listing("/v1/ai/evaluation-runs", "ai_evaluation_run", roles.AI),
    Listing("/v1/ai/evaluation-testcases", "ai_evaluation_testcase", roles.AI),
    Listing("/v1/ai/evaluation-testcase-results", "ai_evaluation_testcase_result", roles.AI),
    Listing("/v1/apps", "app", roles.APPS),
    Listing("/v1/outbound-webhooks", "outbound_webhook", roles.OUTBOUND_WEBHOOK),
    Listing(
        "/v1/outbound-webhooks/transactions",
        "outbound_webhook_transaction",
        roles.OUTBOUND_WEBHOOK,
    ),
    Listing("/v1/settings", "setting", roles.SETTING),
    # Routing
    Listing("/v1/routing/queues", "queue", roles.QUEUE, narrow=queues),
    Listing("/v1/routing/queue-rules", "queue-rule", roles.QUEUE_RULE),
    Listing("/v1/routing/statuses", "status", roles.ROUTING_STATUS),
    Listing("/v1/routing/work-items", "work_item", roles.ROUTING),
    Listing("/v1/routing/settings", "team_routing_settings", roles.ROUTING),
    Listing(
        "/v1/routing/work-sessions",
        "work_session",
        roles.WORK_SESSION,
        narrow=equal("active", "statusType"),
    ),
    # Children of one record
    *(
        Listing(f"/v1/customers/{{id}}/{name}", type_, needed, parent="customer", **more)
        for name, type_, needed, more in (
            ("conversations", "conversation", roles.CONVERSATION, {"narrow": from_date}),
            ("messages", "message", roles.MESSAGE, {"extend": included.attachments}),
            ("notes", "note", roles.NOTE, {}),
            ("drafts", "draft", roles.DRAFT, {}),
            ("sessions", "customer_session", roles.EVENT, {}),
        )
    ),
    *(
        Listing(f"/v1/conversations/{{id}}/{name}", type_, needed, parent="conversation", **more)
        for name, type_, needed, more in (
            # Deleted ones, too, as the list of the conversation's attachments has theirs.
            (
                "messages",
                "message",
                roles.MESSAGE,
                {"extend": included.attachments, "deleted": True},
            ),
            ("notes", "note", roles.NOTE, {}),
            # Newest first in the documented example.
            ("events", "customer_event", roles.EVENT, {"newest_first": True}),
            ("forwards", "forward", roles.DRAFT, {}),
            ("times", "conversation_time", roles.CONVERSATION, {"largest": 1000}),
        )
    ),
    Listing(
        "/v1/routing/conversations/{id}/work-items",
        "work_item",
        roles.ROUTING,
        parent="conversation",
    ),
    Listing("/v1/routing/users/{id}/work-sessions", "work_session", roles.ROUTING, parent="user"),
    Listing("/v1/messages/{id}/attachments", "attachment", roles.ATTACHMENT, parent="message"),
    Listing(
        "/v1/ai/automations/{id}/evaluations", "ai_evaluation", roles.AI, parent="ai_automation"
    ),
    Listing("/v1/workflows/{id}/processes", "workflow_process", roles.WORKFLOW, parent="workflow"),
    # A guess: that children can be read is documented, and where the parent is set.
    Listing("/v1/kedge/{id}/children", "kedge", roles.COMPANY, parent="company", narrow=edges),
    # A guess: only writing and deleting comments is documented.
    Listing("/v1/kobjects/{id}/comments", "comment", roles.NOTE, parent="kobject"),
)


@dataclass(frozen=True)
class Single:
    """A read by id, or by several ids separated by commas."""

    path: str
    type: str
    roles: tuple[str, ...] = ()


SINGLES: tuple[Single, ...] = (
    Single("/v1/customers/{ids}", "customer", roles.CUSTOMER),
    Single("/v1/customers/merges/{ids}", "customer_merge", roles.MERGE),
    Single("/v1/companies/{ids}", "company", roles.COMPANY),
    Single("/v1/conversations/{ids}", "conversation", roles.CONVERSATION),
    Single("/v1/conversations/times/{ids}", "conversation_time", roles.CONVERSATION),
    Single("/v1/forwards/{ids}", "forward", roles.DRAFT),
    Single("/v1/messages/{ids}", "message", roles.MESSAGE),
    Single("/v1/notes/{ids}", "note", roles.NOTE),
    Single("/v1/attachments/{ids}", "attachment", roles.ATTACHMENT),
    Single("/v1/users/{ids}", "user", roles.USER),
    Single("/v1/teams/{ids}", "team", roles.TEAM),
    Single("/v1/role-groups/{ids}", "role_group"),
    Single("/v1/brands/{ids}", "brand", roles.BRAND),
    Single("/v1/sub-statuses/{ids}", "sub_status", roles.SUB_STATUS),
    Single("/v1/snippets/{ids}", "snippet", roles.SNIPPET),
    Single("/v1/kb/articles/{ids}", "kb_article", roles.KB),
    Single("/v1/kb/knowledge-bases/{ids}", "knowledge_base", roles.KB),
    Single("/v1/workflows/{ids}", "workflow", roles.WORKFLOW),
    Single("/v1/routing/work-sessions/{ids}", "work_session", roles.WORK_SESSION),
    Single("/v1/routing/work-items/{ids}", "work_item", roles.ROUTING),
    Single("/v1/routing/queue-rules/{ids}", "queue-rule", roles.QUEUE_RULE),
    Single("/v1/routing/statuses/{ids}", "status", roles.ROUTING_STATUS),
    Single(
        "/v1/satisfaction-responses/{ids}", "satisfaction_response", roles.SATISFACTION_RESPONSE
    ),
)
