"""Thousands of small organisations that change while they are read; `SEED=7 pytest` repeats one."""

from __future__ import annotations

import os
import random
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from support.search_model import IndexModel
from support.simulation import Outcome, Simulation
from support.spreads import END, HOUR, SPREADS, START
from tap_kustomer import times
from tap_kustomer.client.errors import GaveUpError
from tap_kustomer.reading.pages import Window

if TYPE_CHECKING:
    from collections.abc import Callable

SEED = os.environ.get("SEED")

# How far before its bookmark a run starts: rows that the search shows late are not older.
LOOKBACK = HOUR

# When a row was created, given when it was updated: an import may set any time.
CREATIONS: tuple[Callable[[random.Random, int], int | None], ...] = (
    lambda draw, _: START - draw.randrange(10**9),
    lambda draw, updated: updated + draw.randrange(10**9),
    lambda draw, _: times.to_milliseconds("2999-12-31") + draw.randrange(10**6),
    lambda draw, _: times.to_milliseconds("0001-01-01") + draw.randrange(10),
    lambda *_: END,
    lambda *_: None,
)

CHUNKS = [range(first, first + 300) for first in range(0, 2_400, 300)]


class Organisation:
    """Rows, and what happens to them while they are read."""

    def __init__(self, seed: int) -> None:
        draw = self.draw = random.Random(seed)
        spread = draw.choice(SPREADS)
        # Many rows of one time, some, or hardly any.
        grain = draw.choice([1, 1_000, HOUR, 50 * HOUR])
        self.page_size = draw.randrange(5, 21)
        self.churn = draw.choice([0.0, 0.1, 0.7])
        self.faults = draw.choice([0.0, 0.05, 0.3])
        self.is_sorted = draw.random() < 0.85
        self.creations = draw.choice([*([one] for one in CREATIONS), CREATIONS])
        count = draw.choice([0, draw.randrange(40), draw.randrange(300)])
        updates = [START + (spread(draw) - START) // grain * grain for _ in range(count)]
        self.index = IndexModel(
            {f"row{n}": (updated, self.created(updated)) for n, updated in enumerate(updates)},
            page_size=self.page_size,
            row_cap=draw.choice([50_000, 3 * self.page_size]),
            total_cap=draw.choice([10**9, 10_000]),
            order=draw if draw.random() < 0.5 else None,
            # Rows can only be out of order if their times differ.
            sorts=grain > 1 or draw.random() < 0.8,
            shows_time=self.is_sorted,
            shows_creation=draw.random() < 0.8,
            knows_creation=draw.random() < 0.9,
            honours_creation=draw.random() < 0.9,
            before_answer=self.change,
        )
        self.longest_answer = draw.choice([0.2, 3.0, 20.0])
        self.parallel = draw.choice([None, 1, 2, 8])
        self.lookahead = draw.choice([1, 5_000, 10**8])

    def created(self, updated: int) -> int | None:
        return self.draw.choice(self.creations)(self.draw, updated)

    def change(self, index: IndexModel) -> None:
        """Update a row, which moves it out of the window, or remove it without a trace."""
        if self.draw.random() < self.faults:
            raise GaveUpError("POST /v1/customers/search: HTTP 503. Given up")
        if index.rows and self.draw.random() < self.churn:
            row_id = self.draw.choice(list(index.rows))
            if self.draw.random() < 0.8:
                index.rows[row_id] = (END + len(index.queries) + 1, index.rows[row_id][1])
            else:
                del index.rows[row_id]

    def read(self, start: int = START, *, prefetched: int = 0, pages: int = 10**9) -> Outcome:
        return Simulation(
            self.index,
            Window(start, END),
            draw=self.draw,
            latency=lambda draw: draw.uniform(0.05, self.longest_answer),
            writing=self.draw.choice([0.0, 0.03, 2.0]),
            parallel=self.parallel,
            page_size=self.page_size,
            lookahead=self.lookahead,
            is_sorted=self.is_sorted,
            prefetched=prefetched,
            pages=pages,
        ).run()

    def show_late(self, since: int) -> None:
        """Add rows that the search did not show until now, though they changed before."""
        for n in range(self.draw.choice([0, 1, 20])):
            updated = self.draw.randrange(since, END + 1)
            self.index.rows[f"late{n}"] = (updated, self.created(updated))

    @property
    def is_readable(self) -> bool:
        """Whether each tie can be split into parts of which the search returns all rows."""
        index = self.index
        ties = Counter(updated for updated, _ in index.rows.values())
        parts = Counter(index.rows.values())
        is_divisible = index.knows_creation and index.honours_creation
        large = {updated for updated, size in ties.items() if size > index.row_cap}
        return not large or (
            is_divisible
            and not any(
                created is None or size > index.row_cap
                for (updated, created), size in parts.items()
                if updated in large
            )
        )

    def in_window(self, end: int = END) -> set[str]:
        return {row_id for row_id, (updated, _) in self.index.rows.items() if updated <= end}


def check(seed: int) -> None:
    organisation = Organisation(seed)
    draw = organisation.draw

    killed = organisation.read(pages=draw.randrange(1, 20), prefetched=draw.choice([0, 3]))
    assert organisation.in_window(killed.reached - 1) <= set(killed.ids), "reached, but not read"

    since = max(killed.reached - LOOKBACK, START)
    organisation.show_late(since)
    organisation.faults = 0.0
    is_readable = organisation.is_readable
    resumed = organisation.read(since, prefetched=draw.choice([0, 3]))
    delivered = {*killed.ids, *resumed.ids}
    if is_readable:
        assert organisation.in_window() <= delivered, "missed"
        assert resumed.unread is None
    else:
        assert organisation.in_window(resumed.reached - 1) <= delivered, "reached, but not read"
    assert max(Counter(resumed.ids).values(), default=1) == 1, "delivered twice"
    assert resumed.times == sorted(resumed.times), "out of order"
    assert resumed.shortfalls == 0, "counted, but not delivered"


@pytest.mark.parametrize("seeds", [[int(SEED)]] if SEED else CHUNKS, ids=lambda seeds: seeds[0])
def test_no_row_that_stays_is_missed_whatever_happens_meanwhile(seeds: range) -> None:
    for seed in seeds:
        try:
            check(seed)
        except Exception as error:
            error.add_note(f"To repeat: SEED={seed} pytest tests/reading/search/test_simulation.py")
            raise
