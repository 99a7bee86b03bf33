"""Where the rows of each derived table are in the resources of the sandbox."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tap_kustomer.streams import STREAMS

if TYPE_CHECKING:
    from collections.abc import Callable

Resource = dict[str, Any]
Items = list[Any]


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
    """Users or teams that are mentioned: teams are listed among the users, or by themselves."""
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


# Tables whose name is not simply that of the parent and of the attribute with the rows.
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
    """The source of a table by its name: `customer_shared_emails` is made of `sharedEmails`."""
    (stream,) = (one for one in STREAMS if name in {derived.name for derived in one.derived})
    first, *words = name.removeprefix(f"{stream.singular}_").split("_")
    return Source(stream.name, _attribute(first + "".join(map(str.capitalize, words))))


DERIVED: dict[str, Source] = {
    derived.name: _NAMED_OTHERWISE.get(derived.name) or _named_by_the_attribute(derived.name)
    for stream in STREAMS
    for derived in stream.derived
}
