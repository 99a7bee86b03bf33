"""The summary at the end of a run: on the terminal, in the log, and in a file."""

from __future__ import annotations

import logging
import signal
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tap_kustomer import times
from tap_kustomer.atomic_files import replace_file
from tap_kustomer.errors import SIGNAL_CODES, TapKustomerError
from tap_kustomer.reporting.results import Status
from tap_kustomer.reporting.terminal import open_console
from tap_kustomer.secrecy import hide_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from rich.console import Console, ConsoleOptions
    from rich.table import Table

    from tap_kustomer.client.clock import Clock
    from tap_kustomer.client.limits import Limiter
    from tap_kustomer.config import Settings
    from tap_kustomer.reporting.results import RunResults, StreamResult

# Wider than any table: a measurement never exceeds the width of its console.
_ANY_WIDTH: Final = 10_000

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Summary:
    """The summary of a run.

    Attributes:
        started: Its start, in milliseconds since 1970.
        seconds: How long it took.
        is_finished: Whether it came to its end.
        error: Why it failed; None if it did not.
        requests: All requests, those for the key and the columns included.
        rate_limited: How many of them got a 429.
        search_budget_percent: The share of Kustomer's search budget that was used.
        streams: The result of each stream that was begun.
        not_begun: The selected streams that the run did not get to.
    """

    started: int
    seconds: float
    is_finished: bool
    error: str | None
    requests: int
    rate_limited: int
    search_budget_percent: int
    streams: tuple[StreamResult, ...]
    not_begun: tuple[str, ...]

    @property
    def rows(self) -> int:
        """Records written, of all streams."""
        return sum(result.rows for result in self.streams)

    @property
    def rows_per_minute(self) -> int:
        """Records written per minute."""
        return round(self.rows * 60 / max(self.seconds, 0.1))

    @property
    def incomplete(self) -> tuple[StreamResult, ...]:
        """The results that are not complete, without those that came with another stream."""
        return tuple(
            result
            for result in self.streams
            if not result.came_with and result.status is not Status.COMPLETE
        )

    def shortcoming(self, result: StreamResult) -> str:
        """Format an incomplete result in one line."""
        others = sum(other.came_with == result.stream for other in self.streams)
        name = f"{result.stream} and {others} made of its rows" if others else result.stream
        return f"{name}: {result.status.label}: {result.reason}"

    @property
    def unproven(self) -> str:
        """The streams of which nothing proves that all rows came, in one line, if any."""
        names = ", ".join(result.stream for result in self.streams if result.is_unproven)
        return names and (
            "No proof that all rows came, as Kustomer gave no count, stopped counting at 10,000 or "
            f"changed a list in each pass: {names}"
        )

    def figures(self) -> dict[str, int | float]:
        """The figures of the whole run, by name."""
        return {
            "streams": len(self.streams),
            "rows": self.rows,
            "requests": self.requests,
            "seconds": self.seconds,
            "rows_per_minute": self.rows_per_minute,
            "search_budget_percent": self.search_budget_percent,
            "incomplete": len(self.incomplete),
            "not_begun": len(self.not_begun),
        }


@contextmanager
def write_summary_at_end(
    results: RunResults, limiter: Limiter, clock: Clock, settings: Settings
) -> Iterator[None]:
    """Write a summary of the run in the block, however it ends.

    Args:
        results: The results of the run, filled while it lasts.
        limiter: Counts the requests.
        clock: Measures time.
        settings: The path of the summary, and the secrets to hide.
    """
    started, began = clock.now(), clock.monotonic()

    def end(error: str | None) -> None:
        seconds = clock.monotonic() - began
        write_summary(summary_of(results, limiter, started, seconds, error), settings.summary_path)

    try:
        yield
    except BaseException as error:
        end(hide_secrets(_explain(error), *settings.secrets))
        raise
    end(None)


def summary_of(
    results: RunResults, limiter: Limiter, started: float, seconds: float, error: str | None
) -> Summary:
    """Summarise a run.

    Args:
        results: The results of the run so far.
        limiter: Counts the requests.
        started: Its start, in seconds since 1970.
        seconds: How long it took.
        error: Why it failed, if it did.
    """
    done = {result.stream for result in results.streams}
    return Summary(
        started=round(started * 1000),
        seconds=round(seconds, 1),
        is_finished=results.is_finished,
        error=error,
        # Every request draws on the organisation's budget.
        requests=limiter.organization.spent,
        rate_limited=limiter.organization.throttled_count + limiter.search.throttled_count,
        search_budget_percent=limiter.search.percent(limiter.search.spent, seconds),
        streams=tuple(results.streams),
        not_begun=tuple(name for name in results.selected if name not in done),
    )


def write_summary(summary: Summary, path: Path | None) -> None:
    """Write the summary to a file, and to the terminal or else to the log."""
    if path is not None:
        save_summary(summary, path)
    if sys.stderr.isatty():
        print_summary(summary, open_console())
    else:
        log_summary(summary)


