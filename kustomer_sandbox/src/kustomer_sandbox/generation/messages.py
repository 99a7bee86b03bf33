"""Messages, their attachments, and notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kustomer_sandbox.generation import words
from kustomer_sandbox.generation.contacts import location
from kustomer_sandbox.generation.custom import values
from kustomer_sandbox.generation.document import (
    ABSENT,
    NOTHING,
    Document,
    at,
    deletion,
    maybe,
    rarely,
    resource,
    sparse,
    stamps,
    to_many,
    to_one,
)
from kustomer_sandbox.generation.staff import agents, desks
from kustomer_sandbox.secret import SECRET
from kustomer_sandbox.times import MINUTE

if TYPE_CHECKING:
    from kustomer_sandbox.row import Row
    from kustomer_sandbox.store import Store

_HELP = "help@shop.example.com"


def addresses(channel: str, number: int, direction: str) -> Document | None:
    """The attribute `meta`, whose form depends on the channel.

    `to` is an array, one object or a string.
    """
    person = f"customer{number}@example.com"
    sender, receiver = (person, _HELP) if direction == "in" else (_HELP, person)
    if channel == "email":
        to: Any = [{"email": receiver, "name": "Shop", "contact": None}]
        if number % 5 == 1:
            to = to[0]
        elif number % 5 == 2:
            to = receiver
        return {
            "subject": words.SUBJECTS[number % len(words.SUBJECTS)],
            "from": sender,
            "to": to,
            "cc": [{"email": "boss@example.com", "name": "Boss"}] if number % 4 else [],
            "bcc": [] if number % 6 else None,
            "recipient": {"email": receiver, "mailboxHash": ""},
            "inReplyTo": f"<message-{number}@mail.example.com>",
        }
    if channel in ("sms", "whatsapp"):
        return {
            "from": "+15550101",
            "to": "+15550199",
            "proxy": "+15550199",
            "attachmentNum": number % 2,
        }
    if channel == "voice":
        start = 1_700_000_000_000 + number * MINUTE
        return {
            "placedAt": at(start),
            "answeredAt": at(start + 20_000),
            "endedAt": at(start + 4 * MINUTE),
            "externalRecordingUrl": "https://calls.example.com/1.mp3",
            "status": "completed",
        }
    if channel == "chat":
        return {"trackingId": f"t{number}", "payload": "{}"}
    if channel in ("facebook", "instagram"):
        return {"permalink": "https://social.example/p/1", "messageType": "post"}
    return None


def message(organisation: Store, row: Row) -> Document:
    """Build a message."""
    dice, changing = row.dice(), row.revision_dice()
    facts = row.facts
    channel, position = facts["channel"], facts["position"]
    incoming = position % 2 == 0
    direction = "in" if incoming else "out"
    kind = ("initial" if position == 0 else "followup") if incoming else "response"
    failed, redacted = dice.one_in(30), dice.one_in(25)
    staff, teams = agents(organisation), [desk.id for desk in desks(organisation)]
    agent = dice.pick(staff)
    seen = dice.one_in(4)
    passed = dice.between(1, 500) * MINUTE
    company = facts["customer"].facts.get("company")
    attributes: Document = {
        "externalId": maybe(dice, f"<message-{row.number}@mail.example.com>"),
        "app": words.APPS[channel],
        "lang": maybe(dice, dice.pick(words.LANGUAGES)),
        "subject": dice.pick(words.SUBJECTS) if channel == "email" else maybe(dice, None),
        "preview": None if redacted else dice.pick(words.SENTENCES),
        "related": rarely(dice, f"<message-{row.number - 1}@mail.example.com>"),
        "source": rarely(dice, dice.pick(("bulk", "satisfaction")), 15),
        "channel": channel,
        "direction": direction,
        "directionType": f"{kind}-{direction}",
        "status": "error" if failed else ("received" if incoming else "sent"),
        "size": dice.below(5000),
        "responseTime": ABSENT if incoming else passed,
        "responseBusinessTime": ABSENT if incoming else passed // 3,
        "rev": row.rev,
        "auto": dice.one_in(10),
        "redacted": redacted,
        "redactedAt": at(row.updated) if redacted else ABSENT,
        "spam": rarely(dice, False),
        "sentAt": at(row.created - 500 - dice.below(2000)),
        **stamps(row),
        "importedAt": rarely(dice, at(row.created), 12),
        "errorAt": at(row.updated) if failed else ABSENT,
        "error": {
            "status": 422,
            "code": "bounced",
            "title": "Bounced",
            "detail": "Mailbox full",
            "source": {},
            "meta": {"attempt": 1},
            "links": {},
        }
        if failed
        else ABSENT,
        "meta": addresses(channel, row.number, direction),
        "assignedTeams": sparse(changing, changing.some(teams, 2)),
        "assignedUsers": sparse(changing, [one.id for one in changing.some(staff, 2)]),
        # Not documented, but other connectors have a column for them.
        "tags": rarely(
            dice, [tag.id for tag in changing.some(organisation.rows["tag"][:20], 3)], 20
        ),
        "createdByTeams": sparse(changing, [] if incoming else dice.some(teams, 2)),
        "kbArticles": [organisation.rows["kb_article"][0].id] if row.number % 5 == 0 else [],
        "reactions": [
            {
                "subjectId": facts["customer"].id,
                "subjectType": "customer",
                "name": "love",
                "createdAt": at(row.created),
            }
        ]
        if changing.one_in(12)
        else [],
        "firstDelivered": {"timestamp": at(row.created), "clientType": "web"} if seen else ABSENT,
        "firstRead": {"timestamp": at(row.created)} if seen else ABSENT,
        "intentDetections": [{"confidence": 0.75, "intent": "refund", "resolutionType": "article"}]
        if dice.one_in(10)
        else [],
        "sentiment": {"polarity": 1, "confidence": 1} if changing.below(3) else {},
        "location": rarely(dice, location(dice), 10),
        "firstCompany": {"id": company.id, "name": f"Company {company.number}"}
        if company
        else ABSENT,
        "custom": values("message", row, changing) if dice.one_in(3) else ABSENT,
        **deletion(row),
    }
    relationships: Document = {
        "customer": to_one(facts["customer"], type_="customers"),
        "conversation": to_one(facts["conversation"]),
        "createdBy": ABSENT if incoming else to_one(agent),
        "modifiedBy": rarely(dice, to_one(agent), 3),
        "redactedBy": to_one(agent) if redacted else ABSENT,
    }
    if not incoming and dice.one_in(2):
        shortcuts = dice.some(organisation.rows["shortcut"][:20], 2)
        relationships["shortcuts"] = (
            to_many(shortcuts) if shortcuts else dice.pick(({"data": []}, {"data": None}, None))
        )
    files = organisation.children(row, "attachment")
    if files or dice.one_in(30):
        # Documented for lists that include attachments; other lists have them in some messages.
        relationships["attachments"] = dice.pick((to_many(files), to_many(files), ABSENT))
    path = f"/v1/messages/{row.id}"
    links = {"self": path, "related": f"/v1/{words.APPS[channel]}/messages/{row.id}"}
    return resource(organisation, row, attributes, relationships, links)


def attachment(organisation: Store, row: Row) -> Document:
    """Build an attachment; its signed link differs from call to call."""
    parent = row.facts["message"]
    dice = row.dice()
    attributes = {
        "name": dice.pick(("invoice.pdf", "foto größe.jpg", "写真.png")),
        "contentType": dice.pick(("application/pdf", "image/jpeg", "image/png")),
        "contentLength": dice.between(100, 5_000_000),
        "redacted": dice.one_in(20),
    }
    signature = organisation.clock.now()
    links = {
        "self": f"/v1/messages/{parent.id}/attachments/{row.id}",
        "related": f"https://files.example.com/{row.id}"
        f"?X-Amz-Expires=600&X-Amz-Signature={SECRET}-{signature:x}",
    }
    return resource(organisation, row, attributes, {"message": to_one(parent)}, links)


def files(row: Row) -> Any:
    """Files of a note or a comment.

    Their form in answers is not documented; this is the form in requests.
    """
    file = {
        "_id": f"{row.seed:024x}",
        "name": "damage 📷.jpg",
        "contentType": "image/jpeg",
        "contentLength": 1000 + row.number,
    }
    return [file] if row.number % 5 == 0 else NOTHING[row.number % 3]


def note(organisation: Store, row: Row) -> Document:
    """Build a note."""
    dice, changing = row.dice(), row.revision_dice()
    people, teams = agents(organisation), desks(organisation)
    author = dice.pick(people)
    attributes = {
        "body": changing.pick(words.SENTENCES),
        "externalId": maybe(dice, f"note-{row.number}"),
        "lang": maybe(dice, dice.pick(words.LANGUAGES)),
        **stamps(row),
        "importedAt": maybe(dice, at(row.created)),
        "createdByTeams": sparse(changing, dice.some([one.id for one in teams], 2)),
        "attachments": files(row),
        "deleted": rarely(dice, False, 2),
        "custom": values("note", row, changing) if dice.one_in(3) else ABSENT,
        **deletion(row),
    }
    users = changing.some(people, 2)
    desk = dice.some(teams, 1) if dice.one_in(3) else []
    # Where mentioned teams are listed is not documented: in either list.
    apart = bool(desk) and dice.one_in(2)
    mentioned = users if apart else users + desk
    relationships = {
        "customer": to_one(row.facts["customer"]),
        "conversation": to_one(row.facts["conversation"]),
        "createdBy": to_one(author),
        "modifiedBy": maybe(dice, to_one(author)),
        "deletedBy": to_one(author) if row.deleted else ABSENT,
        "userMentions": to_many(mentioned)
        if mentioned
        else dice.pick(({"data": []}, {"data": None}, ABSENT)),
        "teamMentions": to_many(desk) if apart else ABSENT,
    }
    return resource(organisation, row, attributes, relationships)
