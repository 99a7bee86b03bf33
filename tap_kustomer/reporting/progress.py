"""One line on a terminal that shows how far a run has come."""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol, TextIO

from tap_kustomer.reporting.terminal import open_console

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from tap_kustomer.client.clock import Clock
    from tap_kustomer.client.limits import Budget

# From how many seconds of pages the time left is estimated.
_LOOKING_BACK: Final = 120.0
_BAR_CHARACTERS: Final = 16


class Progress(Protocol):
    """Shows what is written, while it is written."""

    def begin(self, stream: str, until: int | None) -> None:
        """Show the start of an extraction.

        Args:
            stream: The name of the stream that leads it.
            until: The end of its window, in milliseconds since 1970; None if it has none.
        """
        ...

    def wrote(self, rows: int, reached: int | None) -> None:
        """Show that a page of the extraction is written.

        Args:
            rows: Its rows so far.
            reached: The time before which everything is written, in milliseconds since 1970; None
                if it is not known.
        """
        ...


class NoProgress:
    """Shows nothing."""

    def begin(self, stream: str, until: int | None) -> None:
        """Show nothing."""

    def wrote(self, rows: int, reached: int | None) -> None:
        """Show nothing."""


@contextmanager
def show_progress(budget: Budget, clock: Clock, extractions: int) -> Iterator[Progress]:
    """Show a line on standard error while the block runs, if only that is a terminal.

    Args:
        budget: The budget of searches, of which the used share is shown.
        clock: Measures time.
        extractions: How many extractions the run has.
    """
    if not sys.stderr.isatty() or sys.stdout.isatty():
        yield NoProgress()
        return
    # Without soft wrapping, lines of the log would be broken at the width of the terminal.
    with show_progress_on(open_console(soft_wrap=True), budget, clock, extractions) as progress:
        yield progress


@contextmanager
def show_progress_on(
    console: Console, budget: Budget, clock: Clock, extractions: int
) -> Iterator[Progress]:
    """Show a line on a console while the block runs; the log is written above it."""
    from rich.progress import BarColumn, TextColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    bar = Bar(
        TextColumn("{task.fields[number]} {task.description}"),
        BarColumn(_BAR_CHARACTERS),
        TextColumn("{task.fields[rows]:,} rows"),
        TextColumn("{task.fields[pace]:,}/min"),
        TextColumn("{task.fields[share]}% of searches"),
        TextColumn("{task.fields[left]}"),
        console=console,
        # Records may be written to standard output meanwhile.
        redirect_stdout=False,
        transient=True,
        speed_estimate_period=_LOOKING_BACK,
        get_time=clock.monotonic,
    )
    terminal = sys.stderr
    with bar, _logged_to(terminal):
        yield _Line(bar, budget, clock, extractions)


class _Line:
    """A progress that is one line.

    The time left is that of the extraction that is shown. It is estimated from how far in time its
    rows have come, so it is a guess if they are not spread evenly.
    """

    def __init__(self, bar: Bar, budget: Budget, clock: Clock, extractions: int) -> None:
        self._bar = bar
        self._budget = budget
        self._clock = clock
        self._extractions = extractions
        self._begun = 0
        self._task: TaskID | None = None
        self._until: int | None = None
        self._from: int | None = None
        self._began = 0.0
        self._spent = 0

    def begin(self, stream: str, until: int | None) -> None:
        """Show another extraction."""
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._begun += 1
        self._until, self._from = until, None
        self._began, self._spent = self._clock.monotonic(), self._budget.spent
        number = f"{self._begun}/{self._extractions}"
        self._task = self._bar.add_task(stream, total=None, number=number, **self._figures(0))

    def wrote(self, rows: int, reached: int | None) -> None:
        """Show how far the extraction has come."""
        assert self._task is not None, "begin() comes before wrote()"  # noqa: S101
        if reached is not None and self._until is not None:
            if self._from is None:
                self._from = reached
                self._bar.update(self._task, total=self._until - reached)
            self._bar.update(self._task, completed=reached - self._from)
        self._bar.update(self._task, **self._figures(rows))

    def _figures(self, rows: int) -> dict[str, Any]:
        seconds = self._clock.monotonic() - self._began
        left = self._bar.tasks[0].time_remaining if self._bar.tasks else None
        return {
            "rows": rows,
            "pace": round(rows * 60 / max(seconds, 1.0)),
            "share": self._budget.percent(self._budget.spent - self._spent, seconds),
            "left": "" if left is None else f"{timedelta(seconds=round(left))} left",
        }


@contextmanager
def _logged_to(terminal: TextIO) -> Iterator[None]:
    """Let loggers that write to a terminal write to what has replaced standard error."""
    loggers = [logging.getLogger(), *logging.Logger.manager.loggerDict.values()]
    handlers = [
        handler
        for one in loggers
        if isinstance(one, logging.Logger)
        for handler in one.handlers
        if isinstance(handler, logging.StreamHandler) and handler.stream is terminal
    ]
    for handler in handlers:
        handler.setStream(sys.stderr)
    try:
        yield
    finally:
        for handler in handlers:
            handler.setStream(terminal)
