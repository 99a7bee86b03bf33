"""Users, teams, role groups: who works in the organisation."""

# ruff: noqa: PLR2004 - the data is made of numbers and yes or no

from __future__ import annotations

from typing import TYPE_CHECKING

from kustomer_sandbox.generation.document import (
    Document,
    at,
    deletion,
    maybe,
    resource,
    stamps,
    to_one,
)
from kustomer_sandbox.generation.words import FIRST_NAMES, LAST_NAMES
from kustomer_sandbox.times import DAY, HOUR

if TYPE_CHECKING:
    from kustomer_sandbox.organisation import Organisation
    from kustomer_sandbox.row import Row

USERS = 25
DEACTIVATED = 4
TEAMS = ("Billing", "Delivery", "Returns", "VIP ⭐", "Übersetzung", "Old team")
ROLE_GROUPS = ("Agent", "Admin", "Supervisor", "Reporting", "Collaborator")


def add_staff(organisation: Organisation, since: int, until: int) -> None:
    """Add role groups, users (the last is a machine) and teams."""
    span = until - since
    for number in range(len(ROLE_GROUPS)):
        organisation.add("role_group", since, since + number * DAY)
    for number in range(USERS):
        created = since + number * (span // (4 * USERS))
        row = organisation.add("user", created, created + span // 3 + number * HOUR)
        if USERS - 1 - DEACTIVATED <= number < USERS - 1:
            row.deleted = row.updated
    for number, name in enumerate(TEAMS):
        created, updated = since + number * DAY, since + span // 2 + number * HOUR
        organisation.add("team", created, updated, name=name)
    organisation.rows["team"][-1].deleted = organisation.rows["team"][-1].updated


def agents(organisation: Organisation) -> list[Row]:
    """Return the users who answer customers."""
    return organisation.rows["user"][: USERS - 1]


def desks(organisation: Organisation) -> list[Row]:
    """Return the living teams."""
    return organisation.rows["team"][: len(TEAMS) - 1]


def user(organisation: Organisation, row: Row) -> Document:
    """Build a user."""
    dice = row.dice()
    name = f"{dice.pick(FIRST_NAMES)} {dice.pick(LAST_NAMES)}"
    machine = row.number == USERS - 1
    kind = "machine" if machine else ("limited" if row.number % 9 == 8 else "user")
    groups = organisation.rows["role_group"]
    attributes = {
        "name": "sandbox machine" if machine else name,
        "displayName": maybe(dice, name),
        "mobile": maybe(dice, "+15550100"),
        "email": f"agent{row.number}@shop.example.com",
        "userType": kind,
        "avatarUrl": maybe(dice, "https://images.example.com/agent.png"),
        "emailSignature": maybe(dice, "<p>Kind regards<br>the shop 💛</p>"),
        "emailVerifiedAt": at(row.created + HOUR) if row.number % 7 else None,
        "firstEmailVerifiedAt": maybe(dice, at(row.created + HOUR)),
        "firstLoginAt": maybe(dice, at(row.created + 2 * HOUR)),
        "mostRecentLoginAt": maybe(dice, at(row.updated - HOUR)),
        "verifiedEmailStatus": "verified" if row.number % 7 else "unverified",
        "isEmailValid": bool(row.number % 7),
        "password": {
            "allowNew": True,
            "forceNew": False,
            "updatedAt": at(row.created),
        },
        "roles": ["org.user", "org.permission.read"] if not machine else ["org"],
        "roleGroups": [groups[row.number % len(groups)].id] if not machine else [],
        **stamps(row),
        **deletion(row),
    }
    admin = organisation.rows["user"][0]
    relationships = {}
    if row.number:
        relationships = {"createdBy": to_one(admin), "modifiedBy": to_one(admin)}
    if row.deleted:
        relationships["deletedBy"] = to_one(admin)
    return resource(organisation, row, attributes, relationships)


def team(organisation: Organisation, row: Row) -> Document:
    """Build a team."""
    dice = row.dice()
    people = agents(organisation)
    name = row.facts["name"]
    first = row.number * 4 + row.rev - 1
    members = [people[n % len(people)].id for n in range(first, first + 5)]
    attributes = {
        "name": name,
        "displayName": name,
        "icon": maybe(dice, "team"),
        "externalId": f"team-{row.number}" if row.number % 2 else None,
        "members": [] if row.deleted else members,
        "roleGroups": [organisation.rows["role_group"][0].id],
        "importedAt": at(row.created) if row.number % 2 else None,
        **stamps(row),
        "deleted": row.deleted is not None,
        "deletedAt": at(row.deleted),
    }
    admin = organisation.rows["user"][0]
    relationships = {"createdBy": to_one(admin), "modifiedBy": to_one(admin)}
    if row.deleted:
        relationships["deletedBy"] = to_one(admin)
    return resource(organisation, row, attributes, relationships)


def role_group(organisation: Organisation, row: Row) -> Document:
    """Build a role group, the app's permission set."""
    name = ROLE_GROUPS[row.number]
    attributes = {
        "name": name,
        "description": f"What a {name.lower()} may do",
        "display": row.number != len(ROLE_GROUPS) - 1,
        "system": row.number < 2,
        "roles": ["org.user", "org.permission.customer.read"][: 1 + row.number % 2],
        **stamps(row, modified=False),
    }
    return resource(organisation, row, attributes)
