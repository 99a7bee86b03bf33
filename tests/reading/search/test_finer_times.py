"""Times that are finer than milliseconds lose no row."""

from __future__ import annotations

import random

import pytest

from support.search_clients import (
    START,
    WINDOW,
    bounds_sent,
    client_of,
    fine_session,
    read_by_client,
)
from tap_kustomer.reading.pages import Window
from tap_kustomer.reading.search.query import SearchQuery


def test_rows_within_one_millisecond_all_arrive() -> None:
    session = fine_session([5_000 + n for n in range(130)] + [9_000_000])

    assert len(read_by_client(session)) == 131


@pytest.mark.parametrize("seed", range(20))
def test_rows_with_finer_times_than_milliseconds_all_arrive_once(seed: int) -> None:
    draw = random.Random(seed)
    session = fine_session([draw.randrange(30_000) for _ in range(400)])

    ids = read_by_client(session)

    assert sorted(ids) == sorted(f"row{n}" for n in range(400))


def test_between_two_windows_no_row_with_a_finer_time_is_lost() -> None:
    session = fine_session(list(range(0, 100_000, 50)))
    client = client_of(session)

    client.search(SearchQuery(WINDOW))
    totals = [
        client.search(SearchQuery(Window(START + first, START + last))).total
        for first, last in [(0, 49), (50, 99)]
    ]

    assert totals == [1_000, 1_000]


def test_bounds_have_as_many_digits_as_times_came_with() -> None:
    session = fine_session([1, 2, 3])
    client = client_of(session)

    client.search(SearchQuery(WINDOW))
    client.search(SearchQuery(Window(START, START + 1)))

    assert bounds_sent(session)[1] == [
        {"conversation_updated_at": {"gte": "2025-06-15T15:06:40.000000Z"}},
        {"conversation_updated_at": {"lte": "2025-06-15T15:06:40.001999Z"}},
    ]
