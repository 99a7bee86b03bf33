"""Lists in numbered pages are read completely, though they change meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.numbered_lists import TEAMS, URL, page, read_list_ids
from support.readers import context_of
from support.sessions import session_of
from support.virtual_time import VirtualClock
from tap_kustomer.client.errors import PagingError, RefusedError
from tap_kustomer.reading.lists import read_list
from tap_kustomer.reading.pages import IncompleteError
from tap_kustomer.reading.sources import PagedList

if TYPE_CHECKING:
    from requests_mock import Mocker

    from tap_kustomer.client.session import Session


@pytest.fixture
def session() -> Session:
    return session_of(VirtualClock(), URL, max_retry_seconds=30, connections=2)


def test_a_list_is_followed_by_its_next_links(session: Session, requests_mock: Mocker) -> None:
    requests_mock.get(
        f"{URL}/v1/teams?page=1&pageSize=100", json=page("a", next_link="/v1/teams?page=2&x=y")
    )
    requests_mock.get(f"{URL}/v1/teams?page=2&pageSize=100&x=y", json=page("b"), complete_qs=True)

    assert read_list_ids(session) == ["a", "b"]


@pytest.mark.parametrize(("setting", "asked"), [(500, "100"), (20, "20")])
def test_a_page_is_as_large_as_the_list_and_the_setting_allow(
    session: Session, requests_mock: Mocker, setting: int, asked: str
) -> None:
    requests_mock.get(f"{URL}/v1/teams", json=page("a"))
    read_list_ids(session, page_size=setting)

    sent = requests_mock.last_request
    assert sent is not None
    assert sent.qs["pagesize"] == [asked]


def test_a_row_that_comes_twice_is_dropped(session: Session, requests_mock: Mocker) -> None:
    requests_mock.get(
        f"{URL}/v1/teams", json=page("a", "b", next_link=f"{URL}/v1/teams/more?page=2")
    )
    requests_mock.get(f"{URL}/v1/teams/more?page=2", json=page("b", "c"))

    assert read_list_ids(session) == ["a", "b", "c"]


REFUSED = {"errors": [{"code": "bad_request", "message": "page is unknown"}]}
USERS = PagedList("/v1/users", variants=({"deleted": "true"},))


def test_a_list_that_refuses_numbered_pages_is_asked_for_without_them(
    session: Session, requests_mock: Mocker
) -> None:
    url = f"{URL}/v1/users?deleted=true"
    requests_mock.get(f"{url}&page=1&pageSize=100", status_code=400, json=REFUSED)
    requests_mock.get(url, json=page("a", next_link="?after=a"), complete_qs=True)
    requests_mock.get(f"{url}&after=a", json=page("b"), complete_qs=True)

    assert read_list_ids(session, USERS) == ["a", "b"]


def test_a_list_without_numbered_pages_is_followed_by_links_only(
    session: Session, requests_mock: Mocker
) -> None:
    requests_mock.get(f"{URL}/v1/users", json=page("a", total=2))
    requests_mock.get(f"{URL}/v1/users?page=1", status_code=400, json=REFUSED)

    with pytest.raises(IncompleteError, match="gave 1 of 2 rows"):
        read_list_ids(session, USERS)
    assert not [one for one in requests_mock.request_history if one.qs.get("page") == ["2"]]


def test_parameters_that_may_show_more_rows_are_left_out_if_they_are_refused(
    session: Session, requests_mock: Mocker
) -> None:
    requests_mock.get(f"{URL}/v1/teams?deleted=all", status_code=400)
    requests_mock.get(f"{URL}/v1/teams?page=1&pageSize=100", json=page("a"), complete_qs=True)
    source = PagedList(
        "/v1/teams", variants=({"deleted": "all"},), optional_params=frozenset({"deleted"})
    )

    assert read_list_ids(session, source) == ["a"]


def test_refused_parameters_and_numbered_pages_are_left_out_together_at_last(
    session: Session, requests_mock: Mocker
) -> None:
    requests_mock.get(f"{URL}/v1/teams", status_code=400)
    requests_mock.get(f"{URL}/v1/teams", json=page("a"), complete_qs=True)
    requests_mock.get(f"{URL}/v1/teams?page=1", status_code=400)
    requests_mock.get(f"{URL}/v1/teams?deleted=all", status_code=400)
    source = PagedList(
        "/v1/teams", variants=({"deleted": "all"},), optional_params=frozenset({"deleted"})
    )

    assert read_list_ids(session, source) == ["a"]


def test_other_parameters_are_not_left_out(session: Session, requests_mock: Mocker) -> None:
    requests_mock.get(f"{URL}/v1/teams", json=page("a"))
    requests_mock.get(f"{URL}/v1/teams?deleted=all", status_code=400)

    with pytest.raises(RefusedError):
        read_list_ids(session, PagedList("/v1/teams", variants=({"deleted": "all"},)))


def test_a_list_that_is_refused_without_numbered_pages_too_shows_the_first_refusal(
    session: Session, requests_mock: Mocker
) -> None:
    requests_mock.get(f"{URL}/v1/users", status_code=422, json={"errors": []})
    requests_mock.get(f"{URL}/v1/users?page=1", status_code=400, json=REFUSED)

    with pytest.raises(RefusedError, match="HTTP 400: bad_request: page is unknown"):
        read_list_ids(session, USERS)
    assert requests_mock.call_count == 2


def test_a_refusal_of_a_later_page_is_an_error(session: Session, requests_mock: Mocker) -> None:
    requests_mock.get(f"{URL}/v1/teams?page=1", json=page("a", next_link="/v1/teams?page=2"))
    requests_mock.get(f"{URL}/v1/teams?page=2", status_code=400, json=REFUSED)

    with pytest.raises(RefusedError, match="page is unknown"):
        read_list_ids(session)
    assert requests_mock.call_count == 2


def test_a_full_page_without_a_link_is_followed_by_the_next_number_until_the_count_is_reached(
    session: Session, requests_mock: Mocker
) -> None:
    for number, ids in enumerate(["ab", "cd", "e"], start=1):
        requests_mock.get(f"{URL}/v1/teams?page={number}&pageSize=100", json=page(*ids, total=5))

    assert read_list_ids(session) == ["a", "b", "c", "d", "e"]
    assert requests_mock.call_count == 3


def test_a_page_without_a_link_that_is_not_full_is_the_last_one(
    session: Session, requests_mock: Mocker
) -> None:
    requests_mock.get(
        f"{URL}/v1/teams?page=1", json=page("a", "b", next_link="/v1/teams?page=2", total=4)
    )
    requests_mock.get(f"{URL}/v1/teams?page=2", json=page("c", total=4))

    with pytest.raises(IncompleteError, match="gave 3 of 4 rows"):
        read_list_ids(session)


def test_without_a_count_a_page_without_a_link_is_the_last_one(
    session: Session, requests_mock: Mocker
) -> None:
    requests_mock.get(f"{URL}/v1/teams", json=page("a", "b"))

    assert read_list_ids(session) == ["a", "b"]
    assert requests_mock.call_count == 1


def _bare(*ids: str, **members: Any) -> dict[str, Any]:
    """A page that does not say whether there is a next one."""
    return {"data": page(*ids)["data"], **members}


@pytest.mark.parametrize("page_size", [2, 20])
@pytest.mark.parametrize(
    "members", [{}, {"links": None}, {"links": {"self": "/v1/teams"}, "meta": {"pageSize": "20"}}]
)
def test_if_pages_do_not_name_the_next_one_numbers_are_tried_until_a_page_is_smaller(
    session: Session, requests_mock: Mocker, members: dict[str, Any], page_size: int
) -> None:
    for number, ids in enumerate(["ab", "cd", "e"], start=1):
        requests_mock.get(f"{URL}/v1/teams?page={number}", json=_bare(*ids, **members))

    assert read_list_ids(session, page_size=page_size) == ["a", "b", "c", "d", "e"]
    assert requests_mock.call_count == 3


@pytest.mark.parametrize(
    ("pages", "requests"), [(["", "x"], 1), (["a", ""], 2), (["a", "a"], 2), (["ab", "ab"], 2)]
)
def test_a_list_that_says_nothing_about_its_end_costs_one_more_request_at_most(
    session: Session, requests_mock: Mocker, pages: list[str], requests: int
) -> None:
    answers = [{"json": _bare(*ids)} for ids in pages]
    requests_mock.get(f"{URL}/v1/teams", answers)

    assert read_list_ids(session) == [*pages[0]]
    assert requests_mock.call_count == requests


def test_if_a_page_that_nothing_announced_cannot_be_read_what_came_is_kept(
    session: Session, requests_mock: Mocker
) -> None:
    requests_mock.get(f"{URL}/v1/teams?page=1", json=_bare("a"))
    requests_mock.get(f"{URL}/v1/teams?page=2", status_code=500)
    pages = read_list(context_of(session), TEAMS)

    assert [row["id"] for row in next(pages).resources] == ["a"]
    with pytest.raises(IncompleteError, match="nothing says where the list ends, but GET"):
        next(pages)


def test_a_list_that_signs_its_links_again_each_time_comes_once(
    session: Session, requests_mock: Mocker
) -> None:
    rows = [
        {"attributes": {"name": "a.pdf"}, "links": {"related": f"https://files.example/?key={key}"}}
        for key in "xyz"
    ]
    requests_mock.get(f"{URL}/v1/teams", [{"json": {"data": [row]}} for row in rows])

    pages = read_list(context_of(session), TEAMS)

    assert [page.resources for page in pages] == [[rows[0]]]
    assert requests_mock.call_count == 2


def test_a_resource_without_an_array_has_no_next_page(
    session: Session, requests_mock: Mocker
) -> None:
    requests_mock.get(f"{URL}/v1/teams", json={"data": {"type": "team", "id": "a"}})

    assert read_list_ids(session) == ["a"]
    assert requests_mock.call_count == 1


@pytest.mark.parametrize("status", [400, 404])
def test_a_next_page_that_is_refused_ends_the_list(
    session: Session, requests_mock: Mocker, status: int
) -> None:
    requests_mock.get(f"{URL}/v1/teams?page=1", json=_bare("a", "b"))
    requests_mock.get(f"{URL}/v1/teams?page=2", status_code=status, json=REFUSED)

    assert read_list_ids(session, page_size=2) == ["a", "b"]


def test_a_full_page_that_says_that_there_is_no_next_one_is_the_last(
    session: Session, requests_mock: Mocker
) -> None:
    requests_mock.get(f"{URL}/v1/teams", json=page("a", "b"))

    assert read_list_ids(session, page_size=2) == ["a", "b"]
    assert requests_mock.call_count == 1


def test_a_list_that_gives_fewer_rows_than_it_counts_is_incomplete(
    session: Session, requests_mock: Mocker
) -> None:
    requests_mock.get(f"{URL}/v1/teams", json=page("a", total=2))

    with pytest.raises(IncompleteError, match="gave 1 of 2 rows"):
        read_list_ids(session)


def test_parameters_that_a_next_link_leaves_out_are_sent_again(
    session: Session, requests_mock: Mocker
) -> None:
    requests_mock.get(
        f"{URL}/v1/users?deleted=true&page=1", json=page("a", next_link="/v1/users?page=2")
    )
    requests_mock.get(f"{URL}/v1/users?deleted=true&page=2", json=page("b"))

    assert read_list_ids(session, USERS) == ["a", "b"]


def test_a_page_that_repeats_for_ever_ends_the_list(
    session: Session, requests_mock: Mocker
) -> None:
    for number in (1, 2, 3):
        following = f"/v1/teams?page={number + 1}"
        requests_mock.get(f"{URL}/v1/teams?page={number}", json=page("a", next_link=following))

    assert read_list_ids(session) == ["a"]
    assert requests_mock.call_count == 3


def test_an_empty_page_ends_a_list_even_with_a_next_link(
    session: Session, requests_mock: Mocker
) -> None:
    requests_mock.get(f"{URL}/v1/teams", json=page(next_link="/v1/teams?page=2"))

    assert read_list_ids(session) == []
    assert requests_mock.call_count == 1


def test_a_list_without_end_is_an_error(
    session: Session, requests_mock: Mocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(request: Any, context: Any) -> dict[str, Any]:
        """A page of new rows without an id, whatever is asked for."""
        del context
        number = int(request.qs["page"][0])
        assert number < 20, "it does not come to an end"
        row = {"attributes": {"url": f"https://files.example/?signature={number}"}}
        return {"data": [row], "links": {"next": f"/v1/teams?page={number + 1}"}}

    monkeypatch.setattr("tap_kustomer.reading.paging._MOST_PAGES", 10)
    requests_mock.get(f"{URL}/v1/teams", json=answer)

    with pytest.raises(PagingError, match="after 10 pages there is still a next one"):
        list(read_list(context_of(session), TEAMS))


def test_pages_that_lead_in_a_circle_are_an_error(session: Session, requests_mock: Mocker) -> None:
    requests_mock.get(f"{URL}/v1/teams", json=page("a", next_link="/v1/teams?page=2"))

    with pytest.raises(PagingError, match="circle"):
        read_list_ids(session)


def test_the_first_page_closes_a_circle_too(session: Session, requests_mock: Mocker) -> None:
    answers = [page("a", next_link="?page=2"), page("b", next_link="?page=1&pageSize=100")]
    requests_mock.get(f"{URL}/v1/teams", [{"json": answer} for answer in answers])

    with pytest.raises(PagingError, match="circle"):
        read_list_ids(session)
    assert requests_mock.call_count == 2


@pytest.mark.parametrize(
    "link",
    [
        "https://api.kustomerapp.com/v1/teams?page=2",
        "//evil.example/v1/teams?page=2",
        "http://acme.api.kustomerapp.com/v1/teams?page=2",
    ],
)
def test_a_next_link_is_followed_on_kustomers_host_whatever_host_it_names(
    session: Session, requests_mock: Mocker, link: str
) -> None:
    requests_mock.get(f"{URL}/v1/teams?page=1", json=page("a", next_link=link))
    requests_mock.get(f"{URL}/v1/teams?page=2", json=page("b"))

    assert read_list_ids(session) == ["a", "b"]


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ("https://[not-an-address/v1/teams?page=2", "is no address"),
        ("javascript:next", "has no path"),
        ("https://acme.api.kustomerapp.com", "has no path"),
    ],
)
def test_a_next_link_that_leads_to_no_page_is_an_error(
    session: Session, requests_mock: Mocker, link: str, reason: str
) -> None:
    requests_mock.get(f"{URL}/v1/teams", json=page("a", next_link=link))

    with pytest.raises(PagingError, match=f"next page {reason}"):
        read_list_ids(session)


def test_a_row_of_two_variants_comes_once(session: Session, requests_mock: Mocker) -> None:
    requests_mock.get(f"{URL}/v1/users?deleted=false", json=page("a", "b"))
    requests_mock.get(f"{URL}/v1/users?deleted=true", json=page("b", "c"))
    users = PagedList("/v1/users", variants=({"deleted": "false"}, {"deleted": "true"}))

    assert read_list_ids(session, users) == ["a", "b", "c"]


@pytest.mark.parametrize("data", [None, "x", [1], [None]])
def test_a_response_without_a_list_of_rows_is_asked_for_again(
    session: Session, requests_mock: Mocker, data: Any
) -> None:
    requests_mock.get(f"{URL}/v1/teams", [{"json": {"data": data}}, {"json": page("a")}])

    assert read_list_ids(session) == ["a"]


def test_rows_without_an_id_are_distinguished_by_their_content(
    session: Session, requests_mock: Mocker
) -> None:
    rows = [{"attributes": {"channel": "email", "name": "a"}}, {"attributes": {"channel": "sms"}}]
    again = {"attributes": {"name": "a", "channel": "email"}}
    requests_mock.get(f"{URL}/v1/outboundAccounts", json={"data": [*rows, again], "meta": {}})

    pages = read_list(context_of(session), PagedList("/v1/outboundAccounts"))

    assert [row for page in pages for row in page.resources] == rows


SLAS = PagedList("/v1/slas", with_included=True)


def beside(answer: dict[str, Any], included: Any) -> dict[str, Any]:
    return {**answer, "included": included}


def test_included_resources_come_too_and_each_comes_once(
    session: Session, requests_mock: Mocker
) -> None:
    version = {"type": "sla_version", "id": "v"}
    same_id = {"type": "sla_version", "id": "a"}
    requests_mock.get(
        f"{URL}/v1/slas?page=1",
        json=beside(page("a", next_link="/v1/slas?page=2", total=2), [version, same_id]),
    )
    requests_mock.get(f"{URL}/v1/slas?page=2", json=beside(page("b", total=2), version))

    assert read_list_ids(session, SLAS) == ["a", "v", "a", "b"]


def test_included_resources_do_not_count_as_rows_of_the_list(
    session: Session, requests_mock: Mocker
) -> None:
    versions = [{"type": "sla_version", "id": "v"}]
    requests_mock.get(f"{URL}/v1/slas", json=beside(page("a", total=2), versions))

    with pytest.raises(IncompleteError, match="gave 1 of 2 rows"):
        read_list_ids(session, SLAS)


def test_included_resources_are_ignored_unless_the_source_asks_for_them(
    session: Session, requests_mock: Mocker
) -> None:
    requests_mock.get(f"{URL}/v1/teams", json=beside(page("a"), [{"type": "user", "id": "u"}]))

    assert read_list_ids(session) == ["a"]


def test_a_page_without_new_rows_is_not_yielded(session: Session, requests_mock: Mocker) -> None:
    requests_mock.get(f"{URL}/v1/users?deleted=false", json=page("a"))
    requests_mock.get(f"{URL}/v1/users?deleted=true", json=page("a"))
    users = PagedList("/v1/users", variants=({"deleted": "false"}, {"deleted": "true"}))

    pages = list(read_list(context_of(session), users))

    assert len(pages) == 1
