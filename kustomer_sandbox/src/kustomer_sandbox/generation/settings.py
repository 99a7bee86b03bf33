"""What an administrator sets up: a table of resources, each with its records.

Attributes without a source in Kustomer's documentation are kept few.
"""

# ruff: noqa: PLR2004 - the data is made of numbers and yes or no

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kustomer_sandbox.generation.document import (
    Document,
    at,
    deletion,
    resource,
    stamps,
    to_many,
    to_one,
)
from kustomer_sandbox.generation.words import COLOURS, SENTENCES
from kustomer_sandbox.times import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    from kustomer_sandbox.organisation import Organisation
    from kustomer_sandbox.row import Row


@dataclass(frozen=True)
class Klass:
    """A class of custom objects."""

    name: str
    status: str
    share: int


# The share is the part of all custom objects, in percent.
KLASSES = (
    Klass("order", "enabled", 60),
    Klass("ecomm-return", "enabled", 25),
    Klass("Loyalty_Account", "existing_only", 15),
    Klass("old-order", "disabled", 0),
)

QUEUES = ("DEFAULT_QUEUE", "Billing", "Returns", "VIP", "Chat 💬")
BRANDS = ("Shop", "Shop Outlet", "ショップ")
STATUSES = ("available", "busy", "unavailable", "offline")
SLA_VERSIONS = ((0, 1), (0, 2), (1, 1), (2, 1), (2, 2), (2, 3))
SUB_STATUSES = (
    ("Waiting for customer", "open", "conversation"),
    ("Waiting for carrier", "snoozed", "conversation"),
    ("Refunded", "done", "conversation"),
    ("Packing", "open", "kobject"),
)
SNOOZES: tuple[tuple[str, str, Any], ...] = (
    ("Three hours", "relative", 3 * HOUR),
    ("Tomorrow", "dynamic", {"day": {"type": "relative", "value": 1}, "time": 9}),
    ("New year", "absolute", 1_798_761_600_000),
    ("A minute", "relative", MINUTE),
)
TAG_NAMES = ("vip", "refund", "late delivery", "größe", "返品", "Spam", "gift 🎁")

AMOUNTS = {
    "tag": 30,
    "shortcut": 20,
    "shortcut_category": 4,
    "snippet": 8,
    "brand": len(BRANDS),
    "queue": len(QUEUES),
    "queue-rule": 4,
    "status": len(STATUSES) + 1,
    "sla": 3,
    "satisfaction": 3,
    "schedule": 2,
    "sender": 12,
    "outbound_account": 4,
    "snooze": len(SNOOZES),
    "sub_status": len(SUB_STATUSES),
    "card": 4,
    "kview": 4,
    "workflow": 5,
    "kb_article": 8,
    "assistant": 2,
    "notification": 5,
    "search": 6,
    "klass": len(KLASSES),
}


def add_settings(organisation: Organisation, since: int, until: int) -> None:
    """Add every record of the table, spread over the time given."""
    span = until - since
    for type_, amount in AMOUNTS.items():
        for number in range(amount):
            created = since + (number * span) // (3 * amount)
            updated = created + (number * span) // (2 * amount)
            row = organisation.add(type_, created, updated)
            if type_ in ("tag", "shortcut", "schedule") and number == amount - 1:
                row.deleted = row.updated
    for team in organisation.rows["team"]:
        organisation.add("team_routing_settings", team.created, until - DAY, team=team)
    for sla, version in SLA_VERSIONS:
        row = organisation.rows["sla"][sla]
        organisation.add("sla_version", row.created + version * HOUR, version=version, sla=row)
    for number in range(6):
        schedule = organisation.rows["schedule"][number % 2]
        organisation.add("holiday", schedule.created + number * HOUR, schedule=schedule)


def setting(organisation: Organisation, row: Row) -> Document:
    """Build a record of any type in this room."""
    attributes, relationships = _BUILDERS[row.type](organisation, row)
    admin = to_one(organisation.rows["user"][0])
    by: Document = {"createdBy": admin, "modifiedBy": admin}
    if row.deleted:
        by["deletedBy"] = admin
    return resource(organisation, row, attributes, {**by, **relationships})


Parts = tuple[Document, Document]


def _tag(_: Organisation, row: Row) -> Parts:
    name = TAG_NAMES[row.number % len(TAG_NAMES)]
    attributes = {
        "name": f"{name} {row.number}" if row.number >= len(TAG_NAMES) else name,
        "color": COLOURS[row.number % len(COLOURS)],
        "deleted": row.deleted is not None,
        "deletedAt": at(row.deleted),
        **stamps(row),
    }
    return attributes, {}


