"""What the sandbox holds, in the words of the tap's tables."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kustomer_sandbox import SECRET
from kustomer_sandbox.generation.custom import metadata
from kustomer_sandbox.handlers.children import make_version_2
from support.json_values import leaves
from tap_kustomer import times
from tap_kustomer.reading.sources import LiveIds, Search
from tap_kustomer.streams import STREAMS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from kustomer_sandbox import Organisation

Resource = dict[str, Any]
Record = dict[str, Any]
Items = list[Any]

# Made of resources that the sandbox does not hold by themselves (`OTHERS`).
_MADE_OF_OTHERS = {"chat_settings", "custom_attribute_metadata", "outbound_accounts"}

# The types of the resources that the rows of tables are, one resource a row.
TYPES = {
    stream.name: stream.resource_type
    for stream in STREAMS
    if stream.name not in _MADE_OF_OTHERS and not isinstance(stream.source, LiveIds)
}

# Nothing in it leaves the tap, not even what is no secret by itself.
_WITHHELD = "password"

# Searched by the time of their last change: rows that are deleted come, too. Beside each, the table
# of the ids that are still there.
SEARCHED = {
    searched.name: ids.name
    for ids in STREAMS
    if isinstance(ids.source, LiveIds)
    for searched in STREAMS
    if isinstance(searched.source, Search)
    and searched.source.query_context == ids.source.search.query_context
}

# The resources whose custom attributes are listed, beside the klasses.
_CUSTOMISED = ("company", "conversation", "customer", "message")


# Times that come as milliseconds, for some rows at least.
_TIMES_AS_NUMBERS = {"outbound_webhook_calls": "sentAt", "queues": "createdAt"}


def truth(organisation: Organisation, table: str) -> dict[str, Resource]:
    """All resources of a table by id, deleted ones included."""
    resources = {one["id"]: one for one in organisation.resources(TYPES[table])}
    if table == "customer_session_events":
        return {key: one for key, one in resources.items() if one["attributes"]["sessionId"]}
    if table == "conversation_times_v2":
        for resource in resources.values():
            make_version_2(resource)
    if table in _TIMES_AS_NUMBERS:
        for resource in resources.values():
            name = _TIMES_AS_NUMBERS[table]
            if isinstance(moment := resource["attributes"][name], int):
                resource["attributes"][name] = times.to_text(moment)
    return resources


def updated_at(resource: Resource) -> str:
    """When a resource last changed, in canonical form."""
    return times.canonical(resource["attributes"]["updatedAt"])


def column_of(key: str) -> str:
    """The name that a key of the API gets as a column, in the plain cases."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).lower()


def differences(resource: Resource, record: Record) -> list[str]:
    """Where a record does not say what its resource says."""
    found = []
    # What has no column is kept beside the columns.
    extra = record.get("_extra") or {}
    for key, value in resource["attributes"].items():
        if isinstance(value, dict | list) or _is_secret(value):
            continue
        column = column_of(key)
        said = record.get(column, extra.get(column))
        if leaves(said) != leaves(value):
            found.append(f"{column}: {said!r} instead of {value!r}")
    for key, relationship in resource.get("relationships", {}).items():
        data = _data(relationship)
        column = column_of(key)
        if column in extra.get("relationships", {}):
            continue
        if isinstance(data, dict) and record.get(f"{column}_id") != data["id"]:
            found.append(f"{column}_id: {record.get(f'{column}_id')!r} instead of {data['id']!r}")
        if isinstance(data, list) and record.get(column) != _ids(data):
            found.append(f"{column}: {record.get(column)!r} instead of the ids of {data!r}")
    lost = leaves(_kept(resource)) - leaves(record)
    return [*found, *([f"lost: {lost}"] if lost else [])]


def _kept(resource: Resource) -> list[Any]:
    """The parts of a resource that have to arrive somewhere."""
    relationships = resource.get("relationships", {}).values()
    references = map(_data, relationships)
    return [
        resource["id"],
        resource["type"],
        _without_secrets(resource.get("links")),
        _without_secrets(resource["attributes"]),
        [_ids(data) if isinstance(data, list) else data for data in references],
    ]


def _data(relationship: Any) -> Any:
    """What a relationship refers to; some are an array alone."""
    return relationship if isinstance(relationship, list) else (relationship or {}).get("data")


