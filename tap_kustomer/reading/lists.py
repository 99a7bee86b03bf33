"""Reads lists that come in numbered pages, and notices when rows slip through between two pages.

A list may change while it is read: a row that is added or removed shifts all rows after it, so that
one of them comes twice or not at all. Rows that come twice are dropped. A list that has changed is
read again, and so is one that gave fewer rows than it counts.
"""

from __future__ import annotations

import hashlib
import logging
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from tap_kustomer.client.errors import (
    GaveUpError,
    MissingError,
    RefusedError,
    WrongResponseError,
)
from tap_kustomer.client.session import Request
from tap_kustomer.nesting import encode_sorted
from tap_kustomer.reading.pages import IncompleteError, Page, Unproven
from tap_kustomer.reading.paging import (
    VisitedPages,
    follow_link,
    names_next,
    next_link,
    resources_in,
    whole_number,
)
from tap_kustomer.reading.prefetch import read_concurrently

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from tap_kustomer.client.session import Body, Session
    from tap_kustomer.client.workers import Workers
    from tap_kustomer.reading.context import ReadContext
    from tap_kustomer.reading.sources import PagedList, Single
    from tap_kustomer.resource import Resource

# Most passes over a list that changes or lacks rows.
_MOST_PASSES: Final = 3

# The parameters that cut a list into numbered pages.
_PAGING: Final = frozenset({"page", "pageSize"})

T = TypeVar("T")

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _ListPage:
    """One page of a list.

    Attributes:
        data: The rows of the list.
        included: The resources beside them.
        next_link: The link to the next page, where there is one.
        names_next: Whether it has such a link, or says that there is no next page.
        is_list: Whether the rows came as an array, not as one resource without an array.
        total: How many rows the list has, where it says so.
        keys: The values by which rows differ.
    """

    data: list[Resource]
    included: list[Resource]
    next_link: str | None
    names_next: bool
    is_list: bool
    total: int | None
    keys: frozenset[str]

    def repeats(self, other: _ListPage) -> bool:
        """Whether the rows are those of another page; their links may be signed again each time."""
        return [*map(_without_links, self.data)] == [*map(_without_links, other.data)]


@dataclass(slots=True)
class LargestPage:
    """The most rows that came on one page of lists that have equally large pages.

    A page with fewer rows is the last one of its list: the server gives more where it has more.
    """

    rows: int = 0

    def learn(self, rows: int) -> None:
        """Learn how many rows a page has."""
        self.rows = max(self.rows, rows)


def read_list(
    context: ReadContext, source: PagedList, largest: LargestPage | None = None
) -> Iterator[Page]:
    """Yield pages of resources, each resource once; no page is empty.

    A list that changes during the last pass too is reported as unproven.

    Args:
        context: Its workers fetch the next page while the caller is busy with this one.
        source: Which list. Its own maximum of rows on a page may be smaller than the context's.
        largest: Of all lists that differ from this one by their parent only.

    Raises:
        RequestError: The list can't be read.
        IncompleteError: All that came was yielded, but the list counts more rows, or may have more
            that can't be read; or it changed during the last pass too, and counts are strict.
    """
    page_size = min(context.page_size, source.page_size)
    firsts = [
        Request("GET", source.path, params={**variant, "page": 1, "pageSize": page_size})
        for variant in source.variants
    ]
    largest = largest or LargestPage()
    yield from without_repeats(
        read_concurrently(
            [partial(_read_variant, context, source, first, largest) for first in firsts]
        )
    )


def without_repeats(pages: Iterable[Page]) -> Iterator[Page]:
    """Yield the resources that have not come before; no page is empty."""
    yielded: set[str] = set()
    for page in pages:
        if fresh := [one for one in page.resources if _is_new(_key(one), yielded)]:
            yield Page(fresh)


def peek_list(context: ReadContext, source: PagedList, rows: int) -> list[Resource]:
    """Ask for the first rows of a list.

    Raises:
        RequestError: The list can't be read.
    """
    params: dict[str, str | int] = {**source.variants[0], "page": 1, "pageSize": rows}
    return peek_at(context, Request("GET", source.path, params=params), source.optional_params)


def read_single(context: ReadContext, source: Single) -> Iterator[Page]:
    """Yield a page with the one resource.

    Raises:
        RequestError: It can't be read.
    """
    request = Request("GET", source.path)
    yield context.workers.call(partial(context.session.send, request, _single_page))


