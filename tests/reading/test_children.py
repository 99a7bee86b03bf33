"""Rows that take one request per parent come in the order of the parents."""

from __future__ import annotations

from typing import Any

import pytest

from support.lists_of_parents import (
    CONVERSATIONS,
    EVENTS,
    Lists,
    Resource,
    events,
    ids,
    pages_of,
    parent,
    parents,
    read_rows_of,
    rows,
)
from support.readers import NOW
from tap_kustomer.client.errors import MissingError, RefusedError, RequestError
from tap_kustomer.reading.pages import Page, Unproven
from tap_kustomer.reading.sources import PagedList, PerParent, Search
from tap_kustomer.resource import PARENT


def test_the_rows_of_each_parent_come_in_the_order_of_the_parents() -> None:
    lists = events({f"c{n}": [rows(f"c{n}-a", f"c{n}-b")] for n in range(30)})
    given = [Page([parent(f"c{n}") for n in range(start, start + 10)]) for start in (0, 10, 20)]

    found = read_rows_of(lists, given)

    assert ids(found) == [f"c{n}-{letter}" for n in range(30) for letter in "ab"]


def test_a_request_names_the_parent_and_has_the_parameters_of_the_source() -> None:
    source = PerParent(CONVERSATIONS, "/v1/x/{id}/y", page_size=40, params={"include": "z"})
    lists = Lists({"/v1/x/a%2Fb%3F/y": [rows("1")]})

    assert ids(read_rows_of(lists, parents("a/b?"), source)) == ["1"]
    (request,) = lists.sent
    assert request.method == "GET"
    assert request.params == {"include": "z", "page": 1, "pageSize": 40}


def test_a_page_of_rows_is_no_larger_than_the_setting_allows() -> None:
    lists = events({"a": [rows("1")]})

    list(pages_of(lists, parents("a"), page_size=20))

    assert lists.sent[0].params["pageSize"] == 20


def test_a_parents_list_that_keeps_changing_is_reported() -> None:
    gaps: list[object] = []
    shrinking = [rows("1", total=3), rows("2", total=2)]

    pages = pages_of(events({"a": shrinking}), parents("a"), report=gaps.append)

    assert [row["id"] for page in pages for row in page.resources] == ["1", "2"]
    assert gaps == [Unproven()]


def test_the_list_of_a_parent_is_followed_to_its_end() -> None:
    lists = events({"a": [rows("1", "2", next_page=2), rows("2", "3")], "b": [rows("4")]})

    assert ids(read_rows_of(lists, parents("a", "b"))) == ["1", "2", "3", "4"]


@pytest.mark.parametrize("error", [MissingError("404"), RefusedError("400")])
def test_the_list_of_a_parent_ends_before_a_page_that_nothing_announced(
    error: RequestError,
) -> None:
    full = {"data": rows("1", "2")["data"], "meta": {"pageSize": 2}}

    assert ids(read_rows_of(events({"a": [full, error]}), parents("a"))) == ["1", "2"]


def test_a_smaller_page_than_that_of_another_parent_is_the_last_one() -> None:
    pages = {"a": ["12", "3"], "b": ["4"], "c": ["567", ""], "d": ["89"]}
    bare = {
        key: [{"data": [{"id": row_id} for row_id in page]} for page in its_pages]
        for key, its_pages in pages.items()
    }
    lists = events(bare)

    found = [*pages_of(lists, parents(*pages), parallel=1)]

    assert [row["id"] for page in found for row in page.resources] == [*"123456789"]
    assert [path.split("/")[3] for path in lists.paths] == [*"aabccd"]


def test_a_row_names_its_parent() -> None:
    given = [Page([parent("a", NOW), {"type": "conversation", "id": "b", "attributes": None}])]

    first, second = read_rows_of(events({"a": [rows("1")], "b": [rows("2")]}), given)

    link = {"id": "a", "type": "conversation", "updatedAt": "2025-06-15T15:06:40.000Z"}
    assert first[PARENT] == link
    assert second[PARENT] == {"id": "b", "type": "conversation", "updatedAt": None}


def test_a_row_two_levels_down_names_the_parent_and_the_parents_own_parent() -> None:
    sessions = PerParent(Search("customer"), "/v1/customers/{id}/sessions")
    visits = PerParent(sessions, "/v1/customers/{parent_id}/sessions/{id}/events")
    lists = Lists(
        {
            "/v1/customers/a/sessions": [rows("s1", "s2")],
            "/v1/customers/a/sessions/s1/events": [rows("1")],
            "/v1/customers/a/sessions/s2/events": [rows("2")],
        }
    )

    found = read_rows_of(lists, pages_of(lists, parents("a"), sessions), visits)

    assert ids(found) == ["1", "2"]
    assert found[0][PARENT] == {
        "id": "s1",
        "type": "customer_event",
        "updatedAt": None,
        "parent_id": "a",
    }


