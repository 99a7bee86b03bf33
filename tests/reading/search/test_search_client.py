"""What is sent for a query, and which answers are accepted."""

from __future__ import annotations

import random
from bisect import bisect_left
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from typing_extensions import override

from support.search_model import IndexModel, resource
from support.stand_in import StandIn, search_of
from tap_kustomer.client.errors import RefusedError, WrongResponseError
from tap_kustomer.reading.pages import Window
from tap_kustomer.reading.search import client as client_module
from tap_kustomer.reading.search.client import SearchClient
from tap_kustomer.reading.search.keyset import Keyset
from tap_kustomer.reading.search.query import (
    ARCHIVE_PATH,
    PATH,
    REFUSED_PAGE,
    SearchPage,
    SearchQuery,
    Span,
    parse_page,
)
from tap_kustomer.reading.sources import Criterion, Search

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_kustomer.client.session import Body, Request, Session
    from tap_kustomer.reading.search.query import ServerBehaviour

START = 1_750_000_000_000
END = START + 600_000
WINDOW = Window(START, END)


def client_of(session: StandIn, *, page_size: int = 50, path: str = PATH) -> SearchClient:
    return SearchClient(
        cast("Session", session),
        Search("conversation"),
        Criterion("conversation_updated_at"),
        path=path,
        page_size=page_size,
    )


def read(session: StandIn, window: Window = WINDOW, *, page_size: int = 50) -> list[str]:
    """Read all ids in a window with one keyset."""
    client = client_of(session, page_size=page_size)
    keyset = Keyset(window, "conversations")
    ids = []
    while keyset.query is not None:
        assert len(session.sent) < 1_000, "it does not come to an end"
        ids += [row.id for row in keyset.learn(client.search(keyset.query))]
    assert keyset.shortfall is None
    return ids


def bounds_sent(session: StandIn) -> list[list[dict[str, dict[str, str]]]]:
    return [request.json["and"] for request in session.sent if request.json]


def test_each_bound_is_a_criterion_of_its_own_in_the_form_that_the_documentation_shows() -> None:
    session = StandIn(search_of(IndexModel({})))
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
    session = StandIn(search_of(IndexModel({})))
    client_of(session).search(SearchQuery(WINDOW, Span(None, START)))

    assert bounds_sent(session)[0][2:] == [
        {"conversation_created_at": {"lte": "2025-06-15T15:06:40.000Z"}}
    ]


def test_the_archive_is_asked_at_its_own_path() -> None:
    session = StandIn({ARCHIVE_PATH: IndexModel({})})
    client_of(session, path=ARCHIVE_PATH).search(SearchQuery(WINDOW))

    assert [request.path for request in session.sent] == [ARCHIVE_PATH]


def test_a_refused_window_is_an_error() -> None:
    session = StandIn(search_of(IndexModel({})), refused=("conversation_updated_at",))

    with pytest.raises(RefusedError):
        client_of(session).search(SearchQuery(WINDOW))


@pytest.mark.parametrize(
    "query", [SearchQuery(WINDOW, page=3), SearchQuery(WINDOW, created=Span(START, END))]
)
def test_a_refused_page_or_span_of_creation_is_an_answer(query: SearchQuery) -> None:
    index = IndexModel({}, row_cap=100, knows_creation=False)

    assert client_of(StandIn(search_of(index))).search(query) is REFUSED_PAGE


# Answers that contradict themselves or the query


def spoiled_once(session: StandIn, **changes: Any) -> None:
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
def test_an_answer_that_cannot_be_true_is_asked_for_again(changes: dict[str, Any]) -> None:
    session = StandIn(search_of(IndexModel({f"row{n}": (START + n, START) for n in range(2)})))
    spoiled_once(session, **changes)

    assert len(client_of(session).search(SearchQuery(WINDOW)).rows) == 2
    assert len(session.sent) == 2


def test_rows_out_of_order_are_asked_for_again_before_they_count_as_unsorted() -> None:
    session = StandIn(search_of(IndexModel({f"row{n}": (START + n, START) for n in range(9)})))
    rows = [resource("later", START + 5, START), resource("earlier", START, START)]
    spoiled_once(session, data=rows, meta={})

    assert not client_of(session).search(SearchQuery(WINDOW)).is_unsorted
    session.spoil = lambda document: document.update(data=rows, meta={})
    assert client_of(session).search(SearchQuery(WINDOW)).is_unsorted