def _ids(references: list[Any]) -> list[str]:
    """The ids of references, which may be ids alone."""
    return [one["id"] if isinstance(one, dict) else one for one in references]


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _without_secrets(item)
            for key, item in value.items()
            if key != _WITHHELD and not _is_secret(item)
        }
    if isinstance(value, list):
        return [_without_secrets(item) for item in value if not _is_secret(item)]
    return value


def _is_secret(value: Any) -> bool:
    return isinstance(value, str) and SECRET in value


def check_equal(resources: dict[str, Resource], records: Iterable[Record]) -> None:
    """That the records are those resources, key by key and value by value."""
    arrived = {record["id"]: record for record in records}
    assert arrived.keys() == resources.keys()
    wrong = {
        key: problems
        for key, resource in resources.items()
        if (problems := differences(resource, arrived[key]))
    }
    assert not wrong, wrong


# Derived tables


@dataclass(frozen=True)
class Source:
    """Where the rows of a derived table are found.

    Attributes:
        parent: The table of the resources that carry them.
        items: What a resource carries: an object or a value for each row, in order.
    """

    parent: str
    items: Callable[[Resource], Items]


def _at(resource: Resource, *path: str) -> Any:
    value: Any = resource
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _array(*path: str) -> Callable[[Resource], Items]:
    return lambda resource: _at(resource, *path) or []


def _attribute(*path: str) -> Callable[[Resource], Items]:
    return _array("attributes", *path)


def _related(name: str) -> Callable[[Resource], Items]:
    return lambda resource: [
        one["id"] for one in _at(resource, "relationships", name, "data") or ()
    ]


def _mentions(*, teams: bool) -> Callable[[Resource], Items]:
    """Users and teams that are mentioned: teams stand among the users, or by themselves."""
    return lambda note: [
        one["id"]
        for name in ("userMentions", "teamMentions")
        for one in _at(note, "relationships", name, "data") or ()
        if (one["type"] == "team") is teams
    ]


def _teams_of_moments(conversation: Resource) -> Items:
    moments = ("firstMessageOut", "firstResponse", "lastResponse", "firstDone", "lastDone")
    return [
        {"moment": moment, "teamId": team}
        for moment in moments
        for team in _at(conversation, "attributes", moment, "createdByTeams") or []
    ]


def _hours(schedule: Resource) -> Items:
    """Spans by day: hours are a map from the number of the day to an array of pairs."""
    hours = schedule["attributes"]["hours"] or {}
    return [
        {"weekday": int(day), "startMinute": start, "endMinute": end}
        for day in sorted(hours, key=int)
        for start, end in hours[day] or ()
    ]


def _statuses(session: Resource) -> Items:
    times_by_status = session["attributes"].get("totalTimeByStatus") or {}
    return [{"statusId": status, **said} for status, said in sorted(times_by_status.items())]


def _of_team(attribute: str, column: str) -> Callable[[Resource], Items]:
    """By a relationship or by an attribute of this name."""

    def find(settings: Resource) -> Items:
        team = settings["relationships"]["team"]["data"]["id"]
        ids = _at(settings, "attributes", attribute) or _related(attribute)(settings)
        return [{"teamId": team, column: one} for one in ids]

    return find


def _text(value: Any) -> str:
    """What is no string is JSON, its objects in the order of their keys."""
    if type(value) is str:
        return value
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True)


def _texts(name: str) -> Callable[[Resource], Items]:
    return lambda resource: [_text(item) for item in _at(resource, "attributes", name) or ()]


def _questions(survey: Resource) -> Items:
    lists = ("questions", "positiveQuestions", "negativeQuestions", "allQuestions")
    return [
        {"list": name, "question": _text(question)}
        for name in lists
        for question in _at(survey, "attributes", name) or ()
    ]


def _languages(article: Resource) -> Items:
    """As older clients have seen them, or with the version in a relationship for each language."""
    versions = _at(article, "attributes", "langVersions") or {}
    found = [{"lang": lang, **said} for lang, said in sorted(versions.items())]
    for lang, said in sorted((_at(article, "attributes", "latestLangs") or {}).items()):
        version = article["relationships"][f"{said['status']}_{lang}"]["data"]["id"]
        found.append({"lang": lang, **said, f"{said['status']}VersionId": version})
    return found


def _answers(response: Resource) -> Items:
    answers = response["attributes"]["answers"]
    return [one if isinstance(one, dict) else {"answer": one} for one in answers]


def _scores(run: Resource) -> Items:
    scores = run["attributes"]["scoreByTestCase"]
    return [{"testcaseId": case, "score": score} for case, score in sorted(scores.items())]


