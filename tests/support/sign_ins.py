"""Sign-ins by OAuth: a token endpoint, and sessions of a person who has signed in before."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from support.sessions import session_of
from tap_kustomer.client.authenticator import BearerAuthenticator
from tap_kustomer.client.limits import Limiter
from tap_kustomer.client.oauth import OAuthCredential
from tap_kustomer.client.session import Request, Session
from tap_kustomer.client.tokens import TokenFile

if TYPE_CHECKING:
    from pathlib import Path

    from requests_mock import Mocker

    from support.virtual_time import VirtualClock

URL = "https://acme.api.kustomerapp.com"
TEAMS = Request("GET", "/v1/teams")
DAY = 86_400


class Kustomer:
    """Gives tokens, numbered by how many it has given, and accepts the last access token."""

    def __init__(self, requests_mock: Mocker, clock: VirtualClock, *, rotates: bool) -> None:
        self.clock, self.rotates = clock, rotates
        self.given = 0
        self.refresh_token = "a-refresh-token-0"
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
        answer: dict[str, Any] = {
            "access_token": f"an-access-token-{self.given}",
            "token_type": "Bearer",
        }
        if self.lasts is not None:
            answer["expires_in"] = self.lasts
        if self.rotates:
            self.refresh_token = answer["refresh_token"] = f"a-refresh-token-{self.given}"
        if self.failures:
            failure = self.failures.pop(0)
            if isinstance(failure, Exception):
                raise failure
            context.status_code = failure
        return json.dumps(answer)

    def _teams(self, request: Any, context: Any) -> str:
        if request.headers.get("Authorization") != f"Bearer an-access-token-{self.given}":
            self.refused_teams += 1
            context.status_code = 401
        return '{"data": []}'


def open_session(clock: VirtualClock, authenticator: BearerAuthenticator) -> Session:
    return session_of(
        clock,
        URL,
        authenticator=authenticator,
        limiter=Limiter(clock, 1.0),
        max_retry_seconds=60,
    )


def new_session(clock: VirtualClock, path: Path, *, secret: str | None = None) -> Session:
    """A session of a person who has signed in before."""
    return open_session(clock, BearerAuthenticator(new_credential(clock, path, secret=secret), URL))


def new_file(path: Path) -> TokenFile:
    return TokenFile(path, client_id="a-client", organization="acme", seed="a-refresh-token-0")


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