def test_without_a_count_a_page_that_links_to_a_next_one_is_not_the_last() -> None:
    session = StandIn(search_of(IndexModel({"row": (START, START)})))

    def leave_out_count(document: dict[str, Any]) -> None:
        document.update(meta={}, links={"next": "/v1/customers/search?page=2"})

    session.spoil = leave_out_count

    assert client_of(session).search(SearchQuery(WINDOW)).is_full


# Pages that are shorter than they say


class CappedSession(StandIn):
    """Puts fewer rows on a page than it says."""

    most = 20

    @override
    def _document(self, request: Request) -> dict[str, Any]:
        asked = int(request.params["pageSize"])
        sent = replace(request, params={**request.params, "pageSize": min(asked, self.most)})
        document = super()._document(sent)
        document["meta"]["pageSize"] = asked
        return document


def test_a_server_that_puts_fewer_rows_on_a_page_than_it_says_is_read_whole() -> None:
    index = IndexModel({f"row{n}": (START + n, START) for n in range(300)})
    session = CappedSession(search_of(index))

    assert sorted(read(session)) == sorted(index.rows)
    assert len(session.sent) <= 300 / 19 + 3


def test_a_tie_arrives_whole_though_pages_have_fewer_rows_than_they_say() -> None:
    index = IndexModel(
        {f"row{n}": (START + 5, START - n) for n in range(90)}, order=random.Random(1)
    )

    assert sorted(read(CappedSession(search_of(index)))) == sorted(index.rows)


def test_a_short_page_that_comes_once_is_asked_for_again() -> None:
    index = IndexModel({f"row{n}": (START + n, START) for n in range(300)})
    session = StandIn(search_of(index))

    def lose_rows(document: dict[str, Any]) -> None:
        if len(session.sent) in {1, 3}:
            del document["data"][10:]

    session.spoil = lose_rows
    answer = client_of(session).search(SearchQuery(WINDOW))

    assert len(answer.rows) == 50


def without(*lost: str) -> Callable[[dict[str, Any]], None]:
    """Hide rows that are counted."""

    def spoil(document: dict[str, Any]) -> None:
        document["data"] = [row for row in document["data"] if row["id"] not in lost]

    return spoil


@pytest.mark.parametrize("left", [0, 1, 9])
def test_a_page_of_few_rows_is_never_taken_for_the_size_of_pages(left: int) -> None:
    index = IndexModel({f"row{n}": (START + n, START) for n in range(30)})
    session = StandIn(search_of(index), spoil=without(*(f"row{n}" for n in range(left, 30))))

    with pytest.raises(WrongResponseError, match=f"{left} rows on page 1 of 30 rows"):
        client_of(session).search(SearchQuery(WINDOW))


def test_a_page_with_more_rows_shows_that_pages_are_not_smaller() -> None:
    index = IndexModel({f"row{n}": (START + n, START) for n in range(40)})
    session = CappedSession(search_of(index))
    client = client_of(session)
    for start in (START, START + 1):
        client.search(SearchQuery(Window(start, END)))
    twenty = SearchQuery(Window(START + 2, START + 21))
    assert client.search(twenty).is_full

    session.most = 50

    assert len(client.search(SearchQuery(WINDOW)).rows) == 40
    assert not client.search(twenty).is_full


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
    session = StandIn(search_of(index), spoil=timeless("row0", "row2", attributes=attributes))

    client, window = client_of(session), Window(START, START + 9)
    answer = client.search(SearchQuery(window))

    assert answer.is_unsorted
    assert len(session.sent) == 3
    parts = client.search(SearchQuery(window, sorted=False))
    assert [row.time - START for row in parts.rows] == [0, 1, 1, 3]


def test_a_time_that_is_missing_once_is_asked_for_again() -> None:
    session = StandIn(search_of(IndexModel({"row": (START + 1, START)})))
    spoiled_once(session, data=[{"id": "row", "attributes": {}}])

    (row,) = client_of(session).search(SearchQuery(WINDOW)).rows

    assert row.time == START + 1


# Searches that refuse to sort


def test_a_search_that_refuses_to_sort_is_asked_without_a_sort() -> None:
    index = IndexModel({"row": (START, START)})
    session = StandIn(search_of(index), refuses_sort=True)
    client = client_of(session)

    assert client.search(SearchQuery(WINDOW)).is_unsorted
    assert len(client.search(SearchQuery(WINDOW, sorted=False)).rows) == 1
    assert "sort" not in (session.sent[-1].json or {})
    assert client.search(SearchQuery(WINDOW)).is_unsorted
    assert len(session.sent) == 4, "it is not asked to sort again"


