"""Sends the queries for one source to the search or its archive, and copes with how they answer."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from tap_kustomer import times
from tap_kustomer.client.errors import RefusedError, WrongResponseError
from tap_kustomer.client.limits import BudgetKind
from tap_kustomer.client.session import Request
from tap_kustomer.reading.search.query import (
    MILLISECOND_DIGITS,
    PATH,
    REFUSED_PAGE,
    UNSORTED_PAGE,
    MissingTimeError,
    ServerBehaviour,
    ShortPageError,
    UnsortedError,
    parse_page,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_kustomer.client.session import Body, Session
    from tap_kustomer.reading.search.query import SearchPage, SearchQuery
    from tap_kustomer.reading.sources import Criterion, Search

# How many responses in a row with the same error show that it is permanent: the server does not
# sort, a row has no time, pages have fewer rows than they say.
_PERMANENT_AFTER: Final[Mapping[type[WrongResponseError], int]] = {
    UnsortedError: 3,
    MissingTimeError: 3,
    ShortPageError: 2,
}
# Without this parameter, a search index of this kind stops counting at 10,000. Documented since
# June 2026 (https://developer.kustomer.com/api/core-resources/create-customer-search).
_COUNT_ALL: Final = "trackTotalHits"

# Fewer rows than any server puts on a page: rows are missing from a shorter one.
_SMALLEST_PAGE: Final = 10

logger = logging.getLogger(__name__)


class SearchClient:
    """Sends a query until the response is consistent. Threads may share it.

    What one response shows about the server applies to all later queries.

    Args:
        session: Sends requests to Kustomer.
        source: What to search for.
        criterion: The time to search by.
        path: Path of the search, or of its archive.
        page_size: How many rows to ask for on a page.
    """

    def __init__(
        self,
        session: Session,
        source: Search,
        criterion: Criterion,
        *,
        path: str = PATH,
        page_size: int,
    ) -> None:
        self.criterion = criterion
        self._session = session
        self._source = source
        self._path = path
        self._lock = threading.Lock()
        self._page_size = page_size
        self._behaviour = ServerBehaviour()

    def search(self, query: SearchQuery) -> SearchPage:
        """Send a query, repeat it as needed, and return the page that answers it.

        Raises:
            RefusedError: The search does not know the context or the criterion.
            RequestError: It can't be asked.
        """
        # Read once: another thread may learn more while this query is under way.
        sort, count_all = self._behaviour.sorts, self._can_count_all
        if query.sorted and not sort:
            return UNSORTED_PAGE
        try:
            return self._send(query, sort=sort, count_all=count_all)
        except RefusedError as error:
            if query.page == 1 and query.created is None:
                return self._send_with_less(query, error, sort=sort, count_all=count_all)
            # The page or the createdAt criterion was refused. TieReader handles it.
            return REFUSED_PAGE

    @property
    def _can_count_all(self) -> bool:
        """Whether to ask for a count of all rows: for the archive, that is not documented."""
        return self._path == PATH and _COUNT_ALL not in self._session.refused_parameters

    def _send_with_less(
        self, query: SearchQuery, error: RefusedError, *, sort: bool, count_all: bool
    ) -> SearchPage:
        """Leave out what the search may refuse: the count of all rows, the sort, or both.

        It is documented only for customers by which attributes rows can be sorted
        (https://developer.kustomer.com/api/core-resources/create-customer-search).

        Raises:
            RefusedError: The search refuses something else.
        """
        for sorts, counts_all in dict.fromkeys([(sort, False), (False, count_all), (False, False)]):
            if (sorts, counts_all) == (sort, count_all):
                continue
            less = replace(query, sorted=query.sorted and sorts)
            try:
                page = self._send(less, sort=sorts, count_all=counts_all)
            except RefusedError:
                continue
            if count_all and not counts_all and _COUNT_ALL not in self._session.refused_parameters:
                self._session.refused_parameters.add(_COUNT_ALL)
                logger.info("%s refuses %s: counts may stop at 10,000", self._path, _COUNT_ALL)
            if sort and not sorts:
                self._learn(lambda behaviour: replace(behaviour, sorts=False))
                logger.info("%s refuses to sort, so rows come in any order: %s", self._path, error)
            return UNSORTED_PAGE if query.sorted and not sorts else page
        raise error

    def _send(self, query: SearchQuery, *, sort: bool, count_all: bool) -> SearchPage:
        errors: list[WrongResponseError] = []

        def parse(body: Body) -> SearchPage:
            try:
                return self._parse(body, query)
            except (UnsortedError, ShortPageError, MissingTimeError) as error:
                errors.append(error)
                return self._accept_if_permanent(body, query, errors)

        page = self._session.send(self._request(query, sort=sort, count_all=count_all), parse)
        digits = page.digits
        self._learn(lambda behaviour: replace(behaviour, digits=max(behaviour.digits, digits)))
        return page

    def _accept_if_permanent(
        self, body: Body, query: SearchQuery, errors: list[WrongResponseError]
    ) -> SearchPage:
        """Learn from an error that has come so often that it is how the server behaves.

        Args:
            body: The latest response to the query.
            query: What it answers.
            errors: Those of all responses to this query; the last one is that of `body`.

        Raises:
            WrongResponseError: The query is to be repeated.
        """
        latest = errors[-1]
        in_a_row = sum(1 for _ in takewhile(partial(_are_alike, latest), reversed(errors)))
        if in_a_row < _PERMANENT_AFTER[type(latest)]:
            raise latest
        if isinstance(latest, ShortPageError):
            if latest.rows < _SMALLEST_PAGE:
                raise latest
            # The server puts that many rows on a page, whatever it says.
            self._learn_page_size(latest.rows)
            return self._parse(body, query)
        if isinstance(latest, MissingTimeError):
            self._learn(lambda behaviour: replace(behaviour, lacks_times=True))
        # Rows without a time can't show that they are in order.
        return UNSORTED_PAGE if query.sorted else self._parse(body, query)

    def _parse(self, body: Body, query: SearchQuery) -> SearchPage:
        behaviour = self._behaviour
        page = parse_page(
            body,
            query,
            behaviour,
            page_size=self._page_size,
            attribute=self.criterion.attribute,
        )
        if behaviour.actual_page_size is not None and len(page.rows) > behaviour.actual_page_size:
            self._learn(lambda latest: replace(latest, actual_page_size=None))
        return page

    def _learn_page_size(self, rows: int) -> None:
        self._learn(lambda behaviour: replace(behaviour, actual_page_size=rows))
        logger.info("%s puts %d rows on a page instead of %d", self._path, rows, self._page_size)

    def _learn(self, change: Callable[[ServerBehaviour], ServerBehaviour]) -> None:
        """Replace what is known about the server.

        Other code reads it once and keeps it: another thread may replace it at any moment.
        """
        with self._lock:
            self._behaviour = change(self._behaviour)

    def _request(self, query: SearchQuery, *, sort: bool, count_all: bool) -> Request:
        """Each bound is a criterion of its own, as in the examples of the documentation."""
        bounds = self._bounds(self.criterion.name, query.window.start, query.window.end)
        if query.created is not None:
            created = query.created
            bounds += self._bounds(self._source.created_at, created.start, created.end)
        return Request(
            "POST",
            self._path,
            params={
                "page": query.page,
                "pageSize": self._page_size,
                **({"idsOnly": "true"} if self._source.ids_only else {}),
                **({_COUNT_ALL: "true"} if count_all else {}),
            },
            json={
                "queryContext": self._source.query_context,
                "and": bounds,
                **({"sort": [{self.criterion.name: "asc"}]} if sort else {}),
                "includeDeleted": not self._source.ids_only,
            },
            budget=BudgetKind.SEARCH,
        )

    def _bounds(
        self, name: str, start: int | None, end: int | None
    ) -> list[dict[str, dict[str, str]]]:
        """From the beginning of one millisecond to the end of another, with all known digits.

        A row of `...10.123456Z` is not found up to `...10.123Z`, nor from `...10.124Z` on.
        """
        finer = self._behaviour.digits - MILLISECOND_DIGITS
        bounds = []
        if start is not None:
            bounds.append({name: {"gte": f"{times.to_text(start)[:-1]}{'0' * finer}Z"}})
        if end is not None:
            bounds.append({name: {"lte": f"{times.to_text(end)[:-1]}{'9' * finer}Z"}})
        return bounds


def _are_alike(one: WrongResponseError, other: WrongResponseError) -> bool:
    if isinstance(one, ShortPageError) and isinstance(other, ShortPageError):
        return (one.rows, one.total) == (other.rows, other.total)
    return type(one) is type(other)
