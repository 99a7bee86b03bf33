from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, cast

import pytest

from support.index_model import IndexModel, resource
from support.stand_in import StandIn, search_of
from tap_kustomer.client.errors import RefusedError, WrongAnswerError
from tap_kustomer.client.workers import Workers
from tap_kustomer.reading.incomplete import IncompleteError
from tap_kustomer.reading.search import ARCHIVE_PATH, PATH, Window
from tap_kustomer.reading.sources import PagedList, Search
from tap_kustomer.reading.windows import Searcher

if TYPE_CHECKING:
    from tap_kustomer.client.session import Session

DAY = 86_400_000
NOW = 1_750_000_000_000
EDGE = NOW - 730 * DAY
CONVERSATIONS = Search("conversation", fallback=PagedList("/v1/conversations"))


def searcher(session: StandIn, *, parallel: int = 4, strict: bool = False) -> Searcher:
    return Searcher(
        session=cast("Session", session),
        workers=Workers(parallel, lambda: None),
        page_size=50,
        parallel=parallel,
        lookahead=10**6,
        strict=strict,
    )


def read(
    session: StandIn, window: Window, source: Search = CONVERSATIONS, *, strict: bool = False
) -> list[str]:
    reader = searcher(session, strict=strict)
    pages = list(reader.read(source, window, "conversations", now=NOW))
    resources = [resource for page in pages for resource in page.resources]
    times = [resource["attributes"]["updatedAt"] for resource in resources]
    assert times == sorted(times)
    return [resource["id"] for resource in resources]


def rows(first: int, last: int, count: int, prefix: str = "row") -> dict[str, tuple[int, int]]:
    step = (last - first) // max(count - 1, 1)
    return {f"{prefix}{n}": (first + n * step, first) for n in range(count)}


def test_a_window_is_read_by_several_workers() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 2_000), page_size=50)

    ids = read(StandIn(search_of(index)), Window(NOW - 100 * DAY, NOW))

    assert sorted(ids) == sorted(index.rows)


def test_a_recent_window_asks_nothing_of_the_archive() -> None:
    session = StandIn({PATH: IndexModel({}), ARCHIVE_PATH: IndexModel({})})

    read(session, Window(EDGE, NOW))

    assert [request.path for request in session.sent] == [PATH]


def test_what_was_not_updated_for_two_years_comes_from_the_archive() -> None:
    old = rows(EDGE - 300 * DAY, EDGE - 1, 120, "old")
    recent = rows(EDGE, NOW, 170, "new")
    session = StandIn({PATH: IndexModel(recent), ARCHIVE_PATH: IndexModel(old)})

    assert sorted(read(session, Window(0, NOW))) == sorted(old | recent)


@pytest.mark.parametrize("shift", [-2 * DAY, -1, 0, 1, 2 * DAY])
def test_the_edge_of_the_archive_may_lie_some_days_off(shift: int) -> None:
    all_rows = rows(EDGE - 30 * DAY, EDGE + 30 * DAY, 600)
    edge = EDGE + shift
    session = StandIn(
        {
            PATH: IndexModel({i: t for i, t in all_rows.items() if t[0] >= edge}),
            ARCHIVE_PATH: IndexModel({i: t for i, t in all_rows.items() if t[0] < edge}),
        }
    )

    assert sorted(read(session, Window(0, NOW))) == sorted(all_rows)


def test_what_both_searches_have_comes_once() -> None:
    all_rows = rows(EDGE - 30 * DAY, EDGE + 30 * DAY, 600)
    session = StandIn({PATH: IndexModel(all_rows), ARCHIVE_PATH: IndexModel(all_rows)})

    ids = read(session, Window(0, NOW))

    assert len(ids) == len(set(ids))


