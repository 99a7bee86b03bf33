"""Rows that take one request per parent come in the order of the parents."""

from __future__ import annotations

import random
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override

from tap_kustomer import times
from tap_kustomer.client.errors import (
    AccessError,
    MissingError,
    PagingError,
    RedirectError,
    RefusedError,
    RequestError,
)
from tap_kustomer.client.session import Body
from tap_kustomer.client.workers import Workers
from tap_kustomer.reading.children import NoParentFoundError, read_children
from tap_kustomer.reading.pages import IncompleteError, Page
from tap_kustomer.reading.sources import Batch, PagedList, PerParent, Search
from tap_kustomer.resource import PARENT

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from tap_kustomer.client.session import Request, Session

T = TypeVar("T")
Resource = dict[str, Any]
Document = dict[str, Any]

NOW = 1_750_000_000_000
CONVERSATIONS = Search("conversation")
EVENTS = PerParent(CONVERSATIONS, "/v1/conversations/{id}/events")


@dataclass
class Lists:
    """Answers with the pages of a list or an error, by path."""

    answers: dict[str, list[Document] | RequestError]
    sent: list[Request] = field(default_factory=list)
    base_url: str = "https://acme.api.kustomerapp.com"

    def send(self, request: Request, parse: Callable[[Body], T]) -> T:
        self.sent.append(request)
        answer = self.answers.get(request.path, MissingError(f"{request} answered 404"))
        if isinstance(answer, RequestError):
            raise answer
        page = int(request.params["page"])
        document = answer[page - 1] if page <= len(answer) else {**answer[-1], "data": []}
        return parse(Body(msgspec.json.encode(document)))

    @property
    def paths(self) -> list[str]:
        return [request.path for request in self.sent]


