from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.search_model import IndexModel, Rows, StillIndex
from tap_kustomer import times
from tap_kustomer.reading.pages import IncompleteError, Shortfall, Unproven, Window
from tap_kustomer.reading.search.keyset import Keyset
from tap_kustomer.reading.search.query import SearchQuery

if TYPE_CHECKING:
    from collections.abc import Callable

START, END = 1_700_000_000_000, 1_700_000_600_000
BEYOND = END + 1_000
EARLIEST = times.to_milliseconds("0001-01-01")
LATEST = times.to_milliseconds("9999-12-31T23:59:59.999Z")


def read(index: IndexModel, page_size: int = 500) -> list[str]:
    """All ids in the order of their delivery."""
    keyset = Keyset(Window(START, END), "conversations")
    ids = []
    while keyset.query is not None:
        assert len(index.questions) < 5_000, "it does not come to an end"
        ids += [row.id for row in keyset.learn(index.ask(keyset.query, page_size))]
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

    assert {query.window.end for query in index.questions} == {END}
    assert {query.page for query in index.questions} == {1}


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
    assert max(query.page for query in index.questions) * 500 <= 10_000


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


def test_a_tie_of_more_than_10_000_rows_is_paged_through_where_it_cannot_be_split() -> None:
    rows: Rows = {f"row{n}": (START + 5, START - n * 60_000) for n in range(10_300)}
    index = IndexModel(rows, knows_creation=False)

    assert sorted(read(index)) == sorted(index.rows)


def test_rows_that_leave_a_part_of_a_tie_while_it_is_read_do_not_end_its_splitting() -> None:
    rows: Rows = {f"row{n}": (START + 5, START - n * 60_000) for n in range(3_000)}
    index = IndexModel(rows, row_cap=1_000)

    def empty_the_second_page(model: IndexModel) -> None:
        query = model.questions[-1]
        if query.created is None or query.page != 2 or BEYOND in times_of(model):
            return
        part = model.find(replace(query, page=1), 3_000)
        assert part is not None
        for row_id in part[0][400:]:
            model.rows[row_id] = (BEYOND, START)

    def times_of(model: IndexModel) -> set[int]:
        return {updated for updated, _ in model.rows.values()}

    index.before_answer = empty_the_second_page
    ids = read(index)

    assert BEYOND in times_of(index)
    assert {row_id for row_id, (updated, _) in index.rows.items() if updated <= END} <= set(ids)


@pytest.mark.parametrize("created", [lambda _: START, lambda n: START + n], ids=["one", "many"])
def test_a_tie_that_cannot_be_split_is_not_believed_to_end_where_counting_may_have_stopped(
    created: Callable[[int], int],
) -> None:
    rows: Rows = {f"row{n}": (START + 5, created(n)) for n in range(10_300)}
    knows_creation = created(1) == created(2)

    with pytest.raises(IncompleteError, match=r"\d+ of 10000 or more rows"):
        read(IndexModel(rows, total_cap=10_000, knows_creation=knows_creation))


