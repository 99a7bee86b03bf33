"""Lists that are followed by cursor are read oldest first, and completely."""

from __future__ import annotations

import weakref
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import urlencode

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.json_values import deep
from tap_kustomer import times
from tap_kustomer.client.errors import PagingError, RedirectError, WrongResponseError
from tap_kustomer.client.session import Body
from tap_kustomer.client.workers import Workers
from tap_kustomer.reading import cursors
from tap_kustomer.reading.cursors import _Row, read_cursor_list
from tap_kustomer.reading.pages import IncompleteError, Window
from tap_kustomer.reading.sources import CursorList
from tap_kustomer.times import DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_kustomer.client.session import Request, Session
    from tap_kustomer.reading.pages import Page

T = TypeVar("T")

# The ids of a page, and what it has reached.
Taken = tuple[list[str], int | None]

NOW = 1_750_000_000_000
YEAR = Window(NOW - 365 * DAY, NOW)

COUNT = 3
LOGS = CursorList("/v1/audit-logs", count=COUNT)
MOST_HELD = 10 * COUNT


@dataclass
class AuditLog:
    """The list of audit logs, in every way that its documentation leaves open.

    Attributes:
        rows: When each was written, by id.
        filtered_by: When each is found by the filter; None for when it was written.
        is_closed: Whether the ends belong to a window.
        meta: What an answer says of so many rows in the window.
        names_next: Whether the last page names a next one, too.
        spoil: Changes a document before it is sent.
    """

    rows: dict[str, int]
    filtered_by: dict[str, int] | None = None
    is_closed: bool = True
    meta: Callable[[int], dict[str, Any]] = lambda count: {"total": count, "cursorCount": count}
    names_next: bool = False
    spoil: Callable[[dict[str, Any]], None] = lambda _: None
    sent: list[Request] = field(default_factory=list)
    base_url: str = "https://acme.api.kustomerapp.com"

    def send(self, request: Request, parse: Callable[[Body], T]) -> T:
        for tries in range(3):
            self.sent.append(request)
            document = self._document({name: str(item) for name, item in request.params.items()})
            self.spoil(document)
            try:
                return parse(Body(msgspec.json.encode(document)))
            except WrongResponseError:
                if tries == 2:
                    raise
        raise AssertionError

    def _document(self, asked: dict[str, str]) -> dict[str, Any]:
        start = times.to_milliseconds(asked["filter[start]"])
        end = times.to_milliseconds(asked["filter[end]"])
        found_by = self.filtered_by or self.rows
        found = [
            row_id
            for row_id in sorted(self.rows, key=lambda row_id: (self.rows[row_id], row_id))[::-1]
            if start < found_by[row_id] < end
            or (self.is_closed and found_by[row_id] in {start, end})
        ]
        first = found.index(asked["before"]) + 1 if "before" in asked else 0
        page = found[first : first + int(asked["count"])]
        following = None
        if page and (self.names_next or found[-1] != page[-1]):
            following = "/v1/audit-logs?" + urlencode({"before": page[-1]})
        return {
            "data": [log(row_id, times.to_text(self.rows[row_id])) for row_id in page],
            "links": {"next": following},
            "meta": self.meta(len(found)),
        }

    @property
    def windows(self) -> list[tuple[str, str]]:
        return [
            (str(request.params["filter[start]"]), str(request.params["filter[end]"]))
            for request in self.sent
        ]


def log(row_id: str, time: str) -> dict[str, Any]:
    return {"type": "audit_log", "id": row_id, "attributes": {"createdAt": time}}


def spread(count: int, window: Window = YEAR) -> dict[str, int]:
    step = (window.end - window.start) // max(count - 1, 1)
    return {f"log{n}": window.start + n * step for n in range(count)}


def pages_of(log: AuditLog, window: Window = YEAR, source: CursorList = LOGS) -> Iterator[Page]:
    workers = Workers(1, lambda: None)
    return read_cursor_list(cast("Session", log), workers, source, window, "audit_logs")


def taken(log: AuditLog, window: Window = YEAR) -> Iterator[Taken]:
    for page in pages_of(log, window):
        yield [row["id"] for row in page.resources], page.reached


def read(log: AuditLog, window: Window = YEAR) -> list[Taken]:
    return list(taken(log, window))


def ids(pages: list[Taken]) -> list[str]:
    return [row_id for rows, _ in pages for row_id in rows]


def without_total(_: int) -> dict[str, Any]:
    return {"count": COUNT}


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

    assert read(audit) == [(list(audit.rows), NOW)]


def test_rows_of_one_instant_are_reversed_too() -> None:
    audit = AuditLog(dict.fromkeys(["a", "b", "c", "d", "e"], NOW - DAY))

    assert ids(read(audit)) == ["a", "b", "c", "d", "e"]