def _parts(app: Resource) -> Items:
    kinds = ("actions", "cards", "hooks", "klasses", "triggers", "workflows")
    return [
        {"kind": kind, "name": name, **part}
        for kind in kinds
        for name, part in sorted(app["attributes"].get(kind, {}).items())
    ]


def _langs(snippet: Resource) -> Items:
    return [{"lang": lang, **said} for lang, said in sorted(snippet["attributes"]["langs"].items())]


def _criteria(version: Resource) -> Items:
    return [
        {"criterion": criterion, **said}
        for condition in _at(version, "attributes", "criteria", "and") or []
        for criterion, said in condition.items()
    ]


def _promises(version: Resource) -> Items:
    """Times by priority, of each metric; one without times has no priority."""
    return [
        {
            "metric": metric,
            "enabled": said["enabled"],
            "priority": priority and int(priority),
            "milliseconds": milliseconds,
        }
        for metric, said in sorted(version["attributes"]["metrics"].items())
        for priority, milliseconds in sorted((said.get("times") or {None: None}).items())
    ]


def _external_id(company: Resource) -> Items:
    """One id or several."""
    found = company["attributes"].get("externalId")
    return found if isinstance(found, list) else [] if found is None else [found]


# Tables that are not simply called by what one resource is and by the attribute that has the rows.
_NAMED_OTHERWISE = {
    "business_schedule_hours": Source("business_schedules", _hours),
    "company_external_ids": Source("companies", _external_id),
    "conversation_created_by_teams": Source("conversations", _teams_of_moments),
    "conversation_forward_attachments": Source("conversation_forwards", _related("attachments")),
    "conversation_forward_recipients": Source("conversation_forwards", _attribute("to")),
    "customer_access_overrides": Source("customers", _attribute("accessOverride")),
    "customer_draft_articles": Source("customer_drafts", _attribute("kbArticles")),
    "knowledge_base_article_languages": Source("knowledge_base_articles", _languages),
    "kobject_comment_attachments": Source("kobject_comments", _texts("attachments")),
    "kobject_comment_team_mentions": Source("kobject_comments", _mentions(teams=True)),
    "kobject_comment_user_mentions": Source("kobject_comments", _mentions(teams=False)),
    "message_attachments": Source("messages", _related("attachments")),
    "message_intents": Source("messages", _attribute("intentDetections")),
    "message_shortcuts": Source("messages", _related("shortcuts")),
    "note_attachments": Source("notes", _texts("attachments")),
    "note_team_mentions": Source("notes", _mentions(teams=True)),
    "note_user_mentions": Source("notes", _mentions(teams=False)),
    "knowledge_base_article_knowledge_bases": Source(
        "knowledge_base_articles", _attribute("knowledgeBases")
    ),
    "ai_evaluation_run_scores": Source("ai_evaluation_runs", _scores),
    "app_parts": Source("apps", _parts),
    "knowledge_base_category_languages": Source("knowledge_base_categories", _langs),
    "knowledge_base_internal_category_languages": Source(
        "knowledge_base_internal_categories", _langs
    ),
    "message_articles": Source("messages", _attribute("kbArticles")),
    "satisfaction_response_answers": Source("satisfaction_responses", _answers),
    "snippet_languages": Source("snippets", _langs),
    "satisfaction_questions": Source("satisfactions", _questions),
    "saved_search_teams": Source("saved_searches", _attribute("teamVisibilities")),
    "saved_search_users": Source("saved_searches", _attribute("userVisibilities")),
    "shortcut_access_teams": Source("shortcuts", _related("accessTeams")),
    "shortcut_access_users": Source("shortcuts", _related("accessUsers")),
    "shortcut_attachments": Source("shortcuts", _related("attachments")),
    "sla_criteria": Source("sla_versions", _criteria),
    "sla_metrics": Source("sla_versions", _promises),
    "team_external_queues": Source(
        "team_routing_settings", _of_team("externalQueues", "externalQueue")
    ),
    "team_queues": Source("team_routing_settings", _of_team("queues", "queueId")),
    "work_session_capacities": Source("work_sessions", _attribute("capacity")),
    "work_session_queues": Source("work_sessions", _related("queues")),
    "work_session_status_times": Source("work_sessions", _statuses),
    "work_session_work_items": Source("work_sessions", _related("workItems")),
}


