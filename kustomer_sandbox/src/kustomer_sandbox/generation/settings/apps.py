"""Apps: cards, KViews, workflows, assistants, notifications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustomer_sandbox.generation.document import (
    ABSENT,
    NOTHING,
    Document,
    at,
    reference,
    resource,
    stamps,
    to_one,
)
from kustomer_sandbox.generation.settings.setting import Parts, Setting, administered
from kustomer_sandbox.secret import SECRET

if TYPE_CHECKING:
    from kustomer_sandbox.row import Row
    from kustomer_sandbox.store import Store

_CONTEXTS = ("customer", "company", "conversation", "kobject")


def _card(organisation: Store, row: Row) -> Parts:
    some = list(_CONTEXTS[: max(0, 1 + row.number % 4 - row.rev // 3)])
    attributes = {
        "name": f"Card {row.number}",
        "description": "Orders beside the conversation",
        "url": f"https://cards.example.com/{row.number}",
        "contexts": some if row.number < 4 else NOTHING[row.number % 3],
        **stamps(row),
    }
    app = {"data": reference(organisation.rows["app"][0])}
    return attributes, {"app": app}


def _kview(_: Store, row: Row) -> Parts:
    attributes = {
        "name": f"kview-{row.number}",
        "resource": ("customer", "conversation", "kobject.order", "company")[row.number % 4],
        "context": "expanded-timeline",
        "template": "<Card><Text>{{name}}</Text></Card>",
        "meta": {"displayName": "Details", "icon": "star", "state": "open"},
        "enabled": row.number != 3,
        "appDisabled": row.number == 3,
        **stamps(row),
    }
    return attributes, {}


def _workflow(_: Store, row: Row) -> Parts:
    attributes = {
        "name": f"Workflow {row.number}",
        "description": None,
        "trigger": {"eventName": "kustomer.message.create", "callable": row.number == 1},
        "steps": [{"id": "s1", "action": "kustomer.conversation.update", "params": {}}],
        "variables": {"shopToken": SECRET},
        "containsVariables": True,
        "editable": row.number != 1,
        "lastError": {"message": "The shop did not answer"} if row.number == 2 else None,
        "enabled": row.number != 4,
        "rev": row.rev,
        **stamps(row),
    }
    return attributes, {}


def _assistant(_: Store, row: Row) -> Parts:
    return {"name": f"Assistant {row.number}", "enabled": True, **stamps(row)}, {}


def _notification(_: Store, row: Row) -> Parts:
    attributes = {
        "name": "kustomer.conversation.assign",
        "status": "unread" if row.number % 2 else "read",
        "event": {"name": "kustomer.conversation.assign", "data": {}},
        **stamps(row),
    }
    return attributes, {}


def _app(_: Store, row: Row) -> Parts:
    part = {"status": "installed", "statusAt": at(row.created), "id": f"{row.number:024x}"}
    attributes = {
        "name": ("shop", "postmark", "twilio")[row.number % 3],
        "version": "1.0.0",
        "current": "1.0.0",
        "status": "installed",
        "statusAt": at(row.created),
        "actions": {},
        "cards": {"shop-order": part} if row.number == 0 else {},
        "klasses": {"order": part} if row.number == 0 else {},
        "hooks": {"receive": part} if row.number else {},
        **stamps(row),
    }
    return attributes, {"createdBy": ABSENT}


def _workflow_process(_: Store, row: Row) -> Parts:
    data = {"attributes": {"preview": SECRET}}
    attributes = {
        "error": "The shop did not answer",
        "status": "error",
        "meta": {"attempt": 1, "retry": False, "workflowRev": 1},
        "event": {
            "id": f"{row.number:024x}",
            "name": "kustomer.message.create",
            "createdAt": at(row.created),
            "data": data,
        },
        **stamps(row, modified=False),
    }
    workflow = to_one(row.facts["workflow"])
    return attributes, {"workflow": workflow, "createdBy": ABSENT, "modifiedBy": ABSENT}


def _webhook(_: Store, row: Row) -> Parts:
    attributes = {
        "name": f"Warehouse {row.number}",
        "enabled": True,
        "isError": False,
        "events": ["kustomer.order.create", "kustomer.order.update"][: 1 + row.number],
        "url": f"https://hooks.example.com/{SECRET}",
        "headers": [SECRET],
        "token": SECRET,
        **stamps(row),
    }
    return attributes, {}


def _webhook_call(_: Store, row: Row) -> Parts:
    webhook = row.facts["webhook"]
    attributes = {
        "webhookId": webhook.id,
        "eventName": "kustomer.order.create",
        "status": "success" if row.rev == 1 else "repeated",
        "sentAt": row.created,
        "nextRetry": None,
    }
    none = {"createdBy": ABSENT, "modifiedBy": ABSENT}
    return attributes, {"hook": {"data": reference(webhook)}, **none}


def _setting(organisation: Store, row: Row) -> Document:
    name, value = (
        ("businessHours", True),
        ("languages", {"en_us": {"title": "English", "enabled": True}}),
        ("apiKey", SECRET),
        ("shop", {"url": "https://shop.example.com", "accessToken": SECRET}),
    )[row.number % 4]
    attributes = {"name": name, "app": "shop", "category": "general", "value": value}
    if row.rev > 1:
        attributes["category"] = f"general {row.rev}"
    return resource(organisation, row, {**attributes, "createdAt": at(row.created)})


def add_calls(organisation: Store) -> None:
    """Add a failed run of each workflow, and a call of each outbound webhook."""
    for workflow in organisation.rows["workflow"]:
        organisation.add("workflow_process", workflow.created, workflow=workflow)
    for webhook in organisation.rows["outbound_webhook"]:
        organisation.add("outbound_webhook_transaction", webhook.created, webhook=webhook)


SETTINGS = {
    "app": Setting(administered(_app), 3),
    "workflow_process": Setting(administered(_workflow_process)),
    "outbound_webhook": Setting(administered(_webhook), 2),
    "outbound_webhook_transaction": Setting(administered(_webhook_call)),
    "setting": Setting(_setting, 4),
    "card": Setting(administered(_card), 8, kept=7),
    "kview": Setting(administered(_kview), 4),
    "workflow": Setting(administered(_workflow), 5),
    "assistant": Setting(administered(_assistant), 2),
    # Kustomer removes them after seven days.
    "notification": Setting(administered(_notification), 5, kept=0),
}
