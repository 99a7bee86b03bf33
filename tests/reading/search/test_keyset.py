"""One window is read completely, whatever happens to its rows meanwhile."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.keysets import (
    BEYOND,
    END,
    START,
    WINDOW,
    ids_inside,
    read_keyset,
    read_window,
    rows_at,
)
from support.search_model import IndexModel, Rows, StillIndex
from tap_kustomer.reading.pages import Shortfall, Unproven
from tap_kustomer.reading.search.keyset import Keyset

if TYPE_CHECKING:
    from tap_kustomer.reading.search.query import SearchPage


def test_an_empty_window_takes_one_query() -> None:
    index = IndexModel({})

    assert read_window(index) == []
    assert len(index.queries) == 1


def test_a_page_that_is_not_full_is_the_last_one() -> None:
    index = IndexModel(rows_at(*range(START, START + 499)))

    assert len(read_window(index)) == 499
    assert len(index.queries) == 1


def test_both_ends_of_the_window_belong_to_it() -> None:
    index = IndexModel(rows_at(START - 1, START, END, END + 1))

    assert read_window(index) == ["row1", "row2"]


def test_every_query_has_both_bounds_and_asks_for_page_one() -> None:
    index = IndexModel(rows_at(*range(START, START + 500)), page_size=50)
    read_window(index)

    assert index.queries[0].window.start == START
    assert all(START <= query.window.start <= END for query in index.queries)
    assert {query.window.end for query in index.queries} == {END}
    assert {query.page for query in index.queries} == {1}


def test_pages_overlap_only_by_the_rows_of_one_time() -> None:
    index = IndexModel(rows_at(*range(START, START + 1_000)), page_size=50)

    assert len(read_window(index)) == 1_000
    assert len(index.queries) <= 1_000 / 49 + 1


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_rows_of_one_time_that_are_split_between_two_pages_all_arrive(size: int) -> None:
    index = IndexModel(rows_at(*[START + n // 3 for n in range(100)]), page_size=size)

    assert sorted(read_window(index)) == sorted(index.rows)


def test_a_row_that_is_updated_meanwhile_hides_no_other_row() -> None:
    index = IndexModel(rows_at(*range(START, START + 300)), page_size=50)

    def move_the_first(model: IndexModel) -> None:
        oldest = min(model.rows, key=lambda row_id: model.rows[row_id])
        model.rows[oldest] = (BEYOND, START)

    index.before_answer = move_the_first
    ids = read_window(index)

    assert ids_inside(index) <= set(ids)
    assert len(ids) == len(set(ids))


def test_rows_that_did_not_come_at_first_are_found_in_a_second_pass() -> None:
    index = IndexModel(rows_at(*range(START, START + 90)), page_size=50)
    keyset = Keyset(WINDOW, "conversations")

    def lose(page: SearchPage) -> SearchPage:
        is_first = len(index.queries) == 1
        return replace(page, rows=page.rows[:10] + page.rows[20:]) if is_first else page

    ids = read_keyset(keyset, index, change=lose)

    assert sorted(ids) == sorted(index.rows)
    assert keyset.shortfall is None


def test_rows_that_never_come_are_a_shortfall() -> None:
    index = IndexModel(rows_at(*range(START, START + 90)), page_size=50)
    keyset = Keyset(WINDOW, "conversations")

    def lose(page: SearchPage) -> SearchPage:
        return replace(page, rows=tuple(row for row in page.rows if row.id != "row7"))

    read_keyset(keyset, index, change=lose)

    assert keyset.shortfall == Shortfall(WINDOW, expected=90, delivered=89)


@pytest.mark.parametrize("rows", [9_999, 10_050])
def test_a_count_of_10_000_proves_nothing_as_counting_may_have_stopped_there(rows: int) -> None:
    index = StillIndex(range(START, START + rows), total_cap=10_000)
    keyset = Keyset(WINDOW, "conversations")

    assert len(read_keyset(keyset, index)) == rows
    assert keyset.unproven == (None if rows < 10_000 else Unproven(WINDOW))


def test_rows_are_unproven_if_the_second_count_is_missing() -> None:
    index = IndexModel(rows_at(*range(START, START + 90)))
    keyset = Keyset(WINDOW, "conversations")

    def spoil(page: SearchPage) -> SearchPage:
        is_first = len(index.queries) == 1
        return replace(page, rows=page.rows[1:]) if is_first else replace(page, total=None)

    read_keyset(keyset, index, change=spoil)

    assert keyset.unproven == Unproven(WINDOW)


def test_a_window_can_be_shortened_between_pages_but_not_while_a_tie_is_read() -> None:
    index = IndexModel(rows_at(*[START] * 60, *[START + 50] * 120, END), page_size=50)
    keyset = Keyset(WINDOW, "conversations")
    lengths: dict[bool, set[int]] = {True: set(), False: set()}

    while keyset.query is not None:
        window = keyset.query.window
        lengths[keyset.can_shorten].add(window.end - window.start)
        keyset.learn(index.search(keyset.query))

    assert lengths[False] == {0}
    assert 0 not in lengths[True]


@given(
    offsets=st.lists(st.integers(0, 40), max_size=120),
    page_size=st.integers(1, 9),
    seed=st.integers(0, 10**6),
    churn=st.floats(0, 0.9),
)
def test_all_rows_that_stay_in_the_window_arrive_once_and_in_order_whatever_moves_meanwhile(
    offsets: list[int], page_size: int, seed: int, churn: float
) -> None:
    draw = random.Random(seed)
    rows: Rows = {
        f"row{n}": (START + offset, START - draw.randrange(10**7))
        for n, offset in enumerate(offsets)
    }
    index = IndexModel(rows, page_size=page_size, order=draw)

    def move_some(model: IndexModel) -> None:
        if model.rows and draw.random() < churn:
            row_id = draw.choice(sorted(model.rows))
            model.rows[row_id] = (BEYOND, model.rows[row_id][1])

    index.before_answer = move_some
    times = dict(rows)
    ids = read_window(index)

    assert ids_inside(index) <= set(ids)
    assert len(ids) == len(set(ids))
    assert [times[row_id][0] for row_id in ids] == sorted(times[row_id][0] for row_id in ids)
