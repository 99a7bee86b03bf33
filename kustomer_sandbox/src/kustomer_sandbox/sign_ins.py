"""OAuth 2.0: the authorization code grant with PKCE, and refresh tokens.

https://developer.kustomer.com/docs/get-started/oauth

Whether Kustomer replaces a refresh token when it is used is not documented, so it is an option.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from kustomer_sandbox.errors import ApiError, plain
from kustomer_sandbox.times import DAY, SECOND

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kustomer_sandbox.clock import Clock
    from kustomer_sandbox.options import Options

_CODE_LIFETIME = 600 * SECOND
_ACCESS_LIFETIME = 86_400 * SECOND
# A refresh token that is not used for two weeks expires.
_REFRESH_LIFETIME = 14 * DAY


@dataclass(frozen=True)
class _Code:
    challenge: str
    redirect_uri: str
    expires: int


class SignIns:
    """The people that are signed in to an application.

    Args:
        options: Has the application.
        clock: Tells the sandbox's time.
    """

    def __init__(self, options: Options, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self._codes: dict[str, _Code] = {}
        self._access: dict[str, int] = {}
        self._refresh = {options.signed_in: clock.now() + _REFRESH_LIFETIME}

    def is_signed_in(self, token: str) -> bool:
        """Whether this is an access token that has not expired."""
        return self._clock.now() < self._access.get(token, 0)

    def revoke(self) -> None:
        """Forget all access tokens, as if an administrator had ended the sessions."""
        self._access.clear()

    def authorize(self, parameters: Mapping[str, str]) -> str:
        """Let the person agree at once; return the address to redirect to.

        Raises:
            ApiError: The request is not valid (400).
        """
        if parameters.get("client_id") != self._options.client_id:
            raise plain(400, "invalid_client", "Invalid Client")
        redirect_uri = parameters.get("redirect_uri", "")
        challenge = parameters.get("code_challenge", "")
        if (
            parameters.get("response_type") != "code"
            or parameters.get("code_challenge_method") != "S256"
            or not challenge
            or not redirect_uri.startswith("http://127.0.0.1:")
        ):
            raise plain(400, "bad_request", "Invalid authorization request")
        code = secrets.token_urlsafe()
        self._codes[code] = _Code(challenge, redirect_uri, self._clock.now() + _CODE_LIFETIME)
        answer = {"code": code, "state": parameters.get("state", "")}
        return f"{redirect_uri}?{urlencode(answer)}"

    def grant(self, body: bytes) -> dict[str, Any]:
        """Answer a request for tokens, a form.

        Raises:
            ApiError: It is refused, in the shape of RFC 6749, 5.2.
        """
        form = dict(parse_qsl(body.decode(errors="replace")))
        options = self._options
        if form.get("client_id") != options.client_id or (
            options.client_secret and form.get("client_secret") != options.client_secret
        ):
            raise plain(400, "invalid_client", "Invalid Client")
        if form.get("grant_type") == "authorization_code":
            return self._first_tokens(form)
        if form.get("grant_type") == "refresh_token":
            return self._next_tokens(form.get("refresh_token", ""))
        raise _refusal("unsupported_grant_type")

    def _first_tokens(self, form: Mapping[str, str]) -> dict[str, Any]:
        code = self._codes.pop(form.get("code", ""), None)
        verifier = form.get("code_verifier", "").encode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=")
        if (
            code is None
            or code.expires < self._clock.now()
            or code.challenge != challenge.decode()
            or code.redirect_uri != form.get("redirect_uri")
        ):
            raise _refusal("invalid_grant")
        return self._tokens(secrets.token_urlsafe())

    def _next_tokens(self, refresh_token: str) -> dict[str, Any]:
        if self._clock.now() >= self._refresh.get(refresh_token, 0):
            raise _refusal("invalid_grant")
        if not self._options.rotate_refresh_tokens:
            return self._tokens(refresh_token)
        del self._refresh[refresh_token]
        return self._tokens(secrets.token_urlsafe())

    def _tokens(self, refresh_token: str) -> dict[str, Any]:
        access_token = secrets.token_urlsafe()
        self._access[access_token] = self._clock.now() + _ACCESS_LIFETIME
        is_known = refresh_token in self._refresh
        self._refresh[refresh_token] = self._clock.now() + _REFRESH_LIFETIME
        tokens = {
            "access_token": access_token,
            "token_type": "Bearer",
            "expires_in": _ACCESS_LIFETIME // SECOND,
        }
        return tokens if is_known else tokens | {"refresh_token": refresh_token}


def _refusal(error: str) -> ApiError:
    return ApiError(400, {"error": error, "error_description": "The grant is not valid"})
