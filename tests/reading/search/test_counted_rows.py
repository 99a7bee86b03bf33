"""Rows that are counted but do not come are asked for again, and reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.fake_session import FakeSession, search_of
from support.readers import NOW
from support.search_model import IndexModel, resource
from support.searches import WORK_ITEMS, pages_of, read_ids, rows, without_times
from tap_kustomer.client.errors import WrongResponseError
from tap_kustomer.reading.pages import IncompleteError, Shortfall, Unproven, Window
from tap_kustomer.times import DAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_kustomer.reading.pages import Page


@pytest.mark.parametrize(
    "fault",
    [
        {"meta": {"timed_out": True, "page": 1, "total": 300}},
        {"meta": {"page": 2, "total": 300}},
        {"data": []},
        {"data": None},
        {"data": [{"id": "row1"}]},
        {"data": [{"id": "row1", "attributes": {"updatedAt": "soon"}}]},
        {"data": [resource("stray", NOW - 200 * DAY, 0)] * 50},
    ],
)
def test_a_response_that_cannot_be_true_is_asked_for_again(fault: dict[str, Any]) -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 300), page_size=50)
    session = FakeSession(search_of(index))

    def spoil(document: dict[str, Any]) -> None:
        if len(session.sent) in {1, 4, 5}:
            document.update(fault)

    session.spoil = spoil

    assert sorted(read_ids(session, Window(NOW - 100 * DAY, NOW))) == sorted(index.rows)


def test_a_search_that_timed_out_is_asked_again_though_its_count_is_consistent() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 300), page_size=50)
    session = FakeSession(search_of(index))

    def spoil(document: dict[str, Any]) -> None:
        if len(session.sent) in {1, 4}:
            del document["data"][20:]
            document["meta"].update(timed_out=True, total=20)

    session.spoil = spoil

    assert sorted(read_ids(session, Window(NOW - 100 * DAY, NOW))) == sorted(index.rows)


def test_a_response_that_stays_wrong_is_an_error() -> None:
    session = FakeSession(
        search_of(IndexModel(rows(NOW - DAY, NOW, 9))),
        spoil=lambda document: document["meta"].update(timed_out=True),
    )

    with pytest.raises(WrongResponseError, match="timed out"):
        read_ids(session, Window(NOW - DAY, NOW))


def hiding(*ids: str) -> Callable[[dict[str, Any]], None]:
    def spoil(document: dict[str, Any]) -> None:
        document["data"] = [row for row in document["data"] if row["id"] not in ids]

    return spoil


HIDDEN = pytest.mark.parametrize(
    "hidden",
    [("row89",), ("row88", "row89"), tuple(f"row{n}" for n in range(90))],
    ids=["the last row", "the last two rows", "all rows"],
)


@HIDDEN
@pytest.mark.parametrize("parallel", [1, 4])
def test_with_strict_counts_no_bookmark_passes_a_row_that_never_comes(
    hidden: tuple[str, ...], parallel: int
) -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW - DAY, 90), page_size=50)
    session = FakeSession(search_of(index), spoil=hiding(*hidden))
    window = Window(NOW - 100 * DAY, NOW)
    given: list[Page] = []

    with pytest.raises(IncompleteError, match="of 90 rows"):
        given.extend(pages_of(session, window, parallel=parallel, strict=True))

    assert all((page.reached or 0) <= index.rows[hidden[0]][0] for page in given)


def test_with_strict_counts_the_search_ends_with_the_slice_that_lacks_a_row() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW - DAY, 1_000))
    session = FakeSession(search_of(index), spoil=hiding("row300"))
    given: list[Page] = []

    with pytest.raises(IncompleteError) as caught:
        given.extend(pages_of(session, Window(NOW - 100 * DAY, NOW), strict=True))

    assert 0 < (caught.value.missing_from or 0) <= index.rows["row300"][0]
    assert 300 < sum(1 for page in given for _ in page.resources) < 900


@HIDDEN
def test_rows_that_the_search_hides_are_reported_and_the_others_come(
    hidden: tuple[str, ...],
) -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW - DAY, 90), page_size=50)
    session = FakeSession(search_of(index), spoil=hiding(*hidden))
    window = Window(NOW - 100 * DAY, NOW)
    reported: list[Shortfall | Unproven] = []

    pages = list(pages_of(session, window, report=reported.append))

    assert sum(1 for page in pages for _ in page.resources) == 90 - len(hidden)
    (shortfall,) = reported
    assert isinstance(shortfall, Shortfall)
    assert shortfall.expected - shortfall.delivered == len(hidden)


def hide_one_row(document: dict[str, Any]) -> None:
    """Hide a row that is counted, though the page still looks full."""
    if len(document["data"]) == 50:
        document["data"] = [row for row in document["data"] if row["id"] != "row7"] + [
            resource("late", NOW + DAY, 0)
        ]


def test_rows_that_are_counted_but_never_come_are_reported(
    caplog: pytest.LogCaptureFixture,
) -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 90), page_size=50)
    session = FakeSession(search_of(index), spoil=hide_one_row)

    assert len(read_ids(session, Window(NOW - 100 * DAY, NOW))) == 89
    assert "of 90 rows with conversation_updated_at from" in caplog.text


def test_a_shortfall_is_reported_with_both_counts() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 90), page_size=50)
    session = FakeSession(search_of(index), spoil=hide_one_row)
    window = Window(NOW - 100 * DAY, NOW)
    reported: list[Shortfall | Unproven] = []

    list(pages_of(session, window, report=reported.append))

    assert reported == [Shortfall(window, expected=90, delivered=89)]


def test_a_window_whose_rows_no_count_proves_is_reported() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 40), page_size=50)
    session = FakeSession(search_of(index), spoil=lambda document: document.update(meta={}))
    window = Window(NOW - 100 * DAY, NOW)
    reported: list[Shortfall | Unproven] = []

    list(pages_of(session, window, report=reported.append))

    assert reported == [Unproven(window)]


def test_rows_that_show_no_time_are_proven_by_the_counts_of_their_parts() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 700), page_size=50)
    reported: list[Shortfall | Unproven] = []
    window = Window(NOW - 100 * DAY, NOW)
    session = FakeSession(search_of(index), spoil=without_times, refused=("work_item_updated_at",))

    list(pages_of(session, window, WORK_ITEMS, report=reported.append))
    assert reported == []

    def without_count(document: dict[str, Any]) -> None:
        without_times(document)
        document.update(meta={}) if len(document["data"]) < 50 else None

    session.spoil = without_count
    list(pages_of(session, window, WORK_ITEMS, report=reported.append))
    assert {type(one) for one in reported} == {Unproven}


def test_with_strict_counts_a_shortfall_is_an_error() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 90), page_size=50)
    session = FakeSession(search_of(index), spoil=hide_one_row)

    with pytest.raises(IncompleteError, match="of 90 rows with conversation_updated_at from"):
        read_ids(session, Window(NOW - 100 * DAY, NOW), strict=True)
