"""Authentication by API key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from requests.auth import AuthBase
from typing_extensions import override

from tap_kustomer.client.errors import RedirectError
from tap_kustomer.client.hosts import same_origin
from tap_kustomer.secrecy import hide_key

if TYPE_CHECKING:
    from requests import PreparedRequest


class BearerAuthenticator(AuthBase):
    """Send the API key to one origin, as the header `Authorization: Bearer <key>`.

    Args:
        api_key: The bearer token
            (https://developer.kustomer.com/docs/get-started/api-keys-and-roles).
        base_url: Address of the region or organisation that issued it.
    """

    def __init__(self, api_key: str, base_url: str) -> None:
        self._api_key = api_key
        self._base_url = base_url

    @override
    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        url = r.url or ""
        if self._api_key.lower() in url.lower():
            raise RedirectError(
                "A redirect leads to an address that contains the API key, which servers on its "
                "way would log: check organization, region and api_url"
            )
        if same_origin(url, self._base_url):
            r.headers["Authorization"] = f"Bearer {self._api_key}"
        return r

    @override
    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._base_url!r})"

    def hide_key(self, text: str) -> str:
        """Remove the key from a text, in case a server has sent it back."""
        return hide_key(text, self._api_key)
