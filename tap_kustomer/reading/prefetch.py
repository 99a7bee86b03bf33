"""Fetches the first pages of a source before the consumer gets to it."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING

from tap_kustomer.client.clock import POLL_SECONDS
from tap_kustomer.reading.pages import IncompleteError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

from tap_kustomer.reading.pages import Page


class Prefetch:
    """Reads in a thread of its own, one page ahead of the consumer.

    Only the thread that iterates over it writes; this one only sends requests and parses responses.
    Until the consumer iterates, no more than the first pages are fetched.

    Args:
        read: Starts to read. Its argument tells whether the consumer takes the pages already.
        before_waiting: Called in the consumer's thread, when there is no page yet.
        stop_if_asked: Raises when the run is to end; called several times a second in a wait.
    """

    def __init__(
        self,
        read: Callable[[Callable[[], bool]], Iterator[Page]],
        *,
        before_waiting: Callable[[], None],
        stop_if_asked: Callable[[], None],
    ) -> None:
        self._read = read
        self._before_waiting = before_waiting
        self._stop_if_asked = stop_if_asked
        self._is_consumed = threading.Event()
        self._pages: queue.Queue[Page | BaseException | None] = queue.Queue(maxsize=1)
        # A daemon: a request that hangs must not keep the process from ending.
        threading.Thread(target=self._work, daemon=True, name="tap-kustomer-reading").start()

    def __iter__(self) -> Iterator[Page]:
        """Yield the pages, in order, and raise what the thread has raised."""
        self._is_consumed.set()
        while (page := self._next()) is not None:
            if isinstance(page, BaseException):
                raise page
            yield page

    def _next(self) -> Page | BaseException | None:
        try:
            return self._pages.get_nowait()
        except queue.Empty:
            self._before_waiting()
        while True:
            self._stop_if_asked()
            try:
                return self._pages.get(timeout=POLL_SECONDS)
            except queue.Empty:
                continue

    def _work(self) -> None:
        try:
            for page in self._read(self._is_consumed.is_set):
                self._pages.put(page)
        except BaseException as error:  # noqa: BLE001  # The consumer's thread raises it.
            self._pages.put(error)
        else:
            self._pages.put(None)


def read_concurrently(reads: Sequence[Callable[[], Iterator[Page]]]) -> Iterator[Page]:
    """Start to read several sources at once, and yield the pages of one after the other.

    Raises:
        IncompleteError: All that came was yielded, but one of the sources lacks rows.
    """
    if len(reads) == 1:
        yield from reads[0]()
        return
    incomplete: IncompleteError | None = None
    for pages in [_prefetch(read) for read in reads]:
        try:
            yield from pages
        except IncompleteError as error:
            incomplete = error
    if incomplete is not None:
        raise incomplete


def _prefetch(read: Callable[[], Iterator[Page]]) -> Prefetch:
    return Prefetch(lambda _: read(), before_waiting=_go_on, stop_if_asked=_go_on)


def _go_on() -> None:
    """Do nothing: the workers check whether the run is to end, and each read raises by itself."""
