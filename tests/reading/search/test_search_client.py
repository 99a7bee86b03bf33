"""A search client asks one query, and accepts what can be true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.fake_session import FakeSession, search_of
from support.search_clients import (
    END,
    START,
    WINDOW,
    CappedSession,
    bounds_sent,
    client_of,
    read_by_client,
)
from support.search_model import IndexModel, resource
from tap_kustomer.client.errors import RefusedError, WrongResponseError
from tap_kustomer.reading.pages import Window
from tap_kustomer.reading.search.query import (
    ARCHIVE_PATH,
    REFUSED_PAGE,
    SearchQuery,
    Span,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def test_each_bound_is_a_criterion_of_its_own_in_the_form_that_the_documentation_shows() -> None:
    session = FakeSession(search_of(IndexModel({})))
    client_of(session).search(SearchQuery(Window(START, START + 1)))

    (request,) = session.sent
    assert request.params == {"page": 1, "pageSize": 50, "trackTotalHits": "true"}
    assert request.json == {
        "queryContext": "conversation",
        "and": [
            {"conversation_updated_at": {"gte": "2025-06-15T15:06:40.000Z"}},
            {"conversation_updated_at": {"lte": "2025-06-15T15:06:40.001Z"}},
        ],
        "sort": [{"conversation_updated_at": "asc"}],
        "includeDeleted": True,
    }


def test_a_span_of_creation_narrows_a_query_further() -> None:
    session = FakeSession(search_of(IndexModel({})))
    client_of(session).search(SearchQuery(WINDOW, Span(None, START)))

    assert bounds_sent(session)[0][2:] == [
        {"conversation_created_at": {"lte": "2025-06-15T15:06:40.000Z"}}
    ]


def test_the_archive_is_asked_at_its_own_path() -> None:
    session = FakeSession({ARCHIVE_PATH: IndexModel({})})
    client_of(session, path=ARCHIVE_PATH).search(SearchQuery(WINDOW))

    assert [request.path for request in session.sent] == [ARCHIVE_PATH]


def test_a_refused_window_is_an_error() -> None:
    session = FakeSession(search_of(IndexModel({})), refused=("conversation_updated_at",))

    with pytest.raises(RefusedError):
        client_of(session).search(SearchQuery(WINDOW))


@pytest.mark.parametrize(
    "query", [SearchQuery(WINDOW, page=3), SearchQuery(WINDOW, created=Span(START, END))]
)
def test_a_refused_page_or_span_of_creation_is_no_error(query: SearchQuery) -> None:
    index = IndexModel({}, row_cap=100, knows_creation=False)

    assert client_of(FakeSession(search_of(index))).search(query) is REFUSED_PAGE


# Answers that contradict themselves or the query


def spoiled_once(session: FakeSession, **changes: Any) -> None:
    """Change the first answer."""

    def spoil(document: dict[str, Any]) -> None:
        if len(session.sent) == 1:
            document.update(changes)

    session.spoil = spoil


@pytest.mark.parametrize(
    "changes",
    [
        {"meta": {"page": 2}},
        {"meta": {"page": 1, "total": 1}},
        {"meta": {"timed_out": True}},
    ],
    ids=["another page", "more rows than there are", "only a part"],
)
def test_a_response_that_cannot_be_true_is_asked_for_again(changes: dict[str, Any]) -> None:
    session = FakeSession(search_of(IndexModel({f"row{n}": (START + n, START) for n in range(2)})))
    spoiled_once(session, **changes)

    assert len(client_of(session).search(SearchQuery(WINDOW)).rows) == 2
    assert len(session.sent) == 2


def test_rows_out_of_order_are_asked_for_again_before_they_count_as_unsorted() -> None:
    session = FakeSession(search_of(IndexModel({f"row{n}": (START + n, START) for n in range(9)})))
    rows = [resource("later", START + 5, START), resource("earlier", START, START)]
    spoiled_once(session, data=rows, meta={})

    assert not client_of(session).search(SearchQuery(WINDOW)).is_unsorted
    session.spoil = lambda document: document.update(data=rows, meta={})
    assert client_of(session).search(SearchQuery(WINDOW)).is_unsorted


def test_wrong_responses_of_two_kinds_are_each_asked_for_again() -> None:
    session = FakeSession(search_of(IndexModel({f"row{n}": (START + n, START) for n in range(9)})))
    unsorted = [resource("later", START + 5, START), resource("earlier", START, START)]
    answers: list[dict[str, Any]] = [
        {"meta": {"page": 1, "total": 99}},
        {"data": unsorted, "meta": {}},
    ]
    wrong = iter(answers)
    session.spoil = lambda document: document.update(next(wrong, {}))

    assert len(client_of(session).search(SearchQuery(WINDOW)).rows) == 9
    assert len(session.sent) == 3


def linking_on(session: FakeSession) -> FakeSession:
    """Give no counts, and link every page to a next one."""
    session.spoil = lambda document: document.update(
        meta={}, links={"next": "/v1/customers/search?page=2"}
    )
    return session


def test_without_a_count_a_page_is_not_the_last_if_the_next_one_has_rows() -> None:
    session = CappedSession(
        search_of(IndexModel({f"row{n}": (START + n, START) for n in range(30)}))
    )

    page = client_of(linking_on(session)).search(SearchQuery(WINDOW))
    assert (len(page.rows), page.is_full) == (20, True)


@pytest.mark.parametrize("links", [None, {"self": "/v1/customers/search"}])
def test_without_any_count_size_or_link_a_short_page_may_not_be_the_last(links: Any) -> None:
    session = CappedSession(
        search_of(IndexModel({f"row{n}": (START + n, START) for n in range(30)}))
    )
    session.spoil = lambda document: document.update(meta=None, links=links)

    assert read_by_client(session) == [f"row{n}" for n in range(30)]


@pytest.mark.parametrize(
    "said", [{"meta": {"pageSize": 50}, "links": None}, {"meta": None, "links": {"next": None}}]
)
def test_a_short_page_that_names_its_size_or_no_next_one_is_the_last(said: dict[str, Any]) -> None:
    session = FakeSession(
        search_of(IndexModel({"row": (START, START)})), spoil=lambda document: document.update(said)
    )

    assert not client_of(session).search(SearchQuery(WINDOW)).is_full
    assert len(session.sent) == 1


def test_a_page_that_comes_under_each_number_is_the_last() -> None:
    session = FakeSession(search_of(IndexModel({})))
    session.spoil = lambda document: document.update(
        data=[resource("row", START, START)], meta=None, links=None
    )

    assert not client_of(session).search(SearchQuery(WINDOW)).is_full


def test_without_a_count_a_page_is_the_last_if_the_next_one_is_empty() -> None:
    session = FakeSession(search_of(IndexModel({"row": (START, START)})))

    assert not client_of(linking_on(session)).search(SearchQuery(WINDOW)).is_full
    assert [request.params["page"] for request in session.sent] == [1, 2, 1]


def test_an_empty_next_page_proves_nothing_if_a_row_has_moved_to_the_page_before_it() -> None:
    index = IndexModel({f"row{n:02}": (START + n, START) for n in range(21)})
    session = CappedSession(search_of(index))

    def spoil(document: dict[str, Any]) -> None:
        document.update(meta={}, links={"next": "/v1/customers/search?page=2"})
        index.rows.pop("row05", None)

    session.spoil = spoil
    assert client_of(session).search(SearchQuery(WINDOW)).is_full


def test_a_refused_next_page_proves_nothing() -> None:
    index = IndexModel({f"row{n}": (START + n, START) for n in range(30)}, row_cap=20)
    session = linking_on(CappedSession(search_of(index)))

    assert client_of(session).search(SearchQuery(WINDOW)).is_full


# Rows without a time


def timeless(*ids: str, attributes: Any) -> Callable[[dict[str, Any]], None]:
    def spoil(document: dict[str, Any]) -> None:
        for row in document["data"]:
            if row["id"] in ids:
                row["attributes"] = attributes

    return spoil


@pytest.mark.parametrize(
    "attributes",
    [None, {}, {"updatedAt": None}, {"updatedAt": "soon"}],
    ids=["no attributes", "no time", "null", "no date"],
)
def test_a_row_without_a_time_gets_that_of_the_row_before_it_and_proves_no_order(
    attributes: Any,
) -> None:
    index = IndexModel({f"row{n}": (START + n, START) for n in range(4)}, page_size=50)
    session = FakeSession(search_of(index), spoil=timeless("row0", "row2", attributes=attributes))

    client, window = client_of(session), Window(START, START + 9)
    answer = client.search(SearchQuery(window))

    assert answer.is_unsorted
    assert len(session.sent) == 3
    parts = client.search(SearchQuery(window, must_be_sorted=False))
    assert [row.time - START for row in parts.rows] == [0, 1, 1, 3]


def test_a_time_that_is_missing_once_is_asked_for_again() -> None:
    session = FakeSession(search_of(IndexModel({"row": (START + 1, START)})))
    spoiled_once(session, data=[{"id": "row", "attributes": {}}])

    (row,) = client_of(session).search(SearchQuery(WINDOW)).rows

    assert row.time == START + 1


# Searches that refuse to sort


def test_a_search_that_refuses_to_sort_is_asked_without_a_sort() -> None:
    index = IndexModel({"row": (START, START), "later": (START + 1, START)}, sorts=False)
    session = FakeSession(search_of(index), refuses_sort=True)
    client = client_of(session)

    assert client.search(SearchQuery(WINDOW)).is_unsorted
    assert len(client.search(SearchQuery(WINDOW, must_be_sorted=False)).rows) == 2
    assert "sort" not in (session.sent[-1].json or {})
    assert client.search(SearchQuery(WINDOW)).is_unsorted
    assert len(session.sent) == 5, "it is not asked to sort again"


def test_a_search_that_refuses_more_than_the_sort_is_an_error() -> None:
    session = FakeSession(search_of(IndexModel({})), refused=("conversation_updated_at",))
    client = client_of(session)

    with pytest.raises(RefusedError):
        client.search(SearchQuery(WINDOW))
    session.refused = ()
    client.search(SearchQuery(WINDOW))
    assert "sort" in (session.sent[-1].json or {})


@pytest.mark.parametrize(
    "absent", [{"links": None, "meta": None}, {"links": [], "meta": []}], ids=str
)
def test_a_response_may_lack_links_and_counts(absent: dict[str, Any]) -> None:
    session = FakeSession(
        search_of(IndexModel({"row": (START, START)})),
        spoil=lambda document: document.update(absent),
    )

    assert len(client_of(session).search(SearchQuery(WINDOW)).rows) == 1


def test_an_id_may_be_a_number() -> None:
    session = FakeSession(
        search_of(IndexModel({})),
        spoil=lambda document: document.update(
            data=[resource("x", START, START) | {"id": 17}], meta={}
        ),
    )

    (row,) = client_of(session).search(SearchQuery(WINDOW)).rows
    assert row.id == "17"


def test_a_response_with_only_rows_after_the_window_is_an_error() -> None:
    late = [resource("late", END + 1, START)]
    session = FakeSession(
        search_of(IndexModel({})), spoil=lambda answer: answer.update(data=late, meta={})
    )

    with pytest.raises(WrongResponseError, match="all rows are later"):
        client_of(session).search(SearchQuery(WINDOW))


# Counts that may stop at 10,000


def params_sent(session: FakeSession) -> list[bool]:
    """Of each request, whether it asked for the count of all rows."""
    return ["trackTotalHits" in request.params for request in session.sent]


def test_the_count_of_all_rows_is_asked_for() -> None:
    index = IndexModel({f"row{n}": (START + n, START) for n in range(90)}, total_cap=70)
    session = FakeSession(search_of(index))

    assert client_of(session).search(SearchQuery(WINDOW)).total == 90


def test_the_archive_is_not_asked_for_the_count_of_all_rows() -> None:
    session = FakeSession({ARCHIVE_PATH: IndexModel({})})
    client_of(session, path=ARCHIVE_PATH).search(SearchQuery(WINDOW))

    assert params_sent(session) == [False]


def test_once_the_count_of_all_rows_is_refused_no_search_of_the_session_asks_for_it() -> None:
    session = FakeSession(search_of(IndexModel({"row": (START, START)})), refuses_tracking=True)

    for _ in range(3):
        client = client_of(session)
        assert len(client.search(SearchQuery(WINDOW)).rows) == 1
        assert len(client.search(SearchQuery(WINDOW, Span(None, START))).rows) == 1
    assert params_sent(session) == [True, *[False] * 7]


def test_a_search_may_refuse_both_the_count_of_all_rows_and_the_sort() -> None:
    session = FakeSession(
        search_of(IndexModel({"row": (START, START)})), refuses_sort=True, refuses_tracking=True
    )
    client = client_of(session)

    assert client.search(SearchQuery(WINDOW)).is_unsorted
    asked = len(session.sent)
    assert client.search(SearchQuery(WINDOW)).is_unsorted
    assert len(client.search(SearchQuery(WINDOW, must_be_sorted=False)).rows) == 1
    assert len(session.sent) == asked + 1, "it is not asked to sort again"


@pytest.mark.parametrize("refuses_others", [False, True])
def test_a_search_that_refuses_deleted_rows_is_asked_without_them(
    refuses_others: bool, caplog: pytest.LogCaptureFixture
) -> None:
    session = FakeSession(
        search_of(IndexModel({"row": (START, START)})),
        refuses_deleted=True,
        refuses_sort=refuses_others,
        refuses_tracking=refuses_others,
    )
    client = client_of(session)

    client.search(SearchQuery(WINDOW))
    asked = len(session.sent)
    assert len(client.search(SearchQuery(WINDOW, must_be_sorted=False)).rows) == 1
    assert len(session.sent) == asked + 1, "it is not asked for deleted rows again"
    assert ("sort" in (session.sent[-1].json or {})) is not refuses_others
    assert params_sent(session)[-1] is not refuses_others
    assert "rows that are marked as deleted may be missing" in caplog.text


def test_a_refused_criterion_costs_one_more_request() -> None:
    session = FakeSession(search_of(IndexModel({})), refused=("conversation_updated_at",))

    with pytest.raises(RefusedError):
        client_of(session).search(SearchQuery(WINDOW))
    assert len(session.sent) == 2


def test_a_refused_criterion_says_nothing_about_the_count() -> None:
    session = FakeSession(search_of(IndexModel({})), refused=("conversation_updated_at",))
    client = client_of(session)

    with pytest.raises(RefusedError):
        client.search(SearchQuery(WINDOW))
    session.refused = ()
    client.search(SearchQuery(WINDOW))
    assert params_sent(session)[-1]
