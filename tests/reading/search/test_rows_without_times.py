"""Rows that show no time, or only that of their creation, all arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.fake_session import FakeSession, search_of
from support.readers import NOW
from support.search_model import IndexModel, resource
from support.searches import CONVERSATION_TIMES, WORK_ITEMS, pages_of, read_ids, rows, without_times
from tap_kustomer.reading.pages import IncompleteError, Window
from tap_kustomer.times import DAY

if TYPE_CHECKING:
    from tap_kustomer.reading.pages import Page


def test_conversation_times_are_read_by_the_time_of_their_creation() -> None:
    step = 100 * DAY // 300
    index = IndexModel(
        {f"row{n}": (NOW - n * step, NOW - n * step) for n in range(300)}, page_size=50
    )
    session = FakeSession(search_of(index))

    pages = list(pages_of(session, Window(NOW - 100 * DAY, NOW), CONVERSATION_TIMES))

    resources = [resource for page in pages for resource in page.resources]
    created = [resource["attributes"]["createdAt"] for resource in resources]
    assert created == sorted(created)
    assert {resource["id"] for resource in resources} == set(index.rows)
    assert {name for request in session.sent for name in sort_keys(request.json)} == {
        "conversation_time_created_at"
    }


def test_rows_created_at_one_time_are_not_split_by_that_time() -> None:
    index = IndexModel({f"row{n}": (NOW, NOW) for n in range(120)}, page_size=50, row_cap=100)

    session = FakeSession(search_of(index))

    with pytest.raises(IncompleteError, match="100 of 120 rows"):
        list(pages_of(session, Window(NOW - DAY, NOW), CONVERSATION_TIMES))
    assert {len(request.json["and"]) for request in session.sent if request.json} == {2}


def sort_keys(body: Any) -> list[str]:
    return [name for order in body["sort"] for name in order]


def read_work_items(index: IndexModel) -> list[Page]:
    session = FakeSession(search_of(index), spoil=without_times, refused=("work_item_updated_at",))
    return list(pages_of(session, Window(NOW - 100 * DAY, NOW), WORK_ITEMS))


def test_rows_that_show_no_time_all_arrive() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 700), page_size=50)

    pages = read_work_items(index)

    ids = [resource["id"] for page in pages for resource in page.resources]
    assert sorted(ids) == sorted(index.rows)


def test_rows_that_show_no_time_reach_whole_parts_of_the_window() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 700), page_size=50)
    given: set[str] = set()

    for page in read_work_items(index):
        given |= {resource["id"] for resource in page.resources}
        assert page.reached is not None
        assert {row_id for row_id, (at, _) in index.rows.items() if at <= page.reached} <= given


def test_a_tie_of_rows_that_show_no_time_arrives_whole() -> None:
    index = IndexModel(rows(NOW - 50 * DAY, NOW - 50 * DAY, 170), page_size=50)

    pages = read_work_items(index)

    ids = {resource["id"] for page in pages for resource in page.resources}
    assert ids == set(index.rows)


def test_a_server_that_does_not_sort_is_read_in_parts_that_fit_on_a_page() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 700), page_size=50)

    def mix(document: dict[str, Any]) -> None:
        document["data"].reverse()

    session = FakeSession(search_of(index), spoil=mix)

    assert sorted(read_ids(session, Window(NOW - 100 * DAY, NOW))) == sorted(index.rows)


def test_a_search_that_refuses_to_sort_is_read_whole() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 500), page_size=50)
    session = FakeSession(search_of(index), refuses_sort=True)

    assert sorted(read_ids(session, Window(NOW - 100 * DAY, NOW))) == sorted(index.rows)
    assert not any(request.method == "GET" for request in session.sent)


def hide_one_of_many(document: dict[str, Any]) -> None:
    """Hide rows that are counted, though the page still looks full."""
    data = document["data"]
    if len(data) == 50:
        late = resource("late", NOW + DAY, 0)
        document["data"] = [late if row["id"] in {"row133", "row933"} else row for row in data]
        document["data"].sort(key=lambda row: row["attributes"]["updatedAt"])


def test_a_second_pass_over_a_window_repeats_no_rows() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW - DAY, 2_000), page_size=50)
    session = FakeSession(search_of(index), spoil=hide_one_of_many, latency=10.0)

    pages = pages_of(session, Window(NOW - 100 * DAY, NOW))
    ids = [row["id"] for page in pages for row in page.resources]

    assert len(ids) == len(set(ids)) == 1_998


def test_a_tie_arrives_whole_if_the_search_refuses_to_sort() -> None:
    tie = {f"tie{n}": (NOW - DAY, NOW - DAY - n) for n in range(120)}
    index = IndexModel({**rows(NOW - 100 * DAY, NOW, 100), **tie}, page_size=50)
    session = FakeSession(search_of(index), refuses_sort=True)

    assert sorted(read_ids(session, Window(NOW - 100 * DAY, NOW))) == sorted(index.rows)


def test_many_rows_without_a_time_are_read_in_few_requests() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 120), page_size=50, shows_time=False)

    def check(model: IndexModel) -> None:
        assert len(model.queries) < 100, "it does not come to an end"

    def spoil(document: dict[str, Any]) -> None:
        for row in document["data"]:
            row["attributes"] = {}

    index.before_answer = check
    pages = pages_of(FakeSession(search_of(index), spoil=spoil), Window(NOW - 100 * DAY, NOW))

    assert {row["id"] for page in pages for row in page.resources} == index.rows.keys()
