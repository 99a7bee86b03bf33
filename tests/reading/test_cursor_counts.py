"""Counts of a cursor list show which rows did not come."""

from __future__ import annotations

import weakref
from typing import Any

import pytest

from support.audit_log import (
    COUNT,
    MOST_HELD,
    AuditLog,
    Taken,
    ids,
    log,
    read_log,
    spread,
    taken,
    without_total,
)
from support.readers import NOW
from tap_kustomer import times
from tap_kustomer.reading import cursors
from tap_kustomer.reading.cursors import _Row
from tap_kustomer.reading.pages import IncompleteError


def test_without_a_count_rows_are_yielded_as_they_come_and_only_the_end_is_reached() -> None:
    audit = AuditLog(spread(4 * MOST_HELD), meta=without_total)

    pages = read_log(audit)

    assert sorted(ids(pages)) == sorted(audit.rows)
    assert all(len(rows) <= MOST_HELD for rows, _ in pages)
    assert [time for _, time in pages] == [None] * (len(pages) - 1) + [NOW]
    assert len(audit.sent) == len(audit.rows) / COUNT


@pytest.mark.parametrize("count", [1, COUNT, MOST_HELD, 100 * MOST_HELD])
def test_a_count_of_the_whole_list_loses_no_rows_and_is_no_error(count: int) -> None:
    audit = AuditLog(spread(2 * MOST_HELD), meta=lambda _: {"total": count})

    pages = read_log(audit)

    assert sorted(ids(pages)) == sorted(audit.rows)
    assert pages[-1][1] == NOW
    assert len(audit.sent) <= 1 + len(audit.rows) / COUNT


def test_a_list_that_ignores_the_window_is_read_once() -> None:
    rows = spread(2 * MOST_HELD)
    audit = AuditLog(rows, filtered_by=dict.fromkeys(rows, NOW), names_next=True)

    def ignore(document: dict[str, Any]) -> None:
        if audit.windows[-1] == ("2014-11-30T23:59:59.999Z", "2014-12-02T00:00:00.001Z"):
            document["data"] = [log("log0", times.to_text(NOW))]

    audit.spoil = ignore

    assert sorted(ids(read_log(audit))) == sorted(rows)
    assert len(audit.sent) <= 2 + len(rows) / COUNT


def test_a_capped_count_is_not_taken_for_all_rows() -> None:
    audit = AuditLog(spread(5 * MOST_HELD), meta=lambda count: {"total": min(count, MOST_HELD)})

    assert ids(read_log(audit)) == list(audit.rows)


@pytest.mark.parametrize("meta", [{"total": "999"}, {"cursorCount": 999}, {"total": 999.0}])
def test_a_count_may_come_in_several_forms(meta: dict[str, Any]) -> None:
    audit = AuditLog(
        spread(2 * MOST_HELD), meta=lambda count: {key: type(meta[key])(count) for key in meta}
    )

    assert len(read_log(audit)) > 1
    assert ids(read_log(audit)) == list(audit.rows)


def test_a_row_that_did_not_come_at_first_is_found_in_a_second_pass() -> None:
    audit = AuditLog(spread(8))
    hidden = iter(["log5"])

    def hide(document: dict[str, Any]) -> None:
        if any(row["id"] == "log5" for row in document["data"]) and next(hidden, None):
            document["data"] = [row for row in document["data"] if row["id"] != "log5"]
        # Perhaps it counts what is left from the cursor on.
        if "before" in audit.sent[-1].params:
            document["meta"]["cursorCount"] = len(document["data"])

    audit.spoil = hide

    assert read_log(audit) == [(list(audit.rows), NOW)]


def test_rows_that_expire_after_they_were_counted_are_not_missed() -> None:
    audit = AuditLog(spread(8))

    def expire(document: dict[str, Any]) -> None:
        del document
        audit.rows.pop("log0", None)

    audit.spoil = expire

    assert ids(read_log(audit)) == [f"log{n}" for n in range(1, 8)]


def test_rows_that_never_come_are_an_error_after_all_other_rows() -> None:
    audit = AuditLog(spread(4 * MOST_HELD))
    hidden = {"log50", "log110"}

    def hide(document: dict[str, Any]) -> None:
        document["data"] = [row for row in document["data"] if row["id"] not in hidden]

    audit.spoil = hide
    pages: list[Taken] = []
    with pytest.raises(IncompleteError, match=r"of \d+ rows written from .*, \d+ came") as caught:
        pages.extend(taken(audit))

    assert ids(pages) == [row_id for row_id in audit.rows if row_id not in hidden]
    reached = [time for _, time in pages]
    proven = [time for time in reached if time is not None]
    assert reached == proven + [None] * (len(reached) - len(proven))
    assert len(proven) > 1
    assert max(proven) < audit.rows["log50"]
    assert caught.value.missing_from == max(proven) + 1


@pytest.mark.parametrize("rows", [2, MOST_HELD - 2])
def test_a_window_is_read_three_times_before_its_rows_count_as_missing(rows: int) -> None:
    audit = AuditLog(spread(rows), meta=lambda count: {"total": count + 1 if count else 0})

    with pytest.raises(IncompleteError, match=f"of {rows + 1} rows"):
        read_log(audit)
    first_requests = [window for window in audit.sent if "before" not in window.params]
    assert len(first_requests) == 3 + 1  # One more finds out whether counts go by time.


def test_empty_windows_that_count_many_rows_are_not_halved_for_ever() -> None:
    audit = AuditLog({})

    def claim(document: dict[str, Any]) -> None:
        assert len(audit.sent) < 20, "it does not come to an end"
        if audit.windows[-1] > ("2015",):
            document["meta"] = {"total": MOST_HELD}
            document["links"]["next"] = "/v1/audit-logs?before=log0"

    audit.spoil = claim

    with pytest.raises(IncompleteError, match=f"of {MOST_HELD} rows"):
        read_log(audit)


def test_a_list_that_counts_many_rows_wherever_there_are_some_is_not_halved_for_each_row() -> None:
    rows = spread(100)
    audit = AuditLog(rows, meta=lambda count: {"total": MOST_HELD if count else 0}, names_next=True)
    pages: list[Taken] = []

    def check(document: dict[str, Any]) -> None:
        del document
        assert len(audit.sent) < 1_000, "it does not come to an end"

    audit.spoil = check

    with pytest.raises(IncompleteError, match=f"of {MOST_HELD} rows"):
        pages.extend(taken(audit))
    assert set(ids(pages)) == rows.keys()


def test_no_rows_of_a_window_that_is_halved_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    # All lie in one second: it takes 35 halvings to get there.
    rows = {f"log{n}": NOW - 999 + n for n in range(2 * MOST_HELD)}
    audit = AuditLog(rows)
    made: list[weakref.ref[_Row]] = []
    kept: list[int] = []

    class WatchedRow(_Row, frozen=True, weakref=True, gc=True):
        def __post_init__(self) -> None:
            made.append(weakref.ref(self))

    def count(document: dict[str, Any]) -> None:
        del document
        kept.append(sum(row() is not None for row in made))

    monkeypatch.setattr(cursors, "_Row", WatchedRow)

    audit.spoil = count

    assert ids(read_log(audit)) == list(rows)
    assert 0 < max(kept) <= MOST_HELD + COUNT, "only those that are reversed are kept"
