"""Access tokens of a person who has signed in by OAuth 2.0, and how they are renewed.

Kustomer documents the authorization code grant with PKCE and refresh tokens, and that an access
token lasts about 24 hours (https://developer.kustomer.com/docs/get-started/oauth). It does not say
whether a refresh token is replaced when it is used, so the code allows for both. Nobody has
run this against Kustomer itself.
"""

from __future__ import annotations

import logging
import math
import sys
import threading
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
from oauthlib.oauth2 import WebApplicationClient

from tap_kustomer.client.authenticator import BearerAuthenticator
from tap_kustomer.client.errors import (
    InvalidCredentialError,
    NoResponseError,
    RefusedError,
    StreamError,
    WrongResponseError,
)
from tap_kustomer.client.session import Request, Session
from tap_kustomer.client.tokens import HOW_TO_SIGN_IN, Tokens
from tap_kustomer.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from tap_kustomer.client.clock import Clock
    from tap_kustomer.client.session import Body
    from tap_kustomer.client.tokens import TokenStore

# Renew an access token this many seconds before it expires, or halfway if it lasts less than twice
# as long, so that none expires under way.
_EARLY: Final = 600.0

# A 401 may mean a missing role, so it renews the token only once in so many seconds.
_RENEWALS_APART: Final = 3600.0

logger = logging.getLogger(__name__)