def _shortcut(organisation: Organisation, row: Row) -> Parts:
    text = SENTENCES[row.number % len(SENTENCES)]
    block = {
        "key": f"b{row.number}",
        "text": text,
        "type": "unstyled",
        "depth": 0,
        "inlineStyleRanges": [{"offset": 0, "length": 2, "style": "BOLD"}],
        "entityRanges": [{"offset": 0, "length": 2, "key": 0}],
        "data": {},
    }
    entity = {"type": "LINK", "mutability": "MUTABLE", "data": {"url": "https://x.example"}}
    attributes = {
        "name": f"/answer-{row.number}",
        "draft": {"text": text},
        "payload": {"text": {"blocks": [block], "entityMap": {"0": entity}}},
        "conversation": {
            "name": {"operator": "set", "value": "Answered"},
            "tags": {"operator": "add", "value": [organisation.rows["tag"][0].id]},
            "custom": {},
        }
        if row.number % 3
        else {},
        "isPrivate": row.number % 5 == 0,
        "deleted": row.deleted is not None,
        "appDisabled": False,
        "rev": row.rev,
        **stamps(row),
    }
    relationships: Document = {"parent": to_one(organisation.rows["shortcut"][0])}
    if row.number % 5 == 0:
        relationships["accessUsers"] = to_many(organisation.rows["user"][:2])
        relationships["accessTeams"] = to_many(organisation.rows["team"][:1])
        relationships["attachments"] = {"data": []}
    return attributes, relationships


def _named(*names: str, **more: Any) -> Any:
    def build(_: Organisation, row: Row) -> Parts:
        name = names[row.number % len(names)]
        return {"name": name, **more, **stamps(row)}, {}

    return build


def _snippet(_: Organisation, row: Row) -> Parts:
    attributes = {
        "key": f"sn.org.text-{row.number}",
        "sourceLang": "en_us",
        "values": {"en_us": "Hello", "de": "Hallo"},
        **stamps(row),
    }
    return attributes, {}


def _brand(_: Organisation, row: Row) -> Parts:
    attributes = {
        "name": BRANDS[row.number],
        "default": row.number == 0,
        "iconUrl": f"https://images.example.com/brand-{row.number}.png",
        **stamps(row),
    }
    return attributes, {}


def _queue(_: Organisation, row: Row) -> Parts:
    name = QUEUES[row.number]
    attributes = {
        "name": name,
        "displayName": name.title() if row.number else "Default queue",
        "description": f"Work for {name}" if row.number else None,
        "key": name.lower().replace(" ", "-"),
        "priority": row.number + 1,
        "itemSize": 1 + row.number % 3,
        "system": row.number == 0,
        "restrictTransfersByUsers": row.number == 3,
        **stamps(row),
    }
    return attributes, {}


def _queue_rule(organisation: Organisation, row: Row) -> Parts:
    attributes = {
        "name": f"Rule {row.number}",
        "enabled": row.number != 3,
        "criteria": {"and": [{"conversation_channel": {"operator": "equals", "value": "chat"}}]},
        **stamps(row),
    }
    return attributes, {"queue": to_one(organisation.rows["queue"][row.number])}


def _status(_: Organisation, row: Row) -> Parts:
    system = row.number < len(STATUSES)
    kind = STATUSES[row.number] if system else "unavailable"
    attributes = {
        "name": kind.title() if system else "Lunch 🍜",
        "statusType": kind,
        "system": system,
        **stamps(row),
    }
    return attributes, {}


def _routing_settings(organisation: Organisation, row: Row) -> Parts:
    queues = organisation.rows["queue"]
    attributes = {
        "enabled": row.number % 4 != 3,
        "queues": [queue.id for queue in queues[: 1 + row.number % len(queues)]],
        "externalQueues": ["amazon-connect"] if row.number == 1 else [],
        **stamps(row),
    }
    return attributes, {"team": to_one(row.facts["team"])}


def _sla(organisation: Organisation, row: Row) -> Document:
    """Build an SLA: no update time and no link of its own."""
    versions = organisation.children(row, "sla_version")
    document = resource(
        organisation,
        row,
        {"currentVersion": len(versions), "createdAt": at(row.created)},
        {
            "createdBy": to_one(organisation.rows["user"][0]),
            "versions": to_many(versions),
        },
        links={},
    )
    document.pop("links", None)
    return document