def test_a_next_link_without_the_window_stays_inside_it() -> None:
    rows = spread(20)
    audit = AuditLog({**rows, "old": YEAR.start - DAY, "new": YEAR.end + DAY})

    assert ids(read(audit)) == list(rows)


def test_a_large_window_is_read_in_parts_oldest_first() -> None:
    audit = AuditLog(spread(20 * MOST_HELD))

    pages = read(audit)

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

    read(audit)

    assert len(audit.sent) < 1.3 * len(audit.rows) / COUNT


def test_a_window_from_1970_on_costs_no_more_than_a_few_dozen_requests() -> None:
    rows = spread(MOST_HELD + 10, Window(NOW - 30 * DAY, NOW))
    audit = AuditLog(rows)

    assert ids(read(audit, Window(0, NOW))) == list(rows)
    assert len(audit.sent) < 40
    assert min(audit.windows) > ("2014",)


def test_more_rows_of_one_instant_than_can_be_held_are_all_read() -> None:
    audit = AuditLog(dict.fromkeys((f"log{n:03}" for n in range(3 * MOST_HELD)), NOW - DAY))

    pages = read(audit)

    assert set(ids(pages)) == audit.rows.keys()
    assert all(len(rows) <= MOST_HELD for rows, _ in pages)


@pytest.mark.parametrize("is_closed", [True, False])
def test_the_ends_of_a_window_may_belong_to_it_or_not(is_closed: bool) -> None:
    first = NOW - 2 * MOST_HELD + 1
    every_millisecond = {f"log{n}": first + n for n in range(2 * MOST_HELD)}
    audit = AuditLog(every_millisecond, is_closed=is_closed)

    assert ids(read(audit, Window(first, NOW))) == list(every_millisecond)


def test_rows_that_the_list_adds_near_the_window_are_yielded_too() -> None:
    published = spread(12)
    written = {row_id: time - 7_000 for row_id, time in published.items()}

    assert ids(read(AuditLog(written, filtered_by=published))) == list(written)


def test_without_a_count_rows_are_yielded_as_they_come_and_only_the_end_is_reached() -> None:
    audit = AuditLog(spread(4 * MOST_HELD), meta=without_total)

    pages = read(audit)

    assert sorted(ids(pages)) == sorted(audit.rows)
    assert all(len(rows) <= MOST_HELD for rows, _ in pages)
    assert [time for _, time in pages] == [None] * (len(pages) - 1) + [NOW]
    assert len(audit.sent) == len(audit.rows) / COUNT


@pytest.mark.parametrize("count", [1, COUNT, MOST_HELD, 100 * MOST_HELD])
def test_a_count_of_the_whole_list_loses_no_rows_and_is_no_error(count: int) -> None:
    audit = AuditLog(spread(2 * MOST_HELD), meta=lambda _: {"total": count})

    pages = read(audit)

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

    assert sorted(ids(read(audit))) == sorted(rows)
    assert len(audit.sent) <= 2 + len(rows) / COUNT


def test_a_capped_count_is_not_taken_for_all_rows() -> None:
    audit = AuditLog(spread(5 * MOST_HELD), meta=lambda count: {"total": min(count, MOST_HELD)})

    assert ids(read(audit)) == list(audit.rows)


@pytest.mark.parametrize("meta", [{"total": "999"}, {"cursorCount": 999}, {"total": 999.0}])
def test_a_count_may_come_in_several_forms(meta: dict[str, Any]) -> None:
    audit = AuditLog(
        spread(2 * MOST_HELD), meta=lambda count: {key: type(meta[key])(count) for key in meta}
    )

    assert len(read(audit)) > 1
    assert ids(read(audit)) == list(audit.rows)


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

    assert read(audit) == [(list(audit.rows), NOW)]


def test_rows_that_expire_after_they_were_counted_are_not_missed() -> None:
    audit = AuditLog(spread(8))

    def expire(document: dict[str, Any]) -> None:
        del document
        audit.rows.pop("log0", None)

    audit.spoil = expire

    assert ids(read(audit)) == [f"log{n}" for n in range(1, 8)]


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
    assert caught.value.since == max(proven) + 1


@pytest.mark.parametrize("rows", [2, MOST_HELD - 2])
def test_a_window_is_read_three_times_before_its_rows_count_as_missing(rows: int) -> None:
    audit = AuditLog(spread(rows), meta=lambda count: {"total": count + 1 if count else 0})

    with pytest.raises(IncompleteError, match=f"of {rows + 1} rows"):
        read(audit)
    first_requests = [window for window in audit.sent if "before" not in window.params]
    assert len(first_requests) == 3 + 1  # One more finds out whether counts go by time.


def test_a_page_without_a_next_one_is_not_halved_however_many_rows_it_counts() -> None:
    audit = AuditLog(spread(2), meta=lambda count: {"total": 100 * MOST_HELD if count else 0})

    with pytest.raises(IncompleteError):
        read(audit)
    assert len(audit.sent) == 3 + 1


