"""The criteria that the search lists decide which ones are tried first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.fake_session import FakeSession, search_of
from support.readers import reader_of
from support.search_model import IndexModel, resource
from tap_kustomer.client.errors import (
    AccessError,
    GaveUpError,
    InvalidCredentialError,
    MissingError,
    RequestError,
)
from tap_kustomer.reading.pages import Window
from tap_kustomer.reading.search.query import PATH
from tap_kustomer.reading.search.schema import SCHEMA_PATH, SearchSchema, listed_first
from tap_kustomer.reading.sources import Criterion, PagedList, Search

if TYPE_CHECKING:
    from tap_kustomer.reading.reader import Reader

NOW = 1_750_000_000_000
UPDATED, COMPLETED = Criterion("work_item_updated_at"), Criterion("work_item_handle_completed_at")
WORK_ITEMS = Search("work_item", criteria=(UPDATED, COMPLETED), archived=False)
WORK_SESSIONS = Search("work_session", archived=False)


def listing(*criteria: str) -> dict[str, Any]:
    """A schema with these criteria, in the documented form."""
    properties = {name: {"type": "string", "operator": "datetime"} for name in criteria}
    return {"data": {"type": "schema", "attributes": {"fields": {"properties": properties}}}}


def session_with(schema: Any, *refused: str) -> FakeSession:
    index = IndexModel({"a": (NOW - 1000, NOW - 1000)})
    return FakeSession(search_of(index), documents={SCHEMA_PATH: schema}, refused=refused)


def ids(reader: Reader, source: Search = WORK_ITEMS) -> list[str]:
    pages = reader.read(source, Window(0, NOW), "work_items", is_consumed=lambda: True)
    return [row["id"] for page in pages for row in page.resources]


def tried(session: FakeSession) -> list[str]:
    """The criteria of the searches sent, each once."""
    bodies = [request.json for request in session.sent if request.path == PATH]
    return list(dict.fromkeys(name for body in bodies if body for name in body["and"][0]))


def schema_requests(session: FakeSession) -> int:
    return [request.path for request in session.sent].count(SCHEMA_PATH)


def test_a_criterion_that_the_search_lists_is_used_without_a_refusal() -> None:
    session = session_with(listing(COMPLETED.name), UPDATED.name)

    assert ids(reader_of(session)) == ["a"]
    assert tried(session) == [COMPLETED.name]


def test_a_peek_asks_for_the_schema_before_any_refusal() -> None:
    session = session_with(listing(COMPLETED.name), UPDATED.name)

    assert reader_of(session).peek(WORK_ITEMS, Window(0, NOW), "work_items")
    assert [request.path for request in session.sent] == [SCHEMA_PATH, PATH]


def test_of_listed_criteria_the_best_one_is_used() -> None:
    session = session_with(listing(COMPLETED.name, UPDATED.name))

    ids(reader_of(session))
    assert tried(session) == [UPDATED.name]


def test_one_request_serves_all_readers_of_a_run() -> None:
    session, schema = session_with(listing(COMPLETED.name), UPDATED.name), SearchSchema()

    for _ in range(2):
        ids(reader_of(session, search_schema=schema))
    assert schema_requests(session) == 1


def test_nothing_is_requested_for_a_source_with_one_criterion() -> None:
    session = session_with(listing())

    ids(reader_of(session), WORK_SESSIONS)
    assert schema_requests(session) == 0


def test_a_listed_criterion_that_is_refused_is_followed_by_the_others() -> None:
    session = session_with(listing(COMPLETED.name), COMPLETED.name)

    assert ids(reader_of(session)) == ["a"]
    assert tried(session) == [COMPLETED.name, UPDATED.name]


def test_a_criterion_that_is_not_listed_is_tried_all_the_same() -> None:
    session = session_with(listing("customer_updated_at"), UPDATED.name)

    assert ids(reader_of(session)) == ["a"]
    assert tried(session) == [UPDATED.name, COMPLETED.name]


@pytest.mark.parametrize(
    "error",
    [AccessError("403"), MissingError("404"), GaveUpError("503")],
    ids=lambda error: type(error).__name__,
)
def test_without_a_schema_the_criteria_are_found_by_trying(error: RequestError) -> None:
    session = session_with(error, UPDATED.name)

    assert ids(reader_of(session)) == ["a"]
    assert tried(session) == [UPDATED.name, COMPLETED.name]
    assert schema_requests(session) == 1


@pytest.mark.parametrize(
    "answer",
    [
        "no object",
        {},
        {"data": [1]},
        {"data": {"attributes": None}},
        {"data": {"attributes": {"fields": {"properties": [COMPLETED.name]}}}},
    ],
    ids=str,
)
def test_a_schema_of_another_shape_is_not_used_and_not_asked_for_again(answer: Any) -> None:
    session = session_with(answer, UPDATED.name)

    assert ids(reader_of(session)) == ["a"]
    assert tried(session) == [UPDATED.name, COMPLETED.name]
    assert schema_requests(session) == 1


def test_a_key_that_expires_meanwhile_ends_the_run() -> None:
    with pytest.raises(InvalidCredentialError):
        ids(reader_of(session_with(InvalidCredentialError("expired"))))


def test_listed_criteria_and_the_others_keep_their_order() -> None:
    a, b, c, d = (Criterion(name) for name in "abcd")

    assert listed_first((a, b, c, d), frozenset("bd")) == (b, d, a, c)


def test_the_list_is_read_only_after_all_criteria_were_tried() -> None:
    session = session_with(listing(), UPDATED.name, COMPLETED.name)
    session.lists["/v1/routing/work-items"] = [[resource("listed", NOW, 0)]]
    source = Search(
        "work_item",
        WORK_ITEMS.criteria,
        archived=False,
        fallback=PagedList("/v1/routing/work-items"),
    )

    assert ids(reader_of(session), source) == ["listed"]
    assert tried(session) == [UPDATED.name, COMPLETED.name]
