"""Opens readings before it is their turn, so that their answers wait for the writer."""

from __future__ import annotations

import queue
import threading
from typing import TYPE_CHECKING, Final

from tap_kustomer.reading.pages import IncompleteError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tap_kustomer.reading.pages import Page

# How long the main thread waits before it looks whether it has been told to stop.
_LONGEST_WAIT: Final = 0.25


class Prefetch:
    """A reading in a thread of its own, one page ahead of whoever takes the pages.

    Only the thread that iterates over it writes; the reading only asks and parses. Until somebody
    iterates, the reading knows that it is not its turn and holds no more than its first answers.

    Args:
        read: Begins the reading; it is told how to find out whether it is its turn.
        before_waiting: Called by whoever iterates, when no page is there yet.
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
        self._turn = threading.Event()
        self._pages: queue.Queue[Page | BaseException | None] = queue.Queue(maxsize=1)
        # It ends with the process: a request that hangs holds up nobody.
        threading.Thread(target=self._work, daemon=True, name="tap-kustomer-reading").start()

    def __iter__(self) -> Iterator[Page]:
        """The pages, in order; what the reading raises is raised here."""
        self._turn.set()
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
                return self._pages.get(timeout=_LONGEST_WAIT)
            except queue.Empty:
                continue

    def _work(self) -> None:
        try:
            for page in self._read(self._turn.is_set):
                self._pages.put(page)
        except BaseException as error:  # noqa: BLE001  # Whoever iterates raises it.
            self._pages.put(error)
        else:
            self._pages.put(None)


def read_concurrently(readings: Sequence[Callable[[], Iterator[Page]]]) -> Iterator[Page]:
    """The pages of one reading after the other, all of them opened at once.

    Raises:
        IncompleteError: All that came was given, but one of them lacks rows.
    """
    if len(readings) == 1:
        yield from readings[0]()
        return
    incomplete: IncompleteError | None = None
    for pages in [_opened(read) for read in readings]:
        try:
            yield from pages
        except IncompleteError as error:
            incomplete = error
    if incomplete is not None:
        raise incomplete


def _opened(read: Callable[[], Iterator[Page]]) -> Prefetch:
    return Prefetch(lambda _: read(), before_waiting=_go_on, stop_if_asked=_go_on)


def _go_on() -> None:
    """The reading itself is told to stop, and says so."""
