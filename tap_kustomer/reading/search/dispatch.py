"""Sends the questions of a schedule, several at once, and hands on what comes of them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

    from tap_kustomer.client.workers import Workers
    from tap_kustomer.reading.search.query import SearchPage, SearchQuery
    from tap_kustomer.reading.search.slices import Batch, Schedule, Slice


def dispatch(
    schedule: Schedule,
    ask: Callable[[SearchQuery], SearchPage],
    workers: Workers,
    *,
    parallel: Callable[[], int],
    is_consumed: Callable[[], bool],
) -> Iterator[Batch]:
    """All rows of a schedule, in order of time. Nothing is sent while nobody asks for rows.

    Args:
        schedule: Says what to ask next.
        ask: Answers a question; workers do that.
        workers: Ask while the caller is busy with the rows.
        parallel: How many questions are worth having under way at once, by now.
        is_consumed: Whether the rows are waited for. While they are not, one question at a time is
            sent, and none as long as there are rows to hand on.

    Raises:
        RequestError: A question can't be answered.
        IncompleteError: Rows of one time can't be read whole.
    """
    under_way: dict[Future[SearchPage], Slice] = {}

    def send() -> None:
        most = parallel() if is_consumed() else int(not schedule.is_due)
        while (task := schedule.next_query(most)) is not None:
            part, query = task
            under_way[workers.submit(partial(ask, query))] = part

    def learn(answer: Future[SearchPage]) -> None:
        schedule.learn(under_way.pop(answer), answer.result())

    try:
        while not schedule.is_done:
            send()
            for batch in schedule.deliver():
                yield batch
                # Writing many rows takes a while, in which nobody is to be idle.
                for answer in _good(under_way):
                    learn(answer)
                send()
            if under_way:
                finished = workers.finished(under_way)
                for answer in _good(finished) or finished:
                    learn(answer)
    finally:
        for answer in under_way:
            answer.cancel()


def _good(answers: Iterable[Future[SearchPage]]) -> list[Future[SearchPage]]:
    """Those that are there. One that has failed can wait until its rows are missed."""
    return [answer for answer in answers if answer.done() and answer.exception() is None]
