"""Requests are sent, repeated and given up."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

import pytest
import requests
from typing_extensions import override

from support.sessions import session_of
from support.virtual_time import VirtualClock
from tap_kustomer.client.authenticator import BearerAuthenticator
from tap_kustomer.client.credentials import ApiKey
from tap_kustomer.client.errors import (
    AccessError,
    ConnectionSecurityError,
    GaveUpError,
    RedirectError,
    RefusedError,
    WrongResponseError,
)
from tap_kustomer.client.limits import BudgetKind
from tap_kustomer.client.session import Body, Request, Session

if TYPE_CHECKING:
    from requests_mock import Mocker

URL = "https://acme.api.kustomerapp.com"
TEAMS = Request("GET", "/v1/teams")
SEARCH = Request("POST", "/v1/customers/search", json={}, budget=BudgetKind.SEARCH)


@pytest.fixture
def session(clock: VirtualClock) -> Session:
    return session_of(clock, URL)


SHARED = frozenset({"request_count", "latency", "_clock_difference"})


class Watched(Session):
    """A session that fails if its shared state is changed without the lock."""

    @override
    def __setattr__(self, name: str, value: object) -> None:
        if name in SHARED and "_http" in vars(self):
            assert self._lock.locked(), name
        super().__setattr__(name, value)


def whole(body: Body) -> dict[str, Any]:
    return body.document()


def test_a_request_has_the_key_and_the_user_agent(session: Session, requests_mock: Mocker) -> None:
    requests_mock.get(f"{URL}/v1/teams", json={"data": []})

    assert session.send(TEAMS, whole) == {"data": []}
    sent = requests_mock.last_request
    assert sent is not None
    assert sent.headers["Authorization"] == "Bearer the-key"
    assert sent.headers["User-Agent"] == "tap-kustomer/test"


def test_shared_state_is_changed_under_a_lock(clock: VirtualClock, requests_mock: Mocker) -> None:
    date = {"Date": "Tue, 14 Nov 2023 22:13:30 GMT"}
    requests_mock.get(f"{URL}/v1/teams", json={"data": []}, headers=date)
    session = session_of(clock, URL, kind=Watched)

    session.send(TEAMS, whole)

    assert vars(session).keys() >= SHARED
    assert session.request_count == 1
    assert session.server_now() == clock.now() + 10


def test_a_response_without_a_date_leaves_the_server_clock_unchanged(
    clock: VirtualClock, session: Session, requests_mock: Mocker
) -> None:
    date = {"Date": "Tue, 14 Nov 2023 22:13:30 GMT"}
    answers: list[dict[str, Any]] = [{"json": {}, "headers": date}, {"json": {}}]
    requests_mock.get(f"{URL}/v1/teams", answers)

    for _ in answers:
        session.send(TEAMS, whole)

    assert session.server_now() == clock.now() + 10


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_transient_fault_is_retried(session: Session, requests_mock: Mocker, status: int) -> None:
    answers: list[dict[str, Any]] = [
        {"status_code": status, "text": "<html>"},
        {"status_code": status, "json": {"errors": []}},
        {"json": {"data": [1]}},
    ]
    requests_mock.get(f"{URL}/v1/teams", answers)

    assert session.send(TEAMS, whole) == {"data": [1]}


@pytest.mark.parametrize(
    "fault",
    [
        requests.exceptions.ConnectTimeout,
        requests.exceptions.ReadTimeout,
        requests.exceptions.ConnectionError,
        requests.exceptions.ChunkedEncodingError,
    ],
)
def test_a_lost_connection_is_retried(
    session: Session, requests_mock: Mocker, fault: type[Exception]
) -> None:
    requests_mock.get(f"{URL}/v1/teams", [{"exc": fault}, {"json": {"data": []}}])

    assert session.send(TEAMS, whole) == {"data": []}


@pytest.mark.parametrize("body", ["", "<html>", '{"data": [', "[]", "7"])
def test_a_body_that_is_no_json_object_is_asked_for_again(
    session: Session, requests_mock: Mocker, body: str
) -> None:
    requests_mock.get(f"{URL}/v1/teams", [{"text": body}, {"json": {"data": []}}])

    assert session.send(TEAMS, whole) == {"data": []}


def test_a_response_that_the_parser_calls_wrong_is_asked_for_again(
    session: Session, requests_mock: Mocker
) -> None:
    requests_mock.get(f"{URL}/v1/teams", [{"json": {"n": 1}}, {"json": {"n": 2}}])

    def parse(body: Body) -> int:
        document = body.document()
        if document["n"] == 1:
            raise WrongResponseError("n is 1")
        return int(document["n"])

    assert session.send(TEAMS, parse) == 2


def test_pauses_grow_and_the_tap_keeps_trying_for_five_minutes(
    session: Session, requests_mock: Mocker, clock: VirtualClock
) -> None:
    requests_mock.get(f"{URL}/v1/teams", status_code=503, text="<html>")

    with pytest.raises(GaveUpError, match=r"GET /v1/teams: HTTP 503.*Given up after \d+ tries"):
        session.send(TEAMS, whole)

    assert 240 <= clock.elapsed <= 300
    pauses = [pause for pause in clock.sleeps if pause > 0.4]
    assert max(pauses) <= 60
    assert sum(pauses[:3]) < sum(pauses[-3:])


def test_the_final_error_states_the_fault_the_time_and_how_to_continue(
    session: Session, requests_mock: Mocker
) -> None:
    requests_mock.get(f"{URL}/v1/teams", text="<html>")

    with pytest.raises(GaveUpError) as ended:
        session.send(TEAMS, whole)

    assert re.fullmatch(
        r"GET /v1/teams gave a wrong response: the body is no JSON\. Given up after \d+ tries in "
        r"\d+ s: run again with the last STATE to continue where this run stopped",
        str(ended.value),
    )


@pytest.mark.parametrize(("most", "least"), [(0, 0), (10, 0), (1000, 800)])
def test_a_setting_limits_how_long_the_tap_keeps_trying(
    clock: VirtualClock, requests_mock: Mocker, most: float, least: float
) -> None:
    requests_mock.get(f"{URL}/v1/teams", exc=requests.exceptions.ConnectionError)

    with pytest.raises(GaveUpError):
        session_of(clock, URL, max_retry_seconds=most).send(TEAMS, whole)

    assert least <= clock.elapsed <= most


def test_pauses_differ_from_run_to_run(requests_mock: Mocker) -> None:
    requests_mock.get(f"{URL}/v1/teams", exc=requests.exceptions.ConnectionError)
    pauses = set()
    for _ in range(5):
        clock = VirtualClock()
        with pytest.raises(GaveUpError):
            session_of(clock, URL).send(TEAMS, whole)
        pauses.add(tuple(clock.sleeps))

    assert len(pauses) == 5


def test_retry_after_sets_the_pause(
    session: Session, requests_mock: Mocker, clock: VirtualClock
) -> None:
    requests_mock.post(
        f"{URL}/v1/customers/search",
        [{"status_code": 429, "headers": {"Retry-After": "17"}}, {"json": {}}],
    )

    session.send(SEARCH, whole)

    assert 17 <= clock.elapsed < 19


def test_a_rate_limit_is_waited_for_once_however_short_the_retry_time(
    requests_mock: Mocker,
) -> None:
    refused = {"status_code": 429, "headers": {"Retry-After": "50"}}
    requests_mock.get(f"{URL}/v1/teams", [refused, {"json": {}}, refused])
    clock = VirtualClock()
    session = session_of(clock, URL, max_retry_seconds=20)

    session.send(TEAMS, whole)
    assert 50 <= clock.elapsed <= 60
    with pytest.raises(GaveUpError):
        session.send(TEAMS, whole)
    assert clock.elapsed <= 120


@pytest.mark.parametrize(
    ("asked", "pause"), [("17", (17, 18)), ("0", (0.5, 1)), ("3600", (60, 61)), ("soon", (0.5, 1))]
)
def test_a_busy_server_may_ask_for_a_pause(
    requests_mock: Mocker, asked: str, pause: tuple[float, float]
) -> None:
    busy = {"status_code": 503, "headers": {"Retry-After": asked}}
    requests_mock.get(f"{URL}/v1/teams", [busy, {"json": {}}])
    clock = VirtualClock()

    session_of(clock, URL).send(TEAMS, whole)

    least, most = pause
    assert least <= clock.elapsed <= most


def test_pauses_grow_while_a_fault_lasts(requests_mock: Mocker) -> None:
    requests_mock.get(f"{URL}/v1/teams", status_code=502)
    clock = VirtualClock()
    with pytest.raises(GaveUpError):
        session_of(clock, URL).send(TEAMS, whole)

    for number, pause in enumerate(clock.sleeps):
        longest = min(2.0**number, 60)
        assert longest / 2 <= pause <= longest


def test_a_refusal_is_not_repeated(session: Session, requests_mock: Mocker) -> None:
    requests_mock.get(
        f"{URL}/v1/teams", status_code=400, json={"errors": [{"code": "bad_request"}]}
    )

    with pytest.raises(RefusedError, match="GET /v1/teams: HTTP 400: bad_request"):
        session.send(TEAMS, whole)
    assert requests_mock.call_count == 1


@pytest.mark.parametrize("status", [401, 403])
def test_missing_access_is_not_repeated(
    session: Session, requests_mock: Mocker, status: int
) -> None:
    requests_mock.get(f"{URL}/v1/teams", status_code=status, json={})

    with pytest.raises(AccessError):
        session.send(TEAMS, whole)
    assert requests_mock.call_count == 1


def test_a_failed_tls_handshake_fails_at_once(
    session: Session, requests_mock: Mocker, clock: VirtualClock
) -> None:
    requests_mock.get(f"{URL}/v1/teams", exc=requests.exceptions.SSLError)

    with pytest.raises(ConnectionSecurityError, match=r"no secure connection to acme\.api"):
        session.send(TEAMS, whole)
    assert clock.elapsed == 0


@pytest.mark.parametrize(
    "location", ["https://evil.example/v1/teams", "http://acme.api.kustomerapp.com/v1/teams"]
)
def test_the_key_is_not_sent_to_another_origin(
    session: Session, requests_mock: Mocker, location: str
) -> None:
    requests_mock.get(f"{URL}/v1/teams", status_code=302, headers={"Location": location})
    elsewhere = requests_mock.get(location, json={"data": []})

    with pytest.raises(RedirectError):
        session.send(TEAMS, whole)
    assert not elsewhere.called


def test_a_redirect_on_the_same_origin_is_followed(session: Session, requests_mock: Mocker) -> None:
    requests_mock.get(f"{URL}/v1/teams", status_code=308, headers={"Location": "/v1/groups"})
    requests_mock.get(f"{URL}/v1/groups", json={"data": [2]})

    assert session.send(TEAMS, whole) == {"data": [2]}


def test_redirects_in_a_circle_end(session: Session, requests_mock: Mocker) -> None:
    requests_mock.get(f"{URL}/v1/teams", status_code=302, headers={"Location": "/v1/teams"})

    with pytest.raises(RedirectError, match="again and again"):
        session.send(TEAMS, whole)


def test_no_error_and_no_log_line_shows_the_key(
    session: Session, requests_mock: Mocker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    requests_mock.get(
        f"{URL}/v1/teams",
        [
            {"exc": requests.exceptions.ConnectionError("Bearer the-key")},
            {"status_code": 500, "json": {"errors": [{"message": "the-key is odd"}]}},
            {"status_code": 400, "json": {"errors": [{"message": "the-key is bad"}]}},
        ],
    )

    with pytest.raises(RefusedError) as refused:
        session.send(TEAMS, whole)

    assert "the-key" not in str(refused.value)
    assert "[secret] is bad" in str(refused.value)
    assert "the-key" not in caplog.text
    assert "the-key" not in repr(BearerAuthenticator(ApiKey("the-key"), URL))


def test_times_follow_the_clock_of_the_server(
    session: Session, requests_mock: Mocker, clock: VirtualClock
) -> None:
    assert session.server_now() == clock.now()
    requests_mock.get(f"{URL}/v1/teams", json={}, headers={"Date": "Tue, 14 Nov 2023 22:23:20 GMT"})

    session.send(TEAMS, whole)

    assert session.server_now() == clock.now() + 600


@pytest.mark.parametrize(
    "date",
    [
        "",
        "soon",
        "Tue, 14 Nov 1000000000000000000000 22:23:20 GMT",
        "Tue, 14 Nov 2023 22:23:20 -1000000000000000000000",
        "Tue, 14 Nov 2023 22:23:20 +9999",
    ],
)
def test_an_invalid_date_leaves_the_server_clock_unchanged(
    session: Session, requests_mock: Mocker, clock: VirtualClock, date: str
) -> None:
    requests_mock.get(f"{URL}/v1/teams", json={}, headers={"Date": date})

    session.send(TEAMS, whole)

    assert session.server_now() == clock.now()
