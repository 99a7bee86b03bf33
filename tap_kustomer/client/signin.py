"""The sign-in of a person by OAuth 2.0: access tokens, and how they are renewed.

Kustomer documents the authorization code grant with PKCE and refresh tokens, and that an access
token lasts about 24 hours (https://developer.kustomer.com/docs/get-started/oauth). It does not say
whether a refresh token is replaced when it is used, so the code allows for both. Nobody has
run this against Kustomer itself.
"""

from __future__ import annotations

import logging
import threading
from functools import partial
from typing import TYPE_CHECKING, Final

from oauthlib.oauth2 import OAuth2Error, WebApplicationClient

from tap_kustomer.client.authenticator import BearerAuthenticator
from tap_kustomer.client.errors import (
    InvalidKeyError,
    NoResponseError,
    StreamError,
    WrongResponseError,
)
from tap_kustomer.client.session import Request, Session
from tap_kustomer.client.tokens import HOW_TO_SIGN_IN, Tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from tap_kustomer.client.clock import Clock
    from tap_kustomer.client.session import Body
    from tap_kustomer.client.tokens import TokenStore

# Renew an access token this many seconds before it expires, so that none expires under way.
_EARLY: Final = 600.0

# A 401 may mean a missing role, so it renews the token only once in so many seconds.
_RENEWALS_APART: Final = 3600.0

logger = logging.getLogger(__name__)


