"""Customers and companies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kustomer_sandbox.generation import words
from kustomer_sandbox.generation.custom import values
from kustomer_sandbox.generation.document import (
    ABSENT,
    Document,
    at,
    deletion,
    maybe,
    rarely,
    resource,
    stamps,
    to_one,
)
from kustomer_sandbox.generation.settings import KLASSES
from kustomer_sandbox.generation.staff import agents, desks
from kustomer_sandbox.times import DAY, HOUR

if TYPE_CHECKING:
    from kustomer_sandbox.dice import Dice
    from kustomer_sandbox.organisation import Organisation
    from kustomer_sandbox.row import Row

STATUSES = ("open", "snoozed", "done")


def company(organisation: Organisation, row: Row) -> Document:
    """Build a company."""
    dice, now = row.dice(), row.revision_dice()
    name = f"{words.COMPANY_NAMES[row.number % 12]} {row.number + 1}"
    tags = [tag.id for tag in organisation.rows["tag"]]
    attributes = {
        "name": name,
        "externalId": maybe(dice, f"company-{row.number}"),
        **stamps(row),
        "importedAt": maybe(dice, at(row.created)),
        "avatarUrl": maybe(dice, "https://images.example.com/company.png"),
        "defaultLang": maybe(dice, dice.pick(words.LANGUAGES)),
        "employeeCount": dice.pick((1, 25, 400, 12.5, None)),
        "tags": now.some(tags[:20], 3),
        **_contacts(dice, f"office{row.number}"),
        "domains": [{"domain": f"company{row.number}.example"}][: dice.below(3)],
        "rev": row.rev,
        "roleGroupVersions": [],
        "deleted": None if dice.one_in(2) else False,
        "custom": values("company", row, now),
        **deletion(row),
    }
    creator = to_one(dice.pick(agents(organisation)))
    editor = to_one(now.pick(agents(organisation)))
    return resource(organisation, row, attributes, {"createdBy": creator, "modifiedBy": editor})


def kedge(organisation: Organisation, row: Row) -> Document:
    """Build an edge of the company hierarchy, from parent to child.

    https://developer.kustomer.com/docs/guides/company-hierarchy
    """
    source, target = row.facts["source"], row.facts["target"]
    attributes = {
        "sourceId": source.id,
        "targetId": target.id,
        "tree": "company_hierarchy",
        **stamps(row, modified=False),
    }
    creator = to_one(row.dice().pick(agents(organisation)))
    return resource(organisation, row, attributes, {"createdBy": creator})


def _contacts(dice: Dice, name: str) -> Document:
    emails = [
        {
            "email": f"{name}{'' if n == 0 else n}@example.com",
            "type": ("home", "work", "other")[n % 3],
            "verified": n == 0,
            "externalVerified": False,
            "id": None,
        }
        for n in range(1 + dice.below(3))
    ]
    phones = [
        {
            "phone": f"+1555{dice.below(10**7):07d}",
            "type": ("mobile", "home", "work", "fax", "other")[dice.below(5)],
            "verified": dice.one_in(2),
            "id": None,
        }
        for _ in range(dice.below(3))
    ]
    whatsapps = [
        {"phone": f"whatsapp:{phone['phone']}", "type": "mobile", "verified": True}
        for phone in phones[:1]
    ]
    socials = [
        {
            "type": kind,
            "userid": f"{dice.below(10**9)}",
            "username": name,
            "url": f"https://{kind}.example/{name}",
            "verified": False,
            "id": None,
        }
        for kind in dice.some(("twitter", "facebook", "linkedin"), 2)
    ]
    urls = [{"url": f"https://{name}.example.com", "type": "website", "id": None}]
    return {
        "emails": emails,
        "phones": phones,
        "whatsapps": whatsapps,
        "socials": socials,
        "urls": urls[: dice.below(2)],
        "locations": [location(dice)][: dice.below(3)],
    }


def location(dice: Dice) -> Document:
    """Return an address, some of its lines null."""
    city, country, code, region, region_code, zip_code, latitude, longitude = dice.pick(
        words.CITIES
    )
    place = {
        "type": dice.pick(("home", "work", "other")),
        "name": maybe(dice, "Main"),
        "address": maybe(dice, f"{dice.between(1, 99)} High Street"),
        "address2": maybe(dice, "2nd floor"),
        "address3": maybe(dice, "c/o Reception"),
        "latitude": latitude,
        "longitude": longitude,
        "countryCode": code,
        "countryName": country,
        "regionCode": region_code,
        "regionName": region,
        "cityName": city,
        "zipCode": zip_code,
        "areaCode": maybe(dice, "030"),
        "id": None,
    }
    return {key: value for key, value in place.items() if value is not ABSENT}


def counted(conversations: tuple[Row, ...]) -> Document:
    """Return how many conversations stand where."""
    counts = dict.fromkeys(("all", *STATUSES), 0)
    for conversation in conversations:
        counts["all"] += 1
        counts[conversation.facts["status"]] += 1
    return counts


def customer(organisation: Organisation, row: Row) -> Document:
    """Build a customer."""
    dice, now = row.dice(), row.revision_dice()
    first, last = dice.pick(words.FIRST_NAMES), dice.pick(words.LAST_NAMES)
    name = f"{first} {last}"
    tags = [tag.id for tag in organisation.rows["tag"][:30]]
    staff = [user.id for user in agents(organisation)]
    external = {
        "externalId": f"shop-{row.number}",
        "verified": True,
        "externalVerified": True,
        "id": None,
    }
    shared = dice.one_in(8)
    contacts = _contacts(dice, f"customer{row.number}")
    activity = at(row.updated)
    facts = row.facts
    polarity = now.between(-1, 1)
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
        "externalId": external["externalId"] if row.number % 3 else None,
        "externalIds": [external] if row.number % 3 else [],
        "sharedExternalIds": [external] if shared else [],
        **contacts,
        "sharedEmails": contacts["emails"][:1] if shared else [],
        "sharedPhones": contacts["phones"][:1] if shared else [],
        "sharedWhatsapps": contacts["whatsapps"][:1] if shared else [],
        "sharedSocials": contacts["socials"][:1] if shared else [],
        "facebookIds": [{"pageId": "100", "userId": str(row.number), "name": name}]
        if dice.one_in(9)
        else [],
        "instagramIds": [
            {
                "pageId": "200",
                "threadId": f"t{row.number}",
                "username": f"insta{row.number}",
                "instagramId": f"i{row.number}",
            }
        ]
        if dice.one_in(9)
        else [],
        "smoochIds": [],
        "activeUsers": now.some(staff, 2),
        "watchers": now.some(staff, 2),
        "recentLocation": _recent_location(dice, row),
        "locale": maybe(dice, dice.pick(words.LOCALES)),
        "timeZone": maybe(dice, dice.pick(words.TIME_ZONES)),
        "gender": maybe(dice, dice.pick(("m", "f"))),
        "avatarUrl": maybe(dice, "https://images.example.com/customer.png"),
        "defaultLang": maybe(dice, dice.pick(words.LANGUAGES)),
        "presence": now.pick(("online", "offline", "idle")),
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
        "tags": now.some(tags, 4),
        "sentiment": mood if now.below(3) else {},
        "rev": row.rev,
        "recentItems": _recent_items(facts.get("kobjects", ())),
        "satisfactionLevel": _satisfaction(organisation, row, dice),
        "sla": rarely(dice, {"name": "Standard", "version": 1, "breached": False}, 20),
        "custom": values("customer", row, now),
        "roleGroupVersions": [],
        "accessOverride": [{"user": staff[0]}] if dice.one_in(20) else [],
        "unmaskingWindow": rarely(
            dice, {"createdAt": at(row.created), "updatedAt": at(row.created)}, 15
        ),
        **_conversation_state(row, mood),
        **deletion(row),
    }
    return resource(organisation, row, attributes, _relationships(organisation, row, dice, now))


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


def _satisfaction(organisation: Organisation, row: Row, dice: Dice) -> Document:
    conversations: tuple[Row, ...] = row.facts.get("conversations", ())
    if not conversations or not dice.one_in(3):
        empty: Document = {"sentByTeams": []}
        return {"firstSatisfaction": empty, "lastSatisfaction": empty}
    sent = at(conversations[0].created + DAY)
    answer = {
        "conversation": conversations[0].id,
        "form": organisation.rows["satisfaction"][0].id,
        "formResponse": conversations[0].id,
        "channel": conversations[0].facts["channel"],
        "status": "rated",
        "scheduledFor": sent,
        "createdAt": sent,
        "sentAt": sent,
        "updatedAt": sent,
        "sentBy": agents(organisation)[0].id,
        "sentByTeams": [desks(organisation)[0].id],
        "rating": dice.between(0, 10),
        "score": dice.below(2),
        "firstAnswer": "Everything was fine 😊",
    }
    return {
        "firstSatisfaction": answer,
        "lastSatisfaction": answer,
        "count": 1,
        "acknowledgeCount": 1,
        "avgRating": dice.pick((4, 3.5)),
        "avgScore": dice.pick((1, 0.5)),
    }


def _relationships(organisation: Organisation, row: Row, dice: Dice, now: Dice) -> Document:
    path = f"/v1/customers/{row.id}"
    staff = agents(organisation)
    relationships: Document = {
        "messages": {"links": {"self": f"{path}/messages"}},
        "createdBy": to_one(dice.pick(staff)) if row.number % 3 else ABSENT,
        "modifiedBy": to_one(now.pick(staff)) if row.number % 4 else ABSENT,
    }
    if "company" in row.facts:
        relationships["company"] = to_one(row.facts["company"])
    if row.number % 20 == 0:
        relationships["sla"] = to_one(organisation.rows["sla"][0])
        version = organisation.rows["sla_version"][0]
        relationships["slaVersion"] = {"data": {"type": version.type, "id": version.id}}
    for klass in KLASSES:
        plural = f"{klass.name}s"
        relationships[plural] = {
            "links": {"self": f"{path}/klasses/{plural}"},
            "meta": {"kobject": True},
        }
    return relationships
