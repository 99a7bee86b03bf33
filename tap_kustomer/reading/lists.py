"""Reads lists that are cut into numbered pages, and notices when rows slip through between them.

A list moves while it is read: a row that is added or removed shifts all the others, so that one
comes twice or not at all. Rows that come twice are dropped; where the list says how many rows it
has, it is read again until that many have come.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urljoin, urlsplit

from tap_kustomer.client.errors import RedirectError, WrongAnswerError
from tap_kustomer.client.hosts import same_origin
from tap_kustomer.client.session import Request
from tap_kustomer.reading.incomplete import IncompleteError
from tap_kustomer.reading.numbers import whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Future

    from tap_kustomer.client.session import Reply, Session
    from tap_kustomer.client.workers import Workers
    from tap_kustomer.reading.sources import PagedList

_READINGS_AT_MOST: Final = 3

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Page:
    rows: list[dict[str, Any]]
    next_link: str | None
    total: int | None


def read_list(
    session: Session, workers: Workers, source: PagedList, page_size: int
) -> Iterator[list[dict[str, Any]]]:
    """Pages of resources, each resource once.

    Args:
        session: Asks Kustomer.
        workers: Ask for the next page while the caller is busy with this one.
        source: Which list.
        page_size: Rows a page, at most; the list's own maximum counts where it is smaller.

    Raises:
        RequestError: The list can't be read.
        IncompleteError: All that came was given, but it is less than the list says it has.
    """
    seen: set[str] = set()
    for variant in source.variants:
        size = min(page_size, source.page_size)
        first = Request("GET", source.path, params={**variant, "page": 1, "pageSize": size})
        yield from _read_variant(session, workers, first, seen)


def _read_variant(
    session: Session, workers: Workers, first: Request, seen: set[str]
) -> Iterator[list[dict[str, Any]]]:
    missing = ""
    found: set[str] = set()
    for reading in range(1, _READINGS_AT_MOST + 1):
        here: set[str] = set()
        total = None
        for page in _pages(session, workers, first):
            keys = [_key(row) for row in page.rows]
            if page.rows and here.issuperset(keys):
                break  # The same page over and over, under another number each time.
            yield [row for key, row in zip(keys, page.rows, strict=True) if _is_new(key, seen)]
            here.update(keys)
            found.update(keys)
            total = page.total
        if total is None or len(found) >= total:
            return
        missing = f"{first} gave {len(found)} of {total} rows in reading {reading}"
        logger.warning(missing)
    raise IncompleteError(missing)


def _pages(session: Session, workers: Workers, first: Request) -> Iterator[_Page]:
    visited: set[str] = set()
    answer: Future[_Page] | None = workers.submit(partial(session.send, first, _read_page))
    while answer is not None:
        page = workers.result(answer)
        answer = None
        # An empty page ends a list even where it names a next one.
        if page.rows and page.next_link is not None:
            request = _follow(session, first, page.next_link)
            address = f"{request.path}?{sorted(request.params.items())}"
            if address in visited:
                raise WrongAnswerError(f"{first}: its pages lead in a circle")
            visited.add(address)
            answer = workers.submit(partial(session.send, request, _read_page))
        yield page


def _read_page(reply: Reply) -> _Page:
    document = reply.document()
    data = document.get("data")
    rows = [data] if isinstance(data, dict) else data
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise WrongAnswerError("the answer has no list of rows")
    links = document.get("links")
    next_link = links.get("next") if isinstance(links, dict) else None
    meta = document.get("meta")
    total = whole(meta.get("total")) if isinstance(meta, dict) else None
    return _Page(rows, next_link if isinstance(next_link, str) and next_link else None, total)


def _follow(session: Session, first: Request, link: str) -> Request:
    """The request for a next-page link: a path such as `/v1/customers?page=3&pageSize=100`."""
    url = urljoin(f"{session.base_url}{first.path}", link)
    if not same_origin(url, session.base_url):
        raise RedirectError(f"{first}: the link to its next page leads to another host")
    parts = urlsplit(url)
    path = parts.path.removeprefix(urlsplit(session.base_url).path)
    # A link may leave out what was asked for, such as `deleted=true`.
    return Request("GET", path, params={**first.params, **dict(parse_qsl(parts.query))})


def _key(row: dict[str, Any]) -> str:
    # Some lists have rows without an id, such as outbound accounts: then the whole row counts.
    return str(row.get("id") or sorted(row.items(), key=str))


def _is_new(key: str, seen: set[str]) -> bool:
    if key in seen:
        return False
    seen.add(key)
    return True
