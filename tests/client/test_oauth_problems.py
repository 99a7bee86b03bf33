"""What can go wrong when tokens are renewed, and what no error may show."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest
import requests

from support.sign_ins import DAY, URL, Kustomer, ask, new_credential, new_file, new_session
from support.virtual_time import VirtualClock
from tap_kustomer.client.authenticator import BearerAuthenticator
from tap_kustomer.client.errors import (
    GaveUpError,
    InvalidCredentialError,
    RedirectError,
    RefusedError,
)
from tap_kustomer.client.session import Request, Session
from tap_kustomer.client.tokens import TokenFile, Tokens
from tap_kustomer.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

    from requests_mock import Mocker


def test_a_sign_in_that_has_ended_ends_the_run_with_one_sentence(
    kustomer: Kustomer, clock: VirtualClock, path: Path
) -> None:
    kustomer.refresh_token = "another"

    with pytest.raises(InvalidCredentialError) as ended:
        ask(new_session(clock, path))

    assert "invalid_grant: Token is gone" in str(ended.value)
    assert "tap-kustomer-login" in str(ended.value)
    assert "a-refresh-token-0" not in str(ended.value)


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

    with pytest.raises(GaveUpError, match="POST /oauth/token: HTTP 503"):
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


def ask_with_full_disk(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(TokenFile, "save", fail)
        ask(session)


def test_the_next_renewal_uses_the_token_that_could_not_be_kept(
    requests_mock: Mocker, clock: VirtualClock, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kustomer = Kustomer(requests_mock, clock, rotates=True)
    session = new_session(clock, path)

    ask_with_full_disk(session, monkeypatch)
    clock.sleep(DAY)

    ask(session)

    assert kustomer.forms[-1]["refresh_token"] == "a-refresh-token-1"
    assert "a-refresh-token-2" in path.read_text()


def test_a_new_sign_in_wins_over_a_token_that_could_not_be_kept(
    requests_mock: Mocker, clock: VirtualClock, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kustomer = Kustomer(requests_mock, clock, rotates=True)
    session = new_session(clock, path)

    ask_with_full_disk(session, monkeypatch)
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
    tokens = ("an-access-token-1", kustomer.refresh_token, "a-secret", "a-refresh-token-0")
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
