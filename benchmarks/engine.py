"""Measure the reading engine: the installed tap as a process, one stream, against a stand-in.

The tap's share of the budget is the default of `api_usage_percent`, 90 %.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hour import refused_in_an_hour
from lookahead import PAGE_SIZE, PARALLEL, most_waiting
from report import Line, say
from sync import Sync, stand_in, sync, write_catalog, write_config

if TYPE_CHECKING:
    from collections.abc import Iterable

SHARE: Final = 0.9
# Searches a minute that the tap may make.
ALLOWED: Final = 100 * SHARE

# The part of them that it should make.
LEAST_USED: Final = 0.95

# Refusals allowed in an hour beside another client: one a minute.
MOST_REFUSALS: Final = 60


@dataclass(frozen=True)
class Size:
    """How much is measured.

    Attributes:
        rows: Rows of the stand-in.
        latencies: Seconds that an answer takes; each is measured.
        lookahead: Bytes that may wait for their turn.
        hours: Hours of virtual time; the worst one counts.
        most_requests: Searches allowed per full page of rows.
        is_timed: Whether to measure times too.
    """

    rows: int
    latencies: tuple[float, ...]
    lookahead: int
    hours: int
    most_requests: float
    is_timed: bool


@dataclass(frozen=True)
class Measured:
    """A full sync and the incremental one after it, at one latency."""

    latency: float
    full: Sync
    unchanged: Sync


FULL: Final = Size(
    rows=100_000,
    latencies=(0.3, 1.0, 3.0),
    lookahead=64_000_000,
    hours=20,
    most_requests=1.05,
    is_timed=True,
)

# Six pages, and at most two more requests for splitting them.
QUICK: Final = Size(
    rows=3_000,
    latencies=(0.05,),
    lookahead=3_000_000,
    hours=2,
    most_requests=8 / 6,
    is_timed=False,
)


def lines_by_latency(size: Size) -> tuple[list[Line], list[str]]:
    """Measure a full sync and the incremental one after it, with one column for each latency."""
    measured = [_measure(size.rows, latency) for latency in size.latencies]
    return list(_lines(size, measured)), [f"answers taking {each:g} s" for each in size.latencies]


def _measure(rows: int, latency: float) -> Measured:
    say(f"Reading {rows:,} rows, answers taking {latency:g} s")
    with (
        tempfile.TemporaryDirectory() as folder,
        stand_in(rows=rows, latency=latency) as address,
    ):
        write_config(address, Path(folder))
        write_catalog(Path(folder), {"conversations"})
        full = sync(address, Path(folder))
        return Measured(latency, full, unchanged=sync(address, Path(folder)))


def _lines(size: Size, measured: list[Measured]) -> Iterable[Line]:
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
            f"≥ {LEAST_USED}",
            tuple(f"{share:.3f}" for share in shares),
            min(shares) >= LEAST_USED,
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


def other_lines(size: Size) -> Iterable[Line]:
    """Measure how much is read ahead, and an hour of the limiter."""
    say("Reading ahead, and an hour of searches")
    with stand_in(rows=size.rows, latency=0.2, budget=0) as address:
        most, rows = most_waiting(address, lookahead=size.lookahead, pause=0.02)
    # The size of an answer is not known before it comes, so the last one may exceed the bound.
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
    return rows * 60 / seconds / (ALLOWED * PAGE_SIZE)