def test_a_search_that_refuses_more_than_the_sort_is_an_error() -> None:
    session = StandIn(search_of(IndexModel({})), refused=("conversation_updated_at",))
    client = client_of(session)

    with pytest.raises(RefusedError):
        client.search(SearchQuery(WINDOW))
    session.refused = ()
    client.search(SearchQuery(WINDOW))
    assert "sort" in (session.sent[-1].json or {})


def test_an_answer_with_only_rows_after_the_window_is_an_error() -> None:
    late = [resource("late", END + 1, START)]
    session = StandIn(
        search_of(IndexModel({})), spoil=lambda answer: answer.update(data=late, meta={})
    )

    with pytest.raises(WrongResponseError, match="all rows are later"):
        client_of(session).search(SearchQuery(WINDOW))


# Counts that may stop at 10,000


def params_sent(session: StandIn) -> list[bool]:
    """Of each request, whether it asked for the count of all rows."""
    return ["trackTotalHits" in request.params for request in session.sent]


def test_the_count_of_all_rows_is_asked_for() -> None:
    index = IndexModel({f"row{n}": (START + n, START) for n in range(90)}, total_cap=70)
    session = StandIn(search_of(index))

    assert client_of(session).search(SearchQuery(WINDOW)).total == 90


def test_the_archive_is_not_asked_for_the_count_of_all_rows() -> None:
    session = StandIn({ARCHIVE_PATH: IndexModel({})})
    client_of(session, path=ARCHIVE_PATH).search(SearchQuery(WINDOW))

    assert params_sent(session) == [False]


def test_once_the_count_of_all_rows_is_refused_no_search_of_the_session_asks_for_it() -> None:
    session = StandIn(search_of(IndexModel({"row": (START, START)})), refuses_tracking=True)

    for _ in range(3):
        client = client_of(session)
        assert len(client.search(SearchQuery(WINDOW)).rows) == 1
        assert len(client.search(SearchQuery(WINDOW, Span(None, START))).rows) == 1
    assert params_sent(session) == [True, *[False] * 6]


def test_a_search_may_refuse_both_the_count_of_all_rows_and_the_sort() -> None:
    session = StandIn(
        search_of(IndexModel({"row": (START, START)})), refuses_sort=True, refuses_tracking=True
    )
    client = client_of(session)

    assert client.search(SearchQuery(WINDOW)).is_unsorted
    asked = len(session.sent)
    assert client.search(SearchQuery(WINDOW)).is_unsorted
    assert len(client.search(SearchQuery(WINDOW, sorted=False)).rows) == 1
    assert len(session.sent) == asked + 1, "it is not asked to sort again"


def test_a_refused_criterion_says_nothing_about_the_count() -> None:
    session = StandIn(search_of(IndexModel({})), refused=("conversation_updated_at",))
    client = client_of(session)

    with pytest.raises(RefusedError):
        client.search(SearchQuery(WINDOW))
    session.refused = ()
    client.search(SearchQuery(WINDOW))
    assert params_sent(session)[-1]


# What threads that share a client learn from each other


@dataclass
class Interrupted:
    """A page that lets another thread run when one of its attributes is read."""

    answer: SearchPage
    attribute: str
    other: Callable[[], object]

    def __getattr__(self, name: str) -> Any:
        if name == self.attribute:
            self.attribute = ""
            self.other()
        return getattr(self.answer, name)


def interrupt(monkeypatch: pytest.MonkeyPatch, attribute: str, other: Callable[[], object]) -> None:
    """Let another thread run while the next page is checked, when that attribute is read."""

    def once(body: Body, query: SearchQuery, behaviour: ServerBehaviour) -> SearchPage:
        monkeypatch.setattr(client_module, "parse_page", parse_page)
        answer = parse_page(body, query, behaviour)
        return cast("SearchPage", Interrupted(answer, attribute, other))

    monkeypatch.setattr(client_module, "parse_page", once)


def test_another_thread_may_learn_that_pages_are_larger_while_an_answer_is_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = CappedSession(
        search_of(IndexModel({f"row{n}": (START + n, START) for n in range(90)}))
    )
    client = client_of(session)
    for start in (START, START + 1):
        client.search(SearchQuery(Window(start, END)))
    session.most = 50
    interrupt(monkeypatch, "rows", lambda: client.search(SearchQuery(WINDOW)))

    assert len(client.search(SearchQuery(Window(START, START + 9))).rows) == 10


