from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.index_model import IndexModel, Rows
from tap_kustomer.reading.incomplete import IncompleteError, Shortfall
from tap_kustomer.reading.keyset import Keyset
from tap_kustomer.reading.window import Window

START, END = 1_700_000_000_000, 1_700_000_600_000
BEYOND = END + 1_000


def read(index: IndexModel, page_size: int = 500) -> list[str]:
    """All ids in the order of their delivery."""
    keyset = Keyset(Window(START, END), "conversations")
    ids = []
    while keyset.question is not None:
        assert len(index.questions) < 20_000, "it does not come to an end"
        ids += [row.id for row in keyset.learn(index.ask(keyset.question, page_size))]
    return ids


def rows_at(*updated: int, created: int = START - 1_000) -> Rows:
    return {f"row{n}": (at, created - n) for n, at in enumerate(updated)}


def test_an_empty_window_is_read_with_one_question() -> None:
    index = IndexModel({})

    assert read(index) == []
    assert len(index.questions) == 1


def test_a_page_that_is_not_full_is_the_last_one() -> None:
    index = IndexModel(rows_at(*range(START, START + 499)))

    assert len(read(index)) == 499
    assert len(index.questions) == 1


def test_both_ends_of_the_window_belong_to_it() -> None:
    index = IndexModel(rows_at(START - 1, START, END, END + 1))

    assert read(index) == ["row1", "row2"]


def test_every_question_is_closed_and_asks_for_page_one() -> None:
    index = IndexModel(rows_at(*range(START, START + 5_000)))
    read(index)

    assert {question.window.end for question in index.questions} == {END}
    assert {question.page for question in index.questions} == {1}


