from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from support.index_model import IndexModel
from support.simulation import Simulation
from tap_kustomer.reading.search import Window

if TYPE_CHECKING:
    from collections.abc import Callable

HOUR = 3_600_000
START = 1_700_000_000_000
END = START + 1_000 * HOUR


def even(draw: random.Random) -> int:
    return START + draw.randrange(1_000 * HOUR)


def growing(draw: random.Random) -> int:
    return START + int(1_000 * HOUR * draw.random() ** 0.3)


def office_hours(draw: random.Random) -> int:
    while True:
        time = even(draw)
        if 8 <= time // HOUR % 24 < 18:
            return time


def bursts(draw: random.Random) -> int:
    time = START + draw.randrange(10) * 100 * HOUR + int(draw.gauss(0, 1) * HOUR)
    return min(max(time, START), END)


SPREADS = [even, growing, office_hours, bursts]


def organisation(spread: Callable[[random.Random], int], count: int, seed: int = 1) -> IndexModel:
    draw = random.Random(seed)
    return IndexModel({f"row{n}": (spread(draw), START - n) for n in range(count)})


@pytest.mark.parametrize("spread", SPREADS)
@pytest.mark.parametrize("latency", [0.1, 1.0, 3.0])
def test_all_rows_come_once_and_in_order_of_time(
    spread: Callable[[random.Random], int], latency: float
) -> None:
    index = organisation(spread, 6_000)
    index.page_size = 50

    outcome = Simulation(
        index, Window(START, END), latency=lambda _: latency, page_size=50, lookahead=10**6
    ).run()

    assert sorted(outcome.ids) == sorted(index.rows)
    times = [time for _, time in outcome.delivered]
    assert times == sorted(times)


@pytest.mark.parametrize("spread", [even, growing, office_hours])
@pytest.mark.parametrize("latency", [0.3, 1.0])
def test_slices_cost_few_requests_and_use_the_budget_up(
    spread: Callable[[random.Random], int], latency: float
) -> None:
    index = organisation(spread, 10_000)
    index.page_size = 50

    outcome = Simulation(index, Window(START, END), latency=lambda _: latency, page_size=50).run()

    assert outcome.requests <= 1.05 * 10_000 / 50
    assert outcome.seconds <= 10_000 / 50 / 1.5 / 0.93


def test_slow_answers_are_asked_for_at_once() -> None:
    index = organisation(even, 10_000)
    index.page_size = 50
    window = Window(START, END)

    alone = Simulation(index, window, latency=lambda _: 3.0, page_size=50, parallel=1).run()
    together = Simulation(index, window, latency=lambda _: 3.0, page_size=50).run()

    assert together.seconds < alone.seconds / 3


def test_a_window_without_change_costs_one_request() -> None:
    assert Simulation(IndexModel({}), Window(START, END)).run().requests == 1


def test_what_waits_for_its_turn_is_bounded() -> None:
    index = organisation(even, 10_000)
    index.page_size = 50
    page = len(index.document_bytes(START, END, 50))

    outcome = Simulation(
        index, Window(START, END), latency=lambda _: 3.0, page_size=50, lookahead=8 * page
    ).run()

    assert sorted(outcome.ids) == sorted(index.rows)
    assert outcome.most_waiting <= 9 * page


@pytest.mark.parametrize("latency", [0.3, 3.0])
def test_no_millisecond_lies_between_two_slices(latency: float) -> None:
    rows = {f"row{n}": (START + n, START) for n in range(3_000)}
    index = IndexModel(rows, page_size=20)

    outcome = Simulation(
        index, Window(START, START + 2_999), latency=lambda _: latency, page_size=20
    ).run()

    assert sorted(outcome.ids) == sorted(rows)


@pytest.mark.parametrize("seed", range(150))
def test_whatever_happens_meanwhile_nothing_that_stays_is_missed(seed: int) -> None:
    draw = random.Random(seed)
    spread = draw.choice(SPREADS)
    size = draw.randrange(1, 30)
    count = draw.randrange(0, 40 * size)
    grain = draw.choice([1, 1_000, HOUR, 50 * HOUR])
    rows = {
        f"row{n}": (START + (spread(draw) - START) // grain * grain, START - draw.randrange(10**9))
        for n in range(count)
    }
    churn = draw.choice([0.0, 0.1, 0.7])

    def change(model: IndexModel) -> None:
        if model.rows and draw.random() < churn:
            row_id = draw.choice(list(model.rows))
            model.rows[row_id] = (END + len(model.questions) + 1, model.rows[row_id][1])

    index = IndexModel(
        rows,
        page_size=size,
        order=draw if draw.random() < 0.5 else None,
        total_cap=draw.choice([10**9, 10_000]),
        before_answer=change,
    )
    slowest = draw.choice([0.2, 3.0, 20.0])
    outcome = Simulation(
        index,
        Window(START, END),
        draw=draw,
        latency=lambda drawn: drawn.uniform(0.05, slowest),
        parallel=draw.choice([None, 1, 2, 8]),
        page_size=size,
        lookahead=draw.choice([1, 10_000, 10**8]),
    ).run()

    stayed = {row_id for row_id, (updated, _) in index.rows.items() if updated <= END}
    assert stayed <= set(outcome.ids), f"pytest tests/reading -k 'is_missed[{seed}]'"
    assert len(outcome.ids) == len(set(outcome.ids))
    times = [time for _, time in outcome.delivered]
    assert times == sorted(times)
    assert outcome.schedule is not None
    assert outcome.schedule.shortfalls == []
