"""Sends the queries of a schedule, several at once, and yields the rows whose turn has come."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

    from tap_kustomer.client.workers import Workers
    from tap_kustomer.reading.search.query import SearchPage, SearchQuery
    from tap_kustomer.reading.search.slices import NewRows, Schedule, Slice


def dispatch(
    schedule: Schedule,
    search: Callable[[SearchQuery], SearchPage],
    workers: Workers,
    *,
    parallelism: Callable[[], int],
    is_consumed: Callable[[], bool],
) -> Iterator[NewRows]:
    """Yield all rows of a schedule, in order of time, and send queries only while they are taken.

    Args:
        schedule: Knows which query comes next.
        search: Answers a query; called by the workers.
        workers: Search while the caller is busy with the rows.
        parallelism: How many queries it is useful to have under way at once, at the moment.
        is_consumed: Whether a consumer takes the rows already. Until then, one query at a time is
            sent, and none while there are rows to yield.

    Raises:
        RequestError: A query fails.
        IncompleteError: The search does not return all rows of a tie.
    """
    under_way: dict[Future[SearchPage], Slice] = {}

    def send() -> None:
        most = parallelism() if is_consumed() else int(not schedule.is_due)
        while (task := schedule.next_query(most)) is not None:
            slice_, query = task
            under_way[workers.submit(partial(search, query))] = slice_

    def learn(response: Future[SearchPage]) -> None:
        schedule.learn(under_way.pop(response), response.result())

    try:
        while not schedule.is_done:
            send()
            for new_rows in schedule.deliver():
                yield new_rows
                # Writing many rows takes a while, in which no worker should be idle.
                for response in _succeeded(under_way):
                    learn(response)
                send()
            if under_way:
                finished = workers.wait_any(under_way)
                for response in _succeeded(finished) or finished:
                    learn(response)
    finally:
        for response in under_way:
            response.cancel()


def _succeeded(responses: Iterable[Future[SearchPage]]) -> list[Future[SearchPage]]:
    """The responses that came. An error can wait until the rows in its place are needed."""
    return [response for response in responses if response.done() and response.exception() is None]