def _sla_version(organisation: Organisation, row: Row) -> Document:
    def metric(minutes: int | None) -> Document:
        times = {str(n): (minutes or 0) * MINUTE * n for n in range(1, 6)}
        return {
            "enabled": minutes is not None,
            "times": times if minutes else {},
            "basedOnHumanInteraction": bool(minutes and minutes > 60),
        }

    sla = row.facts["sla"]
    attributes = {
        "name": ("Standard", "VIP", "Chat")[sla.number],
        "description": "Answers in time" if row.number else None,
        "version": row.facts["version"],
        "hours": "calendar",
        "createdAt": at(row.created),
        "metrics": {
            "firstResponse": metric(30),
            "longestUnrespondedMessage": metric(60),
            "totalConversationOpenTime": metric(None),
            "totalCustomerWaitTime": metric(240),
            "nextReply": metric(45 if sla.number else None),
        },
        "criteria": {
            "and": [
                {"conversation_channel": {"operator": "contains", "value": "email"}},
                {"conversation_priority": {"operator": "gte", "value": 3}},
            ][: 1 + sla.number % 2]
        },
    }
    return resource(
        organisation,
        row,
        attributes,
        {"createdBy": to_one(organisation.rows["user"][0]), "sla": to_one(sla)},
        links={},
    )


def _satisfaction(_: Organisation, row: Row) -> Parts:
    question = {"id": "q1", "prompt": "Why? 🤔", "type": "text"}
    attributes = {
        "name": f"Survey {row.number}",
        "formType": "csat",
        "enabled": row.number != 2,
        "channel": ("email", "chat", "sms")[row.number],
        "description": "After a conversation is done",
        "from": {"channel": "email", "account": "help@shop.example.com", "app": "postmark"},
        "metaTitle": "How did we do?",
        "metaDescription": "Tell us",
        "delayTime": 0.5 if row.number else 60,
        "scale": {"options": 5, "type": "emoji", "labelHigh": "Great", "labelLow": "Bad"},
        "introduction": "Hello",
        "ratingPrompt": "How was it?",
        "questions": [question],
        "positiveQuestions": [],
        "negativeQuestions": [question],
        "allQuestions": [question, question],
        "followUpType": "conditional",
        "criteria": {"and": [], "or": []},
        **stamps(row),
    }
    return attributes, {"template": {"data": {"type": "template", "id": "0" * 24}}}


def _schedule(_: Organisation, row: Row) -> Parts:
    hours: Document = {str(day): [[540, 1020]] for day in range(1, 6)}
    attributes = {
        "name": ("Office hours", "Weekend")[row.number],
        "hours": {"0": None, **hours, "6": [[600, 720], [780, 900]]},
        "timezone": ("America/New_York", "Europe/Berlin")[row.number],
        "default": row.number == 0,
        **stamps(row),
        **deletion(row),
    }
    return attributes, {}


def _holiday(_: Organisation, row: Row) -> Parts:
    start = row.created - row.created % DAY + 90 * DAY
    attributes = {
        "name": ("New Year 🎆", "Tag der Arbeit", "海の日")[row.number % 3],
        "startDate": at(start),
        "endDate": at(start + DAY),
        "description": "Closed" if row.number % 2 else None,
        "enabled": row.number != 5,
        **stamps(row),
    }
    return attributes, {"schedule": to_one(row.facts["schedule"])}


def _sender(_: Organisation, row: Row) -> Parts:
    attributes = {
        "sender": f"spam{row.number}@bad.example",
        "channel": "email",
        "list": "whitelist" if row.number % 4 == 0 else "blacklist",
        "automated": row.number % 3 == 0,
        "deleted": row.number == 7,
        "deletedAt": at(row.updated) if row.number == 7 else None,
        **stamps(row),
    }
    return attributes, {"createdBy": None} if row.number % 3 == 0 else {}


def _outbound_account(_: Organisation, row: Row) -> Document:
    """Build an outbound account: no id, no times, no relationships."""
    accounts = (
        ("email", "Help", "help@shop.example.com"),
        ("email", "Returns", "returns@shop.example.com"),
        ("sms", "Texts", "+15550199"),
        ("whatsapp", "WhatsApp", "+15550198"),
    )
    channel, name, account = accounts[row.number]
    attributes = {"channel": channel, "name": name, "account": account}
    return {"type": "outbound_account", "attributes": attributes}


def _snooze(_: Organisation, row: Row) -> Parts:
    name, kind, value = SNOOZES[row.number]
    enabled = row.number != len(SNOOZES) - 1
    return {"name": name, "type": kind, "value": value, "enabled": enabled}, {}


def _sub_status(_: Organisation, row: Row) -> Parts:
    label, parent, kind = SUB_STATUSES[row.number]
    attributes = {
        "label": label,
        "description": f"{label}." if row.number else None,
        "parentStatus": parent,
        "resourceType": kind,
        **stamps(row),
    }
    return attributes, {}