def test_notes_have_no_archive_and_the_log_says_so(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    session = StandIn({PATH: IndexModel(rows(EDGE, NOW, 10))})

    assert len(read(session, Window(0, NOW), Search("note", archived=False))) == 10
    assert "no archive" in caplog.text


def test_an_organisation_without_the_archive_is_read_without_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    session = StandIn({PATH: IndexModel(rows(EDGE, NOW, 10))})

    assert len(read(session, Window(0, NOW))) == 10
    assert "left out what is archived" in caplog.text


def test_a_refused_criterion_makes_the_whole_list_be_read(
    caplog: pytest.LogCaptureFixture,
) -> None:
    listed = [resource(f"row{n}", NOW - n * DAY, 0) for n in range(9)]
    session = StandIn(
        search_of(IndexModel({})),
        lists={"/v1/conversations": [listed[:5], listed[5:]]},
        refused="conversation_updated_at",
    )

    ids = read(session, Window(NOW - 6 * DAY, NOW - DAY))

    assert ids == ["row6", "row5", "row4", "row3", "row2", "row1"]
    assert "/v1/conversations is read instead" in caplog.text


def test_without_a_list_a_refusal_is_an_error() -> None:
    session = StandIn(search_of(IndexModel({})), refused="kobject_updated_at")

    with pytest.raises(RefusedError):
        read(session, Window(EDGE, NOW), Search("kobject"))


def test_a_server_that_does_not_sort_is_read_in_parts_that_fit_on_a_page() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 700), page_size=50)

    def mix(document: dict[str, Any]) -> None:
        document["data"].reverse()

    session = StandIn(search_of(index), spoil=mix)

    assert sorted(read(session, Window(NOW - 100 * DAY, NOW))) == sorted(index.rows)


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
def test_an_answer_that_cannot_be_true_is_asked_for_again(fault: dict[str, Any]) -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 300), page_size=50)
    session = StandIn(search_of(index))

    def spoil(document: dict[str, Any]) -> None:
        if len(session.sent) in {1, 4, 5}:
            document.update(fault)

    session.spoil = spoil

    assert sorted(read(session, Window(NOW - 100 * DAY, NOW))) == sorted(index.rows)


def test_a_search_that_timed_out_is_not_believed_though_its_count_is_consistent() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 300), page_size=50)
    session = StandIn(search_of(index))

    def spoil(document: dict[str, Any]) -> None:
        if len(session.sent) in {1, 4}:
            del document["data"][20:]
            document["meta"].update(timed_out=True, total=20)

    session.spoil = spoil

    assert sorted(read(session, Window(NOW - 100 * DAY, NOW))) == sorted(index.rows)


def test_an_answer_that_stays_wrong_ends_the_reading() -> None:
    session = StandIn(
        search_of(IndexModel(rows(NOW - DAY, NOW, 9))),
        spoil=lambda document: document.update(data=[]),
    )

    with pytest.raises(WrongAnswerError, match="0 rows on page 1 of 9 rows"):
        read(session, Window(NOW - DAY, NOW))


def hide_one_row(document: dict[str, Any]) -> None:
    """A row that is counted but never shown, where the page still looks full."""
    if len(document["data"]) == 50:
        document["data"] = [row for row in document["data"] if row["id"] != "row7"] + [
            resource("late", NOW + DAY, 0)
        ]


def test_rows_that_are_counted_but_never_come_are_reported(
    caplog: pytest.LogCaptureFixture,
) -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 90), page_size=50)
    session = StandIn(search_of(index), spoil=hide_one_row)

    assert len(read(session, Window(NOW - 100 * DAY, NOW))) == 89
    assert "of 90 rows with conversation_updated_at from" in caplog.text


def test_with_strict_counts_they_end_the_run() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 90), page_size=50)
    session = StandIn(search_of(index), spoil=hide_one_row)

    with pytest.raises(IncompleteError, match="of 90 rows with conversation_updated_at from"):
        read(session, Window(NOW - 100 * DAY, NOW), strict=True)


def test_who_stops_reading_stops_the_requests() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 5_000), page_size=50)
    session = StandIn(search_of(index))
    reader = searcher(session)
    pages = reader.read(CONVERSATIONS, Window(NOW - 100 * DAY, NOW), "conversations", now=NOW)

    for _ in range(3):
        next(pages)
    pages.close()  # type: ignore[attr-defined]  # A generator, though only its rows are promised.
    asked = len(session.sent)

    assert asked < 20
