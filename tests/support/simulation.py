"""Drives a schedule as the tap does, on virtual time: answers take their time and overtake."""

from __future__ import annotations

import heapq
import itertools
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tap_kustomer.reading.schedule import Schedule, worthwhile

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.index_model import IndexModel
    from tap_kustomer.reading.schedule import Slice
    from tap_kustomer.reading.search import Answer, Question, Window


@dataclass
class Outcome:
    """What a simulated reading delivered, and at what cost."""

    delivered: list[tuple[str, int]] = field(default_factory=list)
    seconds: float = 0.0
    requests: int = 0
    most_waiting: int = 0
    schedule: Schedule | None = None

    @property
    def ids(self) -> list[str]:
        return [row_id for row_id, _ in self.delivered]


@dataclass
class Simulation:
    """One reading of a window.

    Attributes:
        rate: Requests a second that the budget allows.
        burst: Requests that may be sent at once after a pause.
        latency: Seconds that an answer takes; a function of the draw.
        parallel: Requests at once; None for as many as latency and rate make worthwhile.
    """

    index: IndexModel
    window: Window
    draw: random.Random = field(default_factory=lambda: random.Random(0))
    rate: float = 1.5
    burst: int = 5
    latency: Callable[[random.Random], float] = lambda draw: draw.uniform(0.5, 1.5)
    parallel: int | None = None
    page_size: int = 500
    lookahead: int = 64_000_000
    ask: Callable[[IndexModel, Question, int], Answer] | None = None
    most_requests: int = 50_000

    def run(self) -> Outcome:
        schedule = Schedule(
            self.window, "conversations", page_size=self.page_size, lookahead=self.lookahead
        )
        outcome = Outcome(schedule=schedule)
        under_way: list[tuple[float, int, Slice, Question]] = []
        order = itertools.count()
        now = slot = 0.0
        average = 0.0
        while not schedule.is_done:
            parallel = self.parallel or min(worthwhile(average, self.rate), 8)
            while (task := schedule.next_question(parallel)) is not None:
                slot = max(now - self.burst / self.rate, slot)
                took = self.latency(self.draw)
                average += (took - average) * 0.2 if average else took
                heapq.heappush(under_way, (max(slot, now) + took, next(order), *task))
                slot += 1 / self.rate
                outcome.requests += 1
                assert outcome.requests < self.most_requests, "it does not come to an end"
            for batch in schedule.deliver():
                outcome.delivered += [(row.id, row.time) for row in batch.rows]
            outcome.most_waiting = max(outcome.most_waiting, schedule.waiting)
            if not under_way:
                continue
            now, _, part, question = heapq.heappop(under_way)
            ask = self.ask or (lambda index, asked, size: index.ask(asked, size))
            parallel = self.parallel or min(worthwhile(average, self.rate), 8)
            schedule.learn(part, ask(self.index, question, self.page_size), parallel)
        outcome.seconds = now
        return outcome
