"""One of Kustomer's search indexes, as it is asked for the rows of one table."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from tap_kustomer import times
from tap_kustomer.client.errors import RefusedError
from tap_kustomer.client.limits import Cost
from tap_kustomer.client.session import Request
from tap_kustomer.reading.questions import (
    MILLISECONDS,
    PATH,
    REFUSED,
    UNSORTED,
    ShortPageError,
    UnsortedError,
    answer_from,
)

if TYPE_CHECKING:
    from tap_kustomer.client.session import Reply, Session
    from tap_kustomer.reading.questions import Answer, Question
    from tap_kustomer.reading.sources import Criterion, Search

# How often an answer out of order is asked for again before the server is taken not to sort.
_UNSORTED_ANSWERS: Final = 3

logger = logging.getLogger(__name__)


class Index:
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
        self._page_size = page_size
        self._cap: int | None = None
        self._digits = MILLISECONDS

    def ask(self, question: Question) -> Answer:
        """Ask, as often as it takes.

        Raises:
            RefusedError: The search does not know the context or the criterion.
            RequestError: It can't be asked.
        """
        unsorted = 0
        short: tuple[int, int] | None = None

        def read(reply: Reply) -> Answer:
            nonlocal unsorted, short
            try:
                return self._read(reply, question)
            except UnsortedError:
                unsorted += 1
                if unsorted < _UNSORTED_ANSWERS:
                    raise
                return UNSORTED
            except ShortPageError as error:
                if not error.rows or short != (error.rows, error.total):
                    short = (error.rows, error.total)
                    raise
                # The same again: this is how much the server puts on a page, whatever it says.
                self._learn_cap(error.rows)
                return self._read(reply, question)

        try:
            answer = self._session.send(self._request(question), read)
        except RefusedError:
            if question.page == 1 and question.created is None:
                raise
            # A page or a criterion beyond what the search can do: the keyset knows another way.
            return REFUSED
        self._digits = max(self._digits, answer.digits)
        return answer

    def _read(self, reply: Reply, question: Question) -> Answer:
        return answer_from(
            reply,
            question,
            page_size=self._page_size,
            attribute=self.criterion.attribute,
            cap=self._cap,
        )

    def _learn_cap(self, rows: int) -> None:
        self._cap = rows
        logger.info("%s: pages of %d rows have %d", self._path, self._page_size, rows)

    def _request(self, question: Question) -> Request:
        """Each bound is a criterion of its own, as in the documentation's examples."""
        bounds = self._bounds(self.criterion.name, question.window.start, question.window.end)
        if question.created is not None:
            created = question.created
            bounds += self._bounds(self._source.created_at, created.start, created.end)
        return Request(
            "POST",
            self._path,
            params={
                "page": question.page,
                "pageSize": self._page_size,
                **({"idsOnly": "true"} if self._source.ids_only else {}),
            },
            json={
                "queryContext": self._source.context,
                "and": bounds,
                "sort": [{self.criterion.name: "asc"}],
                "includeDeleted": not self._source.ids_only,
            },
            cost=Cost.SEARCH,
        )

    def _bounds(
        self, name: str, start: int | None, end: int | None
    ) -> list[dict[str, dict[str, str]]]:
        """From the beginning of a millisecond to the end of another, as finely as times came.

        A row of `...10.123456Z` is not found up to `...10.123Z`, nor from `...10.124Z` on.
        """
        finer = self._digits - MILLISECONDS
        bounds = []
        if start is not None:
            bounds.append({name: {"gte": f"{times.to_text(start)[:-1]}{'0' * finer}Z"}})
        if end is not None:
            bounds.append({name: {"lte": f"{times.to_text(end)[:-1]}{'9' * finer}Z"}})
        return bounds
