"""Audit logs, events, sessions, merges, drafts and forwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kustomer_sandbox.generation.document import (
    ABSENT,
    Document,
    at,
    attached,
    reference,
    resource,
    stamps,
    to_one,
)
from kustomer_sandbox.generation.staff import agents
from kustomer_sandbox.times import HOUR, SECOND, YEAR

if TYPE_CHECKING:
    from kustomer_sandbox.row import Row
    from kustomer_sandbox.store import Store

_TEXT = {
    "draftJs": {
        "blocks": [
            {
                "key": "a1",
                "text": "Hello 👋",
                "type": "unstyled",
                "depth": 0,
                "inlineStyleRanges": [],
                "entityRanges": [],
                "data": {},
            }
        ],
        "entityMap": {},
    }
}
_CHANGES: tuple[tuple[str, Any, Any], ...] = (
    ("status", "open", "done"),
    ("tags", [], ["5cb5e5a780b7e30014e4b6c3"]),
    ("priority", None, 3),
    ("spam", False, True),
    ("custom", {}, {"topicTree": "delivery.late"}),
)


def _changes(row: Row) -> Document:
    name, before, after = _CHANGES[row.number % len(_CHANGES)]
    changes: Document = {"attributes": {name: {"op": "replace", "before": before, "after": after}}}
    if row.number % 3 == 0:
        company = {"op": "replace", "before": None, "after": row.id}
        changes["relationships"] = {"company": company}
    return changes


def audit_log(organisation: Store, row: Row) -> Document:
    """Build an entry of the audit log; entries by the system have no user."""
    target = row.facts["object"]
    user = agents(organisation)[row.number % 20] if row.number % 4 else None
    verb = ("create", "update", "delete")[row.number % 3]
    attributes = {
        "eventName": f"kustomer.{target.type}.{verb}",
        "eventVerb": verb,
        "org": organisation.id,
        "userId": user.id if user else None,
        "userType": "user" if user else "system",
        "objectId": target.id,
        "objectType": target.type,
        "client": "routing-api" if row.number % 2 else None,
        "ip": "203.0.113.7" if user else None,
        "changes": _changes(row),
        "createdAt": at(row.created),
        "publishedAt": at(row.created + 7 * SECOND),
        "expiresAt": at(row.created + YEAR),
    }
    if user:
        by = to_one(user)
    else:
        by = {"links": {"self": "/v1/users/null"}, "data": {"type": "user", "id": None}}
    document = resource(organisation, row, attributes, {"user": by})
    del document["relationships"]["org"]
    if target.type == "customer":
        document["relationships"]["customer"] = to_one(target)
    return document


def customer_event(organisation: Store, row: Row) -> Document:
    """Build an event of a customer or a conversation."""
    customer, conversation = row.facts["customer"], row.facts["conversation"]
    message = row.facts.get("message")
    agent = agents(organisation)[row.number % 20]
    tracked = "session" in row.facts
    kind = "customer" if tracked else ("message" if message else "conversation")
    attributes = {
        "name": "kustomer.tracking.identified.event" if tracked else f"kustomer.{kind}.update",
        "trackingEvent": "Viewed page" if tracked else None,
        "type": kind,
        "app": None,
        "publishedAt": at(row.created),
        "createdAt": at((message or conversation).created),
        "updatedAt": at(row.created),
        "modifiedAt": None,
        "location": None
        if row.number % 2
        else {
            "countryCode": "DE",
            "countryName": "Germany",
            "regionCode": "BE",
            "regionName": "Berlin",
            "cityName": "Berlin",
            "zipCode": "10115",
            "areaCode": "030",
            "latitude": 52.52,
            "longitude": 13.405,
        },
        "meta": {"statusStr": "open", "pageNum": row.number} if tracked else None,
        "sessionId": row.facts["session"].id if tracked else None,
        "realIp": "203.0.113.8",
        "changes": _changes(row),
    }
    relationships: Document = {
        "createdBy": to_one(agent) if row.number % 2 else None,
        "modifiedBy": None,
        "customer": to_one(customer),
        "conversation": to_one(conversation),
        "message": to_one(message) if message else ABSENT,
    }
    links = {"self": f"/v1/customers/{customer.id}/events/{row.id}"}
    return resource(organisation, row, attributes, relationships, links)


def customer_session(organisation: Store, row: Row) -> Document:
    """Build a tracking session, whose link is that of the list."""
    customer = row.facts["customer"]
    attributes = {
        "sessionId": row.id,
        "firstEventAt": at(row.created),
        "lastEventAt": at(row.updated),
        "count": len(organisation.children(row, "customer_event")),
    }
    links = {"self": f"/v1/customers/{customer.id}/sessions"}
    relationships = {"customer": to_one(customer)}
    return resource(organisation, row, attributes, relationships, links)


def customer_merge(organisation: Store, row: Row) -> Document:
    """Build a merge; its source is the customer who no longer exists."""
    attributes = {"status": "success", **stamps(row, modified=False)}
    relationships = {
        "source": to_one(row.facts["source"]),
        "target": to_one(row.facts["target"]),
        "createdBy": to_one(agents(organisation)[0]),
    }
    return resource(organisation, row, attributes, relationships)


def ai_summary(organisation: Store, row: Row) -> Document:
    """Build the summary of a conversation."""
    attributes = {
        "resourceId": row.facts["conversation"].id,
        "resourceType": "conversation",
        "text": "The customer asks where an order is 📦",
        "lastSummarizedAt": at(row.created),
        **stamps(row, modified=False),
    }
    return resource(organisation, row, attributes)


def draft(organisation: Store, row: Row) -> Document:
    """Build a draft; `to` and `from` differ by channel."""
    conversation = row.facts["conversation"]
    author = agents(organisation)[row.number % 20]
    email = row.number % 2 == 0
    person = {"email": "customer@example.com", "name": "Customer"}
    attributes = {
        "channel": "email" if email else "sms",
        "app": "postmark" if email else "twilio",
        "body": "Hello 👋",
        "payload": _TEXT,
        "status": "draft",
        "to": ([person] if row.number % 4 else person) if email else "+15550101",
        "from": person if email else "+15550199",
        "cc": [],
        "bcc": [],
        "subject": "Re: your order" if email else None,
        "headers": [],
        "auto": False,
        "shortcuts": [one.id for one in organisation.rows["shortcut"][: (row.number + 1) % 3]],
        "kbArticles": [one.id for one in organisation.rows["kb_article"][: (row.number + 1) % 2]],
        "attachments": [one["id"] for one in attached(row)["data"]],
        "userMentions": [],
        "meta": {},
        "sendAt": at(row.created + HOUR) if row.number % 3 == 0 else None,
        **stamps(row),
    }
    relationships = {
        "customer": to_one(row.facts["customer"]),
        "createdBy": to_one(author),
        "modifiedBy": to_one(author),
        "conversation": to_one(conversation),
    }
    return resource(organisation, row, attributes, relationships)


def forward(organisation: Store, row: Row) -> Document:
    """Build a forward of a conversation."""
    conversation = row.facts["conversation"]
    author = agents(organisation)[row.number % 20]
    attributes = {
        "app": ("postmark", "gmail")[row.number % 2],
        "channel": "email",
        "from": {"name": "Shop", "email": "help@shop.example.com"},
        "to": [
            {"name": "Carrier", "email": "claims@carrier.example"},
            {"name": None, "email": "lager@shop.example"},
        ][: 1 + row.number % 2],
        "subject": "Fwd: damaged",
        "body": "Please see below",
        "payload": _TEXT,
        "status": ("sent", "scheduled", "failed")[row.number % 3],
        **stamps(row),
    }
    relationships: Document = {
        "customer": to_one(conversation.facts["customer"]),
        "createdBy": to_one(author),
        "modifiedBy": to_one(author),
        "conversation": {"data": reference(conversation)},
        "attachments": {**attached(row), "links": []},
    }
    return resource(organisation, row, attributes, relationships)
