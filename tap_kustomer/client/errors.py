"""What can go wrong with a request, in the words of the tap."""

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
    """A request came to nothing. Its text names the method and the path, never the key."""


class RefusedError(RequestError):
    """Kustomer has understood the request and refuses it (400, 409, 422 ...)."""


class AccessError(RequestError):
    """The key may not do this (401, 402, 403): it is dead, or a role is missing."""


class MissingError(RequestError):
    """There is nothing to read at this path (404, 405, 410, 501)."""


class DeadKeyError(AccessError):
    """Kustomer does not know the key (any more): no request can succeed."""


class RedirectError(RequestError):
    """An answer points to another host, to which the key must not travel."""


class ConnectionSecurityError(RequestError):
    """TLS can't be agreed on, or there is no trust; asking again would not help."""


class ProxyRefusedError(RequestError):
    """A proxy does not pass the request on; asking again would not help."""


class OversizedError(RequestError):
    """An answer is larger than any that makes sense; asking again would not help."""


class TransientError(RequestError):
    """A fault that may be gone with the next try.

    Args:
        message: What happened.
        retry_after: Seconds that the server asks to wait, where it says so.
    """

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RateLimitedError(TransientError):
    """429: a budget is used up. The limiter knows when to go on."""


class WrongAnswerError(TransientError):
    """An answer that can't be true: not JSON, timed out, out of order, too short."""


class GaveUpError(RequestError):
    """The fault did not go away in all the time that was given to it."""


PROXY_LOGIN: Final = (
    "a proxy wants a login (407). Put user and password into its address in the environment "
    "variable HTTPS_PROXY, as in http://user:password@proxy.example:8080"
)


def explain(body: bytes) -> str:
    """What an error's body says, in one line.

    Kustomer has two shapes: `{"errors": [{"code", "message", "meta"}]}` and the JSON:API error
    object with `status`, `code`, `title`, `detail`, `source`
    (https://developer.kustomer.com/docs/concepts/errors). Its CDN answers with HTML.
    """
    try:
        return _explain(msgspec.json.decode(body))
    except msgspec.DecodeError:
        return "no JSON in the answer"
    except RecursionError:
        return "a reason that is nested too deeply"


def _explain(document: Any) -> str:
    errors = document.get("errors") if isinstance(document, dict) else None
    if isinstance(errors, dict):
        errors = [errors]
    if not isinstance(errors, list) or not errors:
        return "no reason given"
    line = "; ".join(_explain_one(error) for error in errors)
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
    said = ": ".join(str(part) for part in parts if part)
    return " ".join(f"{said} ({place})".split()) if place else " ".join(said.split())


def from_status(
    status: int, request: str, body: bytes, retry_after: float | None = None
) -> RequestError:
    """The error that stands for a status code other than 2xx and 429.

    Args:
        status: The code.
        request: What was asked.
        body: Of the answer.
        retry_after: Seconds that the server asks to wait, where it says so.
    """
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return ProxyRefusedError(f"{request} was not passed on: {PROXY_LOGIN}")
    message = f"{request} answered {status}: {explain(body)}"
    if status in _NOT_THERE:
        return MissingError(message)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        return TransientError(message, retry_after=retry_after)
    if status == HTTPStatus.FORBIDDEN and body.lstrip().startswith(b"<"):
        # Its CDN has stopped the request: that says nothing about the key's roles.
        return TransientError(message)
    if status in {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.PAYMENT_REQUIRED,
        HTTPStatus.FORBIDDEN,
    }:
        return AccessError(message)
    return RefusedError(message)
