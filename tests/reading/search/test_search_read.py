"""A window is read by search, oldest first, and page by page."""

from __future__ import annotations

from typing import Any

import pytest

from support.fake_session import FakeSession, search_of
from support.readers import NOW
from support.search_model import IndexModel
from support.searches import pages_of, read_ids, rows
from tap_kustomer.reading.pages import Window
from tap_kustomer.reading.search.query import Row
from tap_kustomer.times import DAY


def test_a_window_is_read_by_several_workers() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 2_000), page_size=50)

    ids = read_ids(FakeSession(search_of(index)), Window(NOW - 100 * DAY, NOW))

    assert sorted(ids) == sorted(index.rows)


def test_a_page_says_up_to_when_all_rows_were_yielded() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 120))

    pages = list(pages_of(FakeSession(search_of(index)), Window(NOW - 200 * DAY, NOW)))

    latest = [list(page.resources)[-1]["id"] for page in pages]
    assert [page.reached for page in pages] == [index.rows[row_id][0] for row_id in latest]


def test_rows_are_parsed_when_they_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    parse = Row.resource

    def note(row: Row) -> dict[str, Any]:
        parsed.append(row.id)
        return parse(row)

    monkeypatch.setattr(Row, "resource", note)
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 20))
    (page,) = pages_of(FakeSession(search_of(index)), Window(NOW - 200 * DAY, NOW))

    resources = iter(page.resources)
    assert parsed == []
    next(resources)
    assert len(parsed) == 1


def test_before_the_consumer_takes_them_rows_are_asked_for_one_page_at_a_time() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 1_000))
    session = FakeSession(search_of(index))
    consumed: list[bool] = []
    pages = pages_of(session, Window(NOW - 100 * DAY, NOW), is_consumed=lambda: bool(consumed))

    for page in range(1, 4):
        next(pages)
        assert len(session.sent) == page
    assert {query.window.end for query in index.queries} == {NOW}
    consumed.append(True)
    list(pages)
    assert len({query.window.end for query in index.queries}) > 1


@pytest.mark.parametrize("page_size", [1, 2, 3])
def test_a_search_is_read_whole_however_small_its_pages_are(page_size: int) -> None:
    def check(index: IndexModel) -> None:
        assert len(index.queries) < 6 * 200 / page_size, "it does not come to an end"

    index = IndexModel(rows(NOW - 100 * DAY, NOW, 200), page_size=page_size, before_answer=check)
    session = FakeSession(search_of(index), latency=10.0)

    window = Window(NOW - 100 * DAY, NOW)
    pages = list(pages_of(session, window, page_size=page_size, parallel=8))

    assert {row["id"] for page in pages for row in page.resources} == index.rows.keys()


def test_a_consumer_that_takes_no_more_pages_stops_the_requests() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 5_000), page_size=50)
    session = FakeSession(search_of(index))
    pages = pages_of(session, Window(NOW - 100 * DAY, NOW))

    for _ in range(3):
        next(pages)
    pages.close()  # type: ignore[attr-defined]  # A generator, though only its rows are promised.
    asked = len(session.sent)

    assert asked < 20
