"""Lists are read instead of a search that refuses, and beside one that does not find all."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest

from support.fake_session import FakeSession, search_of
from support.json_values import deep
from support.readers import NOW
from support.search_model import IndexModel, resource
from support.searches import EDGE, WORK_ITEMS, pages_of, read_ids, rows
from tap_kustomer import times
from tap_kustomer.client.errors import AccessError, MissingError, RefusedError
from tap_kustomer.reading.pages import IncompleteError, Window
from tap_kustomer.reading.sources import Criterion, PagedList, PerParent, Search
from tap_kustomer.times import DAY


def test_if_the_criterion_is_refused_the_whole_list_is_read(
    caplog: pytest.LogCaptureFixture,
) -> None:
    listed = [resource(f"row{n}", NOW - n * DAY, 0) for n in range(9)]
    session = FakeSession(
        search_of(IndexModel({})),
        lists={"/v1/conversations": [listed[:5], listed[5:]]},
        refused=("conversation_updated_at",),
    )

    ids = read_ids(session, Window(0, NOW - DAY))

    assert ids == ["row8", "row7", "row6", "row5", "row4", "row3", "row2", "row1"]
    assert "/v1/conversations is read instead" in caplog.text


def test_a_list_yields_rows_from_before_the_window_too_back_to_the_earliest_wanted() -> None:
    listed = [resource(f"row{n}", NOW - n * DAY, 0) for n in range(9)]
    timeless = {"type": "conversation", "id": "timeless", "attributes": {"updatedAt": None}}
    session = FakeSession(
        search_of(IndexModel({})),
        lists={"/v1/conversations": [[*listed, timeless]]},
        refused=("conversation_updated_at",),
    )
    window = Window(NOW - 3 * DAY, NOW - DAY)

    pages = list(pages_of(session, window, earliest=NOW - 5 * DAY))

    ids = [row["id"] for page in pages for row in page.resources]
    assert sorted(ids) == ["row1", "row2", "row3", "row4", "row5", "timeless"]


@pytest.mark.parametrize("levels", range(900, 990))
def test_rows_nested_as_deeply_as_a_parser_can_follow_are_read_from_a_list(levels: int) -> None:
    row = {"type": "conversation", "id": "a", "attributes": {"deep": deep("x", levels)}}
    session = FakeSession(
        search_of(IndexModel({})),
        lists={"/v1/conversations": [[row]]},
        refused=("conversation_updated_at",),
    )

    (page,) = pages_of(session, Window(NOW - DAY, NOW))

    assert [found["id"] for found in page.resources] == ["a"]


def test_the_rows_of_a_list_come_in_pages_of_a_bounded_size() -> None:
    listed = [resource(f"row{n}", NOW - n, 0) for n in range(1_234)]
    session = FakeSession(
        search_of(IndexModel({})),
        lists={"/v1/conversations": [listed]},
        refused=("conversation_updated_at",),
    )

    pages = list(pages_of(session, Window(NOW - DAY, NOW)))

    assert [len(list(page.resources)) for page in pages] == [500, 500, 234]
    assert [page.reached for page in pages] == [NOW - 734, NOW - 234, NOW]


def test_a_refused_criterion_is_an_error_if_there_is_no_list() -> None:
    session = FakeSession(search_of(IndexModel({})), refused=("kobject_updated_at",))

    with pytest.raises(RefusedError):
        read_ids(session, Window(EDGE, NOW), Search("kobject"))


def test_if_one_criterion_is_refused_the_next_one_is_used(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 60))
    session = FakeSession(search_of(index), refused=("note_updated_at",))
    source = Search(
        "note",
        criteria=(Criterion("note_updated_at"), Criterion("note_modified_at")),
        archived=False,
    )

    assert sorted(read_ids(session, Window(NOW - 100 * DAY, NOW), source)) == sorted(index.rows)
    assert [record.message for record in caplog.records if "note_modified_at" in record.message]


def test_the_list_is_read_only_if_all_criteria_are_refused() -> None:
    session = FakeSession(
        search_of(IndexModel({})),
        lists={"/v1/work-items": [[resource("listed", NOW, 0)]]},
        refused=("work_item_updated_at", "work_item_handle_completed_at"),
    )
    source = Search(
        "work_item", WORK_ITEMS.criteria, archived=False, fallback=PagedList("/v1/work-items")
    )

    assert read_ids(session, Window(EDGE, NOW), source) == ["listed"]


@pytest.mark.parametrize(
    ("criterion", "attribute"),
    [(Criterion("by_creation", "createdAt"), "createdAt"), (Criterion("by", None), "updatedAt")],
    ids=["another time", "a time that rows do not show"],
)
def test_the_window_bounds_the_rows_of_a_list_by_the_time_of_the_search(
    criterion: Criterion, attribute: str
) -> None:
    listed = [
        {"id": row_id, "attributes": {attribute: times.to_text(time)}}
        for row_id, time in (("later", NOW + 1), ("inside", NOW))
    ]
    session = FakeSession(
        search_of(IndexModel({})), lists={"/v1/logs": [listed]}, refused=(criterion.name,)
    )
    source = Search("log", (criterion,), archived=False, fallback=PagedList("/v1/logs"))

    pages = pages_of(session, Window(EDGE, NOW), source)

    assert [row["id"] for page in pages for row in page.resources] == ["inside"]


HANDLED = replace(
    WORK_ITEMS,
    criteria=(
        Criterion("work_item_updated_at"),
        Criterion("work_item_handle_completed_at", None, requires=("handle", "completedAt")),
    ),
    fallback=PagedList("/v1/work-items"),
)


def work_item(row_id: str, updated: int, handle: dict[str, Any] | None) -> dict[str, Any]:
    row = resource(row_id, updated, None)
    return {**row, "attributes": {**row["attributes"], "handle": handle}}


def handled_items(**more: Any) -> FakeSession:
    """The search finds only what is completed; the list has open work items, too."""
    listed = [
        work_item("open", NOW - 1, {}),
        work_item("handled", NOW - DAY, {"completedAt": times.to_text(NOW - DAY)}),
        work_item("queued", NOW - 300 * DAY, None),
        work_item("too new", NOW + 1, {}),
    ]
    given = {
        "lists": {"/v1/work-items": [listed]},
        "refused": ("work_item_updated_at",),
        **more,
    }
    return FakeSession(search_of(IndexModel({"handled": (NOW - DAY, NOW - DAY)})), **given)


def test_what_a_criterion_does_not_find_comes_from_the_list_after_the_search() -> None:
    pages = list(pages_of(handled_items(), Window(NOW - 2 * DAY, NOW), HANDLED))

    ids = [[row["id"] for row in page.resources] for page in pages]
    assert [row for page in ids for row in page] == ["handled", "queued", "open"]
    # Only the rows of the search move the bookmark.
    assert [page.reached is None for page in pages] == ["handled" not in page for page in ids]


def test_the_list_is_read_though_the_search_finds_no_rows() -> None:
    pages = pages_of(handled_items(), Window(NOW - 2, NOW), HANDLED)

    assert [row["id"] for page in pages for row in page.resources] == ["queued", "open"]


def test_no_list_is_read_where_the_search_finds_all_rows() -> None:
    session = handled_items(refused=())

    assert read_ids(session, Window(NOW - 2 * DAY, NOW), HANDLED) == ["handled"]
    assert "/v1/work-items" not in {request.path for request in session.sent}


def test_where_there_is_no_list_the_rows_are_those_of_the_search() -> None:
    source = replace(HANDLED, fallback=None)

    assert read_ids(handled_items(), Window(NOW - 2 * DAY, NOW), source) == ["handled"]


@pytest.mark.parametrize(
    "error", [AccessError("no role"), MissingError("no list"), RefusedError("not so")], ids=str
)
def test_without_the_list_the_rows_are_those_of_the_search_and_the_log_says_what_is_missing(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    session = handled_items(documents={"/v1/work-items": error})

    assert read_ids(session, Window(NOW - 2 * DAY, NOW), HANDLED) == ["handled"]
    (warning,) = (one.message for one in caplog.records if one.levelno == logging.WARNING)
    assert "those that are still open are missing" in warning
    assert str(error) in warning


KLASS_LISTS = Search(
    "kobject",
    archived=False,
    fallback=PerParent(
        PagedList("/v1/klasses"),
        "/v1/klasses/{id}",
        path_id=lambda klass: klass["attributes"]["name"],
    ),
)


def klass(name: str) -> dict[str, Any]:
    return {"type": "klass", "id": f"id of {name}", "attributes": {"name": name}}


def klass_lists(**more: Any) -> FakeSession:
    """Three klasses; the search refuses their objects, and one klass has no list."""
    return FakeSession(
        search_of(IndexModel({})),
        lists={
            "/v1/klasses": [[klass("order"), klass("gone")], [klass("a b")]],
            "/v1/klasses/order": [
                [resource("newer", NOW - 1, 0)],
                [resource("too new", NOW + 1, 0)],
            ],
            "/v1/klasses/a%20b": [[resource("older", NOW - DAY, 0)]],
        },
        refused=("kobject_updated_at",),
        **more,
    )


def test_where_the_search_refuses_all_objects_the_list_of_each_klass_is_read() -> None:
    assert read_ids(klass_lists(), Window(NOW - 2 * DAY, NOW), KLASS_LISTS) == ["older", "newer"]


def test_rows_from_before_the_window_come_with_those_of_the_lists() -> None:
    assert read_ids(klass_lists(), Window(NOW - 2, NOW), KLASS_LISTS) == ["older", "newer"]


def test_rows_of_the_lists_are_as_the_search_has_them() -> None:
    pages = pages_of(klass_lists(), Window(NOW - 2 * DAY, NOW), KLASS_LISTS)

    assert [row for page in pages for row in page.resources] == [
        resource("older", NOW - DAY, 0),
        resource("newer", NOW - 1, 0),
    ]


def test_no_page_of_the_lists_reaches_beyond_its_rows() -> None:
    pages = pages_of(klass_lists(), Window(NOW - 2 * DAY, NOW), KLASS_LISTS)

    assert [page.reached for page in pages] == [NOW - 1]


def test_a_refusal_after_the_first_rows_is_an_error() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 500))
    session = FakeSession(search_of(index))
    pages = pages_of(session, Window(NOW - 100 * DAY, NOW), parallel=1)
    next(pages)
    session.refused = ("conversation_updated_at",)

    with pytest.raises(RefusedError):
        list(pages)


def test_the_rows_of_a_list_are_yielded_though_it_counts_more() -> None:
    listed = {"id": "listed", "attributes": {"updatedAt": times.to_text(NOW - DAY)}}
    session = FakeSession(
        lists={"/v1/conversations": [[listed]]},
        refused=("conversation_updated_at",),
        indexes=search_of(IndexModel({})),
        spoil=lambda document: document["meta"].update(total=2),
    )
    pages = pages_of(session, Window(EDGE, NOW))

    assert [row["id"] for row in next(pages).resources] == ["listed"]
    with pytest.raises(IncompleteError) as raised:
        list(pages)
    assert raised.value.missing_from == EDGE