def test_a_criterion_on_the_creation_that_is_refused_is_not_tried_for_each_tie() -> None:
    ties = [START + n // 600 for n in range(3_000)]
    index = IndexModel(rows_at(*ties), order=random.Random(2), knows_creation=False)

    assert sorted(read(index)) == sorted(index.rows)
    assert sum(query.created is not None for query in index.questions) == 1


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
    first = IndexModel(rows).ask(SearchQuery(Window(START, END))).rows
    # No span of creation finds them, and the pages of the whole tie show one of them.
    rows["row7"] = rows[first[0].id] = (START + 5, None)

    with pytest.raises(IncompleteError, match="2999 of 3000 rows"):
        read(IndexModel(rows, row_cap=1_000))


CREATIONS: dict[str, Callable[[int], int | None]] = {
    "before": lambda n: START - n * 60_000,
    "after": lambda n: START + n * 60_000,
    "some before and some after": lambda n: START + (n - 650) * 60_000,
    "in the future": lambda n: times.to_milliseconds("2999-12-31") + n,
    "in the first and the last millisecond": lambda n: EARLIEST if n % 2 else LATEST,
    "in the year 1": lambda n: EARLIEST + n,
    "in one millisecond": lambda _: START + 60_000,
    "at no time": lambda _: None,
    "some at no time": lambda n: START + n if n % 7 else None,
}


@pytest.mark.parametrize("shows_creation", [True, False])
@pytest.mark.parametrize("created", CREATIONS.values(), ids=CREATIONS.keys())
def test_a_tie_arrives_whole_whenever_its_rows_were_created(
    created: Callable[[int], int | None],
    shows_creation: bool,
) -> None:
    index = IndexModel(
        {f"row{n}": (START + 5, created(n)) for n in range(1_300)},
        order=random.Random(1),
        shows_creation=shows_creation,
    )

    assert sorted(read(index)) == sorted(index.rows)
    assert len(index.questions) < 250


@pytest.mark.parametrize("shows_creation", [True, False])
@pytest.mark.parametrize("created", list(CREATIONS.values())[:6], ids=list(CREATIONS)[:6])
def test_a_tie_beyond_the_cap_comes_apart_whenever_its_rows_were_created(
    created: Callable[[int], int | None],
    shows_creation: bool,
) -> None:
    index = IndexModel(
        {f"row{n}": (START + 5, created(n)) for n in range(1_300)},
        row_cap=1_000,
        order=random.Random(1),
        shows_creation=shows_creation,
    )

    assert sorted(read(index)) == sorted(index.rows)
    assert len(index.questions) < 250


def test_a_tie_arrives_whole_where_the_search_takes_no_notice_of_the_time_of_creation() -> None:
    rows: Rows = {f"row{n}": (START + 5, START - n * 60_000) for n in range(1_300)}
    index = IndexModel(rows, order=random.Random(1), honours_creation=False)

    assert sorted(read(index)) == sorted(index.rows)
    assert len(index.questions) < 500


def test_a_tie_that_nothing_takes_apart_ends_after_a_bounded_number_of_questions() -> None:
    rows: Rows = {f"row{n}": (START + 5, START - n * 60_000) for n in range(3_000)}
    index = IndexModel(rows, row_cap=1_000, honours_creation=False, shows_creation=False)

    with pytest.raises(IncompleteError, match="conversations: 1000 of 3000 rows"):
        read(index)
    assert len(index.questions) < 500


def test_the_counts_of_a_tie_that_cannot_be_read_are_those_of_the_whole_tie() -> None:
    rows: Rows = {f"row{n}": (START + 5, START - max(n - 2_000, 0)) for n in range(3_000)}
    index = IndexModel(rows, row_cap=1_000)
    keyset = Keyset(Window(START, END), "conversations")
    ids: set[str] = set()

    def read_on() -> None:
        while keyset.query is not None:
            answer = index.ask(keyset.query)
            ids.update(row.id for row in answer.rows)
            keyset.learn(answer)

    with pytest.raises(IncompleteError) as raised:
        read_on()
    assert f"{len(ids)} of 3000 rows" in str(raised.value)


def test_a_tie_without_any_count_is_read_by_the_time_of_creation() -> None:
    index = IndexModel({f"row{n}": (START + 5, START + n * 60_000) for n in range(1_300)})
    keyset = Keyset(Window(START, END), "conversations")
    ids = []

    while keyset.query is not None:
        answer = index.ask(keyset.query)
        ids += [row.id for row in keyset.learn(replace(answer, total=None))]

    assert sorted(ids) == sorted(index.rows)
    assert keyset.unproven == Unproven(Window(START, END))


def test_a_time_of_creation_that_cannot_be_written_is_not_asked_for() -> None:
    index = IndexModel({f"row{n}": (START + 5, START + n) for n in range(1_300)}, row_cap=1_000)
    keyset = Keyset(Window(START, END), "conversations")
    ids = []

    while keyset.query is not None:
        answer = index.ask(keyset.query)
        # East of Greenwich, the first hours of the year 1 lie in the year before.
        rows = tuple(
            msgspec.structs.replace(row, created="0001-01-01T00:00:00+09:00") for row in answer.rows
        )
        ids += [row.id for row in keyset.learn(replace(answer, rows=rows))]

    assert sorted(ids) == sorted(index.rows)
    spans = [query.created for query in index.questions if query.created]
    assert spans
    assert all((span.start or 0) >= EARLIEST and (span.end or 0) >= EARLIEST for span in spans)


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

    while keyset.query is not None:
        answer = index.ask(keyset.query)
        if len(index.questions) == 1:
            answer = replace(answer, rows=answer.rows[:10] + answer.rows[20:])
        ids += [row.id for row in keyset.learn(answer)]

    assert sorted(ids) == sorted(index.rows)
    assert keyset.shortfall is None


@pytest.mark.parametrize("rows", [9_999, 10_050])
def test_a_count_of_10_000_is_no_proof_as_counting_may_have_stopped(rows: int) -> None:
    index = StillIndex(range(START, START + rows), total_cap=10_000)
    keyset = Keyset(Window(START, END), "conversations")
    delivered = 0

    while keyset.query is not None:
        delivered += len(keyset.learn(index.ask(keyset.query, 500)))

    assert delivered == rows
    assert keyset.unproven == (None if rows < 10_000 else Unproven(Window(START, END)))


def test_the_count_of_a_tie_of_10_000_rows_is_no_proof_either() -> None:
    rows: Rows = {f"row{n}": (START, START + n) for n in range(10_050)}
    index = IndexModel(rows, total_cap=10_000, shows_time=False)
    keyset = Keyset(Window(START, START), "conversations", is_sorted=False)

    while keyset.query is not None:
        keyset.learn(index.ask(keyset.query))

    assert keyset.unproven == Unproven(Window(START, START))


def test_a_count_that_is_missing_the_second_time_is_no_proof() -> None:
    index = IndexModel(rows_at(*range(START, START + 90)))
    keyset = Keyset(Window(START, END), "conversations")

    while keyset.query is not None:
        answer = index.ask(keyset.query)
        if len(index.questions) == 1:
            answer = replace(answer, rows=answer.rows[1:])
        else:
            answer = replace(answer, total=None)
        keyset.learn(answer)

    assert keyset.unproven == Unproven(Window(START, END))


def test_rows_that_never_come_are_a_shortfall() -> None:
    index = IndexModel(rows_at(*range(START, START + 90)), page_size=50)
    keyset = Keyset(Window(START, END), "conversations")

    while keyset.query is not None:
        answer = index.ask(keyset.query)
        keyset.learn(replace(answer, rows=tuple(row for row in answer.rows if row.id != "row7")))

    assert keyset.shortfall == Shortfall(Window(START, END), expected=90, delivered=89)


def test_a_window_can_be_shortened_between_pages_but_not_while_a_tie_is_read() -> None:
    index = IndexModel(rows_at(*[START] * 60, *[START + 50] * 120, END), page_size=50)
    keyset = Keyset(Window(START, END), "conversations")
    lengths: dict[bool, set[int]] = {True: set(), False: set()}

    while keyset.query is not None:
        window = keyset.query.window
        lengths[keyset.is_divisible].add(window.end - window.start)
        keyset.learn(index.ask(keyset.query))

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