def test_pages_overlap_by_the_rows_of_one_time_only() -> None:
    index = IndexModel(rows_at(*range(START, START + 10_000)))

    assert len(read(index)) == 10_000
    assert len(index.questions) <= 10_000 / 499 + 1


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_rows_of_one_time_that_a_page_cuts_in_two_all_arrive(size: int) -> None:
    index = IndexModel(rows_at(*[START + n // 3 for n in range(100)]), page_size=size)

    assert sorted(read(index)) == sorted(index.rows)


@pytest.mark.parametrize("tie", [500, 501, 1_000, 1_234])
def test_a_tie_larger_than_a_page_arrives_whole(tie: int) -> None:
    times = [START, *[START + 50] * tie, START + 51, *range(START + 60, START + 700)]
    index = IndexModel(rows_at(*times))

    ids = read(index)

    assert sorted(ids) == sorted(index.rows)
    assert len(index.questions) < 25


@pytest.mark.parametrize("seed", range(10))
def test_a_tie_arrives_whole_though_its_order_differs_from_call_to_call(seed: int) -> None:
    index = IndexModel(rows_at(START, *[START + 50] * 1_300, START + 51), order=random.Random(seed))

    assert sorted(read(index)) == sorted(index.rows)
    assert len(index.questions) < 100


@pytest.mark.parametrize(("row_cap", "total_cap"), [(50_000, 10_000), (10_000, 10**9)])
def test_a_tie_larger_than_the_cap_is_split_by_creation(row_cap: int, total_cap: int) -> None:
    rows: Rows = {f"row{n}": (START + 5, START - n * 60_000) for n in range(10_300)}
    index = IndexModel(rows, row_cap=row_cap, total_cap=total_cap, order=random.Random(1))

    assert sorted(read(index)) == sorted(index.rows)
    assert max(question.page for question in index.questions) * 500 <= 10_000


def test_a_smaller_cap_is_learned_from_the_refusal() -> None:
    rows: Rows = {f"row{n}": (START + 5, START - n * 60_000) for n in range(3_000)}
    index = IndexModel(rows, row_cap=1_000)

    assert sorted(read(index)) == sorted(index.rows)


def test_a_tie_of_rows_that_do_not_show_their_creation_is_halved() -> None:
    created: Rows = {f"row{n}": (START, START - n * 60_000) for n in range(3_000)}
    index = IndexModel(created, row_cap=1_000, shows_creation=False)

    assert sorted(read(index)) == sorted(index.rows)
    assert len(index.questions) < 200


def test_where_creation_is_no_criterion_a_tie_is_paged_through_more_often() -> None:
    index = IndexModel(rows_at(*[START + 5] * 1_300), order=random.Random(2), knows_creation=False)

    assert sorted(read(index)) == sorted(index.rows)


def test_a_tie_that_no_way_makes_whole_ends_the_run_with_both_counts() -> None:
    rows: Rows = {f"row{n}": (START + 5, START - 60_000) for n in range(3_000)}
    index = IndexModel(rows, row_cap=1_000)

    with pytest.raises(
        IncompleteError, match=r"conversations: \d+ of 3000 rows .*2023-11-14T22:13"
    ):
        read(index)
    assert len(index.questions) < 200


def test_rows_without_a_creation_time_are_missed_by_no_split() -> None:
    rows: Rows = {f"row{n}": (START + 5, START - n * 60_000) for n in range(3_000)}
    # No span of creation finds them.
    rows["row7"] = rows["row8"] = (START + 5, None)

    with pytest.raises(IncompleteError, match="2998 of 3000 rows"):
        read(IndexModel(rows, row_cap=1_000))


def test_a_row_that_is_updated_meanwhile_hides_nobody() -> None:
    index = IndexModel(rows_at(*range(START, START + 3_000)))

    def move_the_first(model: IndexModel) -> None:
        oldest = min(model.rows, key=lambda row_id: model.rows[row_id])
        model.rows[oldest] = (BEYOND, START)

    index.before_answer = move_the_first
    ids = read(index)

    assert set(index.rows) - set(ids) <= {
        row_id for row_id, (updated, _) in index.rows.items() if updated > END
    }
    assert len(ids) == len(set(ids))


def test_a_tie_whose_count_changes_is_counted_anew() -> None:
    index = IndexModel(rows_at(*[START + 5] * 1_200), order=random.Random(3))
    leaving = random.Random(4)

    def one_leaves(model: IndexModel) -> None:
        if len(model.questions) < 12:
            row_id = leaving.choice(sorted(model.rows))
            model.rows[row_id] = (BEYOND, model.rows[row_id][1])

    index.before_answer = one_leaves
    ids = set(read(index))

    assert {row_id for row_id, (updated, _) in index.rows.items() if updated <= END} <= ids


def test_rows_that_did_not_come_at_first_are_found_by_reading_again() -> None:
    index = IndexModel(rows_at(*range(START, START + 90)), page_size=50)
    keyset = Keyset(Window(START, END), "conversations")
    ids = []

    while keyset.question is not None:
        answer = index.ask(keyset.question)
        if len(index.questions) == 1:
            answer = replace(answer, rows=answer.rows[:10] + answer.rows[20:])
        ids += [row.id for row in keyset.learn(answer)]

    assert sorted(ids) == sorted(index.rows)
    assert keyset.shortfall is None


def test_rows_that_never_come_are_a_shortfall() -> None:
    index = IndexModel(rows_at(*range(START, START + 90)), page_size=50)
    keyset = Keyset(Window(START, END), "conversations")

    while keyset.question is not None:
        answer = index.ask(keyset.question)
        keyset.learn(replace(answer, rows=tuple(row for row in answer.rows if row.id != "row7")))

    assert keyset.shortfall == Shortfall(Window(START, END), expected=90, delivered=89)


def test_a_window_can_be_shortened_between_pages_but_not_while_a_tie_is_read() -> None:
    index = IndexModel(rows_at(*[START] * 60, *[START + 50] * 120, END), page_size=50)
    keyset = Keyset(Window(START, END), "conversations")
    lengths: dict[bool, set[int]] = {True: set(), False: set()}

    while keyset.question is not None:
        window = keyset.question.window
        lengths[keyset.is_divisible].add(window.end - window.start)
        keyset.learn(index.ask(keyset.question))

    assert lengths[False] == {0}
    assert 0 not in lengths[True]


@given(
    offsets=st.lists(st.integers(0, 40), max_size=120),
    page_size=st.integers(1, 9),
    seed=st.integers(0, 10**6),
    churn=st.floats(0, 0.9),
)
def test_whatever_moves_meanwhile_all_that_stays_in_the_window_arrives_once_and_in_order(
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
    ids = read(index)

    assert {row_id for row_id, (updated, _) in index.rows.items() if updated <= END} <= set(ids)
    assert len(ids) == len(set(ids))
    assert [times[row_id][0] for row_id in ids] == sorted(times[row_id][0] for row_id in ids)
