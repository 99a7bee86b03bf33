"""What documents of lists have in common: their resources, and the link to the next page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urljoin, urlsplit

from tap_kustomer.client.errors import RedirectError, WrongAnswerError
from tap_kustomer.client.hosts import same_origin
from tap_kustomer.client.session import Request

if TYPE_CHECKING:
    from tap_kustomer.client.session import Document, Session
    from tap_kustomer.resource import Resource

# More than any list has: ten million rows by 100. Rows that look new on each page, such as those
# with a signature in place of an id, would be followed for ever.
_MOST_PAGES: Final = 100_000


def resources_in(value: Any) -> list[Resource]:
    """The resources of an array.

    Raises:
        WrongAnswerError: It is no array of objects.
    """
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise WrongAnswerError("the answer has no list of rows")
    return value


def next_link(document: Document) -> str | None:
    """The link to the next page, if the document names one."""
    links = document.get("links")
    link = links.get("next") if isinstance(links, dict) else None
    return link if isinstance(link, str) and link else None


class VisitedPages:
    """Where the pages of one reading of a list have led.

    Args:
        session: Knows which host a link may lead to.
        first: Asks for the first page.
    """

    def __init__(self, session: Session, first: Request) -> None:
        self._session = session
        self._first = first
        self._visited: set[str] = set()

    def follow(self, link: str) -> Request:
        """The request for a next-page link: a path such as `/v1/customers?page=3&pageSize=100`.

        Raises:
            RedirectError: It leads to another host.
            WrongAnswerError: It leads in a circle, on and on, or nowhere.
        """
        base_url = self._session.base_url
        try:
            url = urljoin(f"{base_url}{self._first.path}", link)
            is_own = same_origin(url, base_url)
        except ValueError as error:
            raise WrongAnswerError(
                f"{self._first}: the link to its next page is no address: {error}"
            ) from error
        if not is_own:
            raise RedirectError(f"{self._first}: the link to its next page leads to another host")
        parts = urlsplit(url)
        path = parts.path.removeprefix(urlsplit(base_url).path)
        # A link may leave out what was asked for, such as `deleted=true`.
        params = {**self._first.params, **dict(parse_qsl(parts.query))}
        return self.go(Request("GET", path, params=params))

    def go(self, request: Request) -> Request:
        """Note a request for a further page.

        Raises:
            WrongAnswerError: It was made before, or too many were.
        """
        address = f"{request.path}?{sorted(request.params.items())}"
        if address in self._visited:
            raise WrongAnswerError(f"{self._first}: its pages lead in a circle")
        if len(self._visited) == _MOST_PAGES:
            raise WrongAnswerError(
                f"{self._first}: after {_MOST_PAGES:,} pages there is still a next one, which no "
                "list should have. Ask Kustomer why its pages do not end"
            )
        self._visited.add(address)
        return request
