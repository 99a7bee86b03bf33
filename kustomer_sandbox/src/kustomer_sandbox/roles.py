"""Roles that let a key read something; any one of a tuple is enough.

https://developer.kustomer.com/api and the reference page of each operation.
"""

from __future__ import annotations


def _roles(*names: str, admin: bool = False, user: bool = True) -> tuple[str, ...]:
    roles = [f"org.permission.{name}.read" for name in names]
    if user:
        roles += [f"org.user.{name}.read" for name in names]
    if admin:
        roles += [f"org.admin.{name}.read" for name in names]
    return tuple(roles)


SEARCH = (
    "org.permission.search.create",
    "org.permission.search.update",
    "org.permission.search_global.create",
    "org.permission.search_preview.create",
    "org.user.search.read",
    "org.admin.search.read",
)

AI = ("org.permission.ai.read",)
APPS = _roles("apps")
ASSISTANT = ("org.permission.assistant.read",)
ATTACHMENT = _roles("attachment")
AUDIT_LOGS = _roles("audit_logs", admin=True)
BRAND = _roles("brand", admin=True)
CARD = _roles("apps", admin=True)
CHAT_SETTINGS = ("org.permission.chat_settings.read",)
COMPANY = _roles("company")
CONVERSATION = _roles("conversation")
CUSTOMER = _roles("customer")
DRAFT = _roles("draft")
EVENT = _roles("event")
KB = _roles("kb")
KLASS = _roles("klass", admin=True)
KOBJECT = (*_roles("kobject"), "org.permission.kobject.kobject_*.read")
KVIEW = _roles("kview", admin=True)
MERGE = (
    "org.permission.customer_merge.read",
    "org.user.customer.read",
    "org.admin.customer.merge.read",
)
MESSAGE = _roles("message")
METADATA = _roles("metadata", admin=True)
NOTE = _roles("note")
ROUTING = _roles("routing")
QUEUE = ("org.permission.queue.read", *ROUTING)
QUEUE_RULE = ("org.permission.queue_rule.read",)
ROUTING_STATUS = ("org.permission.routing_status.read", *ROUTING)
OUTBOUND_WEBHOOK = ("org.permission.outbound_webhook.read",)
SETTING = _roles("setting")
SATISFACTION = _roles("satisfaction")
SATISFACTION_RESPONSE = (*SATISFACTION, "org.permission.satisfaction_response.read")
SAVED_SEARCH = _roles("search", admin=True)
SCHEDULE = _roles("schedule", admin=True)
SHORTCUT = (
    *_roles("shortcut", admin=True),
    "org.user.content.shortcut.read",
    "org.admin.content.shortcut.read",
)
SLA = _roles("sla")
SNIPPET = (
    *_roles("snippet", admin=True),
    "org.user.content.snippet.read",
    "org.admin.content.snippet.read",
)
SNOOZE = ("org.permission.snooze.read",)
SPAM = _roles("spam", user=False, admin=True)
SUB_STATUS = (
    "org.permission.sub_status.read",
    *_roles("conversation", "kobject"),
    "org.admin.sub_status.read",
    "org.admin.content.sub_status.read",
)
TAG = ("org.permission.tag.read",)
TEAM = ("org.permission.team.read",)
USER = ("org.permission.user.read", "org.user.read")
WORKFLOW = _roles("workflow", user=False, admin=True)
WORK_SESSION = ("org.permission.work_session.read", *ROUTING)

# Roles that a search in a context needs besides those of the search.
OF_CONTEXT = {
    "customer": CUSTOMER,
    "company": COMPANY,
    "conversation": CONVERSATION,
    "conversation_time": CONVERSATION,
    "message": MESSAGE,
    "note": NOTE,
    "kobject": KOBJECT,
    "work_session": WORK_SESSION,
    "work_item": ROUTING,
}
