"""Staff: users, teams, role groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustomer_sandbox.generation.custom import values
from kustomer_sandbox.generation.document import (
    ABSENT,
    NOTHING,
    Document,
    at,
    deletion,
    maybe,
    resource,
    shrinking,
    sparse,
    stamps,
    to_one,
)
from kustomer_sandbox.generation.words import FIRST_NAMES, LAST_NAMES
from kustomer_sandbox.secret import SECRET
from kustomer_sandbox.times import DAY, HOUR

if TYPE_CHECKING:
    from kustomer_sandbox.row import Row
    from kustomer_sandbox.store import Store

USERS = 25
DEACTIVATED = 4
TEAMS = ("Billing", "Delivery", "Returns", "VIP ⭐", "Übersetzung", "Old team", "New team", "Night")
# Teams to which conversations are assigned come first.
DESKS = 5
ROLE_GROUPS = ("Agent", "Admin", "Supervisor", "Reporting", "Collaborator")


def add_staff(organisation: Store, since: int, until: int) -> None:
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
        row = organisation.add("team", created, updated)
        if name == "Old team":
            row.deleted = row.updated


def agents(organisation: Store) -> list[Row]:
    """Users who answer customers, deactivated ones included."""
    return organisation.rows["user"][: USERS - 1]


def desks(organisation: Store) -> list[Row]:
    """Teams to which conversations are assigned."""
    return organisation.rows["team"][:DESKS]


def machine(organisation: Store) -> Row:
    """User to whom API keys belong."""
    return organisation.rows["user"][USERS - 1]


def user(organisation: Store, row: Row) -> Document:
    """Build a user."""
    dice, changing = row.dice(), row.revision_dice()
    name = f"{dice.pick(FIRST_NAMES)} {dice.pick(LAST_NAMES)}"
    automatic = row.number == USERS - 1
    kind = "machine" if automatic else ("limited" if row.number % 9 == 8 else "user")
    groups = [] if automatic else organisation.rows["role_group"][: len(ROLE_GROUPS)]
    roles = ["org.user", "org.permission.read", "org.permission.search.create"]
    attributes = {
        "name": "sandbox machine" if automatic else name,
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
            "hash": SECRET,
            "updatedAt": at(row.created),
        },
        "roles": shrinking(row, changing, roles[: row.number % 4])
        if row.number % 4
        else NOTHING[row.number % 3],
        "roleGroups": sparse(
            changing, [one.id for one in groups[row.number % 7 : row.number % 7 + 1]]
        ),
        "custom": values("user", row, changing) if row.number % 2 else ABSENT,
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


def team(organisation: Store, row: Row) -> Document:
    """Build a team."""
    dice, changing = row.dice(), row.revision_dice()
    people = agents(organisation)
    name = TEAMS[row.number] if row.number < len(TEAMS) else f"Team {row.number}"
    first = row.number * 4 + row.rev - 1
    members = [people[n % len(people)].id for n in range(first, first + 5 - row.rev % 3)]
    empty = row.deleted is not None or row.number >= DESKS
    attributes = {
        "name": name,
        "displayName": name,
        "icon": maybe(dice, "team"),
        "externalId": f"team-{row.number}" if row.number % 2 else None,
        "members": NOTHING[row.number % 3] if empty else shrinking(row, changing, members),
        "roleGroups": sparse(changing, [organisation.rows["role_group"][0].id][: row.number % 4]),
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


def role_group(organisation: Store, row: Row) -> Document:
    """Build a role group, the app's permission set."""
    named = row.number < len(ROLE_GROUPS)
    name = ROLE_GROUPS[row.number] if named else f"Permission set {row.number}"
    attributes = {
        "name": name,
        "description": f"What a {name.lower()} may do",
        "display": row.number != len(ROLE_GROUPS) - 1,
        "system": row.number < 2,
        "roles": ["org.user", "org.permission.customer.read"][: row.number % 3],
        **stamps(row, modified=False),
    }
    return resource(organisation, row, attributes)
