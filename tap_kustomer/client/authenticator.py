"""Authentication by bearer token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from requests.auth import AuthBase
from typing_extensions import override

from tap_kustomer.client.errors import RedirectError
from tap_kustomer.client.hosts import same_origin
from tap_kustomer.secrecy import contains_secret, hide_secrets

if TYPE_CHECKING:
    from requests import PreparedRequest

    from tap_kustomer.client.credentials import Credential

_HEADER: Final = "Authorization"
_SCHEME: Final = "Bearer "


class BearerAuthenticator(AuthBase):
    """Send a token to one origin, as the header `Authorization: Bearer <token>`.

    Args:
        credential: Gives the token of each request.
        base_url: Address of the region or organisation that issued it.
    """

    def __init__(self, credential: Credential, base_url: str) -> None:
        self.credential = credential
        self._base_url = base_url

    @override
    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        url = r.url or ""
        if contains_secret(url, self.credential.secrets):
            raise RedirectError(
                f"A redirect leads to an address that contains {self.credential.name}, which "
                "servers on its way would log: check organization, region and api_url"
            )
        if same_origin(url, self._base_url) and (token := self.credential.token()):
            r.headers[_HEADER] = f"{_SCHEME}{token}"
        return r

    @override
    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._base_url!r})"

    def renew(self, rejected: PreparedRequest) -> bool:
        """Replace the token of a request that was rejected (401), if it can be replaced."""
        token = rejected.headers.get(_HEADER, "").removeprefix(_SCHEME)
        return bool(token) and self.credential.renew(token)

    def hide_secrets(self, text: str) -> str:
        """Remove the secrets from a text, in case a server has sent them back."""
        return hide_secrets(text, *self.credential.secrets)
