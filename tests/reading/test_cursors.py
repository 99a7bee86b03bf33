"""A list that is read by a cursor comes oldest first, in parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.audit_log import (
    COUNT,
    MOST_HELD,
    YEAR,
    AuditLog,
    ids,
    pages_of,
    read_log,
    spread,
    without_total,
)
from support.readers import NOW
from tap_kustomer import times
from tap_kustomer.reading.pages import Window
from tap_kustomer.reading.sources import CursorList
from tap_kustomer.times import DAY

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_window_is_asked_for_by_time_with_the_most_rows_on_a_page() -> None:
    audit = AuditLog({})

    list(pages_of(audit, Window(NOW - DAY, NOW), CursorList("/v1/audit-logs")))

    (request,) = audit.sent
    assert (request.method, request.path) == ("GET", "/v1/audit-logs")
    assert request.params["count"] == 1000
    assert request.params["filter[start]"] == times.to_text(NOW - DAY - 1)
    assert request.params["filter[end]"] == times.to_text(NOW + 1)


def test_a_small_window_is_followed_to_its_end_and_reversed() -> None:
    audit = AuditLog(spread(MOST_HELD - 1))

    assert read_log(audit) == [(list(audit.rows), NOW)]


def test_rows_of_one_instant_are_reversed_too() -> None:
    audit = AuditLog(dict.fromkeys(["a", "b", "c", "d", "e"], NOW - DAY))

    assert ids(read_log(audit)) == ["a", "b", "c", "d", "e"]


def test_a_next_link_without_the_window_stays_inside_it() -> None:
    rows = spread(20)
    audit = AuditLog({**rows, "old": YEAR.start - DAY, "new": YEAR.end + DAY})

    assert ids(read_log(audit)) == list(rows)


def test_a_large_window_is_read_in_parts_oldest_first() -> None:
    # A 32nd of the window has 31 rows, so it takes more halvings than a few rows are granted.
    audit = AuditLog(spread(1_000))

    pages = read_log(audit)

    assert ids(pages) == list(audit.rows)
    assert all(len(rows) <= MOST_HELD for rows, _ in pages)
    reached = [time for _, time in pages if time is not None]
    assert len(reached) == len(pages)
    assert reached == sorted(reached)
    for number, time in enumerate(reached, start=1):
        given = ids(pages[:number])
        assert [row for row, written in audit.rows.items() if written <= time] == given


def test_parts_cost_few_requests_more_than_their_pages() -> None:
    audit = AuditLog(spread(20 * MOST_HELD))

    read_log(audit)

    assert len(audit.sent) < 1.3 * len(audit.rows) / COUNT


def test_a_window_from_1970_on_costs_no_more_than_a_few_dozen_requests() -> None:
    rows = spread(MOST_HELD + 10, Window(NOW - 30 * DAY, NOW))
    audit = AuditLog(rows)

    assert ids(read_log(audit, Window(0, NOW))) == list(rows)
    assert len(audit.sent) < 40
    assert min(audit.windows) > ("2014",)


def test_more_rows_of_one_instant_than_can_be_held_are_all_read() -> None:
    audit = AuditLog(dict.fromkeys((f"log{n:03}" for n in range(3 * MOST_HELD)), NOW - DAY))

    pages = read_log(audit)

    assert set(ids(pages)) == audit.rows.keys()
    assert all(len(rows) <= MOST_HELD for rows, _ in pages)


@pytest.mark.parametrize("is_closed", [True, False])
def test_the_ends_of_a_window_may_belong_to_it_or_not(is_closed: bool) -> None:
    first = NOW - 2 * MOST_HELD + 1
    every_millisecond = {f"log{n}": first + n for n in range(2 * MOST_HELD)}
    audit = AuditLog(every_millisecond, is_closed=is_closed)

    assert ids(read_log(audit, Window(first, NOW))) == list(every_millisecond)


def test_rows_that_the_list_adds_near_the_window_are_yielded_too() -> None:
    published = spread(12)
    written = {row_id: time - 7_000 for row_id, time in published.items()}

    assert ids(read_log(AuditLog(written, filtered_by=published))) == list(written)


@given(
    offsets=st.lists(st.one_of(st.integers(0, 40), st.integers(0, DAY)), max_size=120),
    is_closed=st.booleans(),
    names_next=st.booleans(),
    meta=st.sampled_from(
        [
            lambda count: {"total": count},
            lambda count: {"total": min(count, MOST_HELD)},
            lambda _: {"total": 50},
            without_total,
        ]
    ),
)
def test_every_row_comes_and_only_rows_of_a_crowded_instant_come_twice(
    offsets: list[int],
    is_closed: bool,
    names_next: bool,
    meta: Callable[[int], dict[str, Any]],
) -> None:
    rows = {f"log{n}": NOW - offset for n, offset in enumerate(offsets)}
    audit = AuditLog(rows, is_closed=is_closed, names_next=names_next, meta=meta)

    pages = read_log(audit, Window(NOW - DAY, NOW))

    assert set(ids(pages)) == rows.keys()
    crowd = max((sum(abs(time - other) < 3 for other in offsets) for time in offsets), default=0)
    if crowd < MOST_HELD:
        assert len(ids(pages)) == len(rows)
    assert pages[-1][1] == NOW
    given: set[str] = set()
    for page, reached in pages:
        assert len(page) <= MOST_HELD
        given.update(page)
        if reached is not None:
            assert {row_id for row_id, time in rows.items() if time < reached} <= given
