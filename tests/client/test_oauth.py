"""When the tokens of a person who has signed in are renewed."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from typing_extensions import override

from support.sign_ins import DAY, URL, Kustomer, ask, new_session
from tap_kustomer.client.errors import (
    AccessError,
    GaveUpError,
)
from tap_kustomer.client.session import Request
from tap_kustomer.client.tokens import Tokens

if TYPE_CHECKING:
    from pathlib import Path

    from requests_mock import Mocker

    from support.virtual_time import VirtualClock


def test_the_first_request_gets_an_access_token(
    kustomer: Kustomer, clock: VirtualClock, path: Path
) -> None:
    session = new_session(clock, path, secret="a-secret")

    ask(session)
    ask(session)

    assert kustomer.forms == [
        {
            "grant_type": "refresh_token",
            "refresh_token": "a-refresh-token-0",
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


def test_a_401_that_persists_renews_the_token_once_an_hour_at_most(
    kustomer: Kustomer, clock: VirtualClock, path: Path, requests_mock: Mocker
) -> None:
    """A missing role may be: HTTP 401, too."""
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
    refused = "an-access-token-1"
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

    assert "an-access-token-1" in kept[0]
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