def peek_single(context: ReadContext, source: Single) -> list[Resource]:
    """Ask for the one resource.

    Raises:
        RequestError: It can't be read.
    """
    return peek_at(context, Request("GET", source.path))


def peek_at(
    context: ReadContext, request: Request, optional: AbstractSet[str] = frozenset()
) -> list[Resource]:
    """Send a request for a list or a resource, and return the resources in `data`.

    Args:
        context: The session and its workers.
        request: With all parameters.
        optional: Parameters to do without if they are refused.

    Raises:
        RequestError: It can't be read.
    """
    ask = partial(_ask_first, context.session, request, _peeked, optional)
    _, rows = context.workers.call(ask)
    return rows


def _read_variant(
    context: ReadContext, source: PagedList, first: Request, largest: LargestPage
) -> Iterator[Page]:
    session, workers = context.session, context.workers
    missing = ""
    found: set[str] = set()
    totals: set[int] = set()
    for number in range(1, _MOST_PASSES + 1):
        ask = partial(_ask_first, session, first, _list_page, source.optional_params)
        pager = _Pager(session.base_url, *workers.call(ask), largest)
        for page in _pages(session, workers, pager):
            yield Page(page.data + page.included if source.with_included else page.data)
        if len(totals | pager.totals) > 1:
            # A row that has been removed must not be counted in place of one that never came.
            found, totals = set(), set()
        found |= pager.keys
        totals |= pager.totals
        total = pager.total or 0
        missing = ""
        if len(found) < total:
            missing = f"{first} gave {len(found)} of {total} rows in pass {number}"
            logger.warning(missing)
        elif not pager.has_changed:
            return
    if missing:
        raise IncompleteError(missing)
    changed = f"{first} changed during the last pass too: rows may have slipped through"
    if context.strict:
        raise IncompleteError(changed)
    logger.warning(changed)
    context.report(Unproven())


def _ask_first(
    session: Session,
    first: Request,
    parse: Callable[[Body], T],
    optional: AbstractSet[str] = frozenset(),
) -> tuple[Request, T]:
    """Ask for the first page of a list; return the request that succeeded, and what it gave.

    Args:
        session: Sends requests to Kustomer.
        first: The request, with all parameters.
        parse: Parses the response.
        optional: Parameters to do without if the list refuses them.

    Raises:
        RefusedError: The list refuses numbered pages, and it is refused without them too.
        RequestError: It can't be read.
    """
    try:
        return first, session.send(first, parse)
    except RefusedError:
        # Not every list is documented to have numbered pages.
        for dropped in _droppable(first.params, optional):
            plain = replace(
                first, params={key: first.params[key] for key in first.params.keys() - dropped}
            )
            with suppress(RefusedError):
                return plain, session.send(plain, parse)
        raise


def _droppable(params: Mapping[str, Any], optional: AbstractSet[str]) -> Iterator[AbstractSet[str]]:
    """The parameters to do without, fewer ones first."""
    if unusual := optional & params.keys():
        yield unusual
    yield _PAGING
    if unusual:
        yield _PAGING | unusual


def _pages(session: Session, workers: Workers, pager: _Pager) -> Iterator[_ListPage]:
    """Read the list once; each page is fetched while the consumer has the one before it.

    Raises:
        RequestError: A page can't be read.
        IncompleteError: A page that nothing has announced can't be read.
    """
    while (request := pager.request) is not None:
        response = workers.submit(partial(session.send, request, _list_page))
        yield pager.page
        try:
            page = workers.result(response)
        except (MissingError, RefusedError):
            if pager.is_guess:
                return
            raise
        except GaveUpError as error:
            if pager.is_guess:
                # The list may have ended before this page: what came is not to be lost with it.
                raise IncompleteError(f"nothing says where the list ends, but {error}") from error
            raise
        if pager.is_guess and page.repeats(pager.page):
            return  # The list has no numbered pages, and gives all its rows each time.
        pager.learn(page)
    yield pager.page


