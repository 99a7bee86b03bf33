"""Every path the sandbox serves, as tables.

Sources: https://developer.kustomer.com/api and the reference page of each
operation; ``GET /v1/tags``, ``/v1/slas`` and ``/v1/assistants`` are not
documented and known from clients.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kustomer_sandbox.lists import (
    Listing,
    dates,
    equal,
    from_date,
    klasses,
    users,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kustomer_sandbox.generation.document import Document
    from kustomer_sandbox.organisation import Organisation
    from kustomer_sandbox.row import Row


def _roles(*names: str, admin: bool = False, user: bool = True) -> tuple[str, ...]:
    roles = [f"org.permission.{name}.read" for name in names]
    if user:
        roles += [f"org.user.{name}.read" for name in names]
    if admin:
        roles += [f"org.admin.{name}.read" for name in names]
    return tuple(roles)


SEARCH_ROLES = (
    "org.permission.search.create",
    "org.permission.search.update",
    "org.permission.search_global.create",
    "org.permission.search_preview.create",
    "org.user.search.read",
    "org.admin.search.read",
)
_ROUTING = _roles("routing")
_KLASS = _roles("klass", admin=True)
_KOBJECT = (*_roles("kobject"), "org.permission.kobject.kobject_*.read")
_ATTACHMENT = _roles("attachment")
_SHORTCUT = (
    *_roles("shortcut", admin=True),
    "org.user.content.shortcut.read",
    "org.admin.content.shortcut.read",
)
_SNIPPET = (
    *_roles("snippet", admin=True),
    "org.user.content.snippet.read",
    "org.admin.content.snippet.read",
)
_MERGE = (
    "org.permission.customer_merge.read",
    "org.user.customer.read",
    "org.admin.customer.merge.read",
)
_SUB_STATUS = (
    "org.permission.sub_status.read",
    *_roles("conversation", "kobject"),
    "org.admin.sub_status.read",
    "org.admin.content.sub_status.read",
)

# The role that a search needs beside its own, where that is asked for.
CONTEXT_ROLES = {
    "customer": _roles("customer"),
    "company": _roles("company"),
    "conversation": _roles("conversation"),
    "conversation_time": _roles("conversation"),
    "message": _roles("message"),
    "note": _roles("note"),
    "kobject": _KOBJECT,
    "work_session": (*_roles("work_session"), *_ROUTING),
    "work_item": _ROUTING,
}


def _sla_versions(
    organisation: Organisation,
    rows: Sequence[Row],
    given: dict[str, str],
    document: Document,
) -> None:
    if given.get("versions") in ("all", "active"):
        versions = [
            version for row in rows for version in organisation.children(row, "sla_version")
        ]
        if given["versions"] == "active":
            newest = {version.facts["sla"].id: version for version in versions}
            versions = list(newest.values())
        document["included"] = [organisation.encoded(one) for one in versions]


def _attachments(
    organisation: Organisation,
    rows: Sequence[Row],
    given: dict[str, str],
    document: Document,
) -> None:
    if given.get("include") != "attachments":
        return
    included = []
    data = []
    for row in rows:
        found = organisation.children(row, "attachment")
        message = organisation.document(row)
        message["relationships"]["attachments"] = {
            "data": [{"type": "attachment", "id": one.id} for one in found]
        }
        data.append(message)
        included += [organisation.document(one) for one in found]
    document["data"] = data
    document["included"] = included


def _unread(
    organisation: Organisation,
    rows: Sequence[Row],
    given: dict[str, str],
    document: Document,
) -> None:
    del organisation, given
    document["meta"]["unread"] = sum(row.number % 2 for row in rows)


def _deleted_too(path: str, type_: str, roles: tuple[str, ...], **more: Any) -> Listing:
    return Listing(path, type_, roles, deleted=True, **more)


LISTS: tuple[Listing, ...] = (
    # Records
    Listing("/v1/customers", "customer", _roles("customer"), total=True, narrow=dates),
    # A company is deleted by an attribute, there is no other way.
    _deleted_too("/v1/companies", "company", _roles("company"), narrow=equal("externalId")),
    # Documented as a resource, its paths for reading are a guess.
    Listing("/v1/kedge", "kedge", _roles("company")),
    Listing("/v1/conversations", "conversation", _roles("conversation")),
    Listing("/v1/messages", "message", _roles("message"), extend=_attachments),
    Listing("/v1/notes", "note", _roles("note")),
    # Settings
    _deleted_too(
        "/v1/users",
        "user",
        ("org.permission.user.read", "org.user.read"),
        largest=500,
        narrow=users,
    ),
    _deleted_too("/v1/teams", "team", ("org.permission.team.read",), largest=500),
    _deleted_too("/v1/tags", "tag", ("org.permission.tag.read",)),
    _deleted_too("/v1/shortcuts", "shortcut", _SHORTCUT),
    Listing("/v1/shortcuts/categories", "shortcut_category", _SHORTCUT),
    Listing("/v1/snippets", "snippet", _SNIPPET),
    Listing("/v1/brands", "brand", _roles("brand", admin=True)),
    Listing("/v1/klasses", "klass", _KLASS, narrow=klasses),
    Listing("/v1/slas", "sla", _roles("sla"), extend=_sla_versions),
    Listing("/v1/role-groups", "role_group"),
    Listing("/v1/satisfaction", "satisfaction", _roles("satisfaction")),
    _deleted_too("/v1/schedules", "schedule", _roles("schedule", admin=True)),
    _deleted_too("/v1/spam/senders", "sender", _roles("spam", user=False, admin=True)),
    Listing("/v1/outboundAccounts", "outbound_account", _roles("apps"), bare=True),
    Listing("/v1/snoozes", "snooze", ("org.permission.snooze.read",)),
    Listing("/v1/cards", "card", _roles("apps", admin=True)),
    Listing("/v1/kviews", "kview", _roles("kview", admin=True)),
    Listing(
        "/v1/workflows",
        "workflow",
        _roles("workflow", user=False, admin=True),
        narrow=equal("enabled"),
    ),
    Listing("/v1/notifications", "notification", extend=_unread),
    Listing("/v1/customers/searches", "search", _roles("search", admin=True)),
    Listing("/v1/kb/articles", "kb_article", _roles("kb")),
    Listing("/v1/assistants", "assistant", ("org.permission.assistant.read",)),
    # Routing
    Listing(
        "/v1/routing/queues",
        "queue",
        ("org.permission.queue.read", *_ROUTING),
        narrow=equal("key"),
    ),
    Listing("/v1/routing/queue-rules", "queue-rule", ("org.permission.queue_rule.read",)),
    Listing(
        "/v1/routing/statuses",
        "status",
        ("org.permission.routing_status.read", *_ROUTING),
    ),
    Listing("/v1/routing/settings", "team_routing_settings", _ROUTING),
    Listing(
        "/v1/routing/work-sessions",
        "work_session",
        ("org.permission.work_session.read", *_ROUTING),
        narrow=equal("active", "statusType"),
    ),
    # Children of one record
    *(
        Listing(f"/v1/customers/{{id}}/{name}", type_, roles, parent="customer", **more)
        for name, type_, roles, more in (
            ("conversations", "conversation", _roles("conversation"), {"narrow": from_date}),
            ("messages", "message", _roles("message"), {"extend": _attachments}),
            ("notes", "note", _roles("note"), {}),
            ("drafts", "draft", _roles("draft"), {}),
            ("sessions", "customer_session", _roles("event"), {}),
        )
    ),
    *(
        Listing(f"/v1/conversations/{{id}}/{name}", type_, roles, parent="conversation", **more)
        for name, type_, roles, more in (
            ("messages", "message", _roles("message"), {"extend": _attachments}),
            ("notes", "note", _roles("note"), {}),
            ("events", "customer_event", _roles("event"), {}),
            ("forwards", "forward", _roles("draft"), {}),
            ("times", "conversation_time", _roles("conversation"), {"largest": 1000}),
        )
    ),
    Listing(
        "/v1/routing/conversations/{id}/work-items",
        "work_item",
        _ROUTING,
        parent="conversation",
    ),
    Listing("/v1/routing/users/{id}/work-sessions", "work_session", _ROUTING, parent="user"),
    Listing("/v1/messages/{id}/attachments", "attachment", _ATTACHMENT, parent="message"),
    # A guess: only writing and deleting comments is documented.
    Listing("/v1/kobjects/{id}/comments", "comment", _roles("note"), parent="kobject"),
)


@dataclass(frozen=True)
class Single:
    """Records read by id, several at once where ids are separated by commas."""

    path: str
    type: str
    roles: tuple[str, ...] = ()


SINGLES: tuple[Single, ...] = (
    Single("/v1/customers/{ids}", "customer", _roles("customer")),
    Single("/v1/customers/merges/{ids}", "customer_merge", _MERGE),
    Single("/v1/companies/{ids}", "company", _roles("company")),
    Single("/v1/conversations/{ids}", "conversation", _roles("conversation")),
    Single("/v1/conversations/times/{ids}", "conversation_time", _roles("conversation")),
    Single("/v1/messages/{ids}", "message", _roles("message")),
    Single("/v1/notes/{ids}", "note", _roles("note")),
    Single("/v1/attachments/{ids}", "attachment", _ATTACHMENT),
    Single("/v1/users/{ids}", "user", ("org.permission.user.read", "org.user.read")),
    Single("/v1/teams/{ids}", "team", ("org.permission.team.read",)),
    Single("/v1/role-groups/{ids}", "role_group"),
    Single("/v1/brands/{ids}", "brand", _roles("brand", admin=True)),
    Single("/v1/sub-statuses/{ids}", "sub_status", _SUB_STATUS),
    Single("/v1/workflows/{ids}", "workflow", _roles("workflow", user=False, admin=True)),
    Single("/v1/routing/work-sessions/{ids}", "work_session", _ROUTING),
    Single("/v1/routing/work-items/{ids}", "work_item", _ROUTING),
    Single("/v1/routing/queue-rules/{ids}", "queue-rule", ("org.permission.queue_rule.read",)),
    Single("/v1/routing/statuses/{ids}", "status", _ROUTING),
    Single(
        "/v1/satisfaction-responses/{ids}",
        "satisfaction_response",
        (*_roles("satisfaction"), "org.permission.satisfaction_response.read"),
    ),
)

METADATA_ROLES = _roles("metadata", admin=True)
KLASS_ROLES = _KLASS
KOBJECT_ROLES = _KOBJECT
AUDIT_ROLES = _roles("audit_logs", admin=True)
SCHEDULE_ROLES = _roles("schedule", admin=True)
SLA_ROLES = _roles("sla")
BRAND_ROLES = _roles("brand", admin=True)
MERGE_ROLES = _MERGE
EVENT_ROLES = _roles("event")
ATTACHMENT_ROLES = _ATTACHMENT
SUB_STATUS_ROLES = _SUB_STATUS
CONVERSATION_ROLES = _roles("conversation")
CUSTOMER_ROLES = _roles("customer")
COMPANY_ROLES = _roles("company")
