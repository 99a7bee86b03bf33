"""Pages of rows per parent show up to when all was read, and missing rows are an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.lists_of_parents import (
    CONVERSATIONS,
    EVENTS,
    Lists,
    events,
    ids,
    pages_of,
    parent,
    parents,
    read_rows_of,
    rows,
)
from support.readers import NOW
from tap_kustomer import times
from tap_kustomer.client.errors import (
    AccessError,
    PagingError,
)
from tap_kustomer.reading.pages import IncompleteError, Page
from tap_kustomer.reading.sources import PerParent, Search

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_parents_found_by_search_show_up_to_when_their_rows_are_read() -> None:
    lists = events({"a": [rows("1")], "b": [rows("2")], "c": [rows("3")]})
    given = [
        Page([parent("a", NOW), parent("b", NOW + 5)], reached=NOW + 7),
        Page([parent("c", NOW + 9)], reached=NOW + 9),
    ]

    found = [(ids(page.resources), page.reached) for page in pages_of(lists, given)]

    assert found == [(["1"], NOW), (["2"], NOW + 7), (["3"], NOW + 9)]


def test_rows_reach_no_later_time_than_the_page_of_their_parents() -> None:
    lists = events({"a": [rows("1")], "b": [rows("2")]})
    given = [Page([parent("a", NOW + 8), parent("b", NOW + 9)], reached=NOW)]

    assert [page.reached for page in pages_of(lists, given)] == [NOW, NOW]


@pytest.mark.parametrize("updated_at", [None, "soon", 7])
def test_after_a_parent_without_a_time_only_the_end_of_its_page_is_reached(updated_at: Any) -> None:
    lists = events({"a": [rows("1")], "b": [rows("2")]})
    given = [Page([parent("a", updatedAt=updated_at), parent("b")], reached=NOW)]

    assert [page.reached for page in pages_of(lists, given)] == [None, NOW]


def test_parents_of_a_list_reach_no_time() -> None:
    lists = events({"a": [rows("1")], "b": [rows("2")]})
    given = [Page([parent("a", NOW), parent("b", NOW)])]

    assert [page.reached for page in pages_of(lists, given)] == [None, None]


def test_parents_without_rows_advance_the_time_that_is_reached() -> None:
    source = PerParent(
        CONVERSATIONS,
        EVENTS.path,
        path_id=lambda conversation: conversation["attributes"].get("key"),
    )
    asked = Page([parent("a", NOW, key="a"), parent("b", NOW + 1), parent("c")], reached=NOW + 2)
    given = [Page([], reached=NOW - 1), asked, Page([parent("d", NOW + 3)])]

    found = [
        (ids(page.resources), page.reached)
        for page in pages_of(events({"a": [rows("1")]}), given, source)
    ]

    assert found == [([], NOW - 1), (["1"], NOW + 2)]


def test_two_levels_down_only_the_end_of_a_page_of_parents_is_reached() -> None:
    sessions = PerParent(Search("customer"), "/v1/customers/{id}/sessions")
    visits = PerParent(sessions, "/v1/sessions/{id}/events")
    later = rows("s1", "s2")
    for row in later["data"]:
        row["attributes"] = {"updatedAt": times.to_text(NOW - 100)}
    lists = Lists(
        {
            "/v1/customers/a/sessions": [later],
            "/v1/sessions/s1/events": [rows("1")],
            "/v1/sessions/s2/events": [rows("2")],
        }
    )
    customers = [Page([parent("a", NOW)], reached=NOW)]

    found = pages_of(lists, pages_of(lists, customers, sessions), visits)

    assert [(ids(page.resources), page.reached) for page in found] == [(["1"], None), (["2"], NOW)]


def test_no_time_is_reached_before_a_parent_has_shown_that_the_endpoint_exists() -> None:
    given = [Page([parent(key, NOW + n) for n, key in enumerate("abcd")], reached=NOW + 9)]

    found = [page.reached for page in pages_of(events({"c": [rows("1")]}), given)]

    assert found == [None, None, NOW + 2, NOW + 9]


def test_a_list_that_lacks_rows_is_an_error_after_the_rows_of_all_others() -> None:
    lists = events(
        {"a": [rows("1")], "b": [rows("2", total=3)], "c": [rows("3", total=9)], "d": [rows("4")]}
    )
    given = [Page([parent(key, NOW + n) for n, key in enumerate("abcd")], reached=NOW + 9)]
    found: list[tuple[list[Any], int | None]] = []

    with pytest.raises(IncompleteError, match=r"events: .*/b/events gave 1 of 3 rows") as caught:
        found.extend((ids(page.resources), page.reached) for page in pages_of(lists, given))

    assert found == [(["1"], NOW), (["2"], None), (["3"], None), (["4"], None)]
    assert caught.value.missing_from == NOW


def test_rows_are_missing_from_the_latest_time_that_was_reached() -> None:
    lists = events({"a": [rows("1")], "b": [rows("2")], "c": [rows("3", total=9)]})
    given = [Page([parent("a", NOW), parent("b"), parent("c", NOW + 9)], reached=NOW + 9)]

    with pytest.raises(IncompleteError) as caught:
        list(pages_of(lists, given))

    assert caught.value.missing_from == NOW


def test_if_parents_did_not_come_the_rows_of_the_others_are_yielded_first() -> None:
    lists = events({f"c{n}": [rows(f"c{n}-a")] for n in range(8)})

    def given() -> Iterator[Page]:
        yield from parents(*(f"c{n}" for n in range(8)))
        raise IncompleteError("conversations: 8 of 9 rows")

    found: list[Page] = []
    with pytest.raises(IncompleteError, match="8 of 9"):
        found.extend(pages_of(lists, given()))

    assert ids(row for page in found for row in page.resources) == [f"c{n}-a" for n in range(8)]


def test_a_refusal_is_raised_after_the_rows_of_the_parents_before_it() -> None:
    lists = events({"a": [rows("1")], "b": AccessError("no role"), "c": [rows("3")]})
    pages = pages_of(lists, parents("a", "b", "c"))

    assert ids(next(pages).resources) == ["1"]
    with pytest.raises(AccessError, match="no role"):
        next(pages)


def test_pages_that_lead_in_a_circle_are_an_error() -> None:
    lists = events({"a": [rows("1", next_page=2), rows("2", next_page=2)]})

    with pytest.raises(PagingError, match="circle"):
        read_rows_of(lists, parents("a"))
