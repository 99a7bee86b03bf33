"""Pages are fetched before the consumer takes them: one page ahead, and no further."""

from __future__ import annotations

import threading
from queue import Queue
from typing import TYPE_CHECKING

import pytest

from tap_kustomer.reading.pages import Page
from tap_kustomer.reading.prefetch import Prefetch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# A thread that hangs fails the test instead of blocking it.
LONGEST = 10.0

PAGES = [Page([], number) for number in range(6)]


class Script:
    """Yields some pages, and records what it does."""

    def __init__(self, *given: Page | Exception) -> None:
        self.is_consumed: list[bool] = []
        self.events: Queue[str] = Queue()
        self._given = given

    def read(self, is_consumed: Callable[[], bool]) -> Iterator[Page]:
        for number, given in enumerate(self._given):
            self.is_consumed.append(is_consumed())
            self.events.put(f"read {number}")
            if isinstance(given, Exception):
                raise given
            yield given
        self.events.put("end")

    def prefetch(
        self,
        before_waiting: Callable[[], None] = lambda: None,
        stop_if_asked: Callable[[], None] = lambda: None,
    ) -> Prefetch:
        return Prefetch(self.read, before_waiting=before_waiting, stop_if_asked=stop_if_asked)

    def expect(self, *events: str) -> None:
        assert [self.events.get(timeout=LONGEST) for _ in events] == list(events)


class StopError(Exception):
    """Ends the run, as a signal would."""


def test_all_pages_come_in_order() -> None:
    assert list(Script(*PAGES).prefetch()) == PAGES


def test_a_source_without_pages_ends() -> None:
    assert not list(Script().prefetch())


def test_reading_starts_before_the_consumer_takes_a_page() -> None:
    script = Script(*PAGES)

    script.prefetch()

    script.expect("read 0")


def test_one_page_waits_and_at_most_one_more_is_fetched() -> None:
    script = Script(*PAGES)
    pages = iter(script.prefetch())

    # One page waits for the consumer, the next one for that place.
    script.expect("read 0", "read 1")
    assert script.events.empty()
    assert next(pages) is PAGES[0]
    script.expect("read 2")
    assert next(pages) is PAGES[1]
    script.expect("read 3")
    assert script.events.empty()


def test_the_source_learns_when_the_consumer_takes_its_pages() -> None:
    script = Script(*PAGES)
    pages = script.prefetch()
    script.expect("read 0", "read 1")

    list(pages)

    assert script.is_consumed[:2] == [False, False]
    assert script.is_consumed[3:] == [True, True, True]


def test_an_error_is_raised_in_the_consumer_after_the_pages_that_came() -> None:
    error = ValueError("it went wrong")
    pages = iter(Script(PAGES[0], error).prefetch())

    assert next(pages) is PAGES[0]
    with pytest.raises(ValueError, match="it went wrong") as raised:
        next(pages)
    assert raised.value is error


def test_an_error_before_the_first_page_waits_for_the_consumer() -> None:
    script = Script(ValueError("it went wrong"))
    pages = script.prefetch()
    script.expect("read 0")

    with pytest.raises(ValueError, match="it went wrong"):
        list(pages)


def test_a_page_that_is_there_is_taken_at_once_and_a_wait_is_announced() -> None:
    answered = threading.Event()
    waits: list[str] = []

    def read(is_consumed: Callable[[], bool]) -> Iterator[Page]:
        del is_consumed
        yield PAGES[0]
        assert answered.wait(LONGEST)
        yield PAGES[1]

    def before_waiting() -> None:
        waits.append("flush")
        answered.set()

    pages = iter(Prefetch(read, before_waiting=before_waiting, stop_if_asked=lambda: None))

    assert next(pages) is PAGES[0]
    before_the_second = len(waits)
    assert next(pages) is PAGES[1]
    # It depends on the threads whether the first page was there already.
    assert before_the_second <= 1
    assert len(waits) == before_the_second + 1


def test_a_wait_ends_when_the_run_is_to_end() -> None:
    never = threading.Event()
    asked: list[str] = []

    def read(is_consumed: Callable[[], bool]) -> Iterator[Page]:
        del is_consumed
        never.wait(LONGEST)
        yield PAGES[0]

    def stop_if_asked() -> None:
        asked.append("stop?")
        if len(asked) == 2:
            raise StopError

    with pytest.raises(StopError):
        list(Prefetch(read, before_waiting=lambda: None, stop_if_asked=stop_if_asked))
    never.set()


def test_the_thread_does_not_keep_the_process_from_ending() -> None:
    script = Script(*PAGES)
    script.prefetch()
    script.expect("read 0", "read 1")

    threads = [one for one in threading.enumerate() if one.name == "tap-kustomer-reading"]

    assert threads
    assert all(thread.daemon for thread in threads)
