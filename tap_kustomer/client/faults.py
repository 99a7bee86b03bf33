"""What it means when no answer came: the exceptions of the network, in the words of the tap."""

from __future__ import annotations

import http.client
import ssl
import zlib
from typing import Final

import requests
import urllib3

from tap_kustomer.client.errors import ConnectionSecurityError, RequestError, TransientError

# How a connection ends that is cut in the middle of TLS, which has nothing to do with trust.
_CUT_OFF: Final = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)

# For exceptions that have no words of the operating system; the first that fits is said.
_WORDS: Final[dict[type[BaseException], str]] = {
    ssl.SSLError: "the connection was cut",
    http.client.IncompleteRead: "the answer was cut short",
    http.client.RemoteDisconnected: "the connection was closed before an answer came",
    http.client.HTTPException: "what came is no HTTP",
    ValueError: "what came is no HTTP",
    zlib.error: "the answer can't be decompressed",
    TimeoutError: "nothing came for as long as the setting request_timeout allows",
}


def from_exception(error: Exception, request: str, host: str) -> RequestError:
    """The error that stands for an exchange that failed on its way.

    Exceptions of the libraries may carry the request with its headers, so nothing of their own
    text is handed on.

    Args:
        error: What `requests` or `urllib3` has raised.
        request: What was asked.
        host: Who was asked.
    """
    root = _root(error)
    if isinstance(error, requests.exceptions.SSLError) and not isinstance(root, _CUT_OFF):
        return ConnectionSecurityError(
            f"{request}: no secure connection to {host}: {_reason(root)}. Check the address, and "
            "this machine's certificates and clock"
        )
    network = isinstance(error, requests.RequestException | urllib3.exceptions.HTTPError)
    if not network or (isinstance(error, ValueError) and isinstance(root, ValueError)):
        # A ValueError may quote the header that holds the key.
        detail = str(error) if type(error) is OSError else type(error).__name__
        return RequestError(
            f"{request} can't be sent to {host}: {detail}. Check api_url, user_agent, and the "
            "environment variables for proxies and certificates"
        )
    return TransientError(f"{request} to {host} failed: {_reason(root)}")


def _root(error: BaseException) -> BaseException:
    """Where a chain of exceptions began."""
    while (before := error.__cause__ or error.__context__) is not None:
        error = before
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