class _Pager:
    """One pass over a list, without I/O: send `request`, then `learn` from the response.

    Args:
        base_url: Of the one host that a link may lead to.
        first: The request for the first page.
        page: The response to it.
        largest: Of this list, and of those that differ from it by their parent only.

    Attributes:
        request: The next request; None at the end.
        is_guess: Whether nothing says that there is such a page.
        page: The latest page.
        keys: Those of all rows that have come.
        total: How many rows the list has by its latest count; None if it gave no count.
        totals: All counts that it gave.
    """

    def __init__(
        self, base_url: str, first: Request, page: _ListPage, largest: LargestPage
    ) -> None:
        self.request: Request | None = None
        self.is_guess = False
        self.page = page
        self.keys: set[str] = set()
        self.total: int | None = None
        self.totals: set[int] = set()
        self._first = first
        self._base_url = base_url
        self._visited = VisitedPages(first)
        self._largest_of_all = largest
        self._pages = self._rows = self._largest = 0
        self._is_stale = self._has_shifted = False
        self.learn(page)

    @property
    def has_changed(self) -> bool:
        """Whether rows were added or removed between two pages, as far as the pages show it."""
        return self._has_shifted or len(self.totals) > 1

    def learn(self, page: _ListPage) -> None:
        """Learn from the response to `request`.

        Raises:
            PagingError: The pages lead in a circle.
        """
        self.page = page
        self._pages += 1
        self._rows += len(page.data)
        self._largest = max(self._largest, len(page.data))
        self._largest_of_all.learn(len(page.data))
        if page.total is not None:
            self.total = page.total
            self.totals.add(page.total)
        new_keys = page.keys - self.keys
        was_stale, self._is_stale = self._is_stale, not new_keys
        if new_keys and (was_stale or len(new_keys) < len(page.keys)):
            # Rows were added in front of those that came before.
            self._has_shifted = True
        self.keys |= new_keys
        # Added rows may fill one page with rows that came before. A second such page in a row means
        # that the list returns the same page under every number.
        self.request = None if was_stale and self._is_stale else self._next_request(page)

    def _next_request(self, page: _ListPage) -> Request | None:
        self.is_guess = False
        if not page.data:
            return None  # An empty page ends a list even if it names a next one.
        if page.next_link is not None:
            request = follow_link(self._base_url, self._first, page.next_link)
            return self._visited.add(request)
        if "page" not in self._first.params:
            return None
        if page.total is None:
            # Some lists have numbered pages but no links, such as the attachments of a conversation
            # (https://developer.kustomer.com/api/core-resources). Whether a page is full shows only
            # in comparison: the server may put fewer rows on it than were asked for.
            is_full = len(page.data) >= self._largest_of_all.rows
            has_more = self.is_guess = page.is_list and not page.names_next and is_full
        else:
            # The page has no link, but it is full and the list counts more rows.
            has_more = self._rows < page.total and len(page.data) == self._largest
        if not has_more:
            return None
        params = {**self._first.params, "page": self._pages + 1}
        return self._visited.add(replace(self._first, params=params))


def _list_page(body: Body) -> _ListPage:
    document = body.document()
    meta, links = document.get("meta"), document.get("links")
    data = _one_or_many(document.get("data"))
    return _ListPage(
        data=data,
        included=_one_or_many(document.get("included") or []),
        next_link=next_link(links),
        names_next=names_next(links),
        is_list=isinstance(document.get("data"), list),
        total=whole_number(meta.get("total")) if isinstance(meta, dict) else None,
        keys=frozenset(map(_key, data)),
    )


def _single_page(body: Body) -> Page:
    data = body.document().get("data")
    if not isinstance(data, dict):
        raise WrongResponseError("the response has no resource")
    return Page([data])


def _peeked(body: Body) -> list[Resource]:
    data = body.document().get("data")
    return [row for row in (data if isinstance(data, list) else [data]) if isinstance(row, dict)]


def _one_or_many(value: Any) -> list[Resource]:
    """The resources of a document's member: an array of them, or one without an array."""
    return resources_in([value] if isinstance(value, dict) else value)


def _without_links(resource: Resource) -> Resource:
    return {name: value for name, value in resource.items() if name != "links"}


def _key(resource: Resource) -> str:
    # Some lists have rows without an id, such as outbound accounts: the whole row is their key.
    if resource.get("id"):
        return f"{resource.get('type')} {resource['id']}"
    return hashlib.blake2b(encode_sorted(resource), digest_size=16).hexdigest()


def _is_new(key: str, yielded: set[str]) -> bool:
    if key in yielded:
        return False
    yielded.add(key)
    return True
