"""Apps: cards, KViews, workflows, assistants, notifications."""

# ruff: noqa: PLR2004 - the data is made of numbers and yes or no

from __future__ import annotations

from typing import TYPE_CHECKING

from kustomer_sandbox.generation.document import NOTHING, stamps
from kustomer_sandbox.generation.settings.setting import Parts, Setting, administered
from kustomer_sandbox.secret import SECRET

if TYPE_CHECKING:
    from kustomer_sandbox.row import Row
    from kustomer_sandbox.store import Store

_CONTEXTS = ("customer", "company", "conversation", "kobject")


def _card(_: Store, row: Row) -> Parts:
    some = list(_CONTEXTS[: max(0, 1 + row.number % 4 - row.rev // 3)])
    attributes = {
        "name": f"Card {row.number}",
        "description": "Orders beside the conversation",
        "url": f"https://cards.example.com/{row.number}",
        "contexts": some if row.number < 4 else NOTHING[row.number % 3],
        **stamps(row),
    }
    return attributes, {}


def _kview(_: Store, row: Row) -> Parts:
    attributes = {
        "name": f"kview-{row.number}",
        "resource": ("customer", "conversation", "kobject.order", "company")[row.number % 4],
        "context": "expanded-timeline",
        "template": "<Card><Text>{{name}}</Text></Card>",
        "meta": {"displayName": "Details", "icon": "star", "state": "open"},
        "enabled": row.number != 3,
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


SETTINGS = {
    "card": Setting(administered(_card), 8, kept=7),
    "kview": Setting(administered(_kview), 4),
    "workflow": Setting(administered(_workflow), 5),
    "assistant": Setting(administered(_assistant), 2),
    # Kustomer removes them after seven days.
    "notification": Setting(administered(_notification), 5, kept=0),
}
