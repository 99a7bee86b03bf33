"""Shows on a terminal, in one line, how far a run has come."""

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

# From how many seconds of pages the time that is left is told.
_LOOKING_BACK: Final = 120.0
_BAR_CHARACTERS: Final = 16


class Progress(Protocol):
    """Told of what is written, while it is written."""

    def begin(self, table: str, until: int | None) -> None:
        """A reading begins to be written.

        Args:
            table: Name of the table that the reading is made for.
            until: To when it reads, in milliseconds since 1970; None where it is read whole.
        """
        ...

    def wrote(self, rows: int, reached: int | None) -> None:
        """A page of the reading was written.

        Args:
            rows: Of the reading, so far.
            reached: Everything before this time (milliseconds since 1970) is written, where that
                can be said.
        """
        ...


class NoProgress:
    """Shows nothing."""

    def begin(self, table: str, until: int | None) -> None:
        """Nobody looks."""

    def wrote(self, rows: int, reached: int | None) -> None:
        """Nobody looks."""


@contextmanager
def shown(budget: Budget, clock: Clock, readings: int) -> Iterator[Progress]:
    """A line on standard error while the block runs, if that, and only that, is a terminal.

    Args:
        budget: Of searches, whose share is shown.
        clock: Measures.
        readings: How many there are to be written.
    """
    if not sys.stderr.isatty() or sys.stdout.isatty():
        yield NoProgress()
        return
    # Without soft wrapping, lines of the log would be broken where the terminal ends.
    with shown_on(open_console(soft_wrap=True), budget, clock, readings) as progress:
        yield progress


@contextmanager
def shown_on(console: Console, budget: Budget, clock: Clock, readings: int) -> Iterator[Progress]:
    """A line on a console while the block runs; lines of the log go above it."""
    from rich.progress import BarColumn, TextColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    bar = Bar(
        TextColumn("{task.fields[place]} {task.description}"),
        BarColumn(_BAR_CHARACTERS),
        TextColumn("{task.fields[rows]:,} rows"),
        TextColumn("{task.fields[pace]:,}/min"),
        TextColumn("{task.fields[share]}% of searches"),
        TextColumn("{task.fields[left]}"),
        console=console,
        # Records may be written while it is shown: standard output is left alone.
        redirect_stdout=False,
        transient=True,
        speed_estimate_period=_LOOKING_BACK,
        get_time=clock.monotonic,
    )
    terminal = sys.stderr
    with bar, _logged_to(terminal):
        yield _Line(bar, budget, clock, readings)


class _Line:
    """The line, as `Progress` tells it.

    The time that is left is that of the reading that is shown. It goes by how far in time the rows
    have come, so it is a guess where they do not lie evenly.
    """

    def __init__(self, bar: Bar, budget: Budget, clock: Clock, readings: int) -> None:
        self._bar = bar
        self._budget = budget
        self._clock = clock
        self._readings = readings
        self._begun = 0
        self._task: TaskID | None = None
        self._until: int | None = None
        self._from: int | None = None
        self._began = 0.0
        self._spent = 0

    def begin(self, table: str, until: int | None) -> None:
        """Show another table."""
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._begun += 1
        self._until, self._from = until, None
        self._began, self._spent = self._clock.monotonic(), self._budget.spent
        place = f"{self._begun}/{self._readings}"
        self._task = self._bar.add_task(table, total=None, place=place, **self._figures(0))

    def wrote(self, rows: int, reached: int | None) -> None:
        """Show how far it has come."""
        assert self._task is not None, "it is begun first"  # noqa: S101
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
    """Send what loggers write to a stream to what stands in its place now."""
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