def _named_by_the_attribute(name: str) -> Source:
    """What a table is made of, such as `customer_shared_emails` of `sharedEmails`."""
    (stream,) = (one for one in STREAMS if name in {derived.name for derived in one.derived})
    first, *words = name.removeprefix(f"{stream.singular}_").split("_")
    return Source(stream.name, _attribute(first + "".join(map(str.capitalize, words))))


DERIVED: dict[str, Source] = {
    derived.name: _NAMED_OTHERWISE.get(derived.name) or _named_by_the_attribute(derived.name)
    for stream in STREAMS
    for derived in stream.derived
}


def true_keys(organisation: Organisation, table: str, klass: str | None) -> set[tuple[Any, ...]]:
    """The keys of all rows that a table has after a first run.

    Args:
        organisation: What the sandbox holds.
        table: Any table of the tap.
        klass: The one whose objects alone the table has.
    """
    if klass is not None:
        objects = truth(organisation, "kobjects")
        return {(key,) for key, one in objects.items() if one["type"] == f"kobject.{klass}"}
    if table in TYPES:
        return {(key,) for key in truth(organisation, table)}
    if table in DERIVED:
        parents = truth(organisation, DERIVED[table].parent)
        return {
            (key, position)
            for key, parent in parents.items()
            for position in range(len(DERIVED[table].items(parent)))
        }
    if table in OTHERS:
        return OTHERS[table](organisation)
    (searched,) = (name for name, ids in SEARCHED.items() if ids == table)
    return {
        (key,)
        for key, one in truth(organisation, searched).items()
        if not one["attributes"].get("deleted")
    }


def _outbound_accounts(organisation: Organisation) -> set[tuple[Any, ...]]:
    accounts = [one["attributes"] for one in organisation.resources("outbound_account")]
    return {(one["channel"], one["account"]) for one in accounts}


def _custom_attributes(organisation: Organisation) -> set[tuple[Any, ...]]:
    klasses = [one["attributes"]["name"] for one in organisation.resources("klass")]
    resources = [*_CUSTOMISED, *(f"kobject.{klass}" for klass in klasses)]
    return {
        (f"{resource}/{name}",)
        for resource in resources
        if (document := metadata(organisation, resource)) is not None
        for name in document["attributes"]["properties"]
    }


# The keys of what is no resource of its own.
OTHERS: dict[str, Callable[[Organisation], set[tuple[Any, ...]]]] = {
    "chat_settings": lambda organisation: {(organisation.id,)},
    "custom_attribute_metadata": _custom_attributes,
    "outbound_accounts": _outbound_accounts,
}


def check_derived(table: str, parents: dict[str, Resource], records: Iterable[Record]) -> None:
    """That the rows of a derived table are what its parents carry, in order.

    Args:
        table: Its name.
        parents: The resources that carry the rows, by id.
        records: The rows.
    """
    arrived = {_key_of(record): record for record in records}
    expected = {
        (key, position): (item, len(items), _at(parent, "attributes", "updatedAt"))
        for key, parent in parents.items()
        for items in [DERIVED[table].items(parent)]
        for position, item in enumerate(items)
    }
    assert arrived.keys() == expected.keys()
    wrong = {
        key: problems
        for key, (item, siblings, changed) in expected.items()
        if (
            problems := [*_misplaced(arrived[key], siblings, changed), *_unlike(arrived[key], item)]
        )
    }
    assert not wrong, wrong


def _key_of(record: Record) -> tuple[str, int]:
    """The id of the parent, which is the first column, and the position."""
    return next(iter(record.values())), record["position"]


def _misplaced(record: Record, siblings: int, changed: str | None) -> list[str]:
    column = f"{next(iter(record)).removesuffix('_id')}_updated_at"
    wanted = {"siblings": siblings, column: times.canonical(changed) if changed else None}
    return [
        f"{name}: {record[name]!r} instead of {value!r}"
        for name, value in wanted.items()
        if record[name] != value
    ]


def _unlike(record: Record, item: Any) -> list[str]:
    if not isinstance(item, dict):
        return [] if item in record.values() else [f"{item!r} is missing"]
    extra = record.get("_extra") or {}
    found = []
    for key, value in item.items():
        column = column_of(key)
        said = record.get(column, extra.get(column))
        if not isinstance(value, dict | list) and leaves(said) != leaves(value):
            found.append(f"{column}: {said!r} instead of {value!r}")
    lost = leaves(item) - leaves(record)
    return [*found, *([f"lost: {lost}"] if lost else [])]
