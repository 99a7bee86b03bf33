"""Parents are asked about at once, within bounds, and their rows come in order."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any, cast

from hypothesis import given
from hypothesis import strategies as st

from support.lists_of_parents import (
    CONVERSATIONS,
    EVENTS,
    LazyWorkers,
    events,
    ids,
    pages_of,
    parent,
    parents,
    rows,
)
from support.readers import NOW
from tap_kustomer.client.workers import Workers
from tap_kustomer.reading.pages import Page
from tap_kustomer.reading.sources import PerParent

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_requests_at_once_and_parents_that_are_read_ahead_are_bounded() -> None:
    lists = events({f"c{n}": [rows(f"{n}")] for n in range(100)})
    taken: list[int] = []

    def one_by_one() -> Iterator[Page]:
        for n in range(100):
            taken.append(n)
            yield Page([parent(f"c{n}")])

    workers = LazyWorkers()  # The first parent is answered last.
    pages = pages_of(lists, one_by_one(), parallel=3, workers=workers)

    assert not taken
    assert ids(next(pages).resources) == ["0"]
    assert len(taken) == 4 * 3
    assert workers.most == 3
    assert len(list(pages)) == 99
    assert workers.most == 3


def test_parents_without_rows_do_not_count_as_read_ahead() -> None:
    source = PerParent(
        CONVERSATIONS,
        EVENTS.path,
        path_id=lambda conversation: conversation["attributes"].get("key"),
    )
    lists = events({"a": [rows("1")], "b": [rows("2")]})
    silent = [parent(f"c{n}", NOW) for n in range(200)]
    given = [Page([parent("a", NOW, key="a"), *silent, parent("b", NOW, key="b")], reached=NOW)]
    workers = LazyWorkers()

    assert len(list(pages_of(lists, given, source, workers=workers))) == 2
    assert workers.most == 2


def test_requests_go_on_while_rows_are_written() -> None:
    lists = events({f"c{n}": [rows(f"{n}")] for n in range(10)})
    workers = LazyWorkers(draw=lambda futures: futures[0])
    keys = [f"c{n}" for n in range(10)]
    pages = pages_of(lists, parents(*keys), parallel=2, workers=workers)

    for _ in range(8):
        next(pages)
        assert len(workers.left) == 2


def test_a_caller_that_takes_no_more_pages_sends_no_more_requests() -> None:
    lists = events({f"c{n}": [rows(f"{n}")] for n in range(100)})
    workers = LazyWorkers(draw=lambda futures: futures[0])
    pages = pages_of(lists, parents(*(f"c{n}" for n in range(100))), workers=workers)

    assert not workers.left
    next(pages)
    left = workers.left
    assert left
    assert not any(future.cancelled() for future in left)
    cast("Any", pages).close()

    assert all(future.cancelled() for future in left)
    assert workers.left == left


def test_few_threads_read_long_lists_of_many_parents() -> None:
    lists = events({f"c{n}": [rows("1", next_page=2), rows("2")] for n in range(20)})
    waits = iter(range(100))

    def stop_if_asked() -> None:
        if next(waits, None) is None:
            raise TimeoutError

    workers = Workers(1, stop_if_asked)
    pages = pages_of(lists, parents(*(f"c{n}" for n in range(20))), parallel=8, workers=workers)

    assert [ids(page.resources) for page in pages] == [["1", "2"]] * 20


@given(
    sizes=st.lists(st.sampled_from([None, 0, 1, 3]), max_size=40),
    parallel=st.integers(1, 4),
    seed=st.integers(0, 10**6),
)
def test_in_whatever_order_responses_come_rows_and_times_come_in_order(
    sizes: list[int | None], parallel: int, seed: int
) -> None:
    answers = {
        f"c{n}": [rows(*(f"{n}-{row}" for row in range(size or 0)))] for n, size in enumerate(sizes)
    }
    source = PerParent(
        CONVERSATIONS, EVENTS.path, path_id=lambda it: it["id"] if it["attributes"]["key"] else None
    )
    resources = [parent(f"c{n}", NOW + n, key=size is not None) for n, size in enumerate(sizes)]
    given = [
        Page(page, reached=NOW + start + len(page) - 1)
        for start in range(0, len(sizes), 7)
        if (page := resources[start : start + 7])
    ]
    workers = LazyWorkers(random.Random(seed).choice)

    pages = list(pages_of(events(answers), given, source, parallel=parallel, workers=workers))

    assert [row_id for page in pages for row_id in ids(page.resources)] == [
        f"{n}-{row}" for n, size in enumerate(sizes) for row in range(size or 0)
    ]
    reached = [page.reached for page in pages if page.reached is not None]
    assert reached == sorted(reached)
    assert not sizes or reached[-1] == NOW + len(sizes) - 1
    assert workers.most <= parallel