def test_another_thread_may_learn_of_finer_times_while_an_answer_is_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    session = fine_session([5_000])
    client = client_of(session)
    # An empty answer shows no times; the other one shows microseconds.
    interrupt(monkeypatch, "digits", lambda: client.search(SearchQuery(WINDOW)))
    client.search(SearchQuery(Window(START + 100, START + 200)))

    client.search(SearchQuery(Window(START, START + 1)))
    assert "001999Z" in str(bounds_sent(session)[-1])


class Watched(SearchClient):
    """Checks that what threads share in it is replaced by one of them at a time."""

    @override
    def __setattr__(self, name: str, value: object) -> None:
        if name == "_behaviour" and name in vars(self):
            assert self._lock.locked()
        super().__setattr__(name, value)


def test_what_threads_share_is_replaced_under_a_lock() -> None:
    client = Watched(
        cast("Session", fine_session([5_000])),
        Search("conversation"),
        Criterion("conversation_updated_at"),
        page_size=50,
    )

    assert client.search(SearchQuery(WINDOW)).digits == 6


def test_another_thread_may_learn_that_sorting_is_refused_while_a_refusal_is_on_its_way() -> None:
    session = StandIn(search_of(IndexModel({"row": (START, START)})), refuses_sort=True)
    client = client_of(session)
    send = session.send

    def send_late(request: Request, parse: Callable[[Body], Any]) -> Any:
        monkeypatch.undo()
        client.search(SearchQuery(WINDOW))
        return send(request, parse)

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(session, "send", send_late)
        assert client.search(SearchQuery(WINDOW)).is_unsorted


# Times that are finer than milliseconds

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class FineSession(StandIn):
    """Has rows with times in microseconds, and compares them as such.

    Attributes:
        updated: The times of its rows.
    """

    updated: list[int]

    @override
    def _document(self, request: Request) -> dict[str, Any]:
        assert request.json is not None
        (lowest,), (highest,) = (bound.values() for bound in request.json["and"])
        first = bisect_left(self.updated, _microseconds(lowest["gte"]))
        end = bisect_left(self.updated, _microseconds(highest["lte"]) + 1)
        size, page = int(request.params["pageSize"]), int(request.params["page"])
        start = first + (page - 1) * size
        numbers = range(start, max(min(start + size, end), start))
        return {
            "meta": {"page": page, "pageSize": size, "total": end - first},
            "data": [
                {"id": f"row{n}", "attributes": {"updatedAt": _text(self.updated[n])}}
                for n in numbers
            ],
        }


def _microseconds(text: str) -> int:
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)


def _text(time: int) -> str:
    moment = EPOCH + timedelta(microseconds=time)
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z"


def fine_session(updated: list[int]) -> FineSession:
    session = FineSession()
    session.updated = sorted(START * 1_000 + time for time in updated)
    return session


def test_rows_within_one_millisecond_all_arrive() -> None:
    session = fine_session([5_000 + n for n in range(130)] + [9_000_000])

    assert len(read(session)) == 131


@pytest.mark.parametrize("seed", range(20))
def test_rows_with_finer_times_than_milliseconds_all_arrive_once(seed: int) -> None:
    draw = random.Random(seed)
    session = fine_session([draw.randrange(30_000) for _ in range(400)])

    ids = read(session)

    assert sorted(ids) == sorted(f"row{n}" for n in range(400))


def test_between_two_windows_no_row_with_a_finer_time_is_lost() -> None:
    session = fine_session(list(range(0, 100_000, 50)))
    client = client_of(session)

    client.search(SearchQuery(WINDOW))
    totals = [
        client.search(SearchQuery(Window(START + first, START + last))).total
        for first, last in [(0, 49), (50, 99)]
    ]

    assert totals == [1_000, 1_000]


def test_bounds_have_as_many_digits_as_times_came_with() -> None:
    session = fine_session([1, 2, 3])
    client = client_of(session)

    client.search(SearchQuery(WINDOW))
    client.search(SearchQuery(Window(START, START + 1)))

    assert bounds_sent(session)[1] == [
        {"conversation_updated_at": {"gte": "2025-06-15T15:06:40.000000Z"}},
        {"conversation_updated_at": {"lte": "2025-06-15T15:06:40.001999Z"}},
    ]