def _card(_: Organisation, row: Row) -> Parts:
    attributes = {
        "name": f"Card {row.number}",
        "description": "Orders beside the conversation",
        "url": f"https://cards.example.com/{row.number}",
        "contexts": ["customer", "company", "conversation", "kobject"][: row.number + 1],
        **stamps(row),
    }
    return attributes, {}


def _kview(_: Organisation, row: Row) -> Parts:
    attributes = {
        "name": f"kview-{row.number}",
        "resource": ("customer", "conversation", "kobject.order", "company")[row.number],
        "context": "expanded-timeline",
        "template": "<Card><Text>{{name}}</Text></Card>",
        "meta": {"displayName": "Details", "icon": "star", "state": "open"},
        "enabled": row.number != 3,
        **stamps(row),
    }
    return attributes, {}


def _workflow(_: Organisation, row: Row) -> Parts:
    attributes = {
        "name": f"Workflow {row.number}",
        "description": None,
        "trigger": {"eventName": "kustomer.message.create", "callable": row.number == 1},
        "steps": [{"id": "s1", "action": "kustomer.conversation.update", "params": {}}],
        "enabled": row.number != 4,
        "rev": row.rev,
        **stamps(row),
    }
    return attributes, {}


def _assistant(_: Organisation, row: Row) -> Parts:
    return {"name": f"Assistant {row.number}", "enabled": True, **stamps(row)}, {}


def _notification(_: Organisation, row: Row) -> Parts:
    attributes = {
        "name": "kustomer.conversation.assign",
        "status": "unread" if row.number % 2 else "read",
        "event": {"name": "kustomer.conversation.assign", "data": {}},
        **stamps(row),
    }
    return attributes, {}


def _search(organisation: Organisation, row: Row) -> Parts:
    data = {
        "queryContext": "conversation",
        "and": [{"conversation_status": {"equals": "open"}}],
        "or": [],
        "not": [],
        "sort": [{"conversation_updated_at": "desc"}],
        "fields": [],
    }
    user = organisation.rows["user"][0].id
    attributes = {
        "name": f"Search {row.number}",
        "data": data,
        "defaultVisibility": "all",
        "teamVisibilities": [],
        "userVisibilities": [{"id": user, "visibility": "search"}],
        **stamps(row),
    }
    return attributes, {}


def _kb_article(organisation: Organisation, row: Row) -> Parts:
    attributes = {
        "title": f"How to return an item ({row.number})",
        "slug": f"return-{row.number}",
        "lang": "en_us",
        "status": "published" if row.number % 3 else "draft",
        **stamps(row),
    }
    return attributes, {"brand": to_one(organisation.rows["brand"][0])}


def _klass(organisation: Organisation, row: Row) -> Document:
    klass = KLASSES[row.number]
    attributes = {
        "name": klass.name,
        "displayName": klass.name.replace("_", " ").replace("-", " ").title(),
        "icon": "truck-delivery",
        "color": COLOURS[row.number],
        "klassSchema": "https://developer.kustomer.com/schemas/klass",
        "appVersion": "app_1.0.0",
        "s3DataUrl": "https://data.example.com/klass.json",
        "appDisabled": klass.status == "disabled",
        "status": klass.status,
        "mixins": ["commentable", "assignable", "editable", "creatable"][: row.number + 1],
        **stamps(row, modified=False),
    }
    kobjects = {"links": {"self": f"/v1/klasses/{klass.name}s"}}
    return resource(organisation, row, attributes, {"kobjects": kobjects})


_BUILDERS: dict[str, Any] = {
    "tag": _tag,
    "shortcut": _shortcut,
    "shortcut_category": _named("Greetings", "Refunds", "Entschuldigungen"),
    "snippet": _snippet,
    "brand": _brand,
    "queue": _queue,
    "queue-rule": _queue_rule,
    "status": _status,
    "team_routing_settings": _routing_settings,
    "satisfaction": _satisfaction,
    "schedule": _schedule,
    "holiday": _holiday,
    "sender": _sender,
    "snooze": _snooze,
    "sub_status": _sub_status,
    "card": _card,
    "kview": _kview,
    "workflow": _workflow,
    "kb_article": _kb_article,
    "assistant": _assistant,
    "notification": _notification,
    "search": _search,
}

# Records that are not like the others make their whole document themselves.
SPECIAL: dict[str, Any] = {
    "sla": _sla,
    "sla_version": _sla_version,
    "outbound_account": _outbound_account,
    "klass": _klass,
}
SETTINGS = (*_BUILDERS, *SPECIAL)
