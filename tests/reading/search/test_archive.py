"""Rows that were not updated for two years come from the archive."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from support.fake_session import FakeSession
from support.readers import NOW
from support.search_model import IndexModel, Rows
from support.searches import CONVERSATIONS, EDGE, pages_of, read_ids, rows
from tap_kustomer.client.errors import AccessError, RefusedError
from tap_kustomer.reading.pages import IncompleteError, Window
from tap_kustomer.reading.search.query import ARCHIVE_PATH, PATH
from tap_kustomer.reading.sources import Criterion, Search
from tap_kustomer.times import DAY

if TYPE_CHECKING:
    from tap_kustomer.reading.pages import Page

ORDERS = Search(
    "kobject_order",
    criteria=(Criterion("kobject_updated_at"), Criterion("kobject_order_updated_at")),
)


def test_the_archive_is_not_asked_for_a_recent_window() -> None:
    session = FakeSession({PATH: IndexModel({}), ARCHIVE_PATH: IndexModel({})})

    read_ids(session, Window(EDGE, NOW))

    assert [request.path for request in session.sent] == [PATH]


def test_rows_that_were_not_updated_for_two_years_come_from_the_archive() -> None:
    old = rows(EDGE - 300 * DAY, EDGE - 1, 120, "old")
    recent = rows(EDGE, NOW, 170, "new")
    session = FakeSession({PATH: IndexModel(recent), ARCHIVE_PATH: IndexModel(old)})

    assert sorted(read_ids(session, Window(0, NOW))) == sorted(old | recent)


@pytest.mark.parametrize("shift", [-2 * DAY, -1, 0, 1, 2 * DAY])
def test_the_edge_of_the_archive_may_be_some_days_off(shift: int) -> None:
    all_rows = rows(EDGE - 30 * DAY, EDGE + 30 * DAY, 600)
    edge = EDGE + shift
    session = FakeSession(
        {
            PATH: IndexModel({i: t for i, t in all_rows.items() if t[0] >= edge}),
            ARCHIVE_PATH: IndexModel({i: t for i, t in all_rows.items() if t[0] < edge}),
        }
    )

    assert sorted(read_ids(session, Window(0, NOW))) == sorted(all_rows)


def test_rows_of_both_the_search_and_the_archive_come_once() -> None:
    all_rows = rows(EDGE - 30 * DAY, EDGE + 30 * DAY, 600)
    session = FakeSession({PATH: IndexModel(all_rows), ARCHIVE_PATH: IndexModel(all_rows)})

    ids = read_ids(session, Window(0, NOW))

    assert sorted(ids) == sorted(all_rows)


def test_a_row_that_was_updated_after_it_was_archived_comes_again_as_it_is_now() -> None:
    archived: Rows = {"row": (EDGE - 30 * DAY, EDGE - 90 * DAY)}
    searched: Rows = {"row": (EDGE + 30 * DAY, EDGE - 90 * DAY)}
    session = FakeSession({PATH: IndexModel(searched), ARCHIVE_PATH: IndexModel(archived)})

    assert read_ids(session, Window(0, NOW)) == ["row", "row"]


def test_notes_have_no_archive_and_the_log_says_so(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    session = FakeSession({PATH: IndexModel(rows(EDGE, NOW, 10))})

    assert len(read_ids(session, Window(0, NOW), Search("note", archived=False))) == 10
    assert "no archive" in caplog.text


def test_without_the_archive_no_page_moves_the_bookmark_and_the_extraction_is_incomplete() -> None:
    session = FakeSession({PATH: IndexModel(rows(EDGE, NOW, 10))})
    pages = pages_of(session, Window(0, NOW))
    given: list[Page] = []

    with pytest.raises(IncompleteError, match=r"archive can't be read: POST .*: HTTP 404"):
        given.extend(pages)

    assert sum(len(list(page.resources)) for page in given) == 10
    assert {page.reached for page in given} == {None}


@pytest.mark.parametrize("source", [CONVERSATIONS, ORDERS], ids=["one criterion", "two"])
def test_an_archive_that_refuses_every_criterion_is_like_a_missing_one(source: Search) -> None:
    session = FakeSession(
        {PATH: IndexModel(rows(EDGE, NOW, 10))},
        documents={ARCHIVE_PATH: RefusedError("POST archive: HTTP 400")},
    )
    pages = pages_of(session, Window(0, NOW), source)
    given: list[Page] = []

    with pytest.raises(IncompleteError, match=r"archive can't be read: POST archive: HTTP 400"):
        given.extend(pages)

    assert sum(len(list(page.resources)) for page in given) == 10
    assert {page.reached for page in given} == {None}
    # Each criterion is tried once, with a sort and without one.
    asked = sum(request.path == ARCHIVE_PATH for request in session.sent)
    assert asked == 2 * len(source.effective_criteria)


def test_the_archive_is_not_asked_by_another_time_than_the_search() -> None:
    by_creation = Criterion("kobject_order_created_at", "createdAt")
    source = Search("kobject_order", criteria=(Criterion("kobject_updated_at"), by_creation))
    session = FakeSession(
        {PATH: IndexModel(rows(EDGE, NOW, 10)), ARCHIVE_PATH: IndexModel({})},
        refused=("kobject_updated_at",),
        refusing=ARCHIVE_PATH,
    )

    with pytest.raises(IncompleteError, match="archive can't be read"):
        list(pages_of(session, Window(0, NOW), source))


def test_the_archive_may_accept_another_criterion_than_the_search() -> None:
    session = FakeSession(
        {
            PATH: IndexModel(rows(EDGE, NOW, 10, "new")),
            ARCHIVE_PATH: IndexModel(rows(0, EDGE - DAY, 10, "old")),
        },
        refused=("kobject_updated_at",),
        refusing=ARCHIVE_PATH,
    )

    assert len(read_ids(session, Window(0, NOW), ORDERS)) == 20


def test_if_the_search_refuses_a_criterion_the_archive_is_asked_by_the_next_one_too() -> None:
    session = FakeSession(
        {
            PATH: IndexModel(rows(EDGE, NOW, 10, "new")),
            ARCHIVE_PATH: IndexModel(rows(0, EDGE - DAY, 10, "old")),
        },
        refused=("kobject_updated_at",),
    )

    assert len(read_ids(session, Window(0, NOW), ORDERS)) == 20


def test_without_access_to_the_archive_the_rows_of_the_search_come_and_no_bookmark_moves() -> None:
    session = FakeSession({PATH: IndexModel(rows(EDGE, NOW, 10))}, forbidden=ARCHIVE_PATH)
    pages = pages_of(session, Window(0, NOW))
    given: list[Page] = []

    with pytest.raises(IncompleteError, match=r"archive can't be read: POST .*: HTTP 403"):
        given.extend(pages)

    assert sum(len(list(page.resources)) for page in given) == 10
    assert {page.reached for page in given} == {None}


def test_a_credential_that_may_search_neither_lacks_access() -> None:
    session = FakeSession(
        {}, documents=dict.fromkeys((PATH, ARCHIVE_PATH), AccessError("HTTP 403"))
    )

    with pytest.raises(AccessError):
        next(pages_of(session, Window(0, NOW)))


def test_while_the_archive_is_read_nothing_else_is_read_ahead() -> None:
    old = IndexModel(rows(EDGE - 300 * DAY, EDGE - DAY, 2_000, "old"))
    new = IndexModel(rows(EDGE, NOW, 2_000, "new"))
    session = FakeSession({PATH: new, ARCHIVE_PATH: old})
    pages = pages_of(session, Window(0, NOW))

    for _ in range(3):
        next(pages)

    assert len(old.queries) > 20
    assert len(new.queries) == 1
    list(pages)
    assert len({query.window.end for query in new.queries}) > 1, (
        "it is read ahead after the archive"
    )


def test_after_the_archive_nothing_is_read_ahead_before_the_consumer_takes_rows() -> None:
    old = IndexModel(rows(EDGE - 30 * DAY, EDGE - DAY, 10, "old"))
    new = IndexModel(rows(EDGE, NOW, 2_000, "new"))
    session = FakeSession({PATH: new, ARCHIVE_PATH: old})

    pages = pages_of(session, Window(0, NOW), is_consumed=lambda: False)

    assert sum(len(list(page.resources)) for page in pages) == 2_010
    assert {query.window.end for query in new.queries} == {NOW}
