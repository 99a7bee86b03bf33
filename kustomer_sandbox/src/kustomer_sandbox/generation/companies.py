"""Companies and their hierarchy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustomer_sandbox.generation import words
from kustomer_sandbox.generation.contacts import a_few, contacts
from kustomer_sandbox.generation.custom import values
from kustomer_sandbox.generation.document import (
    Document,
    at,
    deletion,
    maybe,
    resource,
    sparse,
    stamps,
    to_one,
)
from kustomer_sandbox.generation.staff import agents

if TYPE_CHECKING:
    from kustomer_sandbox.row import Row
    from kustomer_sandbox.store import Store


def company(organisation: Store, row: Row) -> Document:
    """Build a company."""
    dice, changing = row.dice(), row.revision_dice()
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
        "tags": sparse(changing, changing.some(tags[:20], 3)),
        **contacts(row, dice, changing, f"office{row.number}"),
        "domains": a_few(
            row,
            dice,
            changing,
            [{"domain": f"company{row.number}.{end}"} for end in ("example", "test")],
        ),
        "rev": row.rev,
        "roleGroupVersions": [],
        "deleted": None if dice.one_in(2) else False,
        "custom": values("company", row, changing),
        **deletion(row),
    }
    creator = to_one(dice.pick(agents(organisation)))
    editor = to_one(changing.pick(agents(organisation)))
    return resource(organisation, row, attributes, {"createdBy": creator, "modifiedBy": editor})


def kedge(organisation: Store, row: Row) -> Document:
    """Build an edge of the company hierarchy, from parent to child.

    https://developer.kustomer.com/docs/guides/company-hierarchy
    """
    source, target = row.facts["source"], row.facts["target"]
    attributes = {
        "sourceId": source.id,
        "targetId": target.id,
        "sourceType": "company",
        "targetType": "company",
        "name": "company_hierarchy",
        **stamps(row, modified=False),
    }
    creator = to_one(row.dice().pick(agents(organisation)))
    return resource(organisation, row, attributes, {"createdBy": creator})
