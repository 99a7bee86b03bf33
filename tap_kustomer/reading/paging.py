"""What all paged documents share: their resources, their counts, and the links between pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urljoin, urlsplit

from tap_kustomer.client.errors import PagingError, WrongResponseError
from tap_kustomer.client.session import Request

if TYPE_CHECKING:
    from tap_kustomer.resource import Resource

# More than any list has: ten million rows by 100. Without an end, rows that look new on each page
# (such as rows without an id, whose links carry a new signature each time) would be read for ever.
_MOST_PAGES: Final = 100_000


def resources_in(value: Any) -> list[Resource]:
    """The resources of an array.

    Raises:
        WrongResponseError: The value is not an array of objects.
    """
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise WrongResponseError("the response has no list of rows")
    return value


def whole_number(value: Any) -> int | None:
    """A whole number of `meta`, which Kustomer writes as a string in places; None otherwise."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        return int(value)
    except ValueError:
        return None


def next_link(links: Any) -> str | None:
    """The link to the next page, if the `links` of a document have one."""
    link = links.get("next") if isinstance(links, dict) else None
    return link if isinstance(link, str) and link else None


def names_next(links: Any) -> bool:
    """Whether the `links` of a document have a link to the next page, or say that there is none."""
    return isinstance(links, dict) and "next" in links


def follow_link(base_url: str, first: Request, link: str) -> Request:
    """Turn a next-page link, such as `/v1/customers?page=3&pageSize=100`, into a request.

    The host of a link is ignored. It may be Kustomer's where requests go through a proxy, and the
    key must be sent to no other one.

    Args:
        base_url: Where requests are sent.
        first: The request for the first page.
        link: What the latest page links to.

    Raises:
        PagingError: The link is no address.
    """
    try:
        parts = urlsplit(urljoin(f"{base_url}{first.path}", link))
    except ValueError as error:
        raise PagingError(f"{first}: the link to its next page is no address: {error}") from error
    path = parts.path.removeprefix(urlsplit(base_url).path)
    if not path.startswith("/"):
        raise PagingError(f"{first}: the link to its next page has no path: {link[:100]}")
    # A link may leave out parameters of the first request, such as `deleted=true`.
    return Request("GET", path, params={**first.params, **dict(parse_qsl(parts.query))})


class VisitedPages:
    """The pages of a list that were requested already.

    Args:
        first: The request for the first page.
    """

    def __init__(self, first: Request) -> None:
        self._first = first
        self._addresses = {_address(first)}

    def add(self, request: Request) -> Request:
        """Note a request for a further page, and return it.

        Raises:
            PagingError: The page was requested before, or it is one page too many.
        """
        address = _address(request)
        if address in self._addresses:
            raise PagingError(f"{self._first}: its pages lead in a circle")
        if len(self._addresses) == _MOST_PAGES:
            raise PagingError(
                f"{self._first}: after {_MOST_PAGES:,} pages there is still a next one, which no "
                "list should have. Ask Kustomer why its pages do not end"
            )
        self._addresses.add(address)
        return request


def _address(request: Request) -> str:
    """The path and the parameters; the tap has numbers where a link has text."""
    return f"{request.path}?{sorted((name, str(value)) for name, value in request.params.items())}"