def test_an_empty_page_ends_the_list_even_with_a_next_link() -> None:
    audit = AuditLog(spread(COUNT), names_next=True)

    def lead_on(document: dict[str, Any]) -> None:
        if not document["data"]:
            document["links"]["next"] = "/v1/audit-logs?before=log0&again=yes"

    audit.spoil = lead_on

    assert ids(read(audit)) == list(audit.rows)
    assert len(audit.sent) == 2


def test_a_list_that_ignores_its_cursor_ends_where_a_page_repeats() -> None:
    audit = AuditLog(spread(9), meta=without_total)

    def repeat(document: dict[str, Any]) -> None:
        assert len(audit.sent) < 20, "it does not come to an end"
        document["data"] = [log(f"log{n}", times.to_text(NOW)) for n in range(COUNT)]
        document["links"]["next"] = f"/v1/audit-logs?before=log0&request={len(audit.sent)}"

    audit.spoil = repeat

    assert sorted(ids(read(audit))) == ["log0", "log1", "log2"]


def test_empty_windows_that_count_many_rows_are_not_halved_for_ever() -> None:
    audit = AuditLog({})

    def claim(document: dict[str, Any]) -> None:
        assert len(audit.sent) < 20, "it does not come to an end"
        if audit.windows[-1] > ("2015",):
            document["meta"] = {"total": MOST_HELD}
            document["links"]["next"] = "/v1/audit-logs?before=log0"

    audit.spoil = claim

    with pytest.raises(IncompleteError, match=f"of {MOST_HELD} rows"):
        read(audit)


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

    assert ids(read(audit)) == list(rows)
    assert 0 < max(kept) <= MOST_HELD + COUNT, "only those that are reversed are kept"


def test_pages_that_lead_in_a_circle_are_an_error() -> None:
    audit = AuditLog(spread(9))

    def lead_back(document: dict[str, Any]) -> None:
        if len(audit.sent) < 9:
            document["links"]["next"] = "/v1/audit-logs?before=log5"

    audit.spoil = lead_back

    with pytest.raises(PagingError, match="circle"):
        read(audit)
    assert len(audit.sent) == 2


@pytest.mark.parametrize("link", ["https://evil.example/v1/audit-logs?before=log5", "//evil/v1"])
def test_a_next_link_to_another_host_is_refused(link: str) -> None:
    audit = AuditLog(spread(9))
    audit.spoil = lambda document: document["links"].update(next=link)

    with pytest.raises(RedirectError, match="another host"):
        read(audit)
    assert len(audit.sent) == 1


@pytest.mark.parametrize("data", [None, {}, "x", [1]])
def test_an_answer_without_a_list_of_rows_is_asked_for_again(data: Any) -> None:
    audit = AuditLog(spread(2))
    answers = iter([data])
    audit.spoil = lambda document: document.update(data=next(answers, document["data"]))

    assert ids(read(audit)) == ["log0", "log1"]


@pytest.mark.parametrize("links", [None, [], {}, {"next": ""}, {"next": 7}])
@pytest.mark.parametrize("meta", [None, [], {}, {"total": "many"}])
def test_an_answer_may_lack_links_and_meta(links: Any, meta: Any) -> None:
    audit = AuditLog(spread(2))
    audit.spoil = lambda document: document.update(links=links, meta=meta)

    assert ids(read(audit)) == ["log0", "log1"]


def test_rows_without_an_id_or_a_time_are_yielded_too() -> None:
    odd: list[dict[str, Any]] = [
        {"attributes": {"eventName": "a"}},
        {"attributes": {"eventName": "b", "createdAt": None}},
        {"id": "c", "attributes": {"createdAt": "soon"}},
        {"id": "d", "attributes": None},
    ]
    again = {"attributes": {"createdAt": None, "eventName": "b"}}
    audit = AuditLog({}, meta=lambda _: {"total": 4})
    audit.spoil = lambda document: document.update(data=[*odd, again])

    (page,) = pages_of(audit)

    assert list(page.resources) == odd[::-1]


@pytest.mark.parametrize("levels", range(900, 990))
def test_rows_nested_as_deeply_as_a_parser_can_follow_are_read(levels: int) -> None:
    audit = AuditLog(spread(1))

    def nest(document: dict[str, Any]) -> None:
        for row in document["data"]:
            row["attributes"]["changes"] = deep("x", levels)

    audit.spoil = nest

    assert ids(read(audit)) == ["log0"]


def test_a_caller_that_takes_no_more_pages_sends_no_more_requests() -> None:
    audit = AuditLog(spread(20 * MOST_HELD))
    pages = pages_of(audit)

    assert not audit.sent
    next(pages)
    sent = len(audit.sent)

    assert sent < 30
    del pages
    assert len(audit.sent) == sent


@settings(deadline=None)
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

    pages = read(audit, Window(NOW - DAY, NOW))

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
