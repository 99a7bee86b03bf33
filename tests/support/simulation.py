"""Reads a window as the tap does, in virtual time: answers overtake each other."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from support.search_model import ROW_BYTES
from support.virtual_time import VirtualWorkers
from tap_kustomer.client.errors import GaveUpError
from tap_kustomer.client.limits import Budget
from tap_kustomer.reading.pages import IncompleteError
from tap_kustomer.reading.search.dispatch import dispatch
from tap_kustomer.reading.search.slices import NewRows, Schedule, useful_parallelism

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.search_model import IndexModel, StillIndex
    from tap_kustomer.client.workers import Workers
    from tap_kustomer.reading.pages import Window
    from tap_kustomer.reading.search.query import SearchPage, SearchQuery

MOST_PARALLEL = 8

# The most requests for each page of rows, and for one more: a tie may take many splits or be
# impossible to split, and finding the ends of a part of the window takes requests as well.
REQUESTS_PER_PAGE = 150

# Pages that may be in memory besides those that wait to be delivered and those that are asked for:
# in the keysets of slices that are partly read, and on their way to the writer.
PAGES_IN_FLIGHT = 8


@dataclass
class Outcome:
    """What a simulated extraction delivered, and at what cost.

    Attributes:
        delivered: Id and time of each row, in order of delivery.
        reached: Of the latest rows.
        seconds: From the first query to the last answer.
        requests: How many queries were sent.
        most_waiting: The most bytes that waited to be delivered.
        most_under_way: The most queries at once.
        shortfalls: Parts of the window that lack rows.
        unproven: Parts of the window whose rows no count proves.
        unread: Why it ended before the end of the window, if a tie could not be read.
    """

    delivered: list[tuple[str, int]] = field(default_factory=list)
    reached: int = 0
    seconds: float = 0.0
    requests: int = 0
    most_waiting: int = 0
    most_under_way: int = 0
    shortfalls: int = 0
    unproven: int = 0
    unread: IncompleteError | None = None

    @property
    def ids(self) -> list[str]:
        return [row_id for row_id, _ in self.delivered]

    @property
    def times(self) -> list[int]:
        return [time for _, time in self.delivered]


@dataclass
class Simulation:
    """One extraction of a window. Its requests and its memory are bounded by the rows there are.

    Attributes:
        index: Answers the queries.
        window: What is read.
        draw: Draws how long answers take.
        latency: Seconds that an answer takes; a function of the draw.
        writing: Seconds that it takes to write a page.
        parallel: The most requests at once; None for as many as latency and budget make useful.
        page_size: How many rows to ask for on a page.
        lookahead: The most bytes that may wait to be delivered.
        is_sorted: Whether the rows show the time that they are found by.
        prefetched: How many pages are yielded before the consumer takes any.
        pages: How many pages are taken, at most.
    """

    index: IndexModel | StillIndex
    window: Window
    draw: random.Random = field(default_factory=lambda: random.Random(0))
    latency: Callable[[random.Random], float] = lambda draw: draw.uniform(0.5, 1.5)
    writing: float = 0.0
    parallel: int | None = None
    page_size: int = 500
    lookahead: int = 64_000_000
    is_sorted: bool = True
    prefetched: int = 0
    pages: int = 10**9

    def run(self) -> Outcome:
        outcome = Outcome()
        budget = Budget(100, 0.9)
        workers = VirtualWorkers(budget, lambda: self.latency(self.draw))
        schedule = Schedule(
            self.window,
            "conversations",
            page_size=self.page_size,
            lookahead=self.lookahead,
            is_sorted=self.is_sorted,
        )
        began = workers.now
        pages = 0
        pages_of_rows = len(self.index.rows) / min(self.page_size, self.index.page_size)
        most_requests = REQUESTS_PER_PAGE * (1 + pages_of_rows)

        def ask(query: SearchQuery) -> SearchPage:
            outcome.requests += 1
            assert outcome.requests <= most_requests, "queries are not bounded by the rows"
            outcome.seconds = workers.now - began
            outcome.most_waiting = max(outcome.most_waiting, schedule.waiting_bytes)
            if pages >= self.prefetched:
                outcome.most_under_way = max(outcome.most_under_way, workers.under_way + 1)
            else:
                assert workers.under_way == 0, "read ahead before the consumer takes any page"
            answer = self.index.search(query, self.page_size)
            pages_in_flight = PAGES_IN_FLIGHT + outcome.most_under_way
            most_held = self.lookahead / ROW_BYTES + pages_in_flight * self.page_size
            assert self.index.held <= most_held, "rows pile up in memory"
            return answer

        def parallel() -> int:
            return self.parallel or min(
                useful_parallelism(workers.latency, budget.rate), MOST_PARALLEL
            )

        batches: Iterator[NewRows] = dispatch(
            schedule,
            ask,
            cast("Workers", workers),
            parallelism=parallel,
            is_consumed=lambda: pages >= self.prefetched,
        )
        try:
            for batch in batches:
                pages += 1
                outcome.delivered += [(row.id, row.time) for row in batch.rows]
                assert batch.reached is not None, "a schedule knows what it has reached"
                outcome.reached = batch.reached
                outcome.most_waiting = max(outcome.most_waiting, schedule.waiting_bytes)
                if pages >= self.pages:
                    break
                workers.sleep(self.writing)
        except GaveUpError:
            pass  # A permanent fault ends an extraction: what was delivered until then counts.
        except IncompleteError as error:
            outcome.unread = error
        outcome.shortfalls = len(schedule.shortfalls)
        outcome.unproven = len(schedule.unproven)
        return outcome
