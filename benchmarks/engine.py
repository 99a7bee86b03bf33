"""Measures the reading engine: `python benchmarks/engine.py`, some ten minutes long.

It runs the installed tap as a process against a stand-in for Kustomer (`stand_in.py`), one stream,
and prints Markdown tables of what that cost. The share of the budget is that of `api_usage_percent`
in its default, 90 %. The quick form checks counts and measures no times; it ends with 1 if a count
is wrong.
"""

# ruff: noqa: INP001  # Scripts, no package.
from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hour import refused_in_an_hour
from lookahead import PAGE_SIZE, PARALLEL, most_waiting
from sync import Sync, stand_in, sync, write_config

if TYPE_CHECKING:
    from collections.abc import Iterable

SHARE: Final = 0.9
BUDGET: Final = 100 * SHARE

# An hour's worth may bring this many refusals beside another client: one a minute.
MOST_REFUSALS: Final = 60


@dataclass(frozen=True)
class Size:
    """How much is measured.

    Attributes:
        rows: That the stand-in has.
        latencies: Seconds that answers take, one after the other.
        lookahead: Bytes that may wait for their turn.
        hours: Hours of virtual time, the worst of which counts.
        most_requests: Searches for as many rows as a page has.
        is_timed: Whether times are measured too.
    """

    rows: int
    latencies: tuple[float, ...]
    lookahead: int
    hours: int
    most_requests: float
    is_timed: bool


@dataclass(frozen=True)
class Measured:
    """A full sync and the incremental one after it, answers taking so long."""

    latency: float
    full: Sync
    unchanged: Sync


@dataclass(frozen=True)
class Line:
    """A line of a table."""

    what: str
    to_reach: str
    found: tuple[str, ...]
    is_reached: bool = True


def main() -> None:
    """Measure and print."""
    size = _size()
    measured = [_measure(size.rows, latency) for latency in size.latencies]
    by_latency = list(_lines_by_latency(size, measured))
    others = list(_other_lines(size))
    _print(f"{datetime.now(UTC):%Y-%m-%d}, {_machine()}, {size.rows:,} conversations of 2.5 KB")
    _print(*_table(by_latency, [f"answers taking {one.latency:g} s" for one in measured]))
    _print(*_table(others, ["measured"]))
    missed = [line.what for line in by_latency + others if not line.is_reached]
    if missed:
        _print(f"Missed: {'; '.join(missed)}")
        if not size.is_timed:
            sys.exit(1)


def _size() -> Size:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--latencies", default="0.3,1,3", help="seconds, with commas between")
    parser.add_argument("--quick", action="store_true", help="few rows, and counts only")
    options = parser.parse_args()
    if options.quick:
        # Six pages; a seventh request and an eighth are what cutting them may cost.
        return Size(
            rows=3_000,
            latencies=(0.05,),
            lookahead=3_000_000,
            hours=2,
            most_requests=8 / 6,
            is_timed=False,
        )
    return Size(
        rows=options.rows,
        latencies=tuple(float(latency) for latency in options.latencies.split(",")),
        lookahead=64_000_000,
        hours=20,
        most_requests=1.05,
        is_timed=True,
    )


def _measure(rows: int, latency: float) -> Measured:
    sys.stderr.write(f"Reading {rows:,} rows, answers taking {latency:g} s\n")
    with (
        tempfile.TemporaryDirectory() as folder,
        stand_in(rows=rows, latency=latency) as address,
    ):
        write_config(address, Path(folder))
        full = sync(address, Path(folder))
        return Measured(latency, full, unchanged=sync(address, Path(folder)))


def _lines_by_latency(size: Size, measured: list[Measured]) -> Iterable[Line]:
    full = [one.full for one in measured]
    yield Line(
        "rows written, of them different",
        f"{size.rows:,}, {size.rows:,}",
        tuple(f"{one.rows:,}, {one.ids:,}" for one in full),
        all(one.rows == one.ids == size.rows for one in full),
    )
    ratios = [one.asked.searches / (size.rows / PAGE_SIZE) for one in full]
    yield Line(
        "searches ÷ (rows ÷ 500)",
        f"≤ {size.most_requests:.2f}",
        tuple(f"{ratio:.3f}" for ratio in ratios),
        max(ratios) <= size.most_requests,
    )
    if size.is_timed:
        shares = [_share(size.rows, one.reading_seconds) for one in full]
        yield Line(
            "rows a minute ÷ (budget × 500), from the first search to the last answer",  # noqa: RUF001
            "≥ 0.95",
            tuple(f"{share:.3f}" for share in shares),
            min(shares) >= 0.95,  # noqa: PLR2004  # As said one line before.
        )
        yield Line(
            "the same over the whole process",
            "",
            tuple(f"{_share(size.rows, one.seconds):.3f}" for one in full),
        )
    refused = [one.full.asked.refused + one.unchanged.asked.refused for one in measured]
    yield Line("answers 429", "0", tuple(map(str, refused)), not any(refused))
    searches = [one.unchanged.asked.searches for one in measured]
    yield Line(
        "searches of an incremental sync without changes",
        "1",
        tuple(map(str, searches)),
        all(count == 1 for count in searches),
    )


def _other_lines(size: Size) -> Iterable[Line]:
    with stand_in(rows=size.rows, latency=0.2, budget=0) as address:
        most, rows = most_waiting(address, lookahead=size.lookahead, pause=0.02)
    # An answer is as large as it is: the bound may be passed by the one that came last.
    bound = size.lookahead + 2 * PAGE_SIZE * 2_600
    yield Line(
        f"most bytes that wait for their turn ({PARALLEL} at once, slow consumer, in-process)",
        f"≤ {size.lookahead / 1e6:.0f} MB and a page",
        (f"{most / 1e6:.1f} MB",),
        most <= bound and rows == size.rows,
    )
    hours = range(size.hours)
    alone = max(refused_in_an_hour(share=SHARE, others=0, seed=seed) for seed in hours)
    yield Line("answers 429 in an hour, alone (virtual time)", "0", (str(alone),), alone == 0)
    beside = max(refused_in_an_hour(share=SHARE, others=50, seed=seed) for seed in hours)
    yield Line(
        f"the same beside a client that takes half of the budget (worst of {size.hours} hours)",
        f"≤ {MOST_REFUSALS}",
        (str(beside),),
        beside <= MOST_REFUSALS,
    )


def _share(rows: int, seconds: float) -> float:
    return rows * 60 / seconds / (BUDGET * PAGE_SIZE)


def _machine() -> str:
    cores = os.cpu_count()
    return f"Python {platform.python_version()}, {cores} cores, {platform.machine()}"


def _table(lines: list[Line], columns: list[str]) -> list[str]:
    rows = [["what", "to reach", *columns], ["---"] * (len(columns) + 2)]
    rows += [[line.what, line.to_reach, *line.found] for line in lines]
    return [f"| {' | '.join(row)} |" for row in rows]


def _print(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n\n")


if __name__ == "__main__":
    main()