def log_result(result: StreamResult, stream_logger: logging.Logger) -> None:
    """Log the figures of a stream in one line, as text and as fields."""
    figures: dict[str, Any] = {"rows": result.rows}
    if result.came_with:
        figures["came_with"] = result.came_with
    else:
        figures["requests"] = result.requests
        figures["seconds"] = result.seconds
        figures["rows_per_minute"] = round(result.rows * 60 / max(result.seconds, 0.1))
    text = ", ".join(f"{name}={value}" for name, value in figures.items())
    # With the name: Meltano shows messages without the name of their logger.
    stream_logger.info("Finished %s: %s", result.stream, text, extra=figures)


def log_summary(summary: Summary) -> None:
    """Log a line for each stream that is not complete, and one for the run."""
    for result in summary.incomplete:
        logger.warning(
            summary.shortcoming(result),
            extra={
                "stream_name": result.stream,
                "rows": result.rows,
                "rows_expected": result.expected,
            },
        )
    if summary.unproven:
        logger.warning(summary.unproven)
    figures = summary.figures()
    text = ", ".join(f"{name}={value}" for name, value in figures.items())
    logger.info("%s: %s", _ended(summary), text, extra=figures)


def print_summary(summary: Summary, console: Console) -> None:
    """Print a table with a line for each stream, and below it what is not complete."""
    table = _table(summary, is_wide=True)
    if console.measure(table, options=_unlimited(console)).maximum > console.width:
        table = _table(summary, is_wide=False)
    console.print(table)

    def show(line: str) -> None:
        console.print(line, markup=False, highlight=False, soft_wrap=True)

    for result in summary.incomplete:
        show(summary.shortcoming(result))
    if summary.unproven:
        show(summary.unproven)
    if summary.not_begun:
        show(f"Not begun: {', '.join(summary.not_begun)}")
    show(
        f"{_ended(summary)}: {summary.rows:,} rows of {len(summary.streams)} streams, "
        f"{summary.requests:,} requests, {summary.seconds:,} s, "
        f"{summary.rows_per_minute:,} rows a minute, "
        f"{summary.search_budget_percent}% of the searches that Kustomer grants"
    )


def _table(summary: Summary, *, is_wide: bool) -> Table:
    """Make the table of the streams. If it is not wide, it has no room for what reading took."""
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, pad_edge=False)
    table.add_column("stream", overflow="fold")
    for name in ("rows", *(("requests", "seconds") if is_wide else ())):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("bookmark", no_wrap=True)
    for result in summary.streams:
        name, took = result.stream, (f"{result.requests:,}", f"{result.seconds:,}")
        if result.came_with:
            name, took = f"  {name}", ("", "")
        table.add_row(
            name,
            f"{result.rows:,}",
            *(took if is_wide else ()),
            result.bookmark,
            style=None if result.status is Status.COMPLETE else "red",
        )
    return table


def _unlimited(console: Console) -> ConsoleOptions:
    return console.options.update(max_width=_ANY_WIDTH)


def save_summary(summary: Summary, path: Path) -> None:
    """Write the summary file. Its reader never finds half of one."""
    document = msgspec.json.format(msgspec.json.encode(_document(summary)), indent=2)
    try:
        replace_file(path, document + b"\n")
    except OSError as error:
        logger.warning(
            "Setting summary_path: %s can't be written: %s. The run is not affected",
            path,
            error.strerror,
        )


def _explain(error: BaseException) -> str:
    if isinstance(error, SystemExit) and isinstance(error.code, int) and error.code > SIGNAL_CODES:
        return f"{signal.Signals(error.code - SIGNAL_CODES).name} has ended the run"
    return str(error) if isinstance(error, TapKustomerError) else f"{type(error).__name__}: {error}"


def _ended(summary: Summary) -> str:
    return "Run finished" if summary.is_finished else "Run ended early"


def _document(summary: Summary) -> dict[str, Any]:
    return {
        "started": times.to_text(summary.started),
        "finished": times.to_text(summary.started + round(summary.seconds * 1000)),
        "ended": "whole" if summary.is_finished else "early",
        "error": summary.error,
        "rows": summary.rows,
        "requests": summary.requests,
        "rate_limited": summary.rate_limited,
        "search_budget_percent": summary.search_budget_percent,
        "not_begun": summary.not_begun,
        "streams": [
            {
                "stream": result.stream,
                "status": result.status.value,
                "reason": result.reason or None,
                "rows": result.rows,
                "expected": result.expected,
                "unproven": result.is_unproven,
                "requests": result.requests,
                "seconds": result.seconds,
                "came_with": result.came_with or None,
                "bookmark": result.bookmark,
            }
            for result in summary.streams
        ],
    }
