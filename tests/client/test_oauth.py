"""When the tokens of a person who has signed in are renewed, and what can go wrong with that."""

from __future__ import annotations

import json
import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pytest
import requests
from typing_extensions import override

from support.sessions import session_of
from support.virtual_time import VirtualClock
from tap_kustomer.client.authenticator import BearerAuthenticator
from tap_kustomer.client.errors import (
    AccessError,
    GaveUpError,
    InvalidCredentialError,
    RedirectError,
    RefusedError,
)
from tap_kustomer.client.limits import Limiter
from tap_kustomer.client.oauth import OAuthCredential
from tap_kustomer.client.session import Request, Session
from tap_kustomer.client.tokens import TokenFile, Tokens
from tap_kustomer.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

    from requests_mock import Mocker

URL = "https://acme.api.kustomerapp.com"
TEAMS = Request("GET", "/v1/teams")
DAY = 86_400


class Kustomer:
    """Gives tokens, numbered by how many it has given, and accepts the last access token."""

    def __init__(self, requests_mock: Mocker, clock: VirtualClock, *, rotates: bool) -> None:
        self.clock, self.rotates = clock, rotates
        self.given = 0
        self.refresh_token = "refresh-0"
        self.forms: list[dict[str, str]] = []
        self.refused_teams = 0
        self.failures: list[Any] = []
        self.lasts: int | None = DAY
        requests_mock.post(f"{URL}/oauth/token", text=self._grant)
        requests_mock.get(f"{URL}/v1/teams", text=self._teams)

    def _grant(self, request: Any, context: Any) -> str:
        form = dict(parse_qsl(request.text))
        self.forms.append(form)
        if form["refresh_token"] != self.refresh_token:
            context.status_code = 400
            return json.dumps({"error": "invalid_grant", "error_description": "Token is gone"})
        self.given += 1
        answer: dict[str, Any] = {"access_token": f"access-{self.given}", "token_type": "Bearer"}
        if self.lasts is not None:
            answer["expires_in"] = self.lasts
        if self.rotates:
            self.refresh_token = answer["refresh_token"] = f"refresh-{self.given}"
        if self.failures:
            failure = self.failures.pop(0)
            if isinstance(failure, Exception):
                raise failure
            context.status_code = failure
        return json.dumps(answer)

    def _teams(self, request: Any, context: Any) -> str:
        if request.headers.get("Authorization") != f"Bearer access-{self.given}":
            self.refused_teams += 1
            context.status_code = 401
        return '{"data": []}'


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture(params=[True, False], ids=["rotating", "not rotating"])
def kustomer(
    requests_mock: Mocker, clock: VirtualClock, request: pytest.FixtureRequest
) -> Kustomer:
    return Kustomer(requests_mock, clock, rotates=request.param)


