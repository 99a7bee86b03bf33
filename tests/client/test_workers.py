"""Threads that send requests."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from tap_kustomer.client.workers import SerialWorkers, Workers

if TYPE_CHECKING:
    from collections.abc import Callable

# Seconds after which a thread that does nothing fails the test instead of blocking it.
LONGEST = 10.0

# Seconds to wait for a thread that is meant to be blocked.
MOMENT = 0.1


@pytest.fixture
def workers() -> Workers:
    return Workers(1, lambda: None)


def test_a_future_has_the_result_of_its_task(workers: Workers) -> None:
    assert workers.result(workers.submit(lambda: "done")) == "done"


@pytest.mark.parametrize("workers", [Workers(1, lambda: None), SerialWorkers()])
def test_a_future_raises_the_error_of_its_task(workers: Workers) -> None:
    future = workers.submit(lambda: 1 // 0)

    with pytest.raises(ZeroDivisionError):
        workers.result(future)


def test_a_cancelled_task_is_not_started(workers: Workers) -> None:
    go_on = threading.Event()
    begun: list[str] = []
    first = workers.submit(lambda: go_on.wait(LONGEST))
    second = workers.submit(lambda: begun.append("second"))
    second.cancel()
    third = workers.submit(lambda: begun.append("third"))
    go_on.set()

    workers.result(first)
    workers.result(third)
    assert begun == ["third"]


def test_waiting_ends_when_the_run_is_to_stop() -> None:
    def stop() -> None:
        raise SystemExit(143)

    workers = Workers(1, stop)
    go_on = threading.Event()
    future = workers.submit(lambda: go_on.wait(LONGEST))

    with pytest.raises(SystemExit):
        workers.result(future)
    go_on.set()


def test_two_threads_that_submit_at_once_start_no_extra_thread(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    both_there = threading.Barrier(2)
    started: list[object] = []
    thread = threading.Thread

    class Watched(thread):  # type: ignore[misc, valid-type]  # The class as it was.
        def __init__(self, *given: Any, **more: Any) -> None:
            started.append(self)
            # The second one is blocked until the first one has started its thread.
            with pytest.raises(threading.BrokenBarrierError):
                both_there.wait(MOMENT)
            super().__init__(*given, **more)

    def submit() -> None:
        workers.result(workers.submit(lambda: None))

    callers = [thread(target=submit) for _ in range(2)]
    with monkeypatch.context() as patched:
        patched.setattr("tap_kustomer.client.workers.threading.Thread", Watched)
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join(LONGEST)

    assert len(started) == 1


def test_serial_workers_do_a_task_before_submit_returns() -> None:
    done: list[int] = []
    task: Callable[[], None] = lambda: done.append(threading.get_ident())  # noqa: E731

    SerialWorkers().submit(task)

    assert done == [threading.get_ident()]
