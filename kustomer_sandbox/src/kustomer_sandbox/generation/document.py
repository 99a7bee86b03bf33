"""The envelope of a JSON:API resource as Kustomer writes it.

https://developer.kustomer.com/docs/concepts/json-api-format
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kustomer_sandbox.times import time_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kustomer_sandbox.dice import Dice
    from kustomer_sandbox.row import Row
    from kustomer_sandbox.store import Store

Document = dict[str, Any]

ABSENT: Any = object()
# Forms of a list without items.
NOTHING: tuple[Any, ...] = ([], None, ABSENT)

PATHS = {
    "org": "/v1/orgs",
    "customer": "/v1/customers",
    "company": "/v1/companies",
    "kedge": "/v1/kedge",
    "conversation": "/v1/conversations",
    "message": "/v1/messages",
    "note": "/v1/notes",
    "user": "/v1/users",
    "team": "/v1/teams",
    "tag": "/v1/tags",
    "brand": "/v1/brands",
    "shortcut": "/v1/shortcuts",
    "queue": "/v1/routing/queues",
    "queue-rule": "/v1/routing/queue-rules",
    "status": "/v1/routing/statuses",
    "team_routing_settings": "/v1/routing/settings",
    "work_session": "/v1/routing/work-sessions",
    # The path is "work-items", but the link in the record differs.
    "work_item": "/v1/routing/work-item",
    "conversation_time": "/v1/conversations/times",
    "sla": "/v1/slas",
    "sla_version": "/v1/slas/versions",
    "satisfaction": "/v1/satisfaction",
    "satisfaction_response": "/v1/satisfaction-responses",
    "schedule": "/v1/schedules",
    "holiday": "/v1/holidays",
    "sender": "/v1/spam/senders",
    "sub_status": "/v1/sub-statuses",
    "shortcut_category": "/v1/shortcuts/categories",
    "kb_article": "/v1/kb/articles",
    "kb_category": "/v1/kb/categories",
    "knowledge_base": "/v1/kb/knowledge-bases",
    "workflow": "/v1/workflows",
    "snooze": "/v1/snoozes",
    "klass": "/v1/klasses",
    "customer_merge": "/v1/customers/merges",
}


def reference(row: Row, type_: str | None = None) -> Document:
    """Reference to a row: `{type, id}`."""
    return {"type": type_ or row.type, "id": row.id}


def to_one(row: Row, *, type_: str | None = None) -> Document:
    """To-one relationship, with its link."""
    return {"links": {"self": f"{PATHS[row.type]}/{row.id}"}, "data": reference(row, type_)}


def to_many(rows: Iterable[Row]) -> Document:
    """To-many relationship, without a link."""
    return {"data": [reference(row) for row in rows]}


def attached(row: Row) -> Document:
    """To-many relationship to the file of a row, if it has one."""
    file: str | None = row.facts.get("file")
    return {"data": [{"type": "attachment", "id": file}] if file else []}


def org(organisation: Store) -> Document:
    """Relationship to the organisation, which every record has."""
    return {
        "links": {"self": f"/v1/orgs/{organisation.id}"},
        "data": {"type": "org", "id": organisation.id},
    }


def resource(
    organisation: Store,
    row: Row,
    attributes: Document,
    relationships: Document | None = None,
    links: Document | None = None,
) -> Document:
    """The whole resource, without absent attributes and relationships."""
    path = PATHS.get(row.type)
    if links is None and path is not None:
        links = {"self": f"{path}/{row.id}"}
    document: Document = {
        "type": row.type,
        "id": row.id,
        "attributes": present(attributes),
        "relationships": {"org": org(organisation), **present(relationships or {})},
    }
    if links:
        document["links"] = links
    return document


def present(values: Document) -> Document:
    """The values that are not absent."""
    return {key: value for key, value in values.items() if value is not ABSENT}


def maybe(dice: Dice, value: Any) -> Any:
    """The value, null, or absent: every attribute is sparse."""
    throw = dice.below(8)
    if throw == 0:
        return ABSENT
    return None if throw == 1 else value


def rarely(dice: Dice, value: Any, one_in: int = 6) -> Any:
    """The value in a few rows; absent in the others."""
    return value if dice.one_in(one_in) else ABSENT


def seldom(row: Row, dice: Dice, one_in: int) -> bool:
    """True for a few rows, and always for the first: no array is empty everywhere at any scale."""
    return dice.one_in(one_in) or row.number == 0


def sparse(dice: Dice, items: list[Any]) -> Any:
    """A list; an empty one may also be null, or absent."""
    return items or (NOTHING[0] if dice.one_in(2) else dice.pick(NOTHING))


def shrinking(row: Row, dice: Dice, items: list[Any]) -> list[Any]:
    """A list that loses its end in some later revisions."""
    if row.rev == 1 or not items or dice.below(3):
        return items
    return items[: dice.below(len(items))]


def at(instant: int | None) -> str | None:
    """A time as text, or null."""
    return None if instant is None else time_text(instant)


def stamps(row: Row, *, modified: bool = True) -> Document:
    """Times that nearly every record has."""
    times = {"createdAt": time_text(row.created), "updatedAt": time_text(row.updated)}
    if modified:
        # An edit moves both; other activity moves updatedAt alone.
        edited = row.created if row.rev % 2 else row.updated
        times["modifiedAt"] = time_text(edited)
    return times


def deletion(row: Row) -> Document:
    """Attributes of a soft delete."""
    if row.deleted is None:
        return {}
    return {"deleted": True, "deletedAt": time_text(row.deleted)}
