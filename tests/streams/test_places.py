"""What Kustomer keeps in one place in one answer and in another place in another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.offline_tap import OfflineTap
from tap_kustomer.resource import PARENT
from tap_kustomer.shaping.derived import compile_deriver
from tap_kustomer.streams.chat_settings import ChatSettings
from tap_kustomer.streams.conversation_forwards import ConversationForwards
from tap_kustomer.streams.knowledge_base_articles import KnowledgeBaseArticles
from tap_kustomer.streams.queues import Queues
from tap_kustomer.streams.satisfaction_responses import SatisfactionResponses
from tap_kustomer.streams.saved_searches import SavedSearches
from tap_kustomer.streams.shortcuts import Shortcuts
from tap_kustomer.streams.team_routing_settings import TeamRoutingSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_kustomer.streams.base import KustomerStream


def rows(stream: type[KustomerStream], table: str, **members: Any) -> list[dict[str, Any]]:
    """The rows of a derived table, without what says whose they are."""
    (derived,) = (each for each in stream.derived if each.name == table)
    names = {"position", "siblings", f"{stream.singular}_id", f"{stream.singular}_updated_at"}
    found = compile_deriver(derived, stream.singular)({"id": "1", **members})
    return [{name: row[name] for name in row.keys() - names} for row in found]


def record_of(stream: type[KustomerStream], **members: Any) -> dict[str, Any]:
    """The one record of a resource."""
    resource = {"id": "1", "type": stream.resource_type, **members}
    (record,) = OfflineTap(stream).stream(stream.name).make_records(resource)
    return record


def reference(type_: str, id_: str) -> dict[str, str]:
    return {"type": type_, "id": id_}


@pytest.mark.parametrize(
    "members",
    [
        {"relationships": {"queues": {"data": [reference("queue", "q1")]}}},
        {"attributes": {"queues": ["q1"]}},
        {
            "attributes": {"queues": ["q1"]},
            "relationships": {"queues": {"data": [reference("queue", "q1")]}},
        },
    ],
    ids=["relationship", "attribute", "both"],
)
def test_the_queues_of_a_team_are_a_relationship_or_an_attribute(members: dict[str, Any]) -> None:
    (row,) = rows(TeamRoutingSettings, "team_queues", **members)

    assert row["queue_id"] == "q1"


@pytest.mark.parametrize(
    "attachments",
    [
        {"data": [reference("attachment", "a1")], "links": []},
        [{"data": reference("attachment", "a1"), "links": {"self": "/v1/attachments/a1"}}],
        [reference("attachment", "a1")],
    ],
    ids=["data", "an array of data", "an array of references"],
)
def test_the_files_of_a_forward_are_one_relationship_or_an_array_of_them(attachments: Any) -> None:
    found = rows(
        ConversationForwards,
        "conversation_forward_attachments",
        relationships={"attachments": attachments},
    )

    assert [row["attachment_id"] for row in found] == ["a1"]
    tap = OfflineTap(ConversationForwards)
    resource = {"id": "1", "type": "forward", "relationships": {"attachments": attachments}}
    (record,) = tap.stream("conversation_forwards").make_records({**resource, PARENT: {"id": "p"}})
    assert record["attachments"] == ["a1"]
    assert not record.get("_extra")


FORMS = pytest.mark.parametrize(
    "form",
    [lambda one: {"data": [one]}, lambda one: [one], lambda one: [one["id"]]],
    ids=["data", "an array of references", "an array of ids"],
)
KINDS = pytest.mark.parametrize("kind", ["user", "team"])


@FORMS
@KINDS
def test_users_and_teams_with_access_to_a_shortcut_come_as_references_or_ids(
    kind: str, form: Callable[[dict[str, str]], Any]
) -> None:
    relationships = {f"access{kind.title()}s": form(reference(kind, "a1"))}

    found = rows(Shortcuts, f"shortcut_access_{kind}s", relationships=relationships)
    record = record_of(Shortcuts, relationships=relationships)

    assert [row[f"{kind}_id"] for row in found] == ["a1"]
    assert record[f"access_{kind}s"] == ["a1"]
    assert not record.get("_extra")


@FORMS
@KINDS
def test_users_and_teams_with_access_to_an_article_come_as_references_or_ids(
    kind: str, form: Callable[[dict[str, str]], Any]
) -> None:
    relationships = {f"access{kind.title()}s": form(reference(kind, "a1"))}

    record = record_of(KnowledgeBaseArticles, relationships=relationships)

    assert record[f"access_{kind}s"] == ["a1"]
    assert not record.get("_extra")


@KINDS
def test_users_and_teams_that_see_a_private_search_are_ids(kind: str) -> None:
    attributes = {f"access{kind.title()}s": ["a1", "a2"]}

    found = rows(SavedSearches, f"saved_search_access_{kind}s", attributes=attributes)
    record = record_of(SavedSearches, attributes=attributes)

    assert [row[f"{kind}_id"] for row in found] == ["a1", "a2"]
    assert record[f"access_{kind}s"] == ["a1", "a2"]
    assert not record.get("_extra")


@pytest.mark.parametrize(
    ("name", "column"),
    [("singleSessionChat", "single_session_chat"), ("singleSessonChat", "single_sesson_chat")],
)
def test_one_chat_at_a_time_has_a_column_for_each_spelling(name: str, column: str) -> None:
    record = record_of(ChatSettings, attributes={name: True})

    assert record[column] is True
    assert not record.get("_extra")


@pytest.mark.parametrize(
    "created_at", [1595432438206, "2020-07-22T15:40:38.206Z"], ids=["number", "text"]
)
def test_the_creation_of_a_queue_is_milliseconds_since_1970_or_a_time(created_at: Any) -> None:
    tap = OfflineTap(Queues)
    resource = {"id": "q1", "type": "queue", "attributes": {"createdAt": created_at}}
    (record,) = tap.stream("queues").make_records(resource)

    assert record["created_at"] == "2020-07-22T15:40:38.206Z"
    assert not record.get("_extra")


def test_an_answer_to_a_survey_may_be_a_text_alone() -> None:
    answers = ["Quick", {"id": "q1", "prompt": "Why?", "answer": "Kind"}]

    found = rows(
        SatisfactionResponses, "satisfaction_response_answers", attributes={"answers": answers}
    )

    assert [row["answer"] for row in found] == ["Quick", "Kind"]
    assert found[1]["id"] == "q1"


def test_a_knowledge_base_of_an_article_may_be_an_id_alone() -> None:
    bases = ["k1", {"id": "k2", "featured": True}]

    found = rows(
        KnowledgeBaseArticles,
        "knowledge_base_article_knowledge_bases",
        attributes={"knowledgeBases": bases},
    )

    assert [(row["id"], row.get("featured")) for row in found] == [("k1", None), ("k2", True)]


def test_a_language_of_an_article_has_what_all_places_say_of_it() -> None:
    found = rows(
        KnowledgeBaseArticles,
        "knowledge_base_article_languages",
        attributes={
            "langVersions": {"de": {"currentVersion": {"id": "v1"}}},
            "latestLangs": {"de": {"status": "published", "outdated": True}},
        },
        relationships={
            "published_de": {"data": reference("kb_version", "v2")},
            "unpublished_fr": {"data": reference("kb_version", "v3")},
            "publishedBy": {"data": reference("user", "u1")},
        },
    )

    german, french = found
    assert (german["lang"], german["status"], german["outdated"]) == ("de", "published", True)
    assert german["published_version_id"] == "v2"
    assert german["current_version"] == {"id": "v1"}
    assert (french["lang"], french["unpublished_version_id"]) == ("fr", "v3")


@pytest.mark.parametrize("versions", [[{"lang": []}, {"lang": []}], ["a", "b"]], ids=str)
def test_languages_that_come_in_an_array_stay_apart(versions: Any) -> None:
    found = rows(
        KnowledgeBaseArticles,
        "knowledge_base_article_languages",
        attributes={"langVersions": versions},
    )

    assert len(found) == 2
