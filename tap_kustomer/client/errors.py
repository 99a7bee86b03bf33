"""What can go wrong with a request.

TapKustomerError
├── RequestError                    raised by Session.send
│   ├── StreamError                 concerns one stream: leave it out, read the others
│   │   ├── AccessError             a role is missing
│   │   ├── MissingError            the organisation does not have it
│   │   ├── RefusedError            the request is not accepted as it is
│   │   ├── OversizedError          a response is too large
│   │   ├── PagingError             a list has no end
│   │   └── NoResponseError         may concern all streams
│   │       ├── GaveUpError         an error has lasted too long
│   │       └── RedirectError       to another host
│   └── RunError                    concerns the run: end it
│       ├── InvalidCredentialError         the API key or sign-in is not accepted
│       ├── ConnectionSecurityError
│       ├── ProxyRefusedError
│       └── InvalidRequestError
├── TransientError                  stays within Session.send, which asks again
│   ├── RateLimitedError            429
│   ├── TokenRenewedError           401, with a token that could be replaced
│   └── WrongResponseError          also raised by what parses a response
├── ConfigurationError              also raised by Session.send: the tokens of a sign-in can't be
│                                   read where the settings say
└── others, which have nothing to do with a request
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

import msgspec

from tap_kustomer.errors import TapKustomerError

_LONGEST_MESSAGE = 300

_NOT_THERE = {
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
    HTTPStatus.GONE,
    HTTPStatus.NOT_IMPLEMENTED,
}


class RequestError(TapKustomerError):
    """A request failed for good. Its text names the method and the path, never a secret."""


class StreamError(RequestError):
    """One stream can't be read: go on with the others."""


class AccessError(StreamError):
    """The credential may not do this (401, 402, 403): it lacks a role, or is not valid."""


class MissingError(StreamError):
    """There is nothing at this path (404, 405, 410, 501)."""


class RefusedError(StreamError):
    """Kustomer understands the request and refuses it (400, 409, 422 ...)."""


class OversizedError(StreamError):
    """A response is larger than any that makes sense."""


class PagingError(StreamError):
    """The pages of a list lead in a circle, on without an end, or to no address."""


class NoResponseError(StreamError):
    """No usable response came. Other streams may be affected too; `check_credential` tells."""


class GaveUpError(NoResponseError):
    """An error has lasted for as long as `max_retry_seconds` allows."""


class RedirectError(NoResponseError):
    """A response leads to another host, which must not see the token."""


class RunError(RequestError):
    """No request can succeed: end the run."""


class InvalidCredentialError(RunError):
    """Kustomer does not know the API key or sign-in, or no longer accepts it."""


class ConnectionSecurityError(RunError):
    """TLS can't be agreed on, or a certificate is not trusted."""


class ProxyRefusedError(RunError):
    """A proxy does not pass the request on."""


class InvalidRequestError(RunError):
    """The request can't be sent as it is: an address or a header is not valid."""


class TransientError(TapKustomerError):
    """An error that may be gone with the next try.

    Args:
        message: What happened.
        retry_after: Seconds that the server asks to wait, if it does.
    """

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RateLimitedError(TransientError):
    """A budget is used up (429). The limiter knows when to go on."""


class TokenRenewedError(TransientError):
    """The access token was rejected (401), and there is a new one."""


class WrongResponseError(TransientError):
    """A response that can't be true: not JSON, timed out, out of order, too short."""


PROXY_LOGIN: Final = (
    "a proxy wants a login (407). Put user and password into its address in the environment "
    "variable HTTPS_PROXY, as in http://user:password@proxy.example:8080"
)


def explain(body: bytes) -> str:
    """Explain the body of an error response in one line.

    Kustomer has two shapes: `{"errors": [{"code", "message", "meta"}]}` and the JSON:API error
    object with `status`, `code`, `title`, `detail`, `source`
    (https://developer.kustomer.com/docs/concepts/errors). A token endpoint has `error` and
    `error_description` (RFC 6749, 5.2), a gateway only `message`. Its CDN answers with HTML, other
    CDNs and firewalls with text such as `error code: 1010`.
    """
    try:
        return _explain(msgspec.json.decode(body))
    except msgspec.DecodeError:
        text = " ".join(body.decode(errors="replace").split())
        is_shown = text.isprintable() and text and not text.startswith("<")
        return _shorten(
            f"no JSON in the response: {text}" if is_shown else "no JSON in the response"
        )
    except RecursionError:
        return "a reason that is nested too deeply"


def _explain(document: Any) -> str:
    errors = _errors_in(document) if isinstance(document, dict) else []
    line = "; ".join(" ".join(_explain_one(error).split()) for error in errors)
    return _shorten(line) if line else "no reason given"


def _errors_in(document: dict[str, Any]) -> list[Any]:
    """The errors of a document; it may be one itself, as that of a gateway."""
    error = document.get("error")
    if isinstance(error, str):
        text = document.get("error_description") or document.get("message")
        return [{"code": error, "message": text}]
    errors = document.get("errors") or error or document
    return errors if isinstance(errors, list) else [errors]


def _shorten(line: str) -> str:
    return line if len(line) <= _LONGEST_MESSAGE else f"{line[:_LONGEST_MESSAGE]}..."


def _explain_one(error: Any) -> str:
    if not isinstance(error, dict):
        return str(error)
    source = error.get("source")
    place = (
        source.get("parameter") or source.get("parameters") or source.get("pointer")
        if isinstance(source, dict)
        else None
    )
    parts = [error.get("code"), error.get("message") or error.get("title"), error.get("detail")]
    text = ": ".join(str(part) for part in parts if part)
    return f"{text} ({place})" if place else text


def _is_json(body: bytes) -> bool:
    try:
        msgspec.json.decode(body)
    except msgspec.DecodeError:
        return False
    except RecursionError:
        return True
    return True


def from_status(
    status: int, request: str, body: bytes, retry_after: float | None = None
) -> RequestError | TransientError:
    """The error for a status code other than 2xx and 429.

    Args:
        status: The code.
        request: The method and path of the request.
        body: The body of the response.
        retry_after: Seconds that the server asks to wait, if it does.
    """
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return ProxyRefusedError(f"{request} was not passed on: {PROXY_LOGIN}")
    message = f"{request}: HTTP {status}: {explain(body)}"
    if status in _NOT_THERE:
        return MissingError(message)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        return TransientError(message, retry_after=retry_after)
    if status == HTTPStatus.FORBIDDEN and body.strip() and not _is_json(body):
        # A CDN or a firewall has stopped the request. That says nothing of roles.
        return TransientError(message)
    if status in {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.PAYMENT_REQUIRED,
        HTTPStatus.FORBIDDEN,
    }:
        return AccessError(message)
    return RefusedError(message)
