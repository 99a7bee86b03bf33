"""Run the tap's workers and clock on virtual time."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections import deque
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Final, TypeVar

from typing_extensions import override

from tap_kustomer.client.workers import Workers

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

T = TypeVar("T")

# Any time will do, in seconds since 1970.
START: Final = 1_700_000_000


class VirtualThreads(Workers):
    """Threads that run one at a time. Time moves when all of them wait.

    Args:
        count: Threads besides the main thread.
        parsing: Seconds that a worker takes after each task.
    """

    def __init__(self, count: int, parsing: float) -> None:
        super().__init__(count, lambda: None)
        self._parsing = parsing
        self._elapsed = 0.0
        self._order = itertools.count()
        self._due: list[tuple[float, int, threading.Event]] = []
        self._idle: list[threading.Event] = []
        self._queue: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._main: threading.Event | None = None
        self._is_closed = False

    def monotonic(self) -> float:
        """Seconds so far."""
        return self._elapsed

    def now(self) -> float:
        """Seconds since 1970."""
        return START + self._elapsed

    def sleep(self, seconds: float) -> None:
        """Let other threads run for a while."""
        event = threading.Event()
        self._wake(event, seconds)
        self._run_others_until(event)

    def close(self) -> None:
        """End the threads."""
        self._is_closed = True
        for event in self._idle:
            event.set()
        for thread in self._threads:
            thread.join()

    @override
    def submit(self, task: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()
        self._queue.append((future, task))
        if self._idle:
            self._wake(self._idle.pop())
        elif len(self._threads) < self._count:
            event = threading.Event()
            self._wake(event)
            thread = threading.Thread(target=self._serve, args=(event,), daemon=True)
            self._threads.append(thread)
            thread.start()
        return future

    @override
    def wait_any(self, futures: Collection[Future[T]]) -> set[Future[T]]:
        while not (done := {future for future in futures if future.done()}):
            self._main = threading.Event()
            self._run_others_until(self._main)
        return done

    def _wake(self, event: threading.Event, seconds: float = 0.0) -> None:
        heapq.heappush(self._due, (self._elapsed + max(seconds, 0.0), next(self._order), event))

    def _run_others_until(self, event: threading.Event) -> None:
        self._elapsed, _, following = heapq.heappop(self._due)
        following.set()
        event.wait()

    def _serve(self, event: threading.Event) -> None:
        event.wait()
        while not self._is_closed:
            while self._queue:
                self._do(*self._queue.popleft())
            event = threading.Event()
            self._idle.append(event)
            self._run_others_until(event)

    def _do(self, future: Future[Any], task: Callable[[], Any]) -> None:
        if not future.set_running_or_notify_cancel():
            return
        try:
            result = task()
            self.sleep(self._parsing)
            future.set_result(result)
        except BaseException as error:  # noqa: BLE001  # The future carries it on.
            future.set_exception(error)
        if self._main is not None:
            self._wake(self._main)
            self._main = None
