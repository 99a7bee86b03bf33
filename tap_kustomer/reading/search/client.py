"""One of Kustomer's search indexes, as it is asked for the rows of one table."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from tap_kustomer import times
from tap_kustomer.client.errors import RefusedError, WrongAnswerError
from tap_kustomer.client.limits import BudgetKind
from tap_kustomer.client.session import Request
from tap_kustomer.reading.search.query import (
    MILLISECONDS,
    PATH,
    REFUSED,
    UNSORTED,
    ServerBehaviour,
    ShortPageError,
    TimelessError,
    UnsortedError,
    page_from,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_kustomer.client.session import Reply, Session
    from tap_kustomer.reading.search.query import SearchPage, SearchQuery
    from tap_kustomer.reading.sources import Criterion, Search

# How many answers with the same fault show that it does not pass: the server does not sort, a row
# has no time, a page has fewer rows than it says.
_ANSWERS: Final[Mapping[type[WrongAnswerError], int]] = {
    UnsortedError: 3,
    TimelessError: 3,
    ShortPageError: 2,
}
# Without it, an index of this make stops counting at 10,000. Documented since June 2026
# (https://developer.kustomer.com/api/core-resources/create-customer-search).
_TRACK: Final = "trackTotalHits"

# Fewer rows than any server puts on a page: a page that has less lacks rows.
_SMALLEST_PAGE: Final = 10

logger = logging.getLogger(__name__)


class SearchClient:
    """Asks one question until the answer can be believed. Threads may share it.

    What an answer shows about the server holds for all questions that follow.

    Args:
        session: Asks Kustomer.
        source: What to search for.
        criterion: The time to search by.
        path: Of the search, or of the archive's.
        page_size: Rows a page.
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
        self._manner = ServerBehaviour(page_size, criterion.attribute)

    def ask(self, query: SearchQuery) -> SearchPage:
        """Ask, as often as it takes.

        Raises:
            RefusedError: The search does not know the context or the criterion.
            RequestError: It can't be asked.
        """
        # Other threads may learn something meanwhile: what was asked is what counts.
        sort, track = self._manner.sorts, self._tracks
        if query.sorted and not sort:
            return UNSORTED
        try:
            return self._ask(query, sort=sort, track=track)
        except RefusedError as refusal:
            if query.page == 1 and query.created is None:
                return self._ask_for_less(query, refusal, sort=sort, track=track)
            # A page or a criterion beyond what the search can do: the keyset knows another way.
            return REFUSED

    @property
    def _tracks(self) -> bool:
        """Whether to ask for the count of all rows: the archive is not documented to know that."""
        return self._path == PATH and _TRACK not in self._session.refusals

    def _ask_for_less(
        self, query: SearchQuery, refusal: RefusedError, *, sort: bool, track: bool
    ) -> SearchPage:
        """Leave out what the search may refuse: the count of all rows, the sort, or both.

        By which attributes rows can be sorted is documented for customers only.

        Source: https://developer.kustomer.com/api/core-resources/create-customer-search

        Raises:
            RefusedError: It is neither of them that is refused.
        """
        for sorts, tracks in dict.fromkeys([(sort, False), (False, track), (False, False)]):
            if (sorts, tracks) == (sort, track):
                continue
            is_ordered = query.sorted and sorts
            try:
                answer = self._ask(replace(query, sorted=is_ordered), sort=sorts, track=tracks)
            except RefusedError:
                continue
            if track and not tracks and _TRACK not in self._session.refusals:
                self._session.refusals.add(_TRACK)
                logger.info("%s: %s is refused: counts may end at 10,000", self._path, _TRACK)
            if sort and not sorts:
                self._learn(lambda manner: replace(manner, sorts=False))
                logger.info("%s: sorted by nothing, as that is refused: %s", self._path, refusal)
            return UNSORTED if query.sorted and not sorts else answer
        raise refusal

    def _ask(self, query: SearchQuery, *, sort: bool, track: bool) -> SearchPage:
        doubts: list[WrongAnswerError] = []

        def read(reply: Reply) -> SearchPage:
            try:
                return self._read(reply, query)
            except (UnsortedError, ShortPageError, TimelessError) as error:
                doubts.append(error)
                return self._believe(reply, query, doubts)

        answer = self._session.send(self._request(query, sort=sort, track=track), read)
        digits = answer.digits
        self._learn(lambda manner: replace(manner, digits=max(manner.digits, digits)))
        return answer

    def _believe(
        self, reply: Reply, query: SearchQuery, doubts: list[WrongAnswerError]
    ) -> SearchPage:
        """What an answer shows about the server, once the same came often enough.

        Raises:
            WrongAnswerError: It is to be asked for again.
        """
        latest = doubts[-1]
        alike = sum(1 for _ in takewhile(partial(_are_alike, latest), reversed(doubts)))
        if alike < _ANSWERS[type(latest)]:
            raise latest
        if isinstance(latest, ShortPageError):
            if latest.rows < _SMALLEST_PAGE:
                raise latest
            # This is how much the server puts on a page, whatever it says.
            self._learn_cap(latest.rows)
            return self._read(reply, query)
        if isinstance(latest, TimelessError):
            self._learn(lambda manner: replace(manner, lacks_times=True))
        # What has no time can't show where it stands: parts of the window are read without order.
        return UNSORTED if query.sorted else self._read(reply, query)

    def _read(self, reply: Reply, query: SearchQuery) -> SearchPage:
        manner = self._manner
        answer = page_from(reply, query, manner)
        if manner.cap is not None and len(answer.rows) > manner.cap:
            self._learn(lambda latest: replace(latest, cap=None))
        return answer

    def _learn_cap(self, rows: int) -> None:
        self._learn(lambda manner: replace(manner, cap=rows))
        logger.info("%s: pages of %d rows have %d", self._path, self._manner.page_size, rows)

    def _learn(self, change: Callable[[ServerBehaviour], ServerBehaviour]) -> None:
        """Replace what is known of the search by something that follows from it.

        What uses it reads it once: another thread may replace it at any moment.
        """
        with self._lock:
            self._manner = change(self._manner)

    def _request(self, query: SearchQuery, *, sort: bool, track: bool) -> Request:
        """Each bound is a criterion of its own, as in the documentation's examples."""
        bounds = self._bounds(self.criterion.name, query.window.start, query.window.end)
        if query.created is not None:
            created = query.created
            bounds += self._bounds(self._source.created_at, created.start, created.end)
        return Request(
            "POST",
            self._path,
            params={
                "page": query.page,
                "pageSize": self._manner.page_size,
                **({"idsOnly": "true"} if self._source.ids_only else {}),
                **({_TRACK: "true"} if track else {}),
            },
            json={
                "queryContext": self._source.context,
                "and": bounds,
                **({"sort": [{self.criterion.name: "asc"}]} if sort else {}),
                "includeDeleted": not self._source.ids_only,
            },
            budget=BudgetKind.SEARCH,
        )

    def _bounds(
        self, name: str, start: int | None, end: int | None
    ) -> list[dict[str, dict[str, str]]]:
        """From the beginning of a millisecond to the end of another, as finely as times came.

        A row of `...10.123456Z` is not found up to `...10.123Z`, nor from `...10.124Z` on.
        """
        finer = self._manner.digits - MILLISECONDS
        bounds = []
        if start is not None:
            bounds.append({name: {"gte": f"{times.to_text(start)[:-1]}{'0' * finer}Z"}})
        if end is not None:
            bounds.append({name: {"lte": f"{times.to_text(end)[:-1]}{'9' * finer}Z"}})
        return bounds


def _are_alike(one: WrongAnswerError, other: WrongAnswerError) -> bool:
    if isinstance(one, ShortPageError) and isinstance(other, ShortPageError):
        return (one.rows, one.total) == (other.rows, other.total)
    return type(one) is type(other)