class SignIn:
    """The sign-in of a person to an organisation. Threads may share it.

    Args:
        client_id: The application, registered in the organisation.
        client_secret: Its secret; None for a public application.
        store: Keeps the tokens.
        clock: Tells the time.
        open_session: Makes the session with the token endpoint from its authenticator.
        base_url: Address of the organisation. The token endpoint is there.

    Attributes:
        secrets: The client's secret, and all tokens of this run.
    """

    name = "the sign-in"
    # `/v1/auth/tokens/current` is documented for API keys only.
    account_paths: tuple[str, ...] = ("/v1/users/current",)
    remedy = f"check organization, or sign in again. {HOW_TO_SIGN_IN}"
    caveat = (
        "The tap reads what the person who has signed in may see: rows that their permissions hide "
        "are missing without an error"
    )

    def __init__(  # noqa: PLR0913
        self,
        *,
        client_id: str,
        client_secret: str | None,
        store: TokenStore,
        clock: Clock,
        open_session: Callable[[BearerAuthenticator], Session],
        base_url: str,
    ) -> None:
        self._client = WebApplicationClient(client_id)
        self._client_secret = client_secret
        self._store = store
        self._clock = clock
        # Replaced, not changed: other threads may be reading it.
        self.secrets: Collection[str] = (client_secret,) if client_secret else ()
        self._session = open_session(BearerAuthenticator(_Client(self), base_url))
        self._tokens: Tokens | None = None
        self._last_renewal = -_RENEWALS_APART
        self._lock = threading.Lock()

    def token(self) -> str | None:
        """The access token, renewed ten minutes before it expires.

        Raises:
            InvalidKeyError: Kustomer does not renew the sign-in.
            RequestError: The token endpoint can't be reached.
        """
        with self._lock:
            if self._tokens is None or not self._is_fresh(self._tokens):
                self._tokens = self._refreshed(refused=None)
            return self._tokens.access_token

    def renew(self, refused: str) -> bool:
        """Replace an access token that was answered 401, at most once an hour.

        Raises:
            InvalidKeyError: Kustomer does not renew the sign-in.
            RequestError: The token endpoint can't be reached.
        """
        with self._lock:
            if self._tokens is not None and self._tokens.access_token != refused:
                return True  # Another thread has replaced it.
            now = self._clock.monotonic()
            if now - self._last_renewal < _RENEWALS_APART:
                return False
            self._tokens = self._refreshed(refused=refused)
            self._last_renewal = now
            return True

    def exchange(self, code: str, *, redirect_uri: str, code_verifier: str) -> None:
        """Get the first tokens for an authorization code, and keep them.

        Args:
            code: What Kustomer has given after the person agreed.
            redirect_uri: The address that it was given to.
            code_verifier: The secret of this sign-in (PKCE).

        Raises:
            RequestError: Kustomer refuses the code, or can't be reached.
            OSError: The tokens can't be kept.
        """
        form = self._client.prepare_request_body(
            code=code,
            redirect_uri=redirect_uri,
            code_verifier=code_verifier,
            include_client_id=True,
            **self._secret,
        )
        with self._lock, self._store.lock():
            self._tokens = self._session.send(_request(form), partial(self._parse, before=None))
            self._store.save(self._tokens)

    def _refreshed(self, *, refused: str | None) -> Tokens:
        with self._store.lock():
            kept = self._store.load()
            self._note(kept)
            # Another process may have renewed the sign-in in the meantime.
            if kept.access_token not in {None, refused} and self._is_fresh(kept):
                return kept
            tokens = self._ask(kept)
            failure = self._keep(tokens)
        if failure and tokens.refresh_token != kept.refresh_token:
            logger.error(
                "The new refresh token can't be kept (%s), and the one before may be of no use: "
                "this run goes on, but the next one may need another sign-in. Set token_path to a "
                "file that can be written",
                failure,
            )
        return tokens

    def _keep(self, tokens: Tokens) -> str | None:
        """Save tokens; return why that failed, if it did."""
        try:
            self._store.save(tokens)
        except OSError as error:
            return error.strerror or type(error).__name__
        return None

    def _ask(self, kept: Tokens) -> Tokens:
        form = self._client.prepare_refresh_body(
            refresh_token=kept.refresh_token, client_id=self._client.client_id, **self._secret
        )
        try:
            return self._session.send(_request(form), partial(self._parse, before=kept))
        except NoResponseError:
            raise
        except StreamError as error:
            raise InvalidKeyError(
                f"Kustomer does not renew the sign-in: {error}. Refresh tokens expire after two "
                "weeks without use, can be revoked, and may work only once: check client_id and "
                f"client_secret, or sign in again. {HOW_TO_SIGN_IN}"
            ) from error

    @property
    def _secret(self) -> dict[str, str]:
        return {"client_secret": self._client_secret} if self._client_secret else {}

    def _parse(self, body: Body, *, before: Tokens | None) -> Tokens:
        body.document()  # The library takes a form for a response, too, and fails on a list.
        try:
            answer = self._client.parse_request_body_response(body.content.decode())
            lasts = float(answer.get("expires_in") or 0)
        except (OAuth2Error, ValueError, TypeError) as error:
            raise WrongResponseError("the body has no access token") from error
        refresh_token = answer.get("refresh_token") or (before and before.refresh_token)
        if not refresh_token:
            raise WrongResponseError(
                "the body has no refresh token. Was the scope offline_access refused?"
            )
        expires_at = self._clock.now() + lasts if lasts else 0.0
        tokens = Tokens(refresh_token, answer["access_token"], expires_at)
        self._note(tokens)
        return tokens

    def _is_fresh(self, tokens: Tokens) -> bool:
        left = tokens.expires_at - self._clock.now()
        return tokens.access_token is not None and (not tokens.expires_at or left > _EARLY)

    def _note(self, tokens: Tokens) -> None:
        """Hide these tokens in every text from now on."""
        found = {*self.secrets, tokens.refresh_token, tokens.access_token or ""}
        self.secrets = tuple(found - {""})


class _Client:
    """The application at the token endpoint: what identifies it is in the body, not in a header."""

    name = "the application"
    account_paths: tuple[str, ...] = ()
    remedy = ""
    caveat = ""

    def __init__(self, sign_in: SignIn) -> None:
        self._sign_in = sign_in

    @property
    def secrets(self) -> Collection[str]:
        return self._sign_in.secrets

    def token(self) -> str | None:
        return None

    def renew(self, refused: str) -> bool:
        del refused
        return False


def _request(form: str) -> Request:
    return Request("POST", "/oauth/token", form=form)
