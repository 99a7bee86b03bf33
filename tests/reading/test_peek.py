"""A few rows show whether a source can be read."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
import pytest

from support.readers import NOW, reader_of
from support.search_model import resource
from tap_kustomer.client.errors import AccessError, MissingError, RefusedError, RequestError
from tap_kustomer.client.session import Body
from tap_kustomer.reading.children import NoParentFoundError
from tap_kustomer.reading.pages import Window
from tap_kustomer.reading.search.query import PATH
from tap_kustomer.reading.sources import (
    Concatenation,
    Criterion,
    CursorList,
    LiveIds,
    PagedList,
    PerParent,
    Search,
    Single,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_kustomer.client.session import Request
    from tap_kustomer.reading.sources import Source

T = TypeVar("T")
Document = dict[str, Any]

WINDOW = Window(0, NOW)
CONVERSATIONS = Search("conversation")
EVENTS = PerParent(CONVERSATIONS, "/v1/conversations/{id}/events")

LAST = {"links": {"next": None}}


def found(*ids: str) -> Document:
    return {"data": [resource(one, NOW - 1, NOW - 1) for one in ids], "meta": {"total": len(ids)}}


@dataclass
class Answers:
    """A document or an error for each path; 404 for all others."""

    by_path: dict[str, Document | RequestError]
    refused: str = "nothing"
    sent: list[Request] = field(default_factory=list)
    refused_parameters: set[str] = field(default_factory=set)
    base_url: str = "https://acme.api.kustomerapp.com"

    def send(self, request: Request, parse: Callable[[Body], T]) -> T:
        self.sent.append(request)
        answer = self.by_path.get(request.path, MissingError(f"{request}: HTTP 404"))
        if self.refused in str(request.json):
            answer = RefusedError(f"{request}: HTTP 400")
        if isinstance(answer, RequestError):
            raise answer
        return parse(Body(msgspec.json.encode(answer)))

    def ids_in(self, source: Source) -> list[str] | None:
        rows = reader_of(self, strict=True).peek(source, WINDOW, "things")
        return None if rows is None else [row["id"] for row in rows]

    @property
    def asked(self) -> list[tuple[str, dict[str, Any]]]:
        return [(request.path, dict(request.params)) for request in self.sent]


def test_a_list_is_asked_for_one_row() -> None:
    answers = Answers({"/v1/tags": found("a")})

    assert answers.ids_in(PagedList("/v1/tags", variants=({"deleted": "true"}, {}))) == ["a"]
    assert answers.asked == [("/v1/tags", {"deleted": "true", "page": 1, "pageSize": 1})]


def test_a_cursor_list_is_asked_for_one_row() -> None:
    answers = Answers({"/v1/audit-logs": found("a")})

    assert answers.ids_in(CursorList("/v1/audit-logs")) == ["a"]
    assert answers.asked == [("/v1/audit-logs", {"count": 1})]


def test_a_single_resource_is_asked_for_as_it_is() -> None:
    answers = Answers({"/v1/chat/settings": {"data": {"id": "a"}}})

    assert answers.ids_in(Single("/v1/chat/settings")) == ["a"]
    assert answers.asked == [("/v1/chat/settings", {})]


@pytest.mark.parametrize("source", [CONVERSATIONS, LiveIds(CONVERSATIONS)], ids=["rows", "ids"])
def test_a_search_is_asked_for_one_row_of_the_whole_window(source: Source) -> None:
    answers = Answers({PATH: found("a")})

    assert answers.ids_in(source) == ["a"]
    assert answers.asked == [(PATH, {"page": 1, "pageSize": 1, "trackTotalHits": "true"})]
    assert "1970-01-01" in str(answers.sent[0].json)


def test_a_search_without_rows_can_be_read() -> None:
    assert Answers({PATH: found()}).ids_in(CONVERSATIONS) == []


def test_if_the_search_refuses_a_criterion_the_next_one_is_tried() -> None:
    answers = Answers({PATH: found("a")}, refused="work_item_updated_at")
    criteria = (Criterion("work_item_updated_at"), Criterion("work_item_created_at", "createdAt"))

    assert answers.ids_in(Search("work_item", criteria=criteria)) == ["a"]


def test_if_the_search_refuses_every_criterion_the_list_is_tried() -> None:
    answers = Answers({PATH: found("a"), "/v1/companies": found("b")}, refused="company")

    assert answers.ids_in(Search("company", fallback=PagedList("/v1/companies"))) == ["b"]


def test_if_lists_per_row_replace_a_search_the_first_one_that_may_have_rows_is_tried() -> None:
    klasses = [{"id": "1"}, {"id": "2"}]
    answers = Answers(
        {"/v1/klasses": {"data": klasses}, "/v1/klasses/2": found("b")}, refused="kobject"
    )
    lists = PerParent(
        PagedList("/v1/klasses"),
        "/v1/klasses/{id}",
        path_id=lambda klass: {"2": "2"}.get(klass["id"]),
    )

    assert answers.ids_in(Search("kobject", fallback=lists)) == ["b"]
    assert (
        answers.ids_in(Search("kobject", fallback=replace(lists, path_id=lambda _: None))) is None
    )


def test_a_search_that_refuses_every_criterion_and_has_no_list_cannot_be_read() -> None:
    with pytest.raises(RefusedError):
        Answers({PATH: found("a")}, refused="note").ids_in(Search("note"))


def test_rows_per_parent_are_asked_for_one_parent() -> None:
    answers = Answers(
        {PATH: found("a", "b"), "/v1/conversations/a/events": {"data": [{"id": "e"}], **LAST}}
    )

    assert answers.ids_in(EVENTS) == ["e"]
    assert [path for path, _ in answers.asked] == [PATH, "/v1/conversations/a/events"]


def test_a_parent_without_a_key_is_not_asked_about() -> None:
    answers = Answers({PATH: found("a", "b"), "/v1/answers/B": {"data": {"id": "e"}}})
    source = PerParent(
        CONVERSATIONS, "/v1/answers/{id}", path_id=lambda parent: {"b": "B"}.get(parent["id"])
    )

    assert answers.ids_in(source) == ["e"]
    assert answers.asked[0] == (PATH, {"page": 1, "pageSize": 20, "trackTotalHits": "true"})


def test_a_missing_parent_says_nothing_about_the_others() -> None:
    rows = {"data": [{"id": "e"}], **LAST}
    answers = Answers({PATH: found("a", "b", "c"), "/v1/conversations/b/events": rows})

    assert answers.ids_in(EVENTS) == ["e"]
    assert len(answers.sent) == 3


def test_if_every_parent_is_missing_so_are_their_rows() -> None:
    with pytest.raises(NoParentFoundError, match="404"):
        Answers({PATH: found("a", "b")}).ids_in(EVENTS)


def test_a_parent_marked_as_deleted_is_not_asked_about() -> None:
    parents = found("a")
    parents["data"][0]["attributes"]["deleted"] = True
    answers = Answers({PATH: parents})

    assert answers.ids_in(EVENTS) is None
    assert len(answers.sent) == 1


def test_without_a_parent_nothing_is_known() -> None:
    assert Answers({PATH: found()}).ids_in(EVENTS) is None


def test_every_part_of_a_concatenation_is_tried() -> None:
    answers = Answers({"/v1/a": found("a"), "/v1/b": AccessError("403")})

    with pytest.raises(AccessError):
        answers.ids_in(Concatenation((PagedList("/v1/a"), PagedList("/v1/b"))))


def test_a_part_of_a_concatenation_may_be_missing_but_not_all() -> None:
    concatenation = Concatenation((PagedList("/v1/a"), PagedList("/v1/b")))

    assert Answers({"/v1/b": found("b")}).ids_in(concatenation) == ["b"]
    with pytest.raises(MissingError):
        Answers({}).ids_in(concatenation)


def test_a_concatenation_of_which_only_an_optional_part_is_left_is_missing() -> None:
    optional = PerParent(PagedList("/v1/b"), "/v1/b/{id}", may_be_refused=True)

    with pytest.raises(MissingError):
        Answers({"/v1/b": found("b")}).ids_in(Concatenation((optional, PagedList("/v1/a"))))


@pytest.mark.parametrize(
    "source",
    [CONVERSATIONS, EVENTS, PagedList("/v1/tags"), CursorList("/v1/logs"), Single("/v1/one")],
    ids=lambda source: type(source).__name__,
)
def test_a_source_that_the_key_may_not_read_is_an_error(source: Source) -> None:
    denied = AccessError("403")
    paths = (PATH, "/v1/tags", "/v1/logs", "/v1/one")

    with pytest.raises(AccessError):
        Answers(dict.fromkeys(paths, denied)).ids_in(source)
