"""One request may ask for the rows of several parents."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from typing_extensions import override

from support.lists_of_parents import (
    CONVERSATIONS,
    Document,
    Lists,
    Resource,
    T,
    events,
    ids,
    parent,
    parents,
    read_rows_of,
)
from support.readers import NOW
from tap_kustomer.client.errors import (
    RefusedError,
    RequestError,
)
from tap_kustomer.reading.pages import Page
from tap_kustomer.reading.sources import PerParent, SharedRequest
from tap_kustomer.resource import PARENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_kustomer.client.session import Body, Request

SUMMARIES = PerParent(
    CONVERSATIONS,
    "/v1/summaries",
    shared=SharedRequest(parameter="ids", owner="resourceId", size=3),
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
            RefusedError(f"{request}: HTTP 400")
            if len(asked) > self.most
            else [
                {
                    "data": [
                        {"type": "summary", "id": f"s{key}", "attributes": {"resourceId": key}}
                        for key in reversed(asked)
                    ],
                    "links": {"next": None},
                }
            ]
        )
        return super().send(request, parse)

    @property
    def asked(self) -> list[str]:
        return [str(request.params["ids"]) for request in self.sent]


def test_one_request_asks_about_several_parents() -> None:
    lists = Summaries()

    found = read_rows_of(lists, [Page([parent(key, NOW) for key in "abcd"], NOW)], SUMMARIES)

    assert [(row["id"], row[PARENT]["id"]) for row in found] == [(f"s{k}", k) for k in "abcd"]
    assert sorted(lists.asked) == ["a,b,c", "d"]


@pytest.mark.parametrize("most", [1, 2])
def test_a_request_about_too_many_parents_is_split(most: int) -> None:
    lists = Summaries(most=most)

    found = read_rows_of(lists, parents("a", "b", "c"), SUMMARIES)

    assert sorted(ids(found)) == ["sa", "sb", "sc"]


def test_a_request_about_one_parent_that_is_refused_is_an_error() -> None:
    with pytest.raises(RefusedError):
        read_rows_of(Summaries(most=0), parents("a", "b"), SUMMARIES)


@pytest.mark.parametrize(
    "attributes", [{}, {"resourceId": "other"}, {"resourceId": ["a"]}], ids=str
)
def test_a_row_whose_parent_is_not_clear_comes_without_one(attributes: dict[str, Any]) -> None:
    data: list[Resource] = [{"type": "summary", "id": "1", "attributes": attributes}]
    lists = Lists({"/v1/summaries": [{"data": data}]})

    (row,) = read_rows_of(lists, parents("a"), SUMMARIES)

    assert (row["id"], row[PARENT]["id"]) == ("1", None)


def test_the_id_of_a_parent_may_come_as_a_number() -> None:
    data: list[Resource] = [{"type": "summary", "id": "1", "attributes": {"resourceId": 7}}]
    lists = Lists({"/v1/summaries": [{"data": data}]})

    (row,) = read_rows_of(lists, parents("7"), SUMMARIES)

    assert row[PARENT]["id"] == "7"


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

    found = read_rows_of(events({"a": [{"data": data}]}), parents("a"))

    assert ids(found) == ["1", "2", None, None, None, None, None, "own"]