class LazyWorkers(Workers):
    """Runs no task before its result is needed, and then one of those that are needed.

    Attributes:
        most: The most results that were needed at once.
    """

    def __init__(self, draw: Callable[[list[Any]], Any] = lambda futures: futures[-1]) -> None:
        super().__init__(0, lambda: None)
        self.most = 0
        self._draw = draw
        self._tasks: dict[Future[Any], Callable[[], Any]] = {}  # type: ignore[assignment]

    @override
    def submit(self, task: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()
        self._tasks[future] = task
        return future

    @override
    def finished(self, futures: Collection[Future[T]]) -> set[Future[T]]:
        self.most = max(self.most, len(futures))
        future: Future[T] = self._draw(list(futures))
        task = self._tasks.pop(future)
        try:
            future.set_result(task())
        except RequestError as error:
            future.set_exception(error)
        return {future}

    @property
    def left(self) -> list[Future[Any]]:
        """The tasks that were not run yet."""
        return list(self._tasks)


def rows(*ids: str, next_page: int | None = None, **meta: Any) -> Document:
    """A page of a list."""
    data = [{"type": "customer_event", "id": row_id} for row_id in ids]
    following = None if next_page is None else f"?page={next_page}"
    return {"data": data, "links": {"next": following}, "meta": meta}


def events(answers: Mapping[str, list[Document] | RequestError]) -> Lists:
    """The events of conversations, by the conversation's id."""
    return Lists({f"/v1/conversations/{key}/events": answer for key, answer in answers.items()})


def parent(key: str, time: int | None = None, /, **attributes: Any) -> Resource:
    updated_at = {} if time is None else {"updatedAt": times.to_text(time)}
    return {"type": "conversation", "id": key, "attributes": {**updated_at, **attributes}}


def parents(*keys: str) -> list[Page]:
    return [Page([parent(key) for key in keys])]


def pages_of(
    lists: Lists,
    given: Iterable[Page],
    source: PerParent = EVENTS,
    *,
    parallel: int = 2,
    workers: Workers | None = None,
) -> Iterator[Page]:
    session = cast("Session", lists)
    return read_children(
        session, workers or LazyWorkers(), source, given, "events", parallel=parallel
    )


def read(lists: Lists, given: Iterable[Page], source: PerParent = EVENTS) -> list[Resource]:
    return [row for page in pages_of(lists, given, source) for row in page.resources]


def ids(found: Iterable[Resource]) -> list[Any]:
    return [row["id"] for row in found]


def test_the_rows_of_each_parent_come_in_the_order_of_the_parents() -> None:
    lists = events({f"c{n}": [rows(f"c{n}-a", f"c{n}-b")] for n in range(30)})
    given = [Page([parent(f"c{n}") for n in range(start, start + 10)]) for start in (0, 10, 20)]

    found = read(lists, given)

    assert ids(found) == [f"c{n}-{letter}" for n in range(30) for letter in "ab"]


def test_a_request_names_the_parent_and_has_the_parameters_of_the_source() -> None:
    source = PerParent(CONVERSATIONS, "/v1/x/{id}/y", page_size=40, params={"include": "z"})
    lists = Lists({"/v1/x/a%2Fb%3F/y": [rows("1")]})

    assert ids(read(lists, parents("a/b?"), source)) == ["1"]
    (request,) = lists.sent
    assert request.method == "GET"
    assert request.params == {"include": "z", "page": 1, "pageSize": 40}


def test_the_list_of_a_parent_is_followed_to_its_end() -> None:
    lists = events({"a": [rows("1", "2", next_page=2), rows("2", "3")], "b": [rows("4")]})

    assert ids(read(lists, parents("a", "b"))) == ["1", "2", "3", "4"]


def test_a_row_names_its_parent() -> None:
    given = [Page([parent("a", NOW), {"type": "conversation", "id": "b", "attributes": None}])]

    first, second = read(events({"a": [rows("1")], "b": [rows("2")]}), given)

    link = {"id": "a", "type": "conversation", "updatedAt": "2025-06-15T15:06:40.000Z"}
    assert first[PARENT] == link
    assert second[PARENT] == {"id": "b", "type": "conversation", "updatedAt": None}


def test_a_row_two_levels_down_names_the_parent_and_the_parents_own_parent() -> None:
    sessions = PerParent(Search("customer"), "/v1/customers/{id}/sessions")
    visits = PerParent(sessions, "/v1/customers/{parent_id}/sessions/{id}/events")
    lists = Lists(
        {
            "/v1/customers/a/sessions": [rows("s1", "s2")],
            "/v1/customers/a/sessions/s1/events": [rows("1")],
            "/v1/customers/a/sessions/s2/events": [rows("2")],
        }
    )

    found = read(lists, pages_of(lists, parents("a"), sessions), visits)

    assert ids(found) == ["1", "2"]
    assert found[0][PARENT] == {
        "id": "s1",
        "type": "customer_event",
        "updatedAt": None,
        "parent_id": "a",
    }


def test_a_parent_may_be_asked_about_by_another_id_or_not_at_all() -> None:
    source = PerParent(
        CONVERSATIONS,
        "/v1/satisfaction-responses/{id}",
        key=lambda conversation: conversation["attributes"].get("formResponse"),
    )
    lists = Lists({"/v1/satisfaction-responses/f": [{"data": {"type": "response", "id": "f"}}]})

    (row,) = read(lists, [Page([parent("a"), parent("b", formResponse="f")])], source)

    assert (row["id"], row[PARENT]["id"]) == ("f", "b")
    assert lists.paths == ["/v1/satisfaction-responses/f"]


@pytest.mark.parametrize("is_one", [True, False])
def test_rows_may_come_beside_the_parent(is_one: bool) -> None:
    holiday = {"type": "holiday", "id": "1"}
    document = {
        "data": {"type": "schedule", "id": "a"},
        "included": holiday if is_one else [holiday, {"type": "user", "id": "2"}],
    }
    source = PerParent(PagedList("/v1/schedules"), "/v1/schedules/{id}", included="holiday")

    found = read(Lists({"/v1/schedules/a": [document]}), parents("a"), source)

    assert [(row["type"], row["id"]) for row in found] == [("holiday", "1")]


def test_a_parent_whose_rows_come_with_the_list_of_parents_is_not_asked_about() -> None:
    source = PerParent(PagedList("/v1/schedules"), "/v1/schedules/{id}", included="holiday")
    first, second = ({"type": "schedule", "id": key} for key in "ab")
    beside = {
        "type": "holiday",
        "id": "1",
        "relationships": {"org": None, "schedule": {"data": {"type": "schedule", "id": "a"}}},
    }
    document = {"data": second, "included": [{"type": "holiday", "id": "2"}]}
    lists = Lists({"/v1/schedules/b": [document]})

    found = read(lists, [Page([first, second, beside])], source)

    assert [(row["id"], row[PARENT]["id"]) for row in found] == [("1", "a"), ("2", "b")]
    assert lists.paths == ["/v1/schedules/b"]


def test_a_parent_may_take_several_requests() -> None:
    source = PerParent(
        PagedList("/v1/articles"),
        "/v1/articles/{id}/versions/{part}",
        parts=lambda article: article["attributes"]["langs"],
    )
    lists = Lists(
        {
            "/v1/articles/a/versions/en%2Fus": [rows("1")],
            "/v1/articles/a/versions/de": [rows("2")],
        }
    )
    given = [Page([parent("a", langs=["en/us", "de"]), parent("b", langs=[])])]

    found = read(lists, given, source)

    assert [(row["id"], row[PARENT]["id"]) for row in found] == [("1", "a"), ("2", "a")]


def test_parents_are_done_only_after_the_last_of_their_requests() -> None:
    source = PerParent(CONVERSATIONS, "/v1/x/{id}/{part}", parts=lambda _: ("1", "2"))
    lists = Lists({f"/v1/x/{key}/{part}": [rows(key + part)] for key in "ab" for part in "12"})
    given = [Page([parent("a", NOW), parent("b", NOW + 1)], NOW + 9)]

    found = [page.reached for page in pages_of(lists, given, source)]

    assert [reached for reached in found if reached is not None] == [NOW, NOW + 9]


def test_a_parameter_may_name_the_parent() -> None:
    source = PerParent(PagedList("/v1/klasses"), "/v1/snoozes", params={"klassId": "{id}"})
    lists = Lists({"/v1/snoozes": [rows("1")]})

    read(lists, parents("k"), source)

    assert [request.params["klassId"] for request in lists.sent] == ["k"]


SUMMARIES = PerParent(
    CONVERSATIONS, "/v1/summaries", batch=Batch(parameter="ids", owner="resourceId", size=3)
)


@dataclass
class Summaries(Lists):
    """Answers with the summary of each conversation asked about, if they are not too many."""

    answers: dict[str, list[Document] | RequestError] = field(default_factory=dict)
    most: int = 3

    @override
    def send(self, request: Request, parse: Callable[[Body], T]) -> T:
        asked = str(request.params["ids"]).split(",")
        self.answers["/v1/summaries"] = (
            RefusedError(f"{request} answered 400")
            if len(asked) > self.most
            else [
                {
                    "data": [
                        {"type": "summary", "id": f"s{key}", "attributes": {"resourceId": key}}
                        for key in reversed(asked)
                    ]
                }
            ]
        )
        return super().send(request, parse)

    @property
    def asked(self) -> list[str]:
        return [str(request.params["ids"]) for request in self.sent]


def test_one_request_asks_about_several_parents() -> None:
    lists = Summaries()

    found = read(lists, [Page([parent(key, NOW) for key in "abcd"], NOW)], SUMMARIES)

    assert [(row["id"], row[PARENT]["id"]) for row in found] == [(f"s{k}", k) for k in "abcd"]
    assert sorted(lists.asked) == ["a,b,c", "d"]


@pytest.mark.parametrize("most", [1, 2])
def test_a_request_about_too_many_parents_is_split(most: int) -> None:
    lists = Summaries(most=most)

    found = read(lists, parents("a", "b", "c"), SUMMARIES)

    assert sorted(ids(found)) == ["sa", "sb", "sc"]


def test_a_request_about_one_parent_that_is_refused_is_an_error() -> None:
    with pytest.raises(RefusedError):
        read(Summaries(most=0), parents("a", "b"), SUMMARIES)


def test_rows_of_parents_that_were_not_asked_about_are_dropped_but_not_those_of_unknown_ones() -> (
    None
):
    data: list[Resource] = [
        {"type": "summary", "id": "1", "attributes": {"resourceId": "other"}},
        {"type": "summary", "id": "2", "attributes": {}},
    ]
    lists = Lists({"/v1/summaries": [{"data": data}]})

    (row,) = read(lists, parents("a"), SUMMARIES)

    assert (row["id"], row[PARENT]["id"]) == ("2", None)


def test_a_row_that_has_its_id_only_in_its_link_gets_it_from_there() -> None:
    links = [
        "/v1/messages/m/attachments/1",
        "https://acme.api.kustomerapp.com/v1/messages/m/attachments/2?x=y",
        "/v1/conversations/a/events?page=1",  # That is the list.
        "/",
        7,
        "https://[not-an-address/4",
    ]
    data: list[Resource] = [{"links": {"self": link}} for link in links]
    data += [{"links": None}, {"id": "own", "links": {"self": "/v1/messages/m/attachments/3"}}]

    found = read(events({"a": [{"data": data}]}), parents("a"))

    assert ids(found) == ["1", "2", None, None, None, None, None, "own"]


@pytest.mark.parametrize("id_", [None, "", [], {"a": 1}, 1.5])
def test_a_parent_without_an_id_that_a_path_can_hold_is_not_asked_about(id_: Any) -> None:
    lists = events({})

    assert read(lists, [Page([{**parent("a"), "id": id_}])]) == []
    assert not lists.sent


def test_a_number_is_an_id_too() -> None:
    through: Resource = {"id": 8, "attributes": {}, PARENT: {"id": 9, "updatedAt": None}}
    source = PerParent(EVENTS, "/v1/conversations/{parent_id}/events/{id}/files")
    lists = Lists({"/v1/conversations/9/events/8/files": [rows("1")]})

    assert ids(read(lists, [Page([through])], source)) == ["1"]


def test_a_missing_parent_has_no_rows() -> None:
    lists = events({"a": [rows("1")], "c": [rows("3")]})

    assert ids(read(lists, parents("a", "b", "c"))) == ["1", "3"]


def test_the_first_parents_may_all_be_missing() -> None:
    keys = [f"c{n}" for n in range(500)]

    assert ids(read(events({"c499": [rows("1")]}), parents(*keys))) == ["1"]


def test_too_many_missing_parents_at_first_mean_that_there_is_no_such_endpoint() -> None:
    lists = events({"c500": [rows("1")]})

    with pytest.raises(
        MissingError, match=r"events: the first 500 parents have none: .* 404"
    ) as caught:
        read(lists, parents(*(f"c{n}" for n in range(600))))
    assert not isinstance(caught.value, NoParentFoundError)
    assert len(lists.sent) < 520


def test_after_an_answer_any_number_of_parents_may_be_missing() -> None:
    lists = events({"c0": [rows("1")]})

    assert ids(read(lists, parents(*(f"c{n}" for n in range(600))))) == ["1"]


def test_if_every_parent_is_missing_an_error_follows_the_last_page() -> None:
    given = [Page([parent(key, NOW + n) for n, key in enumerate("abc")], reached=NOW + 9)]
    found: list[int | None] = []

    with pytest.raises(NoParentFoundError, match=r"no parent has any \(asked about: 3\): .* 404"):
        found.extend(page.reached for page in pages_of(events({}), given))
    assert found == [None, None, None]


def test_two_levels_down_it_is_an_error_too_if_every_parent_is_missing() -> None:
    sessions = PerParent(Search("customer"), "/v1/customers/{id}/sessions")
    visits = PerParent(sessions, "/v1/sessions/{id}/events")
    lists = Lists({})

    with pytest.raises(NoParentFoundError, match="asked about: 2"):
        read(lists, pages_of(lists, parents("a", "b"), sessions), visits)


def test_a_parent_without_rows_shows_that_the_endpoint_exists() -> None:
    assert read(events({"b": [rows()]}), parents("a", "b")) == []


def test_without_any_parent_nothing_is_missing() -> None:
    assert read(events({}), [Page([])]) == []


def test_parents_marked_as_deleted_say_nothing_about_the_endpoint() -> None:
    deleted = [parent(f"c{n}", deleted=True) for n in range(600)]

    assert read(events({}), [Page(deleted)]) == []
    assert ids(read(events({"a": [rows("1")]}), [Page([*deleted, parent("a")])])) == ["1"]
    with pytest.raises(NoParentFoundError, match="asked about: 1"):
        read(events({}), [Page([*deleted, parent("a")])])


def test_parents_found_by_search_show_up_to_when_their_rows_are_read() -> None:
    lists = events({"a": [rows("1")], "b": [rows("2")], "c": [rows("3")]})
    given = [
        Page([parent("a", NOW), parent("b", NOW + 5)], reached=NOW + 7),
        Page([parent("c", NOW + 9)], reached=NOW + 9),
    ]

    found = [(ids(page.resources), page.reached) for page in pages_of(lists, given)]

    assert found == [(["1"], NOW), (["2"], NOW + 7), (["3"], NOW + 9)]


def test_rows_reach_no_later_time_than_the_page_of_their_parents() -> None:
    lists = events({"a": [rows("1")], "b": [rows("2")]})
    given = [Page([parent("a", NOW + 8), parent("b", NOW + 9)], reached=NOW)]

    assert [page.reached for page in pages_of(lists, given)] == [NOW, NOW]


@pytest.mark.parametrize("updated_at", [None, "soon", 7])
def test_after_a_parent_without_a_time_only_the_end_of_its_page_is_reached(updated_at: Any) -> None:
    lists = events({"a": [rows("1")], "b": [rows("2")]})
    given = [Page([parent("a", updatedAt=updated_at), parent("b")], reached=NOW)]

    assert [page.reached for page in pages_of(lists, given)] == [None, NOW]


def test_parents_of_a_list_reach_no_time() -> None:
    lists = events({"a": [rows("1")], "b": [rows("2")]})
    given = [Page([parent("a", NOW), parent("b", NOW)])]

    assert [page.reached for page in pages_of(lists, given)] == [None, None]


def test_parents_without_rows_advance_the_time_that_is_reached() -> None:
    source = PerParent(
        CONVERSATIONS,
        EVENTS.path,
        key=lambda conversation: conversation["attributes"].get("key"),
    )
    asked = Page([parent("a", NOW, key="a"), parent("b", NOW + 1), parent("c")], reached=NOW + 2)
    given = [Page([], reached=NOW - 1), asked, Page([parent("d", NOW + 3)])]

    found = [
        (ids(page.resources), page.reached)
        for page in pages_of(events({"a": [rows("1")]}), given, source)
    ]

    assert found == [([], NOW - 1), (["1"], NOW + 2)]


def test_two_levels_down_only_the_end_of_a_page_of_parents_is_reached() -> None:
    sessions = PerParent(Search("customer"), "/v1/customers/{id}/sessions")
    visits = PerParent(sessions, "/v1/sessions/{id}/events")
    later = rows("s1", "s2")
    for row in later["data"]:
        row["attributes"] = {"updatedAt": times.to_text(NOW - 100)}
    lists = Lists(
        {
            "/v1/customers/a/sessions": [later],
            "/v1/sessions/s1/events": [rows("1")],
            "/v1/sessions/s2/events": [rows("2")],
        }
    )
    customers = [Page([parent("a", NOW)], reached=NOW)]

    found = pages_of(lists, pages_of(lists, customers, sessions), visits)

    assert [(ids(page.resources), page.reached) for page in found] == [(["1"], None), (["2"], NOW)]


def test_no_time_is_reached_before_a_parent_has_shown_that_the_endpoint_exists() -> None:
    given = [Page([parent(key, NOW + n) for n, key in enumerate("abcd")], reached=NOW + 9)]

    found = [page.reached for page in pages_of(events({"c": [rows("1")]}), given)]

    assert found == [None, None, NOW + 2, NOW + 9]


def test_a_list_that_lacks_rows_is_an_error_after_the_rows_of_all_others() -> None:
    lists = events(
        {"a": [rows("1")], "b": [rows("2", total=3)], "c": [rows("3", total=9)], "d": [rows("4")]}
    )
    given = [Page([parent(key, NOW + n) for n, key in enumerate("abcd")], reached=NOW + 9)]
    found: list[tuple[list[Any], int | None]] = []

    with pytest.raises(IncompleteError, match=r"events: .*/b/events gave 1 of 3 rows") as caught:
        found.extend((ids(page.resources), page.reached) for page in pages_of(lists, given))

    assert found == [(["1"], NOW), (["2"], None), (["3"], None), (["4"], None)]
    assert caught.value.since == NOW


def test_if_parents_did_not_come_the_rows_of_the_others_are_yielded_first() -> None:
    lists = events({f"c{n}": [rows(f"c{n}-a")] for n in range(8)})

    def given() -> Iterator[Page]:
        yield from parents(*(f"c{n}" for n in range(8)))
        raise IncompleteError("conversations: 8 of 9 rows")

    found: list[Page] = []
    with pytest.raises(IncompleteError, match="8 of 9"):
        found.extend(pages_of(lists, given()))

    assert ids(row for page in found for row in page.resources) == [f"c{n}-a" for n in range(8)]


def test_a_refusal_is_raised_after_the_rows_of_the_parents_before_it() -> None:
    lists = events({"a": [rows("1")], "b": AccessError("no role"), "c": [rows("3")]})
    pages = pages_of(lists, parents("a", "b", "c"))

    assert ids(next(pages).resources) == ["1"]
    with pytest.raises(AccessError, match="no role"):
        next(pages)


def test_pages_that_lead_in_a_circle_are_an_error() -> None:
    lists = events({"a": [rows("1", next_page=2), rows("2", next_page=2)]})

    with pytest.raises(PagingError, match="circle"):
        read(lists, parents("a"))


def test_a_next_link_to_another_host_is_refused() -> None:
    page = {**rows("1"), "links": {"next": "https://evil.example/v1/conversations/a/events"}}
    lists = events({"a": [page]})

    with pytest.raises(RedirectError, match="another host"):
        read(lists, parents("a"))
    assert len(lists.sent) == 1


def test_requests_at_once_and_parents_that_are_read_ahead_are_bounded() -> None:
    lists = events({f"c{n}": [rows(f"{n}")] for n in range(100)})
    taken: list[int] = []

    def one_by_one() -> Iterator[Page]:
        for n in range(100):
            taken.append(n)
            yield Page([parent(f"c{n}")])

    workers = LazyWorkers()  # The first parent is answered last.
    pages = pages_of(lists, one_by_one(), parallel=3, workers=workers)

    assert not taken
    assert ids(next(pages).resources) == ["0"]
    assert len(taken) == 4 * 3
    assert workers.most == 3
    assert len(list(pages)) == 99
    assert workers.most == 3


def test_parents_without_rows_do_not_count_as_read_ahead() -> None:
    source = PerParent(
        CONVERSATIONS,
        EVENTS.path,
        key=lambda conversation: conversation["attributes"].get("key"),
    )
    lists = events({"a": [rows("1")], "b": [rows("2")]})
    silent = [parent(f"c{n}", NOW) for n in range(200)]
    given = [Page([parent("a", NOW, key="a"), *silent, parent("b", NOW, key="b")], reached=NOW)]
    workers = LazyWorkers()

    assert len(list(pages_of(lists, given, source, workers=workers))) == 2
    assert workers.most == 2


def test_requests_go_on_while_rows_are_written() -> None:
    lists = events({f"c{n}": [rows(f"{n}")] for n in range(10)})
    workers = LazyWorkers(draw=lambda futures: futures[0])
    keys = [f"c{n}" for n in range(10)]
    pages = pages_of(lists, parents(*keys), parallel=2, workers=workers)

    for _ in range(8):
        next(pages)
        assert len(workers.left) == 2


def test_a_caller_that_takes_no_more_pages_sends_no_more_requests() -> None:
    lists = events({f"c{n}": [rows(f"{n}")] for n in range(100)})
    workers = LazyWorkers(draw=lambda futures: futures[0])
    pages = pages_of(lists, parents(*(f"c{n}" for n in range(100))), workers=workers)

    assert not workers.left
    next(pages)
    left = workers.left
    assert left
    assert not any(future.cancelled() for future in left)
    cast("Any", pages).close()

    assert all(future.cancelled() for future in left)
    assert workers.left == left


def test_few_threads_read_long_lists_of_many_parents() -> None:
    lists = events({f"c{n}": [rows("1", next_page=2), rows("2")] for n in range(20)})
    waits = iter(range(100))

    def stop_if_asked() -> None:
        if next(waits, None) is None:
            raise TimeoutError

    workers = Workers(1, stop_if_asked)
    pages = pages_of(lists, parents(*(f"c{n}" for n in range(20))), parallel=8, workers=workers)

    assert [ids(page.resources) for page in pages] == [["1", "2"]] * 20


@settings(deadline=None)
@given(
    sizes=st.lists(st.sampled_from([None, 0, 1, 3]), max_size=40),
    parallel=st.integers(1, 4),
    seed=st.integers(0, 10**6),
)
def test_in_whatever_order_answers_come_rows_and_times_come_in_order(
    sizes: list[int | None], parallel: int, seed: int
) -> None:
    answers = {
        f"c{n}": [rows(*(f"{n}-{row}" for row in range(size or 0)))] for n, size in enumerate(sizes)
    }
    source = PerParent(
        CONVERSATIONS, EVENTS.path, key=lambda it: it["id"] if it["attributes"]["key"] else None
    )
    resources = [parent(f"c{n}", NOW + n, key=size is not None) for n, size in enumerate(sizes)]
    given = [
        Page(page, reached=NOW + start + len(page) - 1)
        for start in range(0, len(sizes), 7)
        if (page := resources[start : start + 7])
    ]
    workers = LazyWorkers(random.Random(seed).choice)

    pages = list(pages_of(events(answers), given, source, parallel=parallel, workers=workers))

    assert [row_id for page in pages for row_id in ids(page.resources)] == [
        f"{n}-{row}" for n, size in enumerate(sizes) for row in range(size or 0)
    ]
    reached = [page.reached for page in pages if page.reached is not None]
    assert reached == sorted(reached)
    assert not sizes or reached[-1] == NOW + len(sizes) - 1
    assert workers.most <= parallel
