"""Credentials: what proves to Kustomer who sends a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection


class Credential(Protocol):
    """A source of bearer tokens. Threads may share it.

    Attributes:
        name: What it is, for errors.
        account_paths: Paths that any valid token may read, whatever its roles.
        remedy: What to do if Kustomer does not accept it.
        caveat: What a user should know of what can be read with it; empty if nothing.
    """

    name: str
    account_paths: tuple[str, ...]
    remedy: str
    caveat: str

    @property
    def secrets(self) -> Collection[str]:
        """What no text may show."""
        ...

    def token(self) -> str | None:
        """The token of the next request; None to send no token.

        Raises:
            RequestError: A new token is needed, and can't be had.
            ConfigurationError: What keeps the tokens can't be read.
        """
        ...

    def renew(self, rejected: str) -> bool:
        """Replace a token that Kustomer has rejected (401), and return whether there is a new one.

        Raises:
            RequestError: A new token can't be had.
            ConfigurationError: What keeps the tokens can't be read.
        """
        ...


class ApiKey:
    """An API key: a bearer token of a machine, which can't be renewed.

    Source: https://developer.kustomer.com/docs/get-started/api-keys-and-roles

    Args:
        key: The key.
    """

    name = "the API key"
    account_paths: tuple[str, ...] = ("/v1/auth/tokens/current", "/v1/users/current")
    remedy = "check api_key, organization and region"
    caveat = ""

    def __init__(self, key: str) -> None:
        self._key = key

    @property
    def secrets(self) -> Collection[str]:
        """The key."""
        return (self._key,)

    def token(self) -> str | None:
        """The key."""
        return self._key

    def renew(self, rejected: str) -> bool:
        """Return False: only an administrator can make another key."""
        del rejected
        return False
