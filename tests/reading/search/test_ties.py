"""Rows that share one time are read completely, or the run fails with both counts."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import pytest

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
from support.search_model import IndexModel, Rows
from tap_kustomer import times
from tap_kustomer.reading.pages import IncompleteError, Unproven, Window
from tap_kustomer.reading.search.keyset import Keyset
from tap_kustomer.reading.search.query import SearchQuery

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_kustomer.reading.search.query import SearchPage

MINUTE = 60_000
EARLIEST = times.to_milliseconds("0001-01-01")
LATEST = times.to_milliseconds("9999-12-31T23:59:59.999Z")


def tie(count: int, created: Callable[[int], int | None] = lambda n: START - n * MINUTE) -> Rows:
    """Rows of one time.

    Args:
        count: How many.
        created: When each of them was created.
    """
    return {f"row{n}": (START + 5, created(n)) for n in range(count)}


@pytest.mark.parametrize("size", [50, 51, 100, 123])
def test_a_tie_larger_than_a_page_arrives_whole(size: int) -> None:
    updated = [START, *[START + 50] * size, START + 51, *range(START + 60, START + 100)]
    index = IndexModel(rows_at(*updated), page_size=50)

    assert sorted(read_window(index)) == sorted(index.rows)
    assert len(index.queries) < 15


@pytest.mark.parametrize("seed", range(10))
def test_a_tie_arrives_whole_though_its_order_differs_from_query_to_query(seed: int) -> None:
    index = IndexModel(
        rows_at(START, *[START + 50] * 130, START + 51), page_size=50, order=random.Random(seed)
    )

    assert sorted(read_window(index)) == sorted(index.rows)
    assert len(index.queries) < 100


@pytest.mark.parametrize(("row_cap", "total_cap"), [(50_000, 10_000), (10_000, 10**9)])
def test_a_tie_that_may_exceed_the_count_limit_is_split_by_creation(
    row_cap: int, total_cap: int
) -> None:
    index = IndexModel(tie(10_300), row_cap=row_cap, total_cap=total_cap, order=random.Random(1))

    assert sorted(read_window(index)) == sorted(index.rows)
    assert any(query.created for query in index.queries)
    assert max(query.page for query in index.queries) * 500 <= 10_000


def test_a_smaller_cap_is_learned_from_the_refusal() -> None:
    index = IndexModel(tie(300), page_size=50, row_cap=100)

    assert sorted(read_window(index)) == sorted(index.rows)


def test_a_tie_whose_rows_do_not_show_their_creation_is_halved() -> None:
    index = IndexModel(tie(300), page_size=50, row_cap=100, shows_creation=False)

    assert sorted(read_window(index)) == sorted(index.rows)
    assert len(index.queries) < 200


def test_a_tie_is_paged_through_more_often_if_creation_is_no_criterion() -> None:
    index = IndexModel(tie(130), page_size=50, order=random.Random(2), knows_creation=False)

    assert sorted(read_window(index)) == sorted(index.rows)


def test_a_tie_of_more_than_10_000_rows_is_paged_through_if_it_cannot_be_split() -> None:
    index = IndexModel(tie(10_300), knows_creation=False)

    assert sorted(read_window(index)) == sorted(index.rows)


def test_a_refused_criterion_on_the_creation_is_not_tried_again_for_each_tie() -> None:
    ties = [START + n // 60 for n in range(300)]
    index = IndexModel(rows_at(*ties), page_size=50, order=random.Random(2), knows_creation=False)

    assert sorted(read_window(index)) == sorted(index.rows)
    assert sum(query.created is not None for query in index.queries) == 1


def test_rows_that_leave_a_part_of_a_tie_while_it_is_read_do_not_end_the_splitting() -> None:
    index = IndexModel(tie(300), page_size=50, row_cap=100)
    is_emptied = False

    def empty_the_second_page(model: IndexModel) -> None:
        nonlocal is_emptied
        query = model.queries[-1]
        if query.created is None or query.page != 2 or is_emptied:
            return
        part = model.find(replace(query, page=1), 300)
        assert part is not None
        for row_id in part[0][40:]:
            is_emptied = True
            model.rows[row_id] = (BEYOND, START)

    index.before_answer = empty_the_second_page
    ids = read_window(index)

    assert is_emptied
    assert ids_inside(index) <= set(ids)


@pytest.mark.parametrize("created", [lambda _: START, lambda n: START + n], ids=["one", "many"])
def test_a_tie_that_cannot_be_split_is_not_taken_to_end_where_counting_may_have_stopped(
    created: Callable[[int], int],
) -> None:
    knows_creation = created(1) == created(2)
    index = IndexModel(tie(10_300, created), total_cap=10_000, knows_creation=knows_creation)

    with pytest.raises(IncompleteError, match=r"\d+ of 10000 or more rows"):
        read_window(index)


def test_a_tie_that_cannot_be_read_whole_is_an_error_with_both_counts() -> None:
    index = IndexModel(tie(300, lambda _: START - MINUTE), page_size=50, row_cap=100)

    with pytest.raises(IncompleteError, match=r"conversations: \d+ of 300 rows .*2023-11-14T22:13"):
        read_window(index)
    assert len(index.queries) < 200


def test_the_counts_in_the_error_are_those_of_the_whole_tie() -> None:
    index = IndexModel(tie(300, lambda n: START - max(n - 200, 0)), page_size=50, row_cap=100)
    came: set[str] = set()

    def note(page: SearchPage) -> SearchPage:
        came.update(row.id for row in page.rows)
        return page

    with pytest.raises(IncompleteError) as raised:
        read_keyset(Keyset(WINDOW, "conversations"), index, change=note)
    assert f"{len(came)} of 300 rows" in str(raised.value)


def test_rows_without_a_time_of_creation_are_missed_by_no_split() -> None:
    rows = tie(300)
    first = IndexModel(rows, page_size=50).search(SearchQuery(Window(START, END))).rows
    # No span of creation finds them, and the pages of the whole tie show one of them.
    rows["row7"] = rows[first[0].id] = (START + 5, None)

    with pytest.raises(IncompleteError, match="299 of 300 rows"):
        read_window(IndexModel(rows, page_size=50, row_cap=100))


CREATIONS: dict[str, Callable[[int], int | None]] = {
    "before": lambda n: START - n * MINUTE,
    "after": lambda n: START + n * MINUTE,
    "some before and some after": lambda n: START + (n - 65) * MINUTE,
    "in the future": lambda n: times.to_milliseconds("2999-12-31") + n,
    "in the first and the last millisecond": lambda n: EARLIEST if n % 2 else LATEST,
    "in the year 1": lambda n: EARLIEST + n,
    "in one millisecond": lambda _: START + MINUTE,
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
        tie(130, created), page_size=50, order=random.Random(1), shows_creation=shows_creation
    )

    assert sorted(read_window(index)) == sorted(index.rows)
    assert len(index.queries) < 250


@pytest.mark.parametrize("shows_creation", [True, False])
@pytest.mark.parametrize("created", list(CREATIONS.values())[:6], ids=list(CREATIONS)[:6])
def test_a_tie_beyond_the_cap_is_split_whenever_its_rows_were_created(
    created: Callable[[int], int | None],
    shows_creation: bool,
) -> None:
    index = IndexModel(
        tie(130, created),
        page_size=50,
        row_cap=100,
        order=random.Random(1),
        shows_creation=shows_creation,
    )

    assert sorted(read_window(index)) == sorted(index.rows)
    assert len(index.queries) < 250


def test_a_tie_arrives_whole_if_the_search_ignores_the_time_of_creation() -> None:
    index = IndexModel(tie(130), page_size=50, order=random.Random(1), honours_creation=False)

    assert sorted(read_window(index)) == sorted(index.rows)
    assert len(index.queries) < 500


def test_a_tie_that_no_split_makes_smaller_ends_after_a_bounded_number_of_queries() -> None:
    index = IndexModel(
        tie(300), page_size=50, row_cap=100, honours_creation=False, shows_creation=False
    )

    with pytest.raises(IncompleteError, match="conversations: 100 of 300 rows"):
        read_window(index)
    assert len(index.queries) < 500


def test_a_tie_without_any_count_is_read_by_the_time_of_creation() -> None:
    index = IndexModel(tie(130, lambda n: START + n * MINUTE), page_size=50)
    keyset = Keyset(WINDOW, "conversations")

    ids = read_keyset(keyset, index, change=lambda page: replace(page, total=None))

    assert sorted(ids) == sorted(index.rows)
    assert keyset.unproven == Unproven(WINDOW)


def test_a_count_of_10_000_does_not_prove_a_tie_either() -> None:
    rows: Rows = {f"row{n}": (START, START + n) for n in range(10_050)}
    index = IndexModel(rows, total_cap=10_000, shows_time=False)
    keyset = Keyset(Window(START, START), "conversations", is_sorted=False)

    read_keyset(keyset, index)

    assert keyset.unproven == Unproven(Window(START, START))


def test_a_time_of_creation_that_cannot_be_written_is_not_asked_for() -> None:
    index = IndexModel(tie(130, lambda n: START + n), page_size=50, row_cap=100)

    def change(page: SearchPage) -> SearchPage:
        # East of Greenwich, the first hours of the year 1 lie in the year before, in UTC.
        created = "0001-01-01T00:00:00+09:00"
        return replace(
            page,
            rows=tuple(msgspec.structs.replace(row, created=created) for row in page.rows),
        )

    ids = read_keyset(Keyset(WINDOW, "conversations"), index, change=change)

    assert sorted(ids) == sorted(index.rows)
    spans = [query.created for query in index.queries if query.created]
    assert spans
    assert all((span.start or 0) >= EARLIEST and (span.end or 0) >= EARLIEST for span in spans)


def test_a_tie_whose_count_changes_is_counted_again() -> None:
    index = IndexModel(rows_at(*[START + 5] * 120), page_size=50, order=random.Random(3))
    leaving = random.Random(4)

    def remove_one(model: IndexModel) -> None:
        if len(model.queries) < 12:
            row_id = leaving.choice(sorted(model.rows))
            model.rows[row_id] = (BEYOND, model.rows[row_id][1])

    index.before_answer = remove_one
    ids = set(read_window(index))

    assert ids_inside(index) <= ids
