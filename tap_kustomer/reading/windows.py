"""Reads windows of the search: several requests at once, rows in order of time."""

from __future__ import annotations

import logging
from concurrent.futures import FIRST_COMPLETED, wait
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from tap_kustomer.client.errors import RefusedError
from tap_kustomer.reading.schedule import Schedule, worthwhile
from tap_kustomer.reading.search import (
    REFUSED,
    UNSORTED,
    UnsortedError,
    answer_from,
    request_for,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

    from tap_kustomer.client.session import Reply, Session
    from tap_kustomer.client.workers import Workers
    from tap_kustomer.reading.schedule import Slice
    from tap_kustomer.reading.search import Answer, Question, Row, Window
    from tap_kustomer.reading.sources import Search

# How often an answer out of order is asked for again before the server is taken not to sort.
_UNSORTED_ANSWERS: Final = 3

# How long the main thread waits before it looks whether it has been told to stop.
_LONGEST_WAIT: Final = 0.25

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Searcher:
    """What reading by search needs.

    Attributes:
        session: Asks Kustomer.
        workers: Ask for the session, several at once.
        page_size: Rows a page, at most 500.
        parallel: How many requests may be under way at once.
        lookahead: Bytes of rows that may be read before their turn.
        stop_if_asked: Raises when the run is to end.
    """

    session: Session
    workers: Workers
    page_size: int
    parallel: int
    lookahead: int
    stop_if_asked: Callable[[], None]

    def read(self, source: Search, window: Window, name: str) -> Iterator[list[Row]]:
        """Every row whose `updatedAt` lies in the window, oldest first, page by page.

        Requests are only sent while the caller asks for rows.

        Args:
            source: What to search for.
            window: From when to when. Its end lies before now by more than the index lags.
            name: Of the stream, for errors and the log.

        Raises:
            RequestError: The search can't be asked.
            IncompleteError: The search does not give all rows of one `updatedAt`.
        """
        schedule = Schedule(window, name, page_size=self.page_size, lookahead=self.lookahead)
        under_way: dict[Future[Answer], Slice] = {}
        try:
            while not schedule.is_done:
                while (task := schedule.next_question(self._worthwhile)) is not None:
                    part, question = task
                    under_way[self.workers.submit(partial(self._ask, source, question))] = part
                yield from schedule.deliver()
                self._wait(under_way, schedule)
        finally:
            for future in under_way:
                future.cancel()
        for shortfall in schedule.shortfalls:
            logger.warning(
                "%s: %d of %d rows came that %s has",
                name,
                shortfall.delivered,
                shortfall.expected,
                shortfall.window,
            )

    @property
    def _worthwhile(self) -> int:
        """Requests at once that use the budget up, given how long the answers take."""
        rate = self.session.limiter.search.rate
        return min(worthwhile(self.session.latency, rate), self.parallel)

    def _wait(self, under_way: dict[Future[Answer], Slice], schedule: Schedule) -> None:
        if not under_way:
            return
        answered: set[Future[Answer]] = set()
        while not answered:
            self.stop_if_asked()
            answered, _ = wait(under_way, timeout=_LONGEST_WAIT, return_when=FIRST_COMPLETED)
        for future in answered:
            schedule.learn(under_way.pop(future), future.result(), self._worthwhile)

    def _ask(self, source: Search, question: Question) -> Answer:
        unsorted = 0

        def read(reply: Reply) -> Answer:
            nonlocal unsorted
            try:
                return answer_from(reply, question, self.page_size)
            except UnsortedError:
                unsorted += 1
                if unsorted < _UNSORTED_ANSWERS:
                    raise
                return UNSORTED

        try:
            return self.session.send(request_for(source, question, self.page_size), read)
        except RefusedError:
            if question.page == 1 and question.created is None:
                raise
            # A page or a criterion beyond what the search can do: the keyset knows another way.
            return REFUSED
