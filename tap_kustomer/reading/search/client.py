"""Sends the queries for one source to the search or its archive, and copes with how they behave."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from functools import partial
from itertools import combinations, takewhile
from typing import TYPE_CHECKING, Final

from tap_kustomer import times
from tap_kustomer.client.errors import GaveUpError, RefusedError, WrongResponseError
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
    from collections.abc import Callable, Iterator, Mapping

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
# The same for a page with fewer rows than any server puts on one, the first time: with the pauses
# between the attempts, half a minute or more. Rows of it are missing, and may just be late.
_MISSING_AFTER: Final = 7
# Without this parameter, a search index of this kind stops counting at 10,000. Documented since
# June 2026 (https://developer.kustomer.com/api/core-resources/create-customer-search).
_COUNT_ALL: Final = "trackTotalHits"
_SORT: Final = "sort"
_DELETED: Final = "includeDeleted"
_EXTRAS: Final = frozenset({_COUNT_ALL, _SORT, _DELETED})

# Fewer rows than any server puts on a page: rows are missing from a shorter one. The search may
# count rows that it hides from this credential; no source says that it doesn't.
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
        """Send a query, repeat it as needed, and return the page that it gives.

        Raises:
            RefusedError: The search does not know the context or the criterion.
            RequestError: The search fails.
        """
        # Read once: another thread may learn more while this query is under way.
        extras = self._extras
        if query.must_be_sorted and _SORT not in extras:
            return UNSORTED_PAGE
        try:
            page = self._send(query, extras)
            if page.may_go_on and not page.is_full:
                page = replace(page, is_full=not self._is_last(page, query, extras))
        except RefusedError as error:
            if query.page == 1 and query.created is None:
                return self._send_with_less(query, extras, error)
            # The page or the createdAt criterion was refused. TieReader handles it.
            return REFUSED_PAGE
        return page

    def _is_last(self, page: SearchPage, query: SearchQuery, extras: frozenset[str]) -> bool:
        """Whether no rows follow a page that is short and does not say that it is the last.

        The server may put fewer rows on a page than were asked for, or link to a next page from
        the last one too. Only if the page is the same after an empty one, no row has moved from the
        one to the other in between. If the next page is the same as this one, there are no pages.
        """
        try:
            following = self._send(
                replace(query, page=query.page + 1, must_be_sorted=False), extras
            )
        except RefusedError:
            return False
        ids = {row.id for row in page.rows}
        if following.rows:
            return {row.id for row in following.rows} == ids
        again = self._send(query, extras)
        return {row.id for row in again.rows} == ids

    @property
    def _extras(self) -> frozenset[str]:
        """What to ask for: of the archive, no count of all rows, because that is not documented."""
        extras = _EXTRAS if self._path == PATH else _EXTRAS - {_COUNT_ALL}
        return extras - self._behaviour.refused - self._session.refused_parameters

    def _send_with_less(
        self, query: SearchQuery, extras: frozenset[str], error: RefusedError
    ) -> SearchPage:
        """Leave out what the search may refuse, and no more of it than necessary.

        It is documented only for customers by which attributes rows can be sorted
        (https://developer.kustomer.com/api/core-resources/create-customer-search), and for no kind
        of rows whether deleted ones can be asked for.

        Raises:
            RefusedError: The search refuses something else.
        """
        try:
            page = self._send(replace(query, must_be_sorted=False), frozenset())
        except RefusedError:
            raise error from None
        accepted: frozenset[str] = frozenset()
        for fewer in _subsets(extras):
            try:
                page = self._send(
                    replace(query, must_be_sorted=query.must_be_sorted and _SORT in fewer), fewer
                )
            except RefusedError:
                continue
            accepted = fewer
            break
        self._learn_refused(extras - accepted, error)
        return UNSORTED_PAGE if query.must_be_sorted and _SORT not in accepted else page

    def _learn_refused(self, refused: frozenset[str], error: RefusedError) -> None:
        if _COUNT_ALL in refused and _COUNT_ALL not in self._session.refused_parameters:
            self._session.refused_parameters.add(_COUNT_ALL)
            logger.info("%s refuses %s: counts may stop at 10,000", self._path, _COUNT_ALL)
        if _SORT in refused:
            logger.info("%s refuses to sort, so rows come in any order: %s", self._path, error)
        if _DELETED in refused and not self._source.ids_only:
            logger.warning(
                "%s refuses %s for %s: rows that are marked as deleted may be missing",
                self._path,
                _DELETED,
                self._source.query_context,
            )
        self._learn(lambda behaviour: replace(behaviour, refused=behaviour.refused | refused))

    def _send(self, query: SearchQuery, extras: frozenset[str]) -> SearchPage:
        errors: list[WrongResponseError] = []

        def parse(body: Body) -> SearchPage:
            try:
                return self._parse(body, query)
            except (UnsortedError, ShortPageError, MissingTimeError) as error:
                errors.append(error)
                return self._accept_if_permanent(body, query, errors)

        request = self._request(query, extras)
        try:
            page = self._session.send(request, parse)
        except GaveUpError:
            if not (errors and _lacks_rows(errors[-1])):
                raise
            # `max_retry_seconds` are over, and the rows are still missing.
            self._learn(lambda behaviour: replace(behaviour, hides_rows=True))
            page = self._session.send(request, parse)
        digits = page.digits
        self._learn(lambda behaviour: replace(behaviour, digits=max(behaviour.digits, digits)))
        return page

    def _accept_if_permanent(
        self, body: Body, query: SearchQuery, errors: list[WrongResponseError]
    ) -> SearchPage:
        """Learn from an error that has come so often that it is how the server behaves.

        Args:
            body: The latest response to the query.
            query: The query that it belongs to.
            errors: Those of all responses to this query; the last one is that of `body`.

        Raises:
            WrongResponseError: The query is to be repeated.
        """
        latest = errors[-1]
        in_a_row = sum(1 for _ in takewhile(partial(_are_alike, latest), reversed(errors)))
        lacks_rows = _lacks_rows(latest)
        is_new = lacks_rows and not self._behaviour.hides_rows
        if in_a_row < (_MISSING_AFTER if is_new else _PERMANENT_AFTER[type(latest)]):
            raise latest
        if lacks_rows:
            # The keyset compares the rows with the count.
            self._learn(lambda behaviour: replace(behaviour, hides_rows=True))
            return self._parse(body, query, may_lack_rows=True)
        if isinstance(latest, ShortPageError):
            # The server puts that many rows on a page, whatever it says.
            self._learn_page_size(latest.rows)
            return self._parse(body, query)
        if isinstance(latest, MissingTimeError):
            self._learn(lambda behaviour: replace(behaviour, lacks_times=True))
        # Rows without a time can't show that they are in order.
        return UNSORTED_PAGE if query.must_be_sorted else self._parse(body, query)

    def _parse(self, body: Body, query: SearchQuery, *, may_lack_rows: bool = False) -> SearchPage:
        behaviour = self._behaviour
        page = parse_page(
            body,
            query,
            behaviour,
            page_size=self._page_size,
            attribute=self.criterion.attribute,
            may_lack_rows=may_lack_rows,
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

    def _request(self, query: SearchQuery, extras: frozenset[str]) -> Request:
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
                **({_COUNT_ALL: "true"} if _COUNT_ALL in extras else {}),
            },
            json={
                "queryContext": self._source.query_context,
                "and": bounds,
                **({_SORT: [{self.criterion.name: "asc"}]} if _SORT in extras else {}),
                **({_DELETED: not self._source.ids_only} if _DELETED in extras else {}),
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


def _subsets(extras: frozenset[str]) -> Iterator[frozenset[str]]:
    """Yield the sets that lack one of the extras or more, the largest ones first."""
    for count in range(len(extras) - 1, 0, -1):
        yield from map(frozenset, combinations(sorted(extras), count))


def _lacks_rows(error: WrongResponseError) -> bool:
    """Whether a page has fewer rows than any server puts on one, although it counts more."""
    return isinstance(error, ShortPageError) and error.rows < _SMALLEST_PAGE


def _are_alike(one: WrongResponseError, other: WrongResponseError) -> bool:
    if isinstance(one, ShortPageError) and isinstance(other, ShortPageError):
        return (one.rows, one.total) == (other.rows, other.total)
    return type(one) is type(other)
