"""A window is read in slices, several at once, and its rows come in order."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from support.search_model import IndexModel, Rows, StillIndex
from support.simulation import Outcome, Simulation
from support.spreads import END, SPREADS, START, bursts, even, growing, office_hours
from tap_kustomer.reading.pages import Unproven, Window
from tap_kustomer.reading.search.slices import Schedule

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_kustomer.reading.search.query import SearchQuery
    from tap_kustomer.reading.search.slices import Slice

    Spread = Callable[[random.Random], int]

WINDOW = Window(START, END)
PAGES = 200
BUDGET = 1.5
MEGABYTE = 1_000_000


def still(spread: Spread, count: int, seed: int = 1, row_bytes: int = 100) -> StillIndex:
    draw = random.Random(seed)
    return StillIndex([spread(draw) for _ in range(count)], row_bytes)


def read_large(spread: Spread, latency: float, seed: int = 1) -> Outcome:
    """Read a hundred thousand rows of 2.5 KB, of which 64 MB may wait."""
    return Simulation(
        still(spread, PAGES * 500, seed, row_bytes=2_500),
        WINDOW,
        latency=lambda draw: latency * draw.uniform(0.9, 1.1),
        writing=0.03,
    ).run()


@pytest.mark.parametrize("spread", SPREADS)
@pytest.mark.parametrize("latency", [0.1, 1.0, 3.0])
def test_all_rows_come_once_and_in_order_of_time(spread: Spread, latency: float) -> None:
    draw = random.Random(1)
    index = IndexModel({f"row{n}": (spread(draw), START - n) for n in range(3_000)}, page_size=50)

    outcome = Simulation(
        index, WINDOW, latency=lambda _: latency, page_size=50, lookahead=MEGABYTE
    ).run()

    assert sorted(outcome.ids) == sorted(index.rows)
    assert outcome.times == sorted(outcome.times)


@pytest.mark.parametrize(
    ("spread", "latency", "most_requests", "least_speed"),
    [
        *((spread, latency, 1.05, 0.95) for spread in SPREADS for latency in (0.3, 1.0)),
        (even, 3.0, 1.05, 0.95),
        (growing, 3.0, 1.05, 0.95),
        # Where rows lie so unevenly that slices can't be split into whole pages.
        (office_hours, 3.0, 1.08, 0.93),
        (bursts, 3.0, 1.16, 0.85),
    ],
)
def test_slices_cost_few_requests_and_use_the_budget_up(
    spread: Spread, latency: float, most_requests: float, least_speed: float
) -> None:
    outcome = read_large(spread, latency)

    assert outcome.requests <= most_requests * PAGES
    assert outcome.seconds <= PAGES / BUDGET / least_speed
    assert outcome.most_waiting <= 64 * MEGABYTE + 500 * 2_500


def test_slow_responses_are_asked_for_several_at_once() -> None:
    index = still(even, 10_000)

    def read(parallel: int | None) -> Outcome:
        return Simulation(
            index, WINDOW, latency=lambda _: 3.0, page_size=50, parallel=parallel
        ).run()

    assert read(None).seconds < read(1).seconds / 3


def test_fast_responses_are_asked_for_one_by_one() -> None:
    outcome = Simulation(still(even, 10_000), WINDOW, latency=lambda _: 0.3, page_size=50).run()

    assert outcome.most_under_way == 1


def test_queries_go_on_while_rows_are_written() -> None:
    """A page takes longer to write than to read here."""
    outcome = Simulation(
        still(even, 10_000), WINDOW, latency=lambda _: 3.0, page_size=50, writing=0.65
    ).run()

    assert outcome.seconds <= 200 / BUDGET / 0.9


def test_a_window_without_rows_costs_one_request() -> None:
    assert Simulation(IndexModel({}), WINDOW).run().requests == 1


def test_rows_are_not_read_ahead_before_the_consumer_takes_them() -> None:
    """The simulation checks that no other query is under way before that."""
    index = still(even, 5_000)

    outcome = Simulation(
        index, WINDOW, latency=lambda _: 3.0, page_size=50, prefetched=10, pages=10
    ).run()

    assert outcome.requests == 10
    assert outcome.most_waiting <= 50 * 100


def test_rows_are_read_ahead_once_the_consumer_takes_them() -> None:
    outcome = Simulation(
        still(even, 5_000), WINDOW, latency=lambda _: 3.0, page_size=50, prefetched=10
    ).run()

    assert outcome.most_under_way == 5


@pytest.mark.parametrize("writing", [0.0, 5.0])
def test_the_bytes_that_wait_are_bounded(writing: float) -> None:
    index = still(even, 10_000)
    page = 50 * 100

    outcome = Simulation(
        index,
        WINDOW,
        latency=lambda _: 3.0,
        page_size=50,
        lookahead=8 * page,
        writing=writing,
    ).run()

    assert len(outcome.ids) == 10_000
    assert outcome.most_waiting <= 9 * page


def test_with_little_memory_slices_still_have_some_pages() -> None:
    outcome = Simulation(
        still(even, 10_000), WINDOW, latency=lambda _: 3.0, page_size=50, lookahead=50_000
    ).run()

    assert outcome.requests <= 1.15 * 10_000 / 50


def test_the_first_slice_goes_on_though_larger_rows_than_expected_fill_the_memory() -> None:
    index = still(even, 1_000)
    schedule = Schedule(WINDOW, "conversations", page_size=50, lookahead=20_000)
    first, query = asked(schedule)
    schedule.learn(first, index.search(query, 50))
    list(schedule.deliver())
    first, query = asked(schedule)
    second, later = asked(schedule)
    schedule.learn(second, replace(index.search(later, 50), byte_count=90_000))
    schedule.learn(first, index.search(query, 50))
    list(schedule.deliver())

    assert schedule.waiting_bytes == 90_000
    assert asked(schedule)[0] is first
    assert schedule.next_query(2) is None


def asked(schedule: Schedule) -> tuple[Slice, SearchQuery]:
    task = schedule.next_query(2)
    assert task is not None
    return task


@pytest.mark.parametrize("latency", [0.3, 3.0])
def test_no_slice_has_so_many_rows_that_the_server_may_have_stopped_counting(
    latency: float,
) -> None:
    index = still(even, 60_000)

    Simulation(index, WINDOW, latency=lambda _: latency).run()

    queries = index.queries[1:]
    assert max(index.search(query, 500).total or 0 for query in queries) <= 1.25 * 10_000


@pytest.mark.parametrize("parallel", [1, 8])
@pytest.mark.parametrize("spread", SPREADS)
def test_if_counts_stop_at_10_000_slices_are_so_small_that_their_counts_are_proof(
    spread: Spread, parallel: int
) -> None:
    draw = random.Random(1)
    index = StillIndex([spread(draw) for _ in range(60_000)], total_cap=10_000)

    outcome = Simulation(index, WINDOW, latency=lambda _: 3.0, parallel=parallel).run()

    assert len(set(outcome.ids)) == 60_000
    assert outcome.unproven == 0
    assert outcome.requests <= 1.3 * 60_000 / 500


def test_without_a_count_nothing_is_proven() -> None:
    schedule = Schedule(WINDOW, "conversations", page_size=500, lookahead=MEGABYTE)
    part, query = asked(schedule)

    schedule.learn(part, replace(still(even, 400).search(query, 500), total=None))
    list(schedule.deliver())

    assert schedule.is_done
    assert schedule.unproven == [Unproven(WINDOW)]


def test_a_server_with_smaller_pages_than_asked_for_is_read_in_slices_of_its_pages() -> None:
    draw = random.Random(1)
    index = IndexModel({f"row{n}": (even(draw), START) for n in range(3_000)}, page_size=20)

    outcome = Simulation(index, WINDOW, latency=lambda _: 3.0, page_size=500).run()

    assert outcome.requests <= 1.1 * 3_000 / 20
    assert outcome.seconds <= 3_000 / 20 / BUDGET / 0.9


@pytest.mark.parametrize("latency", [0.3, 3.0])
def test_no_millisecond_lies_between_two_slices(latency: float) -> None:
    index = StillIndex(range(START, START + 3_000))

    outcome = Simulation(
        index,
        Window(START, START + 2_999),
        latency=lambda _: latency,
        page_size=20,
        lookahead=30 * 20 * 100,
    ).run()

    assert outcome.times == list(range(START, START + 3_000))


@pytest.mark.parametrize("parallel", [1, 8])
def test_rows_that_show_no_time_are_read_in_parts_of_a_page_by_several_workers(
    parallel: int,
) -> None:
    draw = random.Random(1)
    rows: Rows = {f"row{n}": (even(draw), START) for n in range(2_000)}
    index = IndexModel(rows, page_size=20, shows_time=False, order=draw)

    outcome = Simulation(
        index, WINDOW, latency=lambda _: 3.0, page_size=20, parallel=parallel, is_sorted=False
    ).run()

    assert sorted(outcome.ids) == sorted(rows)
    assert outcome.requests <= 2 * 2_000 / 20
    assert outcome.most_under_way == parallel
    assert outcome.reached == END
