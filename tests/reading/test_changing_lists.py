"""A list that changes while it is read is read again, so that no row is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from support.numbered_lists import URL, page, read_list_ids
from support.sessions import session_of
from support.virtual_time import VirtualClock
from tap_kustomer.reading.pages import IncompleteError, Unproven

if TYPE_CHECKING:
    from requests_mock import Mocker

    from tap_kustomer.client.session import Session


@pytest.fixture
def session() -> Session:
    return session_of(VirtualClock(), URL, max_retry_seconds=30, connections=2)


def test_a_row_that_slipped_through_is_found_in_a_second_pass(
    session: Session, requests_mock: Mocker
) -> None:
    requests_mock.get(
        f"{URL}/v1/teams?page=1",
        [
            {"json": page("a", "b", next_link="/v1/teams?page=2", total=4)},
            {"json": page("b", "c", next_link="/v1/teams?page=2", total=4)},
        ],
    )
    requests_mock.get(f"{URL}/v1/teams?page=2", json=page("d", total=4))

    assert sorted(read_list_ids(session)) == ["a", "b", "c", "d"]


@dataclass
class ChangingList:
    """A list that changes while it is read.

    Attributes:
        ids: What is on it.
        changes: What is on it after so many requests.
        counts: Whether a page counts all rows; otherwise it links to the next one.
        asked: How many requests have come.
    """

    ids: str
    changes: dict[int, str]
    counts: bool = False
    asked: int = 0

    def answer(self, request: Any, context: Any) -> dict[str, Any]:
        del context
        number, size = int(request.qs["page"][0]), int(request.qs["pagesize"][0])
        end = number * size
        answer = page(*self.ids[end - size : end])
        if self.counts:
            answer["meta"]["total"] = len(self.ids)
        elif end < len(self.ids):
            answer["links"]["next"] = f"/v1/teams?page={number + 1}"
        self.asked += 1
        self.ids = self.changes.get(self.asked, self.ids)
        return answer

    def read(self, session: Session, requests_mock: Mocker, **settings: Any) -> str:
        """Read it in pages of two rows."""
        requests_mock.get(f"{URL}/v1/teams", json=self.answer)
        return "".join(read_list_ids(session, page_size=2, **settings))


@pytest.mark.parametrize("counts", [True, False], ids=["by the count", "by links"])
def test_a_page_full_of_rows_that_came_before_does_not_end_the_list(
    session: Session, requests_mock: Mocker, counts: bool
) -> None:
    changing = ChangingList("abcdef", {1: "xyabcdef"}, counts)

    assert changing.read(session, requests_mock) == "abcdefxy"


def test_rows_added_in_front_are_found_in_a_second_pass(
    session: Session, requests_mock: Mocker
) -> None:
    changing = ChangingList("abc", {1: "xabc"})

    assert changing.read(session, requests_mock) == "abcx"
    assert changing.asked == 4


def test_a_row_that_moved_to_an_earlier_page_is_found_in_a_second_pass(
    session: Session, requests_mock: Mocker
) -> None:
    changing = ChangingList("abcd", {1: "bcd"}, counts=True)

    assert changing.read(session, requests_mock) == "abdc"


def test_a_list_that_does_not_change_is_read_once(session: Session, requests_mock: Mocker) -> None:
    changing = ChangingList("abcde", {}, counts=True)

    assert changing.read(session, requests_mock) == "abcde"
    assert changing.asked == 3


def test_a_list_that_keeps_changing_is_read_three_times(
    session: Session, requests_mock: Mocker, caplog: pytest.LogCaptureFixture
) -> None:
    changing = ChangingList("abc", {1: "xabc", 3: "yxabc", 6: "zyxabc"})

    gaps: list[object] = []

    assert changing.read(session, requests_mock, report=gaps.append) == "abcxy"
    assert changing.asked == 8
    assert "GET /v1/teams changed during the last pass too" in caplog.text
    assert gaps == [Unproven()]


def test_a_list_that_keeps_changing_is_incomplete_if_counts_are_strict(
    session: Session, requests_mock: Mocker
) -> None:
    changing = ChangingList("abc", {1: "xabc", 3: "yxabc", 6: "zyxabc"})

    with pytest.raises(IncompleteError, match="changed during the last pass too"):
        changing.read(session, requests_mock, strict=True)


def test_a_list_that_is_short_and_then_changes_is_not_incomplete(
    session: Session, requests_mock: Mocker
) -> None:
    first = page("a", "b", next_link="/v1/teams?page=2", total=4)
    answers = [*[first, page("c", total=4)] * 2, first, page("c", "d", "e", total=5)]
    requests_mock.get(f"{URL}/v1/teams", [{"json": answer} for answer in answers])

    assert read_list_ids(session) == ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize("at_last", [4, 3], ids=["between two passes", "during a pass"])
def test_a_removed_row_is_not_counted_in_place_of_another_one(
    session: Session, requests_mock: Mocker, at_last: int
) -> None:
    following = "/v1/teams?page=2"
    answers = [
        *(page("a", "b", next_link=following, total=4), page("c", total=at_last)),
        *(page("b", "c", next_link=following, total=3), page(total=3)),
        *(page("b", "c", next_link=following, total=3), page("d", total=3)),
    ]
    requests_mock.get(f"{URL}/v1/teams", [{"json": answer} for answer in answers])

    assert read_list_ids(session) == ["a", "b", "c", "d"]
