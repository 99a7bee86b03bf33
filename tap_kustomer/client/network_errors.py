"""Errors of the tap for exceptions of the network: no response came, or not all of it."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import zlib
from http import HTTPStatus
from typing import Final

import requests
import urllib3

from tap_kustomer.client.errors import (
    PROXY_LOGIN,
    ConnectionSecurityError,
    InvalidRequestError,
    ProxyRefusedError,
    RequestError,
    TransientError,
)

# Exceptions of a connection that is cut in the middle of TLS. They have nothing to do with trust.
_CUT_OFF: Final = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)

# What `http.client` raises if a proxy opens no tunnel. The rest of its text is the proxy's own.
_TUNNEL_REFUSED: Final = re.compile(r"Tunnel connection failed: (\d{3})\b")

# With these, a proxy could not reach the host or is too busy: another try may succeed. Any other
# status is a rule of the proxy.
_TRANSIENT_STATUSES: Final = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
}

# Words for exceptions without a text of the operating system; the first that fits is used.
_WORDS: Final[dict[type[BaseException], str]] = {
    ssl.SSLError: "the connection was cut",
    http.client.IncompleteRead: "the response was cut short",
    http.client.RemoteDisconnected: "the connection was closed before a response came",
    http.client.HTTPException: "the response is not HTTP",
    ValueError: "the response is not HTTP",
    urllib3.exceptions.InvalidHeader: "the response's headers contradict each other",
    urllib3.exceptions.DecodeError: "the response can't be decompressed",
    zlib.error: "the response can't be decompressed",
    TimeoutError: "nothing came for as long as the setting request_timeout allows",
}

# Words for a request that can't be sent; the first that fits is used.
_UNUSABLE: Final[dict[type[Exception], str]] = {
    requests.exceptions.InvalidProxyURL: "the address of the proxy has no host",
    requests.exceptions.InvalidSchema: "an address has a scheme that is not supported",
    requests.exceptions.InvalidURL: "an address is not valid",
    urllib3.exceptions.LocationParseError: "the name of the host is not valid",
    requests.exceptions.InvalidHeader: "a header has characters that are not allowed",
    UnicodeError: "a header has characters that are not allowed",
}


def from_exception(error: Exception, request: str, host: str) -> RequestError | TransientError:
    """The error for a request that got no response.

    Exceptions of the libraries may hold the request with its headers, so none of their own text is
    used.

    Args:
        error: What `requests` or `urllib3` has raised.
        request: The method and path of the request.
        host: The host of the request.
    """
    root = _root(error)
    is_proxied = isinstance(error, requests.exceptions.ProxyError)
    if _is_about_trust(error, root):
        to = f"the proxy for {host}" if is_proxied else host
        return ConnectionSecurityError(
            f"{request}: no secure connection to {to}: {_reason(root)}. Check the address, and "
            "this machine's certificates and clock"
        )
    if is_proxied and (refused := _TUNNEL_REFUSED.match(str(root))):
        return _from_proxy(int(refused[1]), request, host)
    network = isinstance(error, requests.RequestException | urllib3.exceptions.HTTPError)
    # For example, SSLKEYLOGFILE names a file in a folder that does not exist.
    file = root.filename if isinstance(root, OSError) else None
    if (
        file is not None
        or not network
        or (isinstance(error, ValueError) and isinstance(root, ValueError | AttributeError))
    ):
        # A ValueError may quote the header with the token.
        detail = str(error) if type(error) is OSError else _unusable(error)
        if file is not None:
            detail = f"{file} can't be opened: {_reason(root)}"
        return InvalidRequestError(
            f"{request} can't be sent to {host}: {detail}. Check api_key or refresh_token, "
            "organization, api_url, user_agent, and the environment variables for proxies and "
            "certificates"
        )
    way = " through a proxy" if is_proxied else ""
    message = f"{request} to {host}{way} failed: {_reason(root)}"
    if isinstance(root, socket.gaierror):
        # A network that is down looks like a misspelled name.
        name = "HTTPS_PROXY" if is_proxied else "organization and api_url"
        message += f" (check {name}, and the network)"
    return TransientError(message)


def _from_proxy(status: int, request: str, host: str) -> RequestError | TransientError:
    """The error for the status with which a proxy refuses to open a tunnel."""
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        return ProxyRefusedError(f"{request} was not passed on to {host}: {PROXY_LOGIN}")
    if status in _TRANSIENT_STATUSES:
        return TransientError(
            f"{request} to {host} through a proxy failed: the proxy responded with {status}"
        )
    return ProxyRefusedError(
        f"{request} was not passed on to {host}: a proxy refuses it ({status}). Have the proxy "
        "allow this host, or add the host to the environment variable NO_PROXY"
    )


def _is_about_trust(error: Exception, root: BaseException) -> bool:
    """Whether TLS failed, with the host or a proxy, in a way that another try does not change."""
    if isinstance(root, _CUT_OFF):
        return False
    return isinstance(error, requests.exceptions.SSLError) or (
        isinstance(error, requests.exceptions.ProxyError) and isinstance(root, ssl.SSLError)
    )


def _unusable(error: Exception) -> str:
    return next(
        (words for kind, words in _UNUSABLE.items() if isinstance(error, kind)),
        type(error).__name__,
    )


def _root(error: BaseException) -> BaseException:
    """The first exception of a chain."""
    while (before := error.__cause__ or error.__context__) is not None:
        error = before
    if isinstance(error, urllib3.exceptions.SSLError) and isinstance(error.args[0], ssl.SSLError):
        return error.args[0]  # With a proxy, urllib3 breaks the chain here.
    return error


def _reason(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.lower().replace("_", " ")
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return next(
        (words for kind, words in _WORDS.items() if isinstance(error, kind)), type(error).__name__
    )
