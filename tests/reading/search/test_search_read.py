"""A source is read by search, with its archive, or from the list that replaces it."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest

from support.json_values import deep
from support.search_model import IndexModel, Rows, resource
from support.stand_in import StandIn, search_of
from tap_kustomer import times
from tap_kustomer.client.errors import AccessError, MissingError, RefusedError, WrongResponseError
from tap_kustomer.client.workers import Workers
from tap_kustomer.reading.pages import IncompleteError, Shortfall, Unproven, Window
from tap_kustomer.reading.reader import Reader
from tap_kustomer.reading.search.query import ARCHIVE_PATH, PATH
from tap_kustomer.reading.sources import Criterion, PagedList, PerParent, Search
from tap_kustomer.times import DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_kustomer.client.session import Session
    from tap_kustomer.reading.pages import Page

NOW = 1_750_000_000_000
EDGE = NOW - 730 * DAY
CONVERSATIONS = Search("conversation", fallback=PagedList("/v1/conversations"))
WORK_ITEMS = Search(
    "work_item",
    criteria=(
        Criterion("work_item_updated_at"),
        Criterion("work_item_handle_completed_at", attribute=None),
    ),
    archived=False,
)
CONVERSATION_TIMES = Search(
    "conversation_time",
    criteria=(Criterion("conversation_time_created_at", "createdAt"),),
    archived=False,
)


def pages_of(  # noqa: PLR0913
    session: StandIn,
    window: Window,
    source: Search = CONVERSATIONS,
    *,
    page_size: int = 50,
    parallel: int = 4,
    strict: bool = False,
    earliest: int = 0,
    is_consumed: Callable[[], bool] = lambda: True,
    report: Callable[[Shortfall | Unproven], None] = lambda _: None,
) -> Iterator[Page]:
    reader = Reader(
        session=cast("Session", session),
        workers=Workers(parallel, lambda: None),
        page_size=page_size,
        parallel=parallel,
        lookahead=10**6,
        strict=strict,
        now=NOW,
        earliest=earliest,
        report=report,
    )
    return reader.read(source, window, "conversations", is_consumed=is_consumed)


def read(
    session: StandIn, window: Window, source: Search = CONVERSATIONS, *, strict: bool = False
) -> list[str]:
    pages = pages_of(session, window, source, strict=strict)
    resources = [resource for page in pages for resource in page.resources]
    times = [resource["attributes"]["updatedAt"] for resource in resources]
    assert times == sorted(times)
    return [resource["id"] for resource in resources]


def rows(first: int, last: int, count: int, prefix: str = "row") -> Rows:
    step = (last - first) // max(count - 1, 1)
    return {f"{prefix}{n}": (first + n * step, first) for n in range(count)}


def test_a_window_is_read_by_several_workers() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 2_000), page_size=50)

    ids = read(StandIn(search_of(index)), Window(NOW - 100 * DAY, NOW))

    assert sorted(ids) == sorted(index.rows)


def test_the_archive_is_not_asked_for_a_recent_window() -> None:
    session = StandIn({PATH: IndexModel({}), ARCHIVE_PATH: IndexModel({})})

    read(session, Window(EDGE, NOW))

    assert [request.path for request in session.sent] == [PATH]


def test_rows_that_were_not_updated_for_two_years_come_from_the_archive() -> None:
    old = rows(EDGE - 300 * DAY, EDGE - 1, 120, "old")
    recent = rows(EDGE, NOW, 170, "new")
    session = StandIn({PATH: IndexModel(recent), ARCHIVE_PATH: IndexModel(old)})

    assert sorted(read(session, Window(0, NOW))) == sorted(old | recent)


@pytest.mark.parametrize("shift", [-2 * DAY, -1, 0, 1, 2 * DAY])
def test_the_edge_of_the_archive_may_be_some_days_off(shift: int) -> None:
    all_rows = rows(EDGE - 30 * DAY, EDGE + 30 * DAY, 600)
    edge = EDGE + shift
    session = StandIn(
        {
            PATH: IndexModel({i: t for i, t in all_rows.items() if t[0] >= edge}),
            ARCHIVE_PATH: IndexModel({i: t for i, t in all_rows.items() if t[0] < edge}),
        }
    )

    assert sorted(read(session, Window(0, NOW))) == sorted(all_rows)


def test_rows_of_both_the_search_and_the_archive_come_once() -> None:
    all_rows = rows(EDGE - 30 * DAY, EDGE + 30 * DAY, 600)
    session = StandIn({PATH: IndexModel(all_rows), ARCHIVE_PATH: IndexModel(all_rows)})

    ids = read(session, Window(0, NOW))

    assert sorted(ids) == sorted(all_rows)


def test_notes_have_no_archive_and_the_log_says_so(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    session = StandIn({PATH: IndexModel(rows(EDGE, NOW, 10))})

    assert len(read(session, Window(0, NOW), Search("note", archived=False))) == 10
    assert "no archive" in caplog.text


def test_without_the_archive_no_page_moves_the_bookmark_and_the_extraction_is_incomplete() -> None:
    session = StandIn({PATH: IndexModel(rows(EDGE, NOW, 10))})
    pages = pages_of(session, Window(0, NOW))
    given: list[Page] = []

    with pytest.raises(IncompleteError, match=r"archive can't be read: POST .* answered 404"):
        given.extend(pages)

    assert sum(len(list(page.resources)) for page in given) == 10
    assert {page.reached for page in given} == {None}


def test_without_the_role_for_the_archive_no_bookmark_moves() -> None:
    session = StandIn({PATH: IndexModel(rows(EDGE, NOW, 10))}, forbidden=ARCHIVE_PATH)
    pages = pages_of(session, Window(0, NOW))

    with pytest.raises(AccessError):
        next(pages)


def test_while_the_archive_is_read_nothing_else_is_read_ahead() -> None:
    old = IndexModel(rows(EDGE - 300 * DAY, EDGE - DAY, 2_000, "old"))
    new = IndexModel(rows(EDGE, NOW, 2_000, "new"))
    session = StandIn({PATH: new, ARCHIVE_PATH: old})
    pages = pages_of(session, Window(0, NOW))

    for _ in range(3):
        next(pages)

    assert len(old.queries) > 20
    assert len(new.queries) == 1
    list(pages)
    assert len({query.window.end for query in new.queries}) > 1, (
        "it is read ahead after the archive"
    )


def test_a_page_says_up_to_when_all_rows_were_yielded() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 120))

    pages = list(pages_of(StandIn(search_of(index)), Window(NOW - 200 * DAY, NOW)))

    latest = [list(page.resources)[-1]["id"] for page in pages]
    assert [page.reached for page in pages] == [index.rows[row_id][0] for row_id in latest]


def test_rows_are_parsed_when_they_are_written() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 20))
    (page,) = pages_of(StandIn(search_of(index)), Window(NOW - 200 * DAY, NOW))

    assert not isinstance(page.resources, list)
    assert len(list(page.resources)) == 20


def test_before_the_consumer_takes_them_rows_are_asked_for_one_page_at_a_time() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 1_000))
    session = StandIn(search_of(index))
    consumed: list[bool] = []
    pages = pages_of(session, Window(NOW - 100 * DAY, NOW), is_consumed=lambda: bool(consumed))

    for page in range(1, 4):
        next(pages)
        assert len(session.sent) == page
    assert {query.window.end for query in index.queries} == {NOW}
    consumed.append(True)
    list(pages)
    assert len({query.window.end for query in index.queries}) > 1


def test_if_the_criterion_is_refused_the_whole_list_is_read(
    caplog: pytest.LogCaptureFixture,
) -> None:
    listed = [resource(f"row{n}", NOW - n * DAY, 0) for n in range(9)]
    session = StandIn(
        search_of(IndexModel({})),
        lists={"/v1/conversations": [listed[:5], listed[5:]]},
        refused=("conversation_updated_at",),
    )

    ids = read(session, Window(0, NOW - DAY))

    assert ids == ["row8", "row7", "row6", "row5", "row4", "row3", "row2", "row1"]
    assert "/v1/conversations is read instead" in caplog.text


def test_a_list_yields_rows_from_before_the_window_too_back_to_the_earliest_wanted() -> None:
    listed = [resource(f"row{n}", NOW - n * DAY, 0) for n in range(9)]
    timeless = {"type": "conversation", "id": "timeless", "attributes": {"updatedAt": None}}
    session = StandIn(
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
    session = StandIn(
        search_of(IndexModel({})),
        lists={"/v1/conversations": [[row]]},
        refused=("conversation_updated_at",),
    )

    (page,) = pages_of(session, Window(NOW - DAY, NOW))

    assert [found["id"] for found in page.resources] == ["a"]


def test_the_rows_of_a_list_come_in_pages_of_a_bounded_size() -> None:
    listed = [resource(f"row{n}", NOW - n, 0) for n in range(1_234)]
    session = StandIn(
        search_of(IndexModel({})),
        lists={"/v1/conversations": [listed]},
        refused=("conversation_updated_at",),
    )

    pages = list(pages_of(session, Window(NOW - DAY, NOW)))

    assert [len(list(page.resources)) for page in pages] == [500, 500, 234]
    assert [page.reached for page in pages] == [NOW - 734, NOW - 234, NOW]


def test_a_refused_criterion_is_an_error_if_there_is_no_list() -> None:
    session = StandIn(search_of(IndexModel({})), refused=("kobject_updated_at",))

    with pytest.raises(RefusedError):
        read(session, Window(EDGE, NOW), Search("kobject"))


def test_if_one_criterion_is_refused_the_next_one_is_used(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 60))
    session = StandIn(search_of(index), refused=("note_updated_at",))
    source = Search(
        "note",
        criteria=(Criterion("note_updated_at"), Criterion("note_modified_at")),
        archived=False,
    )

    assert sorted(read(session, Window(NOW - 100 * DAY, NOW), source)) == sorted(index.rows)
    assert [record.message for record in caplog.records if "note_modified_at" in record.message]


def test_the_list_is_read_only_if_all_criteria_are_refused() -> None:
    session = StandIn(
        search_of(IndexModel({})),
        lists={"/v1/work-items": [[resource("listed", NOW, 0)]]},
        refused=("work_item_updated_at", "work_item_handle_completed_at"),
    )
    source = Search(
        "work_item", WORK_ITEMS.criteria, archived=False, fallback=PagedList("/v1/work-items")
    )

    assert read(session, Window(EDGE, NOW), source) == ["listed"]


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


def handled_items(**more: Any) -> StandIn:
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
    return StandIn(search_of(IndexModel({"handled": (NOW - DAY, NOW - DAY)})), **given)


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

    assert read(session, Window(NOW - 2 * DAY, NOW), HANDLED) == ["handled"]
    assert "/v1/work-items" not in {request.path for request in session.sent}


def test_where_there_is_no_list_the_rows_of_the_search_stand() -> None:
    source = replace(HANDLED, fallback=None)

    assert read(handled_items(), Window(NOW - 2 * DAY, NOW), source) == ["handled"]


@pytest.mark.parametrize(
    "error", [AccessError("no role"), MissingError("no list"), RefusedError("not so")], ids=str
)
def test_without_the_list_the_rows_of_the_search_stand_and_the_log_says_what_is_missing(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    session = handled_items(documents={"/v1/work-items": error})

    assert read(session, Window(NOW - 2 * DAY, NOW), HANDLED) == ["handled"]
    (warning,) = (one.message for one in caplog.records if one.levelno == logging.WARNING)
    assert "those that are still open are missing" in warning
    assert str(error) in warning


KLASS_LISTS = Search(
    "kobject",
    archived=False,
    fallback=PerParent(
        PagedList("/v1/klasses"), "/v1/klasses/{id}", key=lambda klass: klass["attributes"]["name"]
    ),
)


def klass(name: str) -> dict[str, Any]:
    return {"type": "klass", "id": f"id of {name}", "attributes": {"name": name}}


def klass_lists(**more: Any) -> StandIn:
    """Three klasses; the search refuses their objects, and one klass has no list."""
    return StandIn(
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
    assert read(klass_lists(), Window(NOW - 2 * DAY, NOW), KLASS_LISTS) == ["older", "newer"]


def test_rows_from_before_the_window_come_with_those_of_the_lists() -> None:
    assert read(klass_lists(), Window(NOW - 2, NOW), KLASS_LISTS) == ["older", "newer"]


def test_rows_of_the_lists_are_as_the_search_has_them() -> None:
    pages = pages_of(klass_lists(), Window(NOW - 2 * DAY, NOW), KLASS_LISTS)

    assert [row for page in pages for row in page.resources] == [
        resource("older", NOW - DAY, 0),
        resource("newer", NOW - 1, 0),
    ]


def test_no_page_of_the_lists_reaches_beyond_its_rows() -> None:
    pages = pages_of(klass_lists(), Window(NOW - 2 * DAY, NOW), KLASS_LISTS)

    assert [page.reached for page in pages] == [NOW - 1]


def test_another_search_does_not_replace_a_search() -> None:
    source = replace(KLASS_LISTS, fallback=PerParent(CONVERSATIONS, "/v1/klasses/{id}"))

    with pytest.raises(TypeError):
        read(klass_lists(), Window(NOW - 2 * DAY, NOW), source)


def test_a_refusal_after_the_first_rows_is_an_error() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 500))
    session = StandIn(search_of(index))
    pages = pages_of(session, Window(NOW - 100 * DAY, NOW), parallel=1)
    next(pages)
    session.refused = ("conversation_updated_at",)

    with pytest.raises(RefusedError):
        list(pages)


def test_conversation_times_are_read_by_the_time_of_their_creation() -> None:
    step = 100 * DAY // 300
    index = IndexModel(
        {f"row{n}": (NOW - n * step, NOW - n * step) for n in range(300)}, page_size=50
    )
    session = StandIn(search_of(index))

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

    session = StandIn(search_of(index))

    with pytest.raises(IncompleteError, match="100 of 120 rows"):
        list(pages_of(session, Window(NOW - DAY, NOW), CONVERSATION_TIMES))
    assert {len(request.json["and"]) for request in session.sent if request.json} == {2}


def sort_keys(body: Any) -> list[str]:
    return [name for order in body["sort"] for name in order]


def without_times(document: dict[str, Any]) -> None:
    for row in document["data"]:
        row["attributes"] = {}


def read_work_items(index: IndexModel) -> list[Page]:
    session = StandIn(search_of(index), spoil=without_times, refused=("work_item_updated_at",))
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


def test_a_search_that_timed_out_is_asked_again_though_its_count_is_consistent() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 300), page_size=50)
    session = StandIn(search_of(index))

    def spoil(document: dict[str, Any]) -> None:
        if len(session.sent) in {1, 4}:
            del document["data"][20:]
            document["meta"].update(timed_out=True, total=20)

    session.spoil = spoil

    assert sorted(read(session, Window(NOW - 100 * DAY, NOW))) == sorted(index.rows)


def test_an_answer_that_stays_wrong_is_an_error() -> None:
    session = StandIn(
        search_of(IndexModel(rows(NOW - DAY, NOW, 9))),
        spoil=lambda document: document["meta"].update(timed_out=True),
    )

    with pytest.raises(WrongResponseError, match="timed out"):
        read(session, Window(NOW - DAY, NOW))


def hiding(*ids: str) -> Callable[[dict[str, Any]], None]:
    def spoil(document: dict[str, Any]) -> None:
        document["data"] = [row for row in document["data"] if row["id"] not in ids]

    return spoil


@pytest.mark.parametrize("hidden", [("row89",), ("row88", "row89")], ids=len)
@pytest.mark.parametrize("parallel", [1, 4])
def test_no_bookmark_passes_a_row_that_never_comes(hidden: tuple[str, ...], parallel: int) -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW - DAY, 90), page_size=50)
    session = StandIn(search_of(index), spoil=hiding(*hidden))
    pages = pages_of(session, Window(NOW - 100 * DAY, NOW), parallel=parallel)
    given: list[Page] = []

    with pytest.raises(WrongResponseError, match="rows on page 1"):
        given.extend(pages)

    assert all((page.reached or 0) <= index.rows[hidden[0]][0] for page in given)


def test_the_rows_of_a_list_are_yielded_though_it_counts_more() -> None:
    listed = {"id": "listed", "attributes": {"updatedAt": times.to_text(NOW - DAY)}}
    session = StandIn(
        lists={"/v1/conversations": [[listed]]},
        refused=("conversation_updated_at",),
        indexes=search_of(IndexModel({})),
        spoil=lambda document: document["meta"].update(total=2),
    )
    pages = pages_of(session, Window(EDGE, NOW))

    assert [row["id"] for row in next(pages).resources] == ["listed"]
    with pytest.raises(IncompleteError) as raised:
        list(pages)
    assert raised.value.since == EDGE


def test_a_search_that_refuses_to_sort_is_read_whole() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 500), page_size=50)
    session = StandIn(search_of(index), refuses_sort=True)

    assert sorted(read(session, Window(NOW - 100 * DAY, NOW))) == sorted(index.rows)
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
    session = StandIn(search_of(index), spoil=hide_one_of_many, latency=10.0)

    pages = pages_of(session, Window(NOW - 100 * DAY, NOW))
    ids = [row["id"] for page in pages for row in page.resources]

    assert len(ids) == len(set(ids)) == 1_998


def test_a_tie_arrives_whole_if_the_search_refuses_to_sort() -> None:
    tie = {f"tie{n}": (NOW - DAY, NOW - DAY - n) for n in range(120)}
    index = IndexModel({**rows(NOW - 100 * DAY, NOW, 100), **tie}, page_size=50)
    session = StandIn(search_of(index), refuses_sort=True)

    assert sorted(read(session, Window(NOW - 100 * DAY, NOW))) == sorted(index.rows)


def test_many_rows_without_a_time_are_read_in_few_requests() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 120), page_size=50, shows_time=False)

    def check(model: IndexModel) -> None:
        assert len(model.queries) < 100, "it does not come to an end"

    def spoil(document: dict[str, Any]) -> None:
        for row in document["data"]:
            row["attributes"] = {}

    index.before_answer = check
    pages = pages_of(StandIn(search_of(index), spoil=spoil), Window(NOW - 100 * DAY, NOW))

    assert {row["id"] for page in pages for row in page.resources} == index.rows.keys()


@pytest.mark.parametrize("page_size", [1, 2, 3])
def test_a_search_is_read_whole_however_small_its_pages_are(page_size: int) -> None:
    def check(index: IndexModel) -> None:
        assert len(index.queries) < 6 * 200 / page_size, "it does not come to an end"

    index = IndexModel(rows(NOW - 100 * DAY, NOW, 200), page_size=page_size, before_answer=check)
    session = StandIn(search_of(index), latency=10.0)

    window = Window(NOW - 100 * DAY, NOW)
    pages = list(pages_of(session, window, page_size=page_size, parallel=8))

    assert {row["id"] for page in pages for row in page.resources} == index.rows.keys()


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
    session = StandIn(search_of(index), spoil=hide_one_row)

    assert len(read(session, Window(NOW - 100 * DAY, NOW))) == 89
    assert "of 90 rows with conversation_updated_at from" in caplog.text


def test_a_shortfall_is_reported_with_both_counts() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 90), page_size=50)
    session = StandIn(search_of(index), spoil=hide_one_row)
    window = Window(NOW - 100 * DAY, NOW)
    reported: list[Shortfall | Unproven] = []

    list(pages_of(session, window, report=reported.append))

    assert reported == [Shortfall(window, expected=90, delivered=89)]


def test_a_window_whose_rows_no_count_proves_is_reported() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 40), page_size=50)
    session = StandIn(search_of(index), spoil=lambda document: document.update(meta={}))
    window = Window(NOW - 100 * DAY, NOW)
    reported: list[Shortfall | Unproven] = []

    list(pages_of(session, window, report=reported.append))

    assert reported == [Unproven(window)]


def test_rows_that_show_no_time_are_proven_by_the_counts_of_their_parts() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 700), page_size=50)
    reported: list[Shortfall | Unproven] = []
    window = Window(NOW - 100 * DAY, NOW)
    session = StandIn(search_of(index), spoil=without_times, refused=("work_item_updated_at",))

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
    session = StandIn(search_of(index), spoil=hide_one_row)

    with pytest.raises(IncompleteError, match="of 90 rows with conversation_updated_at from"):
        read(session, Window(NOW - 100 * DAY, NOW), strict=True)


def test_a_consumer_that_takes_no_more_pages_stops_the_requests() -> None:
    index = IndexModel(rows(NOW - 100 * DAY, NOW, 5_000), page_size=50)
    session = StandIn(search_of(index))
    pages = pages_of(session, Window(NOW - 100 * DAY, NOW))

    for _ in range(3):
        next(pages)
    pages.close()  # type: ignore[attr-defined]  # A generator, though only its rows are promised.
    asked = len(session.sent)

    assert asked < 20
