"""Hosts: where to send requests, and where never to send a token.

An API key works only in the region where it was issued. An organisation's address routes to the
right region; a region's address serves all of its organisations
(https://developer.kustomer.com/docs/get-started/regions-and-base-urls).
"""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import urlsplit

REGIONS: Final = {
    "us": "https://api.kustomerapp.com",
    "eu": "https://api.prod2.kustomerapp.com",
    "in": "https://api.prod4.kustomerapp.com",
}

_ORGANIZATION = re.compile(
    r"(?:https?://)?(?P<name>[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)"
    r"(?:(?:\.api)?\.kustomerapp\.com(?:[:/?#].*)?)?",
    re.IGNORECASE,
)


def subdomain(organization: str) -> str:
    """Subdomain of an organisation, from the subdomain itself or any address of its pages.

    Raises:
        ValueError: The text is neither. The error's text completes "expected ...".
    """
    match = _ORGANIZATION.fullmatch(organization.strip())
    if match is None or match["name"].lower() == "api":
        raise ValueError("the subdomain, as in acme for acme.kustomerapp.com")
    return match["name"].lower()


def organization_url(name: str) -> str:
    """Base URL of the organisation with this subdomain."""
    return f"https://{name}.api.kustomerapp.com"


def sign_in_url(name: str) -> str:
    """Address of the organisation with this subdomain where people sign in."""
    return f"https://{name}.kustomerapp.com"


def checked_url(url: str) -> str:
    """Base URL without its trailing slash or `/v1`.

    Raises:
        ValueError: It uses neither HTTPS nor the loopback interface. The error's text completes
            "expected ...".
    """
    expected = "an https URL (http is accepted on loopback only)"
    try:
        parts = urlsplit(url.strip())
        _ = parts.port
    except ValueError as error:
        raise ValueError(expected) from error
    if (
        not parts.hostname
        or parts.scheme not in {"http", "https"}
        or (parts.scheme == "http" and not _is_loopback(parts.hostname))
        or parts.username is not None
        or parts.query
        or parts.fragment
    ):
        raise ValueError(expected)
    return f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/").removesuffix("/v1")


def same_origin(url: str, base_url: str) -> bool:
    """Whether two URLs have the same scheme, host and port: only then is the token sent."""
    return _origin(url) == _origin(base_url)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
