"""Custom objects (KObjects)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustomer_sandbox.generation import words
from kustomer_sandbox.generation.custom import values
from kustomer_sandbox.generation.document import (
    Document,
    at,
    deletion,
    maybe,
    rarely,
    reference,
    resource,
    sparse,
    stamps,
    to_many,
    to_one,
)
from kustomer_sandbox.generation.messages import files
from kustomer_sandbox.generation.staff import agents, desks

if TYPE_CHECKING:
    from kustomer_sandbox.row import Row
    from kustomer_sandbox.store import Store


def kobject(organisation: Store, row: Row) -> Document:
    """Build a custom object of any klass."""
    dice, changing = row.dice(), row.revision_dice()
    klass = row.type.partition(".")[2]
    agent, desk = changing.pick(agents(organisation)), changing.pick(desks(organisation))
    queue = changing.pick(organisation.rows["queue"][:5])
    tags = [tag.id for tag in organisation.rows["tag"][:30]]
    outcome = {
        "time": row.updated - row.created,
        "businessTime": (row.updated - row.created) // 3,
        "createdAt": at(row.updated),
        "createdBy": agent.id,
        "createdByTeam": desk.id,
        "assignedTeam": desk.id,
        "assignedUser": agent.id,
        "commentCount": 1,
    }
    done = changing.one_in(3)
    conversation_id: str | None = row.facts["conversation_id"]
    attribution = {
        "conversationId": conversation_id,
        "attributionBy": agent.id,
        "channel": "email",
        "time": 3_600_000,
        "revenueValue": dice.pick((64.67, 100)),
        "currency": "EUR",
    }
    attributes = {
        "externalId": maybe(dice, f"{klass}-{row.number}"),
        "title": f"{klass} #{row.number} ({dice.between(1, 5)} items 📦)",
        "description": maybe(dice, dice.pick(words.SENTENCES)),
        "icon": maybe(dice, dice.pick(words.ICONS)),
        "images": ["https://images.example.com/item-1.jpg"][: dice.below(2)],
        "custom": values(row.type, row, changing),
        "data": maybe(dice, {"legacyNumber": row.number, "lines": [{"sku": "a"}]}),
        "tags": sparse(changing, changing.some(tags, 2)),
        **stamps(row, modified=False),
        "importedAt": maybe(dice, at(row.created)),
        "rev": row.rev,
        "s3DataUrl": rarely(dice, "https://data.example.com/kobject.json"),
        "roleGroupVersions": [],
        "attribution": rarely(dice, attribution, 4) if conversation_id else None,
        "klassDisplayName": klass.title(),
        "klassMixins": ["commentable", "assignable"],
        "status": "done" if done else changing.pick(("open", "snoozed")),
        "subStatus": rarely(dice, organisation.rows["sub_status"][3].id),
        "assignedUser": maybe(changing, agent.id),
        "queue": maybe(changing, queue.id),
        "firstDone": outcome if done else {},
        "lastDone": outcome if done else {},
        "doneCount": int(done),
        "reopenCount": 0,
        "reopenFromDoneCount": 0,
        **deletion(row),
    }
    relationships: Document = {
        # "link" instead of "links", and the klass's name as its id.
        "klass": {
            "link": {"self": f"/v1/klasses/{klass}"},
            "data": {"type": "klass", "id": klass},
        },
        "customer": to_one(row.facts["customer"]),
        "queue": {
            "link": {"self": f"/v1/queues/{queue.id}"},
            "data": {"type": "queue", "id": queue.id},
        },
    }
    company = row.facts.get("company")
    if company is not None:
        relationships["company"] = to_one(company)
    links = {"self": f"/v1/klasses/{klass}s/{row.id}"}
    return resource(organisation, row, attributes, relationships, links)


def comment(organisation: Store, row: Row) -> Document:
    """Build a comment: a note on a custom object. Its form in answers is not documented."""
    dice, changing = row.dice(), row.revision_dice()
    about = row.facts["kobject"]
    author = dice.pick(agents(organisation))
    attributes = {
        "body": changing.pick(words.SENTENCES),
        "importedAt": maybe(dice, None),
        "attachments": files(row),
        **stamps(row),
        **deletion(row),
    }
    relationships = {
        "kobject": {"data": reference(about)},
        "customer": to_one(about.facts["customer"]),
        "createdBy": to_one(author),
        "assignedUser": to_one(author),
        "assignedTeam": to_one(desks(organisation)[0]),
        "userMentions": to_many(
            dice.some(agents(organisation), 2) + desks(organisation)[: row.number % 2]
        ),
    }
    links = {"self": f"/v1/comments/{row.id}"}
    document = resource(organisation, row, attributes, relationships, links)
    return {**document, "type": "note"}
