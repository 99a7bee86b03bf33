"""Every type of record has rows, and every list has its awkward forms."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from kustomer_sandbox import SECRET
from kustomer_sandbox.endpoints import LISTS as LISTINGS
from kustomer_sandbox.endpoints import SINGLES
from kustomer_sandbox.generation.custom import CUSTOM
from kustomer_sandbox.generation.klasses import KLASSES
from support.derived_sources import DERIVED
from support.frozen_sandbox import Ask, frozen_organisation
from support.sandbox_truth import TYPES, truth

Resources = Callable[[str], list[dict[str, Any]]]

# Lists from which a table of their own can be made, by the type they are part of.
LISTS = {
    "customer": """emails phones externalIds locations socials urls whatsapps facebookIds
        instagramIds tags activeUsers watchers sharedEmails sharedPhones sharedExternalIds
        sharedSocials sharedWhatsapps""",
    "company": "emails phones locations socials urls whatsapps domains tags",
    "conversation": """assignedUsers assignedTeams channels tags firstMessageOut.createdByTeams
        firstResponse.createdByTeams lastResponse.createdByTeams firstDone.createdByTeams
        lastDone.createdByTeams""",
    "message": "assignedUsers assignedTeams createdByTeams",
    "note": "createdByTeams",
    "team": "members",
    "user": "roles",
    "card": "contexts",
    "team_routing_settings": "queues",
    "work_session": "totalTimeByStatus",
    "kobject": "tags",
}
# The same among relationships.
RELATED = {"message": "shortcuts", "note": "userMentions", "shortcut": "accessUsers accessTeams"}


SEARCHED = {
    "company", "conversation", "conversation_time", "customer", "kobject", "message", "note",
    "work_item", "work_session",
}  # fmt: skip
EVERY_TYPE = {
    *SEARCHED,
    *(one.type for one in LISTINGS),
    *(one.type for one in SINGLES),
    *("audit_log", "customer_event", "customer_merge", "holiday", "sla_version"),
}


@pytest.fixture(scope="module")
def resources() -> Resources:
    """The resources of a type at the default scale."""
    return functools.cache(frozen_organisation().resources)


def forms(resources: list[dict[str, Any]], part: str, path: str) -> Counter[str]:
    """Count the forms of a list."""
    found: Counter[str] = Counter()
    for resource in resources:
        value: Any = resource[part]
        for name in path.split("."):
            value = value.get(name, "absent") if isinstance(value, dict) else value
        if value is None:
            found["null"] += 1
        elif value == "absent":
            found["absent"] += 1
        else:
            found["several" if len(value) > 1 else ("one" if value else "empty")] += 1
    return found


ALL_FORMS = {"several", "empty", "null", "absent"}


@pytest.mark.parametrize(
    ("type_", "path"), [(type_, path) for type_, paths in LISTS.items() for path in paths.split()]
)
def test_every_list_is_somewhere_full_empty_null_and_absent(
    resources: Resources, type_: str, path: str
) -> None:
    assert forms(resources(type_), "attributes", path).keys() >= ALL_FORMS


@pytest.mark.parametrize(
    ("type_", "name"), [(type_, name) for type_, names in RELATED.items() for name in names.split()]
)
def test_every_related_list_is_somewhere_full_empty_null_and_absent(
    resources: Resources, type_: str, name: str
) -> None:
    found = forms(resources(type_), "relationships", f"{name}.data")
    assert found.keys() >= ALL_FORMS


@pytest.mark.parametrize(("name", "type_"), [("accessUsers", "user"), ("accessTeams", "team")])
def test_access_to_an_article_is_an_object_or_an_array_and_leads_to_who_exists(
    resources: Resources, name: str, type_: str
) -> None:
    access = [article["relationships"][name] for article in resources("kb_article")]
    entries = [one for each in access for one in (each["data"] if isinstance(each, dict) else each)]
    ids = {one if isinstance(one, str) else one["id"] for one in entries}

    assert {type(each) for each in access} == {dict, list}
    assert ids
    assert ids <= {one["id"] for one in resources(type_)}


@pytest.mark.parametrize("scale", [1, 0.1])
def test_every_type_has_rows_even_in_a_small_organisation(scale: float) -> None:
    of = frozen_organisation(scale=scale)
    assert of.counts().keys() >= {f"kobject.{one.name}" for one in KLASSES if one.share}
    assert of.counts().keys() >= EVERY_TYPE
    assert all(of.counts().values())
    assert any("session" in row.facts for row in of.rows["customer_event"])
    assert {row.facts["completed"] is None for row in of.rows["work_item"]} == {True, False}


@pytest.mark.parametrize("scale", [0.05, 0.08, 0.1])
def test_every_stream_has_rows_even_in_a_small_organisation(scale: float) -> None:
    of = frozen_organisation(scale=scale)
    for minutes in (0, 90, 90):
        if minutes:
            of.advance(minutes)
        held = {name: truth(of, name).values() for name in TYPES}
        assert not {name for name, resources in held.items() if not resources}
        assert not {
            name
            for name, source in DERIVED.items()
            if not any(source.items(parent) for parent in held[source.parent])
        }


def test_items_of_a_list_need_not_have_an_id_nor_a_value_of_their_own(
    resources: Resources,
) -> None:
    phones = [one["attributes"].get("phones") or [] for one in resources("customer")]
    assert {one.get("id", "absent") is None for items in phones for one in items} == {True, False}
    assert any("id" not in one for items in phones for one in items)
    numbers = [[one["phone"] for one in items] for items in phones]
    assert any(len(set(one)) < len(one) for one in numbers)


def test_some_messages_refer_to_attachments_and_tags_without_a_request(
    resources: Resources,
) -> None:
    messages = resources("message")
    assert forms(messages, "relationships", "attachments.data").keys() >= {"one", "empty", "absent"}
    assert forms(messages, "attributes", "tags").keys() >= {"several", "one", "empty", "absent"}
    bearers = {one["relationships"]["message"]["data"]["id"] for one in resources("attachment")}
    silent = [one for one in messages if "attachments" not in one["relationships"]]
    assert any(one["id"] in bearers for one in silent)


def test_users_and_teams_are_mentioned_in_one_list_or_in_two(resources: Resources) -> None:
    seen = set()
    for note in resources("note"):
        relationships = note["relationships"]
        users = (relationships.get("userMentions") or {}).get("data") or []
        types = frozenset(one["type"] for one in users)
        seen.add((types, "teamMentions" in relationships))
    assert (frozenset({"user", "team"}), False) in seen
    assert (frozenset({"user"}), True) in seen


def test_schedules_have_hours_of_every_form(resources: Resources) -> None:
    hours = [one["attributes"]["hours"] for one in resources("schedule")]
    days = [day for one in hours if one for day in one.values()]
    assert {None, 1, 2} <= {None if day is None else len(day) for day in days}
    assert {} in hours
    assert None in hours


def test_versions_of_slas_differ_in_criteria_and_metrics(resources: Resources) -> None:
    versions = [one["attributes"] for one in resources("sla_version")]
    criteria = [one["criteria"] for one in versions]
    assert None in criteria
    assert {} in criteria
    assert {0, 1, 2} <= {len(one["and"]) for one in criteria if one}
    metrics = [metric for one in versions for metric in one["metrics"].values()]
    assert {} in [metric["times"] for metric in metrics]
    assert {4, 5} <= {len(metric["times"]) for metric in metrics}
    assert {"nextReply" in one["metrics"] for one in versions} == {True, False}


def test_surveys_have_questions_or_none(resources: Resources) -> None:
    surveys = resources("satisfaction")
    for name in ("questions", "positiveQuestions", "negativeQuestions"):
        assert len(forms(surveys, "attributes", name)) > 1


def test_secrets_have_a_marker_to_be_found_by(ask: Ask, resources: Resources) -> None:
    assert SECRET in str(resources("user")[0]["attributes"]["password"])
    assert SECRET in str(resources("workflow")[0]["attributes"]["variables"])
    assert all(SECRET in one["links"]["related"] for one in resources("attachment"))
    workflow = ask("/v1/workflows").json()["data"][0]["id"]
    assert SECRET in ask(f"/v1/workflows/{workflow}/variables").text
    assert SECRET in ask("/v1/chat/settings").text


def snake(name: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return re.sub(r"[^a-z0-9]+", "_", words.lower())


def test_names_of_klasses_and_attributes_are_awkward() -> None:
    names = [one.name for one in KLASSES]
    for character in (".", "-", "_", "3", "L"):
        assert any(character in name for name in names)
    assert len({snake(name) for name in names}) < len(names)
    for type_ in ("customer", "company"):
        attributes = [one.name for one in CUSTOM[type_]]
        assert len({snake(name) for name in attributes}) < len(attributes)
    words = {one.name for attributes in CUSTOM.values() for one in attributes}
    assert {"group", "order", "select", "table"} <= words


def test_every_klass_has_a_status_and_every_status_a_klass(resources: Resources) -> None:
    statuses = Counter(one["attributes"]["status"] for one in resources("klass"))
    assert set(statuses) == {"enabled", "existing_only", "disabled"}


def test_custom_attributes_may_hold_several_values(resources: Resources) -> None:
    values: dict[str, set[str]] = {}
    for resource in resources("customer"):
        for name in ("hobbiesStr", "watchedOrdersId", "dietTree"):
            value = resource["attributes"]["custom"].get(name)
            values.setdefault(name, set()).add(type(value).__name__)
    assert all("list" in kinds for kinds in values.values())
    assert "str" in values["dietTree"]


@pytest.mark.parametrize("type_", ["note", "user"])
def test_notes_and_users_have_custom_attributes_that_nothing_declares(
    ask: Ask, resources: Resources, type_: str
) -> None:
    assert any(one["attributes"].get("custom") for one in resources(type_))
    assert ask(f"/v1/metadata/{type_}").status_code == 404