def open_session(clock: VirtualClock, authenticator: BearerAuthenticator) -> Session:
    return session_of(
        clock,
        URL,
        authenticator=authenticator,
        limiter=Limiter(clock, 1.0),
        max_retry_seconds=60,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tokens.json"


def new_session(clock: VirtualClock, path: Path, *, secret: str | None = None) -> Session:
    """A session of a person who has signed in before."""
    return open_session(clock, BearerAuthenticator(new_credential(clock, path, secret=secret), URL))


def new_file(path: Path) -> TokenFile:
    return TokenFile(path, client_id="a-client", organization="acme", seed="refresh-0")


def new_credential(
    clock: VirtualClock, path: Path, *, secret: str | None = None
) -> OAuthCredential:
    return OAuthCredential(
        client_id="a-client",
        client_secret=secret,
        store=new_file(path),
        clock=clock,
        open_session=lambda authenticator: open_session(clock, authenticator),
        base_url=URL,
    )


def ask(session: Session) -> None:
    session.send(TEAMS, lambda body: body.document())


def test_the_first_request_gets_an_access_token(
    kustomer: Kustomer, clock: VirtualClock, path: Path
) -> None:
    session = new_session(clock, path, secret="a-secret")

    ask(session)
    ask(session)

    assert kustomer.forms == [
        {
            "grant_type": "refresh_token",
            "refresh_token": "refresh-0",
            "client_id": "a-client",
            "client_secret": "a-secret",
        }
    ]
    assert kustomer.refused_teams == 0


def test_a_public_application_sends_no_secret(
    kustomer: Kustomer, clock: VirtualClock, path: Path
) -> None:
    ask(new_session(clock, path))

    assert "client_secret" not in kustomer.forms[0]


def test_an_access_token_is_renewed_ten_minutes_before_it_expires(
    kustomer: Kustomer, clock: VirtualClock, path: Path
) -> None:
    session = new_session(clock, path)
    ask(session)
    clock.sleep(DAY - 610)
    ask(session)
    assert kustomer.given == 1

    clock.sleep(20)
    ask(session)

    assert kustomer.given == 2
    assert kustomer.refused_teams == 0


def test_an_access_token_is_renewed_once_it_is_refused(
    kustomer: Kustomer, clock: VirtualClock, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    session = new_session(clock, path)
    ask(session)
    kustomer.given += 1  # The tap's token is void.

    ask(session)

    assert len(kustomer.forms) == 2
    assert clock.sleeps == [0.0]
    assert "the access token was renewed" in caplog.text


def test_a_401_that_a_new_token_does_not_help_against_renews_it_once_an_hour(
    kustomer: Kustomer, clock: VirtualClock, path: Path, requests_mock: Mocker
) -> None:
    """A missing role may be answered 401, too."""
    requests_mock.get(f"{URL}/v1/tags", status_code=401, text="{}")
    session = new_session(clock, path)
    ask(session)

    for _ in range(3):
        with pytest.raises(AccessError):
            session.send(Request("GET", "/v1/tags"), lambda body: body.document())
    assert len(kustomer.forms) == 2

    clock.sleep(3601)
    with pytest.raises(AccessError):
        session.send(Request("GET", "/v1/tags"), lambda body: body.document())
    assert len(kustomer.forms) == 3


def test_workers_that_are_refused_together_renew_the_token_once(
    kustomer: Kustomer, clock: VirtualClock, path: Path
) -> None:
    session = new_session(clock, path)
    ask(session)
    refused = "access-1"
    kustomer.given += 1
    start = threading.Barrier(4)

    def renew() -> bool:
        start.wait()
        return session.credential.renew(refused)

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(lambda _: renew(), range(4)))

    assert len(kustomer.forms) == 2


def test_another_run_s_token_is_used_even_if_this_one_has_renewed_its_own_within_the_hour(
    kustomer: Kustomer, clock: VirtualClock, path: Path
) -> None:
    session, other = new_session(clock, path), new_session(clock, path)
    ask(session)
    kustomer.given += 1
    ask(session)
    kustomer.given += 1
    ask(other)
    assert len(kustomer.forms) == 3

    ask(session)

    assert len(kustomer.forms) == 3


def test_only_an_own_renewal_counts_for_the_hour(
    kustomer: Kustomer, clock: VirtualClock, path: Path
) -> None:
    session, other = new_session(clock, path), new_session(clock, path)
    ask(session)
    kustomer.given += 1
    ask(other)
    ask(session)
    assert len(kustomer.forms) == 2, "the other run's token was used"
    kustomer.given += 1

    ask(session)

    assert len(kustomer.forms) == 3


def test_a_token_that_is_about_to_expire_is_renewed_even_within_the_hour(
    kustomer: Kustomer, clock: VirtualClock, path: Path
) -> None:
    kustomer.lasts = 1800
    session = new_session(clock, path)
    ask(session)
    kustomer.given += 1
    ask(session)
    refused = session.credential.token()
    assert refused is not None
    clock.sleep(1790)

    assert session.credential.renew(refused)


def test_workers_that_wait_for_a_token_share_its_failure(
    requests_mock: Mocker, clock: VirtualClock, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise one after the other would retry for as long as the first."""
    waiting = threading.Semaphore(0)

    class Watched(Future[Tokens]):
        @override
        def result(self, timeout: float | None = None) -> Tokens:
            waiting.release()
            return super().result(timeout)

    def fail(request: Any, context: Any) -> str:
        del request
        context.status_code = 503
        if endpoint.call_count == 1:
            for _ in range(3):
                assert waiting.acquire(timeout=10)
        return ""

    monkeypatch.setattr("tap_kustomer.client.oauth.Future", Watched)
    endpoint = requests_mock.post(f"{URL}/oauth/token", text=fail)
    session = new_session(clock, path)

    def ask_for_a_token(_: int) -> BaseException:
        with pytest.raises(GaveUpError) as ended:
            session.credential.token()
        return ended.value

    with ThreadPoolExecutor(4) as pool:
        errors = list(pool.map(ask_for_a_token, range(4)))

    assert all(error is errors[0] for error in errors)


def test_after_a_shared_failure_the_next_request_asks_for_a_token_again(
    requests_mock: Mocker, clock: VirtualClock, path: Path
) -> None:
    Kustomer(requests_mock, clock, rotates=False)
    session = new_session(clock, path)
    endpoint = requests_mock.post(f"{URL}/oauth/token", status_code=503)
    with pytest.raises(GaveUpError):
        ask(session)
    tries = endpoint.call_count

    with pytest.raises(GaveUpError):
        ask(session)

    assert endpoint.call_count > tries


def test_a_request_takes_no_slot_of_the_limiter_until_it_has_a_token(
    requests_mock: Mocker, clock: VirtualClock, path: Path
) -> None:
    requests_mock.post(f"{URL}/oauth/token", status_code=503)
    session = new_session(clock, path)

    with pytest.raises(GaveUpError):
        ask(session)

    assert session.limiter.organization.spent == 0


def test_the_next_run_goes_on_with_the_tokens_of_the_last_one(
    kustomer: Kustomer, clock: VirtualClock, path: Path
) -> None:
    ask(new_session(clock, path))
    ask(new_session(clock, path))
    assert kustomer.given == 1, "the access token is still good"

    clock.sleep(3 * DAY)
    ask(new_session(clock, path))

    assert kustomer.given == 2


def test_a_run_uses_the_access_token_that_another_one_has_got_meanwhile(
    kustomer: Kustomer, clock: VirtualClock, path: Path
) -> None:
    one, other = new_session(clock, path), new_session(clock, path)
    ask(one)
    ask(other)
    clock.sleep(DAY)

    ask(one)
    ask(other)

    assert kustomer.given == 2


def test_a_token_is_kept_before_it_is_used(
    kustomer: Kustomer, clock: VirtualClock, path: Path, requests_mock: Mocker
) -> None:
    kept: list[str] = []

    def note(request: Any, context: Any) -> str:
        del request, context
        kept.append(path.read_text())
        return "{}"

    requests_mock.get(f"{URL}/v1/teams", text=note)
    ask(new_session(clock, path))

    assert "access-1" in kept[0]
    assert kustomer.refresh_token in kept[0]


@pytest.mark.parametrize("lasts", [60, 600, 1000])
def test_a_token_that_lasts_minutes_is_used_for_half_of_them(
    kustomer: Kustomer, clock: VirtualClock, path: Path, lasts: int
) -> None:
    kustomer.lasts = lasts
    session = new_session(clock, path)
    ask(session)
    clock.sleep(lasts / 2 - 1)
    ask(session)
    assert kustomer.given == 1

    clock.sleep(2)
    ask(session)

    assert kustomer.given == 2


def test_without_a_lifetime_an_access_token_is_used_until_it_is_refused(
    kustomer: Kustomer, clock: VirtualClock, path: Path
) -> None:
    kustomer.lasts = None
    session = new_session(clock, path)
    ask(session)
    clock.sleep(30 * DAY)

    ask(session)

    assert kustomer.given == 1


def test_a_sign_in_that_has_ended_ends_the_run_with_one_sentence(
    kustomer: Kustomer, clock: VirtualClock, path: Path
) -> None:
    kustomer.refresh_token = "another"

    with pytest.raises(InvalidCredentialError) as ended:
        ask(new_session(clock, path))

    assert "invalid_grant: Token is gone" in str(ended.value)
    assert "tap-kustomer-login" in str(ended.value)
    assert "refresh-0" not in str(ended.value)


@pytest.mark.parametrize("failure", [503, requests.ConnectTimeout()])
def test_a_fault_of_the_token_endpoint_is_waited_for(
    requests_mock: Mocker, clock: VirtualClock, path: Path, failure: object
) -> None:
    kustomer = Kustomer(requests_mock, clock, rotates=False)
    kustomer.failures = [failure, failure]

    ask(new_session(clock, path))

    assert len(kustomer.forms) == 3


def test_a_token_endpoint_that_stays_away_fails_the_request(
    requests_mock: Mocker, clock: VirtualClock, path: Path
) -> None:
    requests_mock.post(f"{URL}/oauth/token", status_code=503)

    with pytest.raises(GaveUpError, match="POST /oauth/token answered 503"):
        ask(new_session(clock, path))


def test_a_lost_response_that_had_a_new_refresh_token_needs_another_sign_in(
    requests_mock: Mocker, clock: VirtualClock, path: Path
) -> None:
    kustomer = Kustomer(requests_mock, clock, rotates=True)
    kustomer.failures = [requests.ReadTimeout()]

    with pytest.raises(InvalidCredentialError, match="may work only once"):
        ask(new_session(clock, path))


@pytest.mark.parametrize(
    "failure",
    [OSError(28, "No space left on device"), ConfigurationError("the file has changed")],
    ids=["full", "changed"],
)
def test_a_run_goes_on_if_the_new_token_can_not_be_kept(
    requests_mock: Mocker,
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    failure: Exception,
) -> None:
    clock = VirtualClock()
    kustomer = Kustomer(requests_mock, clock, rotates=True)

    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(TokenFile, "save", fail)
    with caplog.at_level(logging.ERROR):
        ask(new_session(clock, path))

    (record,) = caplog.records
    assert f"can't be kept ({failure.args[-1]})" in record.getMessage()
    assert kustomer.refresh_token not in record.getMessage()


def test_the_next_renewal_uses_the_token_that_could_not_be_kept(
    requests_mock: Mocker, clock: VirtualClock, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kustomer = Kustomer(requests_mock, clock, rotates=True)
    session = new_session(clock, path)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(TokenFile, "save", fail)
        ask(session)
    clock.sleep(DAY)

    ask(session)

    assert kustomer.forms[-1]["refresh_token"] == "refresh-1"
    assert "refresh-2" in path.read_text()


def test_a_new_sign_in_wins_over_a_token_that_could_not_be_kept(
    requests_mock: Mocker, clock: VirtualClock, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kustomer = Kustomer(requests_mock, clock, rotates=True)
    session = new_session(clock, path)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(TokenFile, "save", fail)
        ask(session)
    clock.sleep(DAY)
    kustomer.refresh_token = "signed-in-again"
    new_file(path).save(Tokens("signed-in-again"))

    ask(session)

    assert kustomer.forms[-1]["refresh_token"] == "signed-in-again"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("{}", "missing required field `access_token`"),
        ('{"access_token": ""}', "at `\\$.access_token`"),
        ('{"access_token": 5}', "got `int` - at `\\$.access_token`"),
        ('{"access_token": "a", "refresh_token": 5}', "got `int` - at `\\$.refresh_token`"),
        ('{"access_token": "a", "expires_in": "soon"}', "at `\\$.expires_in`"),
        ('{"access_token": "a", "expires_in": true}', "at `\\$.expires_in`"),
        ('{"access_token": "a", "expires_in": -1}', "at `\\$.expires_in`"),
        ('{"access_token": "a", "expires_in": NaN}', "at `\\$.expires_in`"),
        ('{"access_token": "a", "expires_in": 1e999}', "at `\\$.expires_in`"),
        ('{"access_token": "a", "expires_in": Infinity}', "at `\\$.expires_in`"),
        ("[]", "no JSON object"),
        ("nonsense", "no JSON"),
        ("access_token=a", "no JSON"),
    ],
)
def test_a_response_without_a_token_is_asked_for_again(
    requests_mock: Mocker, clock: VirtualClock, path: Path, answer: str, said: str
) -> None:
    requests_mock.post(f"{URL}/oauth/token", text=answer)

    with pytest.raises(GaveUpError, match=said):
        ask(new_session(clock, path))


def test_a_code_whose_response_has_no_refresh_token_is_not_used_again(
    requests_mock: Mocker, clock: VirtualClock, path: Path
) -> None:
    """It works once."""
    endpoint = requests_mock.post(f"{URL}/oauth/token", json={"access_token": "a"})
    credential = new_credential(clock, path)

    with pytest.raises(RefusedError, match=r"no refresh token.*offline_access"):
        credential.exchange("a-code", redirect_uri="http://127.0.0.1/", code_verifier="a-secret")

    assert endpoint.call_count == 1
    assert not path.exists()


@pytest.mark.parametrize("place", ["echo", "redirect"])
def test_no_error_shows_a_token(
    kustomer: Kustomer,
    clock: VirtualClock,
    path: Path,
    requests_mock: Mocker,
    place: str,
) -> None:
    session = new_session(clock, path, secret="a-secret")
    ask(session)
    tokens = ("access-1", kustomer.refresh_token, "a-secret", "refresh-0")
    if place == "echo":
        body = json.dumps({"errors": [{"title": " ".join(tokens)}]})
        requests_mock.get(f"{URL}/v1/tags", status_code=400, text=body)
    else:
        location = f"https://{'.'.join(tokens)}.example/"
        requests_mock.get(f"{URL}/v1/tags", status_code=302, headers={"location": location})

    with pytest.raises(Exception, match="secret") as refused:
        session.send(Request("GET", "/v1/tags"), lambda body: body.document())

    assert not any(token in str(refused.value) for token in tokens)
    assert "API key" not in str(refused.value)
    assert place == "echo" or "sends the access token" in str(refused.value)


def test_no_address_may_contain_a_token(
    kustomer: Kustomer, clock: VirtualClock, path: Path, requests_mock: Mocker
) -> None:
    session = new_session(clock, path)
    ask(session)
    location = {"location": f"/v1/{kustomer.refresh_token}"}
    requests_mock.get(f"{URL}/v1/tags", status_code=302, headers=location)

    with pytest.raises(RedirectError, match="an address that contains the access token"):
        session.send(Request("GET", "/v1/tags"), lambda body: body.document())


def test_the_token_is_not_sent_elsewhere(
    kustomer: Kustomer, clock: VirtualClock, path: Path
) -> None:
    session = new_session(clock, path)
    ask(session)
    other = requests.Request("GET", "https://elsewhere.example/").prepare()

    BearerAuthenticator(session.credential, URL)(other)

    assert "Authorization" not in other.headers
    assert kustomer.given == 1


@pytest.mark.parametrize("status", [401, 403, 404, 405, 501])
def test_an_organisation_without_a_token_endpoint_ends_the_run(
    requests_mock: Mocker, clock: VirtualClock, path: Path, status: int
) -> None:
    """Otherwise the check of the sign-in would take it for a proxy that does not forward a path."""
    requests_mock.post(f"{URL}/oauth/token", status_code=status, text="{}")

    with pytest.raises(InvalidCredentialError, match="does not renew the sign-in"):
        ask(new_session(clock, path))
