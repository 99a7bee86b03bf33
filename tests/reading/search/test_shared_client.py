"""What threads that share a search client learn from each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import pytest
from typing_extensions import override

from support.fake_session import FakeSession, search_of
from support.search_clients import (
    END,
    START,
    WINDOW,
    CappedSession,
    bounds_sent,
    client_of,
    fine_session,
)
from support.search_model import IndexModel
from tap_kustomer.reading.pages import Window
from tap_kustomer.reading.search import client as client_module
from tap_kustomer.reading.search.client import SearchClient
from tap_kustomer.reading.search.query import (
    SearchPage,
    SearchQuery,
    parse_page,
)
from tap_kustomer.reading.sources import Criterion, Search

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_kustomer.client.session import Body, Request, Session
    from tap_kustomer.reading.search.query import ServerBehaviour


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

    def once(
        body: Body, query: SearchQuery, behaviour: ServerBehaviour, **asked: Any
    ) -> SearchPage:
        monkeypatch.setattr(client_module, "parse_page", parse_page)
        answer = parse_page(body, query, behaviour, **asked)
        return cast("SearchPage", Interrupted(answer, attribute, other))

    monkeypatch.setattr(client_module, "parse_page", once)


def test_another_thread_may_learn_that_pages_are_larger_while_a_response_is_checked(
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


def test_another_thread_may_learn_of_finer_times_while_a_response_is_checked(
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
    session = FakeSession(search_of(IndexModel({"row": (START, START)})), refuses_sort=True)
    client = client_of(session)
    send = session.send

    def send_late(request: Request, parse: Callable[[Body], Any]) -> Any:
        monkeypatch.undo()
        client.search(SearchQuery(WINDOW))
        return send(request, parse)

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(session, "send", send_late)
        assert client.search(SearchQuery(WINDOW)).is_unsorted
