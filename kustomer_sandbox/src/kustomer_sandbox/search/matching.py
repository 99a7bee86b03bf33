"""Conditions and sort keys of a search, evaluated for a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kustomer_sandbox.parameters import COMPARISONS
from kustomer_sandbox.search.criteria import CONTEXTS
from kustomer_sandbox.times import parse_time

if TYPE_CHECKING:
    from kustomer_sandbox.organisation import Organisation
    from kustomer_sandbox.row import Row
    from kustomer_sandbox.search.query import Condition

# The longest first: `conversation_time_` begins with `conversation_`.
_KINDS = sorted(CONTEXTS, key=len, reverse=True)

# Where a criterion is not simply the attribute in camelCase: the path to read,
# "@" for an attribute of the row itself, "#" for a relationship's id.
_PATHS = {
    "updated_at": "@updated",
    "created_at": "@created",
    "id": "@id",
    "customer_id": "#customer",
    "conversation_id": "#conversation",
    "company_id": "#company",
    "companyId": "#company",
    "created_by": "#createdBy",
    "modified_by": "#modifiedBy",
    "queue": "#queue",
    "user_mentions": "#userMentions",
    "team_mentions": "#userMentions",
    "handle_completed_at": "@completed",
    "email": "emails.email",
    "shared_email": "sharedEmails.email",
    "phone": "phones.phone",
    "shared_phone": "sharedPhones.phone",
    "urls": "urls.url",
    "address": "locations.address",
    "social_type": "socials.type",
    "social_userid": "socials.userid",
    "social_username": "socials.username",
    "shared_externalId": "sharedExternalIds.externalId",
    "activity_at": "lastActivityAt",
    "conversations_count": "conversationCounts.all",
    "done": "conversationCounts.done",
    "open": "conversationCounts.open",
    "snoozed": "conversationCounts.snoozed",
    "last_message_sent_at": "lastMessageIn.sentAt",
    "last_message_out_sent_at": "lastMessageOut.sentAt",
    "last_message_unresponded_to_sent_at": "lastMessageUnrespondedTo.sentAt",
    "lastmessage_preview": "preview.text",
    "satisfaction_score": "satisfactionLevel.score",
    "satisfaction_rating": "satisfactionLevel.rating",
    "satisfaction_status": "satisfactionLevel.status",
    "satisfaction_created_at": "satisfactionLevel.createdAt",
    "satisfaction_sent_by": "satisfactionLevel.sentBy",
    "satisfaction_avg_score": "satisfactionLevel.avgScore",
    "satisfaction_avg_rating": "satisfactionLevel.avgRating",
    "sentiment": "sentiment.polarity",
    "sla_status": "sla.status",
    "sla_breached": "sla.breached",
    "sla_breach_metric": "sla.breach.metric",
    "sla_breach_at": "sla.breach.at",
    "sla_satisfied_at": "sla.summary.satisfiedAt",
    "sla_id": "#sla",
    "sla_version_id": "#slaVersion",
    "first_response_sent_at": "firstResponse.sentAt",
    "first_response_time": "firstResponse.time",
    "first_message_in_sent_at": "firstMessageIn.sentAt",
    "first_message_in_channel": "firstMessageIn.channel",
    "first_message_out_sent_at": "firstMessageOut.sentAt",
    "last_done_created_at": "lastDone.createdAt",
    "first_done_created_by": "firstDone.createdBy",
    "last_done_created_by": "lastDone.createdBy",
    "shortcuts": "#shortcuts",
    "error_title": "error.title",
    "body": "preview",
}


def condition_holds(organisation: Organisation, row: Row, condition: Condition) -> bool:
    """Whether a row, or one related to it, meets a condition."""
    kind, rest = _split(condition.name)
    related = [row] if kind in ("", _kind(row)) else _related(organisation, row, kind)
    return any(
        _test(criterion_value(organisation, one, rest), condition.operator, condition.value)
        for one in related
    )


def criterion_value(organisation: Organisation, row: Row, rest: str) -> Any:  # noqa: PLR0911
    """Value of a criterion (without its prefix) for a row."""
    rest = _without_klass(row, rest)
    path = _PATHS.get(rest)
    if path == "@updated":
        return row.updated
    if path == "@created":
        return row.created
    if path == "@id":
        return row.id
    if path == "@completed":
        return row.facts.get("completed")
    document = organisation.document(row)
    if rest in ("any_text", "any_text_new"):
        return str(document["attributes"])
    if path and path.startswith("#"):
        data = (document["relationships"].get(path[1:]) or {}).get("data")
        return [one["id"] for one in data] if isinstance(data, list) else _id(data)
    if rest.startswith("custom_"):
        name = _without_klass(row, rest.removeprefix("custom_"))
        return (document["attributes"].get("custom") or {}).get(name)
    if row.type == "note" and rest == "body":
        path = "body"
    return _walk(document["attributes"], (path or _camel(rest)).split("."))


def sort_value(organisation: Organisation, name: str, row: Row) -> tuple[bool, Any]:
    """Value by which to sort a row; rows without one come last."""
    value = criterion_value(organisation, row, _split(name)[1])
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, str):
        value = (1, value)
    elif value is not None:
        value = (0, value)
    return value is None, value or (0, 0)


def _id(data: Any) -> Any:
    return data.get("id") if isinstance(data, dict) else None


def _split(name: str) -> tuple[str, str]:
    for kind in _KINDS:
        if name.startswith(f"{kind}_"):
            return kind, name.removeprefix(f"{kind}_")
    return "", name


def _without_klass(row: Row, rest: str) -> str:
    if row.type.startswith("kobject."):
        return rest.removeprefix(f"{row.type.partition('.')[2]}_")
    return rest


def _kind(row: Row) -> str:
    return row.type.partition(".")[0]


def _related(organisation: Organisation, row: Row, kind: str) -> list[Row]:
    if kind in row.facts:
        return [row.facts[kind]]
    return organisation.children(row, kind)


def _camel(rest: str) -> str:
    first, *others = rest.split("_")
    return first + "".join(other.capitalize() for other in others)


def _walk(value: Any, path: list[str]) -> Any:
    for key in path:
        if isinstance(value, list):
            value = [one.get(key) for one in value if isinstance(one, dict)]
        elif isinstance(value, dict):
            value = value.get(key)
        else:
            return None
    return value


def _test(found: Any, operator: str, wanted: Any) -> bool:  # noqa: PLR0911
    if operator == "not_set":
        return found in (None, "", [], {})
    if isinstance(found, list):
        return any(_test(one, operator, wanted) for one in found)
    if found is None:
        return False
    if operator == "in":
        return found in wanted
    if isinstance(wanted, int) and isinstance(found, str):
        try:
            found = parse_time(found)
        except ValueError:
            return False
    if operator == "equals":
        return bool(found == wanted)
    if operator == "contains":
        return str(wanted).lower() in str(found).lower()
    try:
        return bool(COMPARISONS[operator](found, wanted))
    except TypeError:
        return False