def test_a_parent_may_be_asked_about_by_another_id_or_not_at_all() -> None:
    source = PerParent(
        CONVERSATIONS,
        "/v1/satisfaction-responses/{id}",
        path_id=lambda conversation: conversation["attributes"].get("formResponse"),
    )
    lists = Lists({"/v1/satisfaction-responses/f": [{"data": {"type": "response", "id": "f"}}]})

    (row,) = read_rows_of(lists, [Page([parent("a"), parent("b", formResponse="f")])], source)

    assert (row["id"], row[PARENT]["id"]) == ("f", "b")
    assert lists.paths == ["/v1/satisfaction-responses/f"]


@pytest.mark.parametrize("is_one", [True, False])
def test_rows_may_come_beside_the_parent(is_one: bool) -> None:
    holiday = {"type": "holiday", "id": "1"}
    document = {
        "data": {"type": "schedule", "id": "a"},
        "included": holiday if is_one else [holiday, {"type": "user", "id": "2"}],
    }
    source = PerParent(PagedList("/v1/schedules"), "/v1/schedules/{id}", included_type="holiday")

    found = read_rows_of(Lists({"/v1/schedules/a": [document]}), parents("a"), source)

    assert [(row["type"], row["id"]) for row in found] == [("holiday", "1")]


def test_a_parent_whose_rows_come_with_the_list_of_parents_is_not_asked_about() -> None:
    source = PerParent(PagedList("/v1/schedules"), "/v1/schedules/{id}", included_type="holiday")
    first, second = ({"type": "schedule", "id": key} for key in "ab")
    beside = {
        "type": "holiday",
        "id": "1",
        "relationships": {"org": None, "schedule": {"data": {"type": "schedule", "id": "a"}}},
    }
    document = {"data": second, "included": [{"type": "holiday", "id": "2"}]}
    lists = Lists({"/v1/schedules/b": [document]})

    found = read_rows_of(lists, [Page([first, second, beside])], source)

    assert [(row["id"], row[PARENT]["id"]) for row in found] == [("1", "a"), ("2", "b")]
    assert lists.paths == ["/v1/schedules/b"]


def test_a_parent_may_take_several_requests() -> None:
    source = PerParent(
        PagedList("/v1/articles"),
        "/v1/articles/{id}/versions/{part}",
        parts=lambda article: article["attributes"]["langs"],
    )
    lists = Lists(
        {
            "/v1/articles/a/versions/en%2Fus": [rows("1")],
            "/v1/articles/a/versions/de": [rows("2")],
        }
    )
    given = [Page([parent("a", langs=["en/us", "de"]), parent("b", langs=[])])]

    found = read_rows_of(lists, given, source)

    assert [(row["id"], row[PARENT]["id"]) for row in found] == [("1", "a"), ("2", "a")]


def test_parents_are_done_only_after_the_last_of_their_requests() -> None:
    source = PerParent(CONVERSATIONS, "/v1/x/{id}/{part}", parts=lambda _: ("1", "2"))
    lists = Lists({f"/v1/x/{key}/{part}": [rows(key + part)] for key in "ab" for part in "12"})
    given = [Page([parent("a", NOW), parent("b", NOW + 1)], NOW + 9)]

    found = [page.reached for page in pages_of(lists, given, source)]

    assert [reached for reached in found if reached is not None] == [NOW, NOW + 9]


def test_a_parameter_may_name_the_parent() -> None:
    source = PerParent(PagedList("/v1/klasses"), "/v1/snoozes", params={"klassId": "{id}"})
    lists = Lists({"/v1/snoozes": [rows("1")]})

    read_rows_of(lists, parents("k"), source)

    assert [request.params["klassId"] for request in lists.sent] == ["k"]


@pytest.mark.parametrize("id_", [None, "", [], {"a": 1}, 1.5])
def test_a_parent_without_an_id_that_a_path_can_hold_is_not_asked_about(id_: Any) -> None:
    lists = events({})

    assert read_rows_of(lists, [Page([{**parent("a"), "id": id_}])]) == []
    assert not lists.sent


def test_a_number_is_an_id_too() -> None:
    through: Resource = {"id": 8, "attributes": {}, PARENT: {"id": 9, "updatedAt": None}}
    source = PerParent(EVENTS, "/v1/conversations/{parent_id}/events/{id}/files")
    lists = Lists({"/v1/conversations/9/events/8/files": [rows("1")]})

    assert ids(read_rows_of(lists, [Page([through])], source)) == ["1"]