class OAuthCredential:
    """The access token of a person who has signed in, renewed as needed. Threads may share it.

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

    name = "the access token"
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
        self._session = open_session(BearerAuthenticator(_TokenEndpointCredential(self), base_url))
        self._tokens: Tokens | None = None
        # Newer tokens that could not be saved, by the outdated ones that are still in the store.
        self._unsaved: dict[Tokens, Tokens] = {}
        # When a 401 may next renew the tokens.
        self._next_renewal = -math.inf
        self._renewal: Future[Tokens] | None = None
        self._lock = threading.Lock()

    def token(self) -> str | None:
        """The access token, renewed some time before it expires.

        Raises:
            InvalidCredentialError: Kustomer does not renew the sign-in.
            RequestError: The token endpoint can't be reached.
            ConfigurationError: The tokens can't be read.
        """
        return self._usable(rejected=None).access_token

    def renew(self, rejected: str) -> bool:
        """Replace an access token that was rejected (401), at most once an hour.

        Raises:
            InvalidCredentialError: Kustomer does not renew the sign-in.
            RequestError: The token endpoint can't be reached.
            ConfigurationError: The tokens can't be read.
        """
        return self._usable(rejected=rejected).access_token != rejected

    def exchange(self, code: str, *, redirect_uri: str, code_verifier: str) -> None:
        """Get the first tokens for an authorization code, and keep them.

        Args:
            code: What Kustomer has given after the person agreed.
            redirect_uri: The address that it was given to.
            code_verifier: The secret of this sign-in (PKCE).

        Raises:
            RequestError: Kustomer refuses the code, gives no refresh token, or can't be reached.
            ConfigurationError: The folder of the token file can't be written.
            OSError: The tokens can't be kept.
        """
        form = self._client.prepare_request_body(
            code=code,
            redirect_uri=redirect_uri,
            code_verifier=code_verifier,
            include_client_id=True,
            **self._secret,
        )
        with self._store.lock():
            self._store.save(self._session.send(_request(form), partial(self._parse, before=None)))

    def _usable(self, *, rejected: str | None) -> Tokens:
        """The tokens, renewed if needed. One thread renews them for all threads that wait."""
        with self._lock:
            if self._tokens is not None and self._is_usable(self._tokens, rejected):
                return self._tokens
            renewal, is_first = self._renewal or Future(), self._renewal is None
            self._renewal = renewal
        if is_first:
            try:
                self._tokens = self._renewed(rejected)
                renewal.set_result(self._tokens)
            except BaseException as error:  # noqa: BLE001  # The future raises it again.
                renewal.set_exception(error)
            self._renewal = None
        return renewal.result()

    def _renewed(self, rejected: str | None) -> Tokens:
        with self._store.lock():
            saved = self._store.load()
            latest = self._unsaved.get(saved, saved)
            self._hide(latest)
            # Another process may have renewed the sign-in in the meantime.
            if self._is_usable(latest, rejected):
                return latest
            now, current = self._clock.monotonic(), self._tokens
            if now < self._next_renewal and current and self._is_usable(current, None):
                return current
            tokens = self._ask(latest)
            if rejected is not None:
                self._next_renewal = now + _RENEWALS_APART
            failure = self._keep(tokens)
        if failure is not None:
            self._unsaved[saved] = tokens
            if tokens.refresh_token != latest.refresh_token:
                logger.error(
                    "The new refresh token can't be kept (%s), and the one before may be of no "
                    "use: this run goes on, but the next one may need another sign-in. Set "
                    "token_path to a file that can be written",
                    failure,
                )
        return tokens

    def _keep(self, tokens: Tokens) -> str | None:
        """Save tokens; return why that failed, if it did."""
        try:
            self._store.save(tokens)
        except OSError as error:
            return error.strerror or type(error).__name__
        except ConfigurationError as error:
            return str(error)
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
            raise InvalidCredentialError(
                f"Kustomer does not renew the sign-in: {error}. Refresh tokens expire after two "
                "weeks without use, can be revoked, and may work only once: check client_id and "
                f"client_secret, or sign in again. {HOW_TO_SIGN_IN}"
            ) from error

    @property
    def _secret(self) -> dict[str, str]:
        return {"client_secret": self._client_secret} if self._client_secret else {}

    def _parse(self, body: Body, *, before: Tokens | None) -> Tokens:
        try:
            granted = msgspec.convert(body.document(), _Granted, strict=False)
        except msgspec.ValidationError as error:
            raise WrongResponseError(f"the body is no token response ({error})") from error
        lifetime = granted.expires_in or 0.0
        refresh_token = granted.refresh_token or (before and before.refresh_token)
        if not refresh_token:
            # Not a wrong response: an authorization code works once, so asking again is of no use.
            raise RefusedError(
                "Kustomer has given no refresh token: sign in again with the scope offline_access, "
                "and check that the application may have it"
            )
        expires_at = self._clock.now() + lifetime if lifetime else 0.0
        tokens = Tokens(refresh_token, granted.access_token, expires_at, lifetime)
        self._hide(tokens)
        return tokens

    def _is_usable(self, tokens: Tokens, rejected: str | None) -> bool:
        if tokens.access_token in {None, rejected}:
            return False
        left = tokens.expires_at - self._clock.now()
        return not tokens.expires_at or left > min(_EARLY, tokens.lifetime / 2)

    def _hide(self, tokens: Tokens) -> None:
        """Hide these tokens in every text from now on."""
        found = {*self.secrets, tokens.refresh_token, tokens.access_token or ""}
        self.secrets = tuple(found - {""})


class _Granted(msgspec.Struct, frozen=True):
    """The body of a token response (RFC 6749, 5.1), as far as the tap uses it."""

    access_token: Annotated[str, msgspec.Meta(min_length=1)]
    refresh_token: str | None = None
    expires_in: Annotated[float, msgspec.Meta(ge=0, le=sys.float_info.max)] | None = None


class _TokenEndpointCredential:
    """The credential of requests to the token endpoint: no header, as their form has it all."""

    name = "the refresh token"
    account_paths: tuple[str, ...] = ()
    remedy = ""
    caveat = ""

    def __init__(self, credential: OAuthCredential) -> None:
        self._credential = credential

    @property
    def secrets(self) -> Collection[str]:
        return self._credential.secrets

    def token(self) -> str | None:
        return None

    def renew(self, rejected: str) -> bool:
        del rejected
        return False


def _request(form: str) -> Request:
    return Request("POST", "/oauth/token", form=form)
