"""Reads lists that are cut into numbered pages, and notices when rows slip through between them.

A list moves while it is read: a row that is added or removed shifts all the others, so that one
comes twice or not at all. Rows that come twice are dropped. A list that has shown that it moved is
read again, and so is one that gave fewer rows than it says it has.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from tap_kustomer.client.errors import RefusedError
from tap_kustomer.client.session import Request
from tap_kustomer.nesting import encode
from tap_kustomer.reading.incomplete import IncompleteError
from tap_kustomer.reading.links import VisitedPages, next_link, resources_in
from tap_kustomer.reading.numbers import whole_number
from tap_kustomer.reading.pages import Page
from tap_kustomer.reading.prefetch import read_concurrently

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_kustomer.client.session import Reply, Session
    from tap_kustomer.client.workers import Workers
    from tap_kustomer.reading.sources import PagedList
    from tap_kustomer.resource import Resource

_READINGS_AT_MOST: Final = 3

# What cuts a list into numbered pages.
_PAGING: Final = frozenset({"page", "pageSize"})

T = TypeVar("T")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _ListPage:
    """One answer.

    Attributes:
        data: The rows of the list.
        included: What stands beside them.
        next_link: To the page after this one, where the answer names it.
        total: How many rows the list has, where it says so.
        keys: What tells its rows apart.
    """

    data: list[Resource]
    included: list[Resource]
    next_link: str | None
    total: int | None
    keys: frozenset[str]


def read_list(
    session: Session, workers: Workers, source: PagedList, page_size: int
) -> Iterator[Page]:
    """Pages of resources, each resource once; no page is empty.

    Args:
        session: Asks Kustomer.
        workers: Ask for the next page while the caller is busy with this one.
        source: Which list.
        page_size: Rows a page, at most; the list's own maximum counts where it is smaller.

    Raises:
        RequestError: The list can't be read.
        IncompleteError: All that came was given, but it is less than the list says it has.
    """
    size = min(page_size, source.page_size)
    firsts = [
        Request("GET", source.path, params={**variant, "page": 1, "pageSize": size})
        for variant in source.variants
    ]
    readings = [partial(_read_variant, session, workers, source, first) for first in firsts]
    given: set[str] = set()
    for page in read_concurrently(readings):
        if fresh := [one for one in page.resources if _is_new(_key(one), given)]:
            yield Page(fresh)


def _read_variant(
    session: Session, workers: Workers, source: PagedList, first: Request
) -> Iterator[Page]:
    missing = ""
    found: set[str] = set()
    totals: set[int] = set()
    for reading in range(1, _READINGS_AT_MOST + 1):
        pager = _Pager(session, *workers.call(partial(ask_first, session, first, _read_page)))
        for page in _pages(session, workers, pager):
            yield Page(page.data + page.included if source.included else page.data)
        if len(totals | pager.totals) > 1:
            # A row that is gone by now would stand in for one that never came.
            found, totals = set(), set()
        found |= pager.keys
        totals |= pager.totals
        total = pager.total or 0
        missing = ""
        if len(found) < total:
            missing = f"{first} gave {len(found)} of {total} rows in reading {reading}"
            logger.warning(missing)
        elif not pager.has_moved:
            return
    if missing:
        raise IncompleteError(missing)
    logger.warning("%s moved in the last reading too: rows may have slipped through", first)


def ask_first(session: Session, first: Request, read: Callable[[Reply], T]) -> tuple[Request, T]:
    """Ask for the first page of a list; the request that has brought it, and what was read.

    Raises:
        RefusedError: The list refuses numbered pages, and it is refused without them too.
        RequestError: It can't be read.
    """
    try:
        return first, session.send(first, read)
    except RefusedError as error:
        # Not every list is documented to have numbered pages.
        others = first.params.keys() - _PAGING
        plain = replace(first, params={name: first.params[name] for name in others})
        try:
            return plain, session.send(plain, read)
        except RefusedError:
            raise error from None


def _pages(session: Session, workers: Workers, pager: _Pager) -> Iterator[_ListPage]:
    """One reading of the list; each page is asked for while the one before it is written."""
    while (request := pager.request) is not None:
        answer = workers.submit(partial(session.send, request, _read_page))
        yield pager.page
        pager.learn(workers.result(answer))
    yield pager.page


class _Pager:
    """A list that is being read: two verbs, `request` and `learn`.

    Args:
        session: Knows which host a link may lead to.
        first: Has asked for the first page.
        page: The answer.

    Attributes:
        request: What to ask next; None at the end.
        page: The latest one.
        keys: What tells all rows apart that have come.
        total: How many rows the list has, as it said last; None if it never did.
        totals: All that it has said of that.
    """

    def __init__(self, session: Session, first: Request, page: _ListPage) -> None:
        self.request: Request | None = None
        self.page = page
        self.keys: set[str] = set()
        self.total: int | None = None
        self.totals: set[int] = set()
        self._first = first
        self._trail = VisitedPages(session, first)
        self._pages = self._rows = self._largest = 0
        self._is_stale = self._has_slid = False
        self.learn(page)

    @property
    def has_moved(self) -> bool:
        """Whether rows were added or removed between two pages, as far as these show it."""
        return self._has_slid or len(self.totals) > 1

    def learn(self, page: _ListPage) -> None:
        """Take the answer to `request`.

        Raises:
            WrongAnswerError: The pages lead in a circle.
            RedirectError: The next one lies on another host.
        """
        self.page = page
        self._pages += 1
        self._rows += len(page.data)
        self._largest = max(self._largest, len(page.data))
        if page.total is not None:
            self.total = page.total
            self.totals.add(page.total)
        news = page.keys - self.keys
        was_stale, self._is_stale = self._is_stale, not news
        if news and (was_stale or len(news) < len(page.keys)):
            # Rows were added in front of those that came before.
            self._has_slid = True
        self.keys |= news
        # Added rows may fill a page with what came before. Twice in a row, it is the same page over
        # and over, under another number each time.
        self.request = None if was_stale and self._is_stale else self._next_request(page)

    def _next_request(self, page: _ListPage) -> Request | None:
        if not page.data:
            return None  # An empty page ends a list even where it names a next one.
        if page.next_link is not None:
            return self._trail.follow(page.next_link)
        is_numbered = "page" in self._first.params
        has_more = self._rows < (page.total or 0) and len(page.data) == self._largest
        if is_numbered and has_more:
            # Nothing leads on from a full page, but there is more.
            params = {**self._first.params, "page": self._pages + 1}
            return self._trail.go(replace(self._first, params=params))
        return None


def _read_page(reply: Reply) -> _ListPage:
    document = reply.document()
    meta = document.get("meta")
    data = _resources(document.get("data"))
    return _ListPage(
        data=data,
        included=_resources(document.get("included") or []),
        next_link=next_link(document),
        total=whole_number(meta.get("total")) if isinstance(meta, dict) else None,
        keys=frozenset(map(_key, data)),
    )


def _resources(value: Any) -> list[Resource]:
    """Resources as they stand in a document: several, or one without an array around it."""
    return resources_in([value] if isinstance(value, dict) else value)


def _key(resource: Resource) -> str:
    # Some lists have rows without an id, such as outbound accounts: then the whole row counts.
    if resource.get("id"):
        return f"{resource.get('type')} {resource['id']}"
    return hashlib.blake2b(encode(resource), digest_size=16).hexdigest()


def _is_new(key: str, given: set[str]) -> bool:
    if key in given:
        return False
    given.add(key)
    return True
