"""Customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kustomer_sandbox.generation import words
from kustomer_sandbox.generation.contacts import a_few, contacts, item_id, location
from kustomer_sandbox.generation.custom import values
from kustomer_sandbox.generation.document import (
    ABSENT,
    Document,
    at,
    deletion,
    maybe,
    present,
    rarely,
    resource,
    seldom,
    shrinking,
    sparse,
    stamps,
    to_one,
)
from kustomer_sandbox.generation.klasses import KLASSES
from kustomer_sandbox.generation.staff import agents, desks
from kustomer_sandbox.times import HOUR

if TYPE_CHECKING:
    from kustomer_sandbox.dice import Dice
    from kustomer_sandbox.row import Row
    from kustomer_sandbox.store import Store

STATUSES = ("open", "snoozed", "done")


def counted(conversations: tuple[Row, ...]) -> Document:
    """Number of conversations by status."""
    counts = dict.fromkeys(("all", *STATUSES), 0)
    for conversation in conversations:
        counts["all"] += 1
        counts[conversation.facts["status"]] += 1
    return counts


def customer(organisation: Store, row: Row) -> Document:
    """Build a customer."""
    dice, changing = row.dice(), row.revision_dice()
    first, last = dice.pick(words.FIRST_NAMES), dice.pick(words.LAST_NAMES)
    name = f"{first} {last}"
    tags = [tag.id for tag in organisation.rows["tag"][:30]]
    staff = [user.id for user in agents(organisation)]
    external_ids = [
        {
            "externalId": f"{shop}-{row.number}",
            "verified": True,
            "externalVerified": True,
            **item_id(dice),
        }
        for shop in ("shop", "outlet")[: row.number % 3]
    ]
    reached = contacts(row, dice, changing, f"customer{row.number}")
    activity = at(row.updated)
    facts = row.facts
    polarity = changing.between(-1, 1)
    mood: Document = {"polarity": polarity, "confidence": round(polarity * 0.649023, 6)}
    attributes: Document = {
        "name": name if row.number % 17 else "",
        "displayName": name if row.number % 17 else f"customer{row.number}@example.com",
        "firstName": maybe(dice, first),
        "lastName": maybe(dice, last),
        "username": rarely(dice, f"user{row.number}"),
        "companyName": None,
        "displayColor": dice.pick(words.COLOURS),
        "displayIcon": dice.pick(words.ICONS),
        "externalId": external_ids[0]["externalId"] if external_ids else None,
        "externalIds": sparse(changing, shrinking(row, changing, external_ids)),
        **reached,
        **_shared(row, dice, changing, {**reached, "externalIds": external_ids}),
        "facebookIds": _seldom(
            row,
            dice,
            changing,
            [{"pageId": page, "userId": str(row.number), "name": name} for page in ("100", "101")],
        ),
        "instagramIds": _seldom(
            row,
            dice,
            changing,
            [
                {
                    "pageId": page,
                    "threadId": f"t{row.number}",
                    "username": f"insta{row.number}",
                    "instagramId": f"i{row.number}",
                }
                for page in ("200", "201")
            ],
        ),
        "smoochIds": [f"smooch-{row.number}"] if row.number % 11 == 0 else [],
        "activeUsers": sparse(changing, changing.some(staff, 2)),
        "watchers": sparse(changing, changing.some(staff, 2)),
        "recentLocation": _recent_location(dice, row),
        "locale": maybe(dice, dice.pick(words.LOCALES)),
        "timeZone": maybe(dice, dice.pick(words.TIME_ZONES)),
        "gender": maybe(dice, dice.pick(("m", "f"))),
        "avatarUrl": maybe(dice, "https://images.example.com/customer.png"),
        "defaultLang": maybe(dice, dice.pick(words.LANGUAGES)),
        "presence": changing.pick(("online", "offline", "idle")),
        "birthdayAt": maybe(dice, "1990-05-04T00:00:00.000Z"),
        "signedUpAt": maybe(dice, at(row.created)),
        "lastSeenAt": maybe(dice, activity),
        **stamps(row),
        "importedAt": maybe(dice, at(row.created)),
        "lastActivityAt": activity,
        "lastCustomerActivityAt": maybe(dice, activity),
        "deleted": False,
        "deletedAt": rarely(dice, None),
        "verified": dice.one_in(2),
        "conversationCounts": facts.get("counts", counted(())),
        "tags": sparse(changing, changing.some(tags, 4)),
        "sentiment": mood if changing.below(3) else {},
        "rev": row.rev,
        "recentItems": _recent_items(facts.get("kobjects", ())),
        "satisfactionLevel": _satisfaction(organisation, row, dice, changing),
        "sla": rarely(dice, {"name": "Standard", "version": 1, "breached": False}, 20),
        "custom": values("customer", row, changing),
        "roleGroupVersions": [],
        "accessOverride": [{"user": staff[0]}] if seldom(row, dice, 20) else [],
        "unmaskingWindow": rarely(
            dice, {"createdAt": at(row.created), "updatedAt": at(row.created)}, 15
        ),
        **_conversation_state(row, mood),
        **deletion(row),
    }
    return resource(
        organisation, row, attributes, _relationships(organisation, row, dice, changing)
    )


def _seldom(row: Row, dice: Dice, changing: Dice, items: list[Any]) -> Any:
    return a_few(row, dice, changing, items) if seldom(row, dice, 6) else sparse(changing, [])


def _shared(row: Row, dice: Dice, changing: Dice, own: Document) -> Document:
    """Addresses that another customer has too."""
    shares = seldom(row, dice, 4)
    names = ("emails", "phones", "externalIds", "socials", "whatsapps")
    lists = {name: own[name] if shares and isinstance(own[name], list) else [] for name in names}
    return {
        f"shared{name[0].upper()}{name[1:]}": a_few(row, dice, changing, items)
        for name, items in lists.items()
    }


def _recent_location(dice: Dice, row: Row) -> Any:
    throw = dice.below(4)
    if throw == 0:
        return None
    where = location(dice)
    seen = {"updatedAt": at(row.created + HOUR)}
    if throw == 1:
        return seen
    keys = ("countryName", "cityName", "regionName", "zipCode")
    return {**seen, "location": {key: where[key] for key in keys}}


def _recent_items(kobjects: tuple[Row, ...]) -> list[Document]:
    return [
        {
            "type": "kobject",
            "id": kobject.id,
            "updatedAt": at(kobject.created),
            "meta": {"klassName": kobject.type.partition(".")[2]},
        }
        for kobject in kobjects[-3:]
    ]


def _conversation_state(row: Row, mood: Document) -> Document:
    conversations: tuple[Row, ...] = row.facts.get("conversations", ())
    if not conversations:
        return {
            "lastMessageIn": {"sentiment": {}},
            "lastMessageOut": {},
            "lastMessageUnrespondedTo": {},
            "lastConversation": {"sentiment": {}, "channels": [], "tags": []},
            "preview": {"$init": True},
            "progressiveStatus": None,
        }
    last = conversations[-1]
    channel = last.facts["channel"]
    counts = row.facts["counts"]
    status = next((one for one in STATUSES if counts[one]), None)
    messages: tuple[Row, ...] = last.facts.get("messages", ())
    state: Document = {
        "lastConversation": {
            "id": last.id,
            "channels": [channel],
            "tags": [],
            "sentiment": mood,
        },
        "progressiveStatus": status,
        "lastMessageIn": {"sentiment": None},
        "lastMessageOut": {},
        "lastMessageUnrespondedTo": {},
        "preview": {"$init": True},
    }
    if messages:
        sent = at(messages[-1].created)
        state |= {
            "lastMessageAt": sent,
            "lastMessageIn": {"sentAt": sent, "channel": channel, "sentiment": None},
            "lastMessageOut": {"sentAt": sent} if len(messages) > 1 else {},
            "lastMessageUnrespondedTo": {"sentAt": sent, "channel": channel},
            "preview": {
                "previewAt": sent,
                "channel": channel,
                "type": "message_in" if len(messages) % 2 else "message_out",
                "subject": words.SUBJECTS[row.number % len(words.SUBJECTS)],
                "text": words.SENTENCES[row.number % len(words.SENTENCES)],
            },
        }
    return state


def _satisfaction(organisation: Store, row: Row, dice: Dice, changing: Dice) -> Document:
    conversations: tuple[Row, ...] = row.facts.get("conversations", ())
    answers = [
        answer
        for conversation in conversations
        for answer in organisation.children(conversation, "satisfaction_response")
    ]
    if not answers:
        empty: Document = {"sentByTeams": []}
        return {"firstSatisfaction": empty, "lastSatisfaction": empty}
    return {
        "firstSatisfaction": _answered(organisation, answers[0], changing),
        "lastSatisfaction": _answered(organisation, answers[-1], changing),
        "count": len(answers),
        "acknowledgeCount": len(answers),
        "avgRating": dice.pick((4, 3.5)),
        "avgScore": dice.pick((1, 0.5)),
    }


def _answered(organisation: Store, answer: Row, changing: Dice) -> Document:
    conversation, when = answer.facts["conversation"], at(answer.created)
    return present(
        {
            "conversation": conversation.id,
            "form": organisation.rows["satisfaction"][0].id,
            "formResponse": answer.id,
            "channel": conversation.facts["channel"],
            "status": "rated",
            "scheduledFor": when,
            "createdAt": when,
            "sentAt": when,
            "updatedAt": when,
            "sentBy": agents(organisation)[0].id,
            "sentByTeams": sparse(
                changing, changing.some([desk.id for desk in desks(organisation)], 2)
            ),
            "rating": answer.number % 11,
            "score": answer.number % 2,
            "firstAnswer": "Everything was fine 😊",
        }
    )


def _relationships(organisation: Store, row: Row, dice: Dice, changing: Dice) -> Document:
    path = f"/v1/customers/{row.id}"
    staff = agents(organisation)
    relationships: Document = {
        "messages": {"links": {"self": f"{path}/messages"}},
        "createdBy": to_one(dice.pick(staff)) if row.number % 3 else ABSENT,
        "modifiedBy": to_one(changing.pick(staff)) if row.number % 4 else ABSENT,
    }
    if "company" in row.facts:
        relationships["company"] = to_one(row.facts["company"])
    if row.number % 20 == 0:
        relationships["sla"] = to_one(organisation.rows["sla"][0])
        version = organisation.rows["sla_version"][0]
        relationships["slaVersion"] = {"data": {"type": version.type, "id": version.id}}
    for klass in KLASSES:
        if klass.late and not row.facts.get("late"):
            continue
        plural = f"{klass.name}s"
        relationships[plural] = {
            "links": {"self": f"{path}/klasses/{plural}"},
            "meta": {"kobject": True},
        }
    return relationships
