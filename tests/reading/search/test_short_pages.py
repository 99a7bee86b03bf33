"""Pages that are shorter than they say are read whole."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from typing_extensions import override

from support.fake_session import FakeSession, search_of
from support.search_clients import END, START, WINDOW, CappedSession, client_of, read_by_client
from support.search_model import IndexModel
from tap_kustomer.client.errors import GaveUpError, WrongResponseError
from tap_kustomer.reading.pages import Window
from tap_kustomer.reading.search.query import SearchQuery

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_kustomer.client.session import Body, Request

T = TypeVar("T")


def test_a_server_that_puts_fewer_rows_on_a_page_than_it_says_is_read_whole() -> None:
    index = IndexModel({f"row{n}": (START + n, START) for n in range(300)})
    session = CappedSession(search_of(index))

    assert sorted(read_by_client(session)) == sorted(index.rows)
    assert len(session.sent) <= 300 / 19 + 3


def test_a_tie_arrives_whole_though_pages_have_fewer_rows_than_they_say() -> None:
    index = IndexModel(
        {f"row{n}": (START + 5, START - n) for n in range(90)}, order=random.Random(1)
    )

    assert sorted(read_by_client(CappedSession(search_of(index)))) == sorted(index.rows)


def test_a_short_page_that_comes_once_is_asked_for_again() -> None:
    index = IndexModel({f"row{n}": (START + n, START) for n in range(300)})
    session = FakeSession(search_of(index))

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
def test_a_page_of_few_rows_is_asked_for_seven_times_and_never_taken_for_the_size_of_pages(
    left: int,
) -> None:
    index = IndexModel({f"row{n}": (START + n, START) for n in range(30)})
    session = FakeSession(search_of(index), spoil=without(*(f"row{n}" for n in range(left, 30))))

    page = client_of(session).search(SearchQuery(WINDOW))

    assert len(session.sent) == 7
    assert (len(page.rows), page.total, page.is_full) == (left, 30, False)


def test_few_rows_that_come_late_are_waited_for() -> None:
    index = IndexModel({f"row{n}": (START + n, START) for n in range(30)})
    session = FakeSession(search_of(index))

    def lose_rows(document: dict[str, Any]) -> None:
        if len(session.sent) < 7:
            document["data"] = []

    session.spoil = lose_rows

    assert len(client_of(session).search(SearchQuery(WINDOW)).rows) == 30


class ImpatientSession(FakeSession):
    """Gives up a wrong response, as the real session does when `max_retry_seconds` are over."""

    @override
    def send(self, request: Request, parse: Callable[[Body], T]) -> T:
        try:
            return super().send(request, parse)
        except WrongResponseError as error:
            raise GaveUpError(str(error)) from error


def test_rows_that_are_missing_when_the_time_to_retry_is_over_do_not_fail_the_search() -> None:
    index = IndexModel({f"row{n}": (START + n, START) for n in range(30)})
    session = ImpatientSession(search_of(index), spoil=without("row29"), attempts=1)
    query = SearchQuery(Window(START + 25, END))

    assert len(client_of(session).search(query).rows) == 4
    assert len(session.sent) == 2


def test_other_errors_fail_the_search_when_the_time_to_retry_is_over() -> None:
    index = IndexModel({f"row{n}": (START + n, START) for n in range(30)})
    session = ImpatientSession(
        search_of(index),
        spoil=lambda document: document["meta"].update(timed_out=True),
        attempts=1,
    )

    with pytest.raises(GaveUpError, match="timed out"):
        client_of(session).search(SearchQuery(WINDOW))
    assert len(session.sent) == 1


def test_a_search_that_is_known_to_hide_rows_is_asked_twice() -> None:
    index = IndexModel({f"row{n}": (START + n, START) for n in range(30)})
    session = FakeSession(search_of(index), spoil=without("row29"))
    client = client_of(session)
    for start in (START + 25, START + 26):
        session.sent.clear()
        client.search(SearchQuery(Window(start, END)))

    assert len(session.sent) == 2


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
