"""Threads that send requests while the main thread writes."""

from __future__ import annotations

import queue
import threading
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import TYPE_CHECKING, Any, TypeVar

from typing_extensions import override

from tap_kustomer.client.clock import POLL_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

T = TypeVar("T")


class Workers:
    """A pool of daemon threads, which end with the process.

    The standard library's pool joins its threads when the interpreter exits: a hanging request
    would keep a stopped tap alive.

    Args:
        count: Number of threads.
        stop_if_asked: Raises if the run has to stop. Called several times a second while waiting.
    """

    def __init__(self, count: int, stop_if_asked: Callable[[], None]) -> None:
        self._stop_if_asked = stop_if_asked
        self._tasks: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = queue.SimpleQueue()
        self._count = count
        self._threads: list[threading.Thread] = []
        self._starting = threading.Lock()

    def submit(self, task: Callable[[], T]) -> Future[T]:
        """Run a task in a thread."""
        future: Future[T] = Future()
        self._tasks.put((future, task))
        with self._starting:
            if len(self._threads) < self._count:
                thread = threading.Thread(
                    target=self._work, daemon=True, name="tap-kustomer-worker"
                )
                self._threads.append(thread)
                thread.start()
        return future

    def wait_any(self, futures: Collection[Future[T]]) -> set[Future[T]]:
        """Wait until at least one future is done, and return those that are."""
        done: set[Future[T]] = set()
        while not done:
            self._stop_if_asked()
            done, _ = wait(futures, timeout=POLL_SECONDS, return_when=FIRST_COMPLETED)
        return done

    def result(self, future: Future[T]) -> T:
        """Wait for the result of a future."""
        self.wait_any((future,))
        return future.result()

    def call(self, task: Callable[[], T]) -> T:
        """Run a task in a thread, and wait for its result."""
        return self.result(self.submit(task))

    def _work(self) -> None:
        while True:
            future, task = self._tasks.get()
            if future.set_running_or_notify_cancel():
                _run(task, future)


class SerialWorkers(Workers):
    """Run each task at once, in the calling thread.

    For tasks that submit tasks: if every worker waited for another task, none would ever finish.
    """

    def __init__(self) -> None:
        super().__init__(0, lambda: None)

    @override
    def submit(self, task: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()
        _run(task, future)
        return future


def _run(task: Callable[[], T], future: Future[T]) -> None:
    try:
        future.set_result(task())
    except BaseException as error:  # noqa: BLE001  # The future raises it again.
        future.set_exception(error)
