"""Sources of all kinds are read through one reader."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from support.readers import reader_of
from support.sessions import session_of
from support.virtual_time import VirtualClock
from tap_kustomer.client.errors import AccessError, MissingError
from tap_kustomer.client.workers import Workers
from tap_kustomer.config import settings_from
from tap_kustomer.reading.pages import IncompleteError, Window
from tap_kustomer.reading.sources import (
    Concatenation,
    Criterion,
    LiveIds,
    PagedList,
    PerParent,
    Search,
    Single,
)
from tap_kustomer.sync.context import open_context

if TYPE_CHECKING:
    from requests_mock import Mocker

    from tap_kustomer.reading.reader import Reader
    from tap_kustomer.reading.sources import Source

URL = "https://acme.api.kustomerapp.com"
SEARCH = f"{URL}/v1/customers/search"
ARCHIVE = f"{URL}/v1/customers/archive/search"
NOW = 1_700_000_000_000
USERS = PagedList("/v1/users", variants=({"deleted": "false"}, {"deleted": "true"}))
IDS = LiveIds(
    Search("note", archived=False, criteria=(Criterion("note_updated_at", None),), ids_only=True)
)


@pytest.fixture
def reader() -> Reader:
    session = session_of(VirtualClock(), URL, max_retry_seconds=0)
    workers = Workers(4, lambda: None)
    return reader_of(session, workers=workers, page_size=100, max_parallel=4, started=NOW)


def ids(reader: Reader, source: Source) -> list[Any]:
    pages = reader.read(source, Window(0, NOW), "users", is_consumed=lambda: True)
    return [resource["id"] for page in pages for resource in page.resources]


def page(*names: str, **meta: Any) -> dict[str, Any]:
    """The last page of a list."""
    rows = [{"type": "user", "id": name} for name in names]
    return {"data": rows, "meta": meta, "links": {"next": None}}


def test_the_variants_of_a_list_are_asked_for_at_once(
    reader: Reader, requests_mock: Mocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests_mock.get(f"{URL}/v1/users?deleted=false", json=page("a", "b"))
    requests_mock.get(f"{URL}/v1/users?deleted=true", json=page("c"))
    both_are_asked = threading.Barrier(2)
    send = reader.context.session.send

    def send_together(*arguments: Any) -> Any:
        both_are_asked.wait(10)
        return send(*arguments)

    monkeypatch.setattr(reader.context.session, "send", send_together)

    assert ids(reader, USERS) == ["a", "b", "c"]


def test_a_variant_that_lacks_rows_does_not_keep_the_others_from_being_read(
    reader: Reader, requests_mock: Mocker
) -> None:
    requests_mock.get(f"{URL}/v1/users?deleted=false", json=page("a", total=2))
    requests_mock.get(f"{URL}/v1/users?deleted=true", json=page("b"))
    pages = reader.read(USERS, Window(0, NOW), "users", is_consumed=lambda: True)
    found: list[str] = []

    def read_all() -> None:
        found.extend(resource["id"] for page in pages for resource in page.resources)

    with pytest.raises(IncompleteError, match="1 of 2"):
        read_all()
    assert found == ["a", "b"]


def test_single_resources_and_lists_are_concatenated(reader: Reader, requests_mock: Mocker) -> None:
    requests_mock.get(f"{URL}/v1/settings", json={"data": {"type": "settings", "id": "s"}})
    requests_mock.get(f"{URL}/v1/teams", json=page("t"))

    assert ids(reader, Concatenation((Single("/v1/settings"), PagedList("/v1/teams")))) == [
        "s",
        "t",
    ]


def test_a_missing_part_of_a_concatenation_is_an_error_after_the_others(
    reader: Reader, requests_mock: Mocker
) -> None:
    requests_mock.get(f"{URL}/v1/settings", status_code=404)
    requests_mock.get(f"{URL}/v1/teams", json=page("t"))
    concatenation = Concatenation((Single("/v1/settings"), PagedList("/v1/teams")))
    pages = reader.read(concatenation, Window(0, NOW), "things", is_consumed=lambda: True)

    assert [row["id"] for row in next(pages).resources] == ["t"]
    with pytest.raises(IncompleteError, match="GET /v1/settings: HTTP 404"):
        next(pages)


def test_a_missing_part_of_a_concatenation_is_an_error_though_the_others_have_no_rows(
    reader: Reader, requests_mock: Mocker
) -> None:
    requests_mock.get(f"{URL}/v1/settings", status_code=404)
    requests_mock.get(f"{URL}/v1/teams", json=page())

    with pytest.raises(IncompleteError, match="GET /v1/settings: HTTP 404"):
        ids(reader, Concatenation((Single("/v1/settings"), PagedList("/v1/teams"))))


def test_a_concatenation_without_any_part_is_missing(reader: Reader, requests_mock: Mocker) -> None:
    requests_mock.get(f"{URL}/v1/settings", status_code=404)
    requests_mock.get(f"{URL}/v1/teams", status_code=404)

    with pytest.raises(MissingError, match="/v1/settings"):
        ids(reader, Concatenation((Single("/v1/settings"), PagedList("/v1/teams"))))


def test_a_concatenation_of_which_only_an_optional_part_is_left_is_missing(
    reader: Reader, requests_mock: Mocker
) -> None:
    requests_mock.get(f"{URL}/v1/klasses", json=page("k"))
    requests_mock.get(f"{URL}/v1/snoozes", status_code=404)
    optional = PerParent(PagedList("/v1/klasses"), "/v1/snoozes", may_be_refused=True)

    with pytest.raises(MissingError, match="/v1/snoozes"):
        ids(reader, Concatenation((optional, PagedList("/v1/snoozes"))))


def test_a_concatenation_of_which_an_optional_part_has_rows_is_incomplete(
    reader: Reader, requests_mock: Mocker
) -> None:
    requests_mock.get(f"{URL}/v1/klasses", json=page("k"))
    requests_mock.get(f"{URL}/v1/snoozes", status_code=404)
    requests_mock.get(f"{URL}/v1/snoozes?klassId=k", json=page("s"))
    optional = PerParent(
        PagedList("/v1/klasses"), "/v1/snoozes", params={"klassId": "{id}"}, may_be_refused=True
    )

    with pytest.raises(IncompleteError, match="/v1/snoozes"):
        ids(reader, Concatenation((PagedList("/v1/snoozes"), optional)))


def test_a_part_of_a_concatenation_without_any_of_its_parents_is_empty(
    reader: Reader, requests_mock: Mocker
) -> None:
    requests_mock.get(f"{URL}/v1/klasses", json=page("k"))
    requests_mock.get(f"{URL}/v1/metadata/k", status_code=404)
    requests_mock.get(f"{URL}/v1/teams", json=page("t"))
    parts = (PerParent(PagedList("/v1/klasses"), "/v1/metadata/{id}"), PagedList("/v1/teams"))

    assert ids(reader, Concatenation(parts)) == ["t"]


def test_a_row_of_two_parts_of_a_concatenation_comes_once(
    reader: Reader, requests_mock: Mocker
) -> None:
    requests_mock.get(f"{URL}/v1/teams", json=page("a", "b"))
    requests_mock.get(f"{URL}/v1/users", json=page("b", "c"))
    parts = (PagedList("/v1/teams"), PagedList("/v1/users"))

    assert ids(reader, Concatenation(parts)) == ["a", "b", "c"]


@pytest.mark.parametrize("path", ["klasses", "snoozes"])
@pytest.mark.parametrize("status", [400, 403, 404, 422])
def test_an_optional_part_of_a_concatenation_is_left_out_where_it_is_refused(
    reader: Reader, requests_mock: Mocker, path: str, status: int
) -> None:
    requests_mock.get(f"{URL}/v1/teams", json=page("t"))
    requests_mock.get(f"{URL}/v1/klasses", json=page("k"))
    requests_mock.get(f"{URL}/v1/snoozes", json=page("s"))
    requests_mock.get(f"{URL}/v1/{path}", status_code=status)
    part = PerParent(PagedList("/v1/klasses"), "/v1/snoozes", may_be_refused=True)

    assert ids(reader, Concatenation((PagedList("/v1/teams"), part))) == ["t"]


def test_a_concatenation_of_optional_parts_alone_may_be_empty(
    reader: Reader, requests_mock: Mocker
) -> None:
    requests_mock.get(f"{URL}/v1/klasses", status_code=403)
    part = PerParent(PagedList("/v1/klasses"), "/v1/snoozes", may_be_refused=True)

    assert ids(reader, Concatenation((part,))) == []


def test_another_part_of_a_concatenation_that_is_refused_is_an_error(
    reader: Reader, requests_mock: Mocker
) -> None:
    requests_mock.get(f"{URL}/v1/teams", json=page("t"))
    requests_mock.get(f"{URL}/v1/klasses", json=page("k"))
    requests_mock.get(f"{URL}/v1/snoozes", status_code=403)
    part = PerParent(PagedList("/v1/klasses"), "/v1/snoozes")

    with pytest.raises(AccessError):
        ids(reader, Concatenation((PagedList("/v1/teams"), part)))


@pytest.mark.parametrize("form", ["objects", "texts"])
def test_live_ids_come_as_objects_or_as_texts(
    reader: Reader, requests_mock: Mocker, form: str
) -> None:
    rows: list[Any] = [{"id": "n1"}, {"id": "n2"}] if form == "objects" else ["n1", "n2"]
    requests_mock.post(SEARCH, json={"data": rows, "meta": {"total": 2}})

    # The second window is read last: rows that change during the run move there.
    assert ids(reader, IDS) == ["n1", "n2", "n1", "n2"]
    windows = [request.json()["and"] for request in requests_mock.request_history]
    assert windows[-1] == [
        {"note_updated_at": {"gte": "2023-11-14T22:13:20.001Z"}},
        {"note_updated_at": {"lte": "2023-11-21T22:13:20.000Z"}},
    ]
    sent = requests_mock.request_history[0]
    assert sent.qs["idsonly"] == ["true"]
    assert sent.json()["includeDeleted"] is False


def test_counting_takes_one_request(reader: Reader, requests_mock: Mocker) -> None:
    row = {"type": "kobject.a", "id": "k", "attributes": {"updatedAt": "2020-01-01T00:00:00.000Z"}}
    requests_mock.post(SEARCH, json={"data": [row], "meta": {"total": 7}})

    assert reader.count(Search("kobject"), Window(0, NOW)) == 7
    assert len(requests_mock.request_history) == 1


@pytest.mark.parametrize(
    ("config", "earliest"),
    [({}, 0), ({"start_date": "2023-11-14T22:13:20Z"}, NOW)],
    ids=["everything", "from the start date on"],
)
def test_the_reader_of_a_run_skips_rows_from_before_the_start_date(
    requests_mock: Mocker, config: dict[str, str], earliest: int
) -> None:
    requests_mock.get("https://api.kustomerapp.com/v1/auth/tokens/current", json={"data": {}})
    settings = settings_from({"api_key": "a-key", **config})
    context = open_context(settings, VirtualClock(), lambda: None)

    assert context.reader(context.fix_times()).context.earliest == earliest
