"""Virtual time: an hour of waiting takes no time."""

from __future__ import annotations

import heapq
import itertools
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from tap_kustomer.client.limits import Budget

T = TypeVar("T")


class VirtualClock:
    """A clock that only moves when something sleeps, or a test moves it."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self._started = now
        self.elapsed = 0.0
        self.sleeps: list[float] = []
        self._order = itertools.count()
        self._due: list[tuple[float, int, Callable[[], object]]] = []

    def monotonic(self) -> float:
        return self.elapsed

    def now(self) -> float:
        return self._started + self.elapsed

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        end = self.elapsed + seconds
        while self._due and self._due[0][0] <= end:
            at, _, action = heapq.heappop(self._due)
            self.elapsed = max(self.elapsed, at)
            action()
        self.elapsed = max(self.elapsed, end)

    def later(self, seconds: float, action: Callable[[], object]) -> None:
        """Run an action when the clock has moved by so many seconds."""
        heapq.heappush(self._due, (self.elapsed + seconds, next(self._order), action))


class VirtualWorkers:
    """Replaces `Workers`: each task takes a while, so that answers overtake each other.

    Args:
        budget: Says when a request may go.
        took: Returns how many seconds the next answer takes.

    Attributes:
        now: In seconds.
        asked: Requests so far.
        under_way: Requests without an answer.
        latency: Seconds that answers take, averaged over the latest ones.
    """

    def __init__(self, budget: Budget, took: Callable[[], float]) -> None:
        self.now = 1_000.0
        self.asked = 0
        self.latency = 0.0
        self._budget = budget
        self._took = took
        self._order = itertools.count()
        self._due: list[tuple[float, int, Future[Any], Callable[[], Any]]] = []

    @property
    def under_way(self) -> int:
        return len(self._due)

    def submit(self, task: Callable[[], T]) -> Future[T]:
        self.asked += 1
        sent = self._budget.ready_at(self.now)
        self._budget.take(sent)
        took = self._took()
        self.latency += (took - self.latency) * 0.2 if self.latency else took
        future: Future[T] = Future()
        heapq.heappush(self._due, (sent + took, next(self._order), future, task))
        return future

    def wait_any(self, futures: Collection[Future[T]]) -> set[Future[T]]:
        while not (done := {future for future in futures if future.done()}):
            self.sleep(self._due[0][0] - self.now)
        return done

    def sleep(self, seconds: float) -> None:
        end = self.now + max(seconds, 0.0)
        while self._due and self._due[0][0] <= end:
            at, _, future, task = heapq.heappop(self._due)
            self.now = max(self.now, at)
            if future.set_running_or_notify_cancel():
                _run(future, task)
        self.now = max(self.now, end)


def _run(future: Future[Any], task: Callable[[], Any]) -> None:
    try:
        future.set_result(task())
    except BaseException as error:  # noqa: BLE001  # The future carries it on.
        future.set_exception(error)
