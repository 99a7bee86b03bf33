"""When a STATE is written, and what it covers."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Any

import pytest

from support.given import (
    GIVEN_UP,
    INCOMPLETE,
    ONE_BRAND,
    ONE_NOTE,
    ONE_TAG,
    REFUSED,
    at,
    bookmarked,
    bookmarks,
    company,
    cut_off,
    page,
)
from support.offline_tap import UNTIL, OfflineTap
from support.singer_output import check, check_messages
from tap_kustomer import times
from tap_kustomer.reading.pages import Page
from tap_kustomer.singer.stream import TapStream
from tap_kustomer.streams.brands import Brands
from tap_kustomer.streams.companies import Companies
from tap_kustomer.streams.notes import Notes
from tap_kustomer.streams.tags import Tags

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_kustomer.resource import Resource


# How long a test waits for a thread before it fails, in seconds.
LONGEST = 10.0


def test_a_signal_ends_the_run_between_two_pages_with_the_bookmark_of_the_first() -> None:
    next_page_is_there = threading.Event()

    def pages() -> Iterator[Page]:
        yield Page(asked_to_stop(company(1), company(2)), times.to_milliseconds(at(2)))
        yield page(company(3), reached=at(3))
        next_page_is_there.set()

    def asked_to_stop(*resources: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield resources, after a signal has come."""
        assert next_page_is_there.wait(LONGEST)
        tap._handle_termination(signal.SIGTERM, None)  # noqa: SLF001  # As the system calls it.
        yield from resources

    tap = OfflineTap(
        *(Companies, Notes),
        selected=["companies", "notes"],
        pages={"companies": pages()},
    )

    run = tap.sync()

    assert run.code == 128 + signal.SIGTERM
    check_messages(run, is_whole=False)
    assert run.by_id("companies").keys() == {"company-1", "company-2"}
    assert run.bookmark("companies") == at(2)
    assert "notes" not in run.streams


@pytest.mark.parametrize(
    ("reached", "bookmark"), [(at(9), at(2)), (None, None)], ids=["in order", "in no order"]
)
def test_a_run_that_ends_within_a_page_moves_the_bookmark_if_the_rows_are_in_order(
    reached: str | None, bookmark: str | None
) -> None:
    time = None if reached is None else times.to_milliseconds(reached)
    pages_by_stream = {"companies": [Page(cut_off(company(1, "x"), company(2, "y")), time)]}
    tap = OfflineTap(Companies, selected=["companies", "company_tags"], pages=pages_by_stream)

    run = tap.sync()

    assert run.code == 128 + signal.SIGTERM
    assert len(run.records("company_tags")) == 2
    for stream in ("companies", "company_tags"):
        assert bookmarks(run, stream)[-1] == bookmark


def test_a_bookmark_moves_to_the_end_of_the_window_even_without_a_row() -> None:
    run = OfflineTap(Companies).sync()

    check(run)
    assert run.bookmark("companies") == run.bookmark("company_tags") == UNTIL


def test_rows_of_the_lookback_do_not_move_a_bookmark_back() -> None:
    pages_by_stream = {"companies": [page(company(1), reached=at(1)), REFUSED]}
    tap = OfflineTap(
        Companies,
        selected=["companies"],
        state=bookmarked("companies", at=at(2)),
        pages=pages_by_stream,
    )

    run = tap.sync()

    assert run.by_id("companies").keys() == {"company-1"}
    assert set(bookmarks(run, "companies")) == {at(2)}


@pytest.mark.parametrize("state", [None, {"bookmarks": {}}, bookmarked("companies")])
def test_a_run_starts_with_the_state_that_it_continues_from(state: dict[str, Any] | None) -> None:
    """Some targets assume that the rows of the first STATE are loaded already."""
    pages_by_stream = {"tags": [ONE_TAG], "companies": [page(company(9), reached=at(9))]}

    run = OfflineTap(Tags, Companies, state=state, pages=pages_by_stream).sync()

    assert run.messages[0] == {"type": "STATE", "value": state or {"bookmarks": {}}}


def test_a_state_follows_every_thousand_rows_at_least() -> None:
    pages = [page(*(company(hour) for _ in range(400)), reached=at(hour)) for hour in range(1, 8)]
    tap = OfflineTap(Companies, selected=["companies"], pages={"companies": pages})

    run = tap.sync()

    assert bookmarks(run, "companies") == [None, at(2), at(4), at(6), UNTIL]


def test_a_state_follows_every_extraction() -> None:
    pages_by_stream = {"tags": [ONE_TAG], "brands": [ONE_BRAND]}

    run = OfflineTap(Tags, Brands, pages=pages_by_stream).sync()

    types = [message["type"] for message in run.messages]
    assert types == ["STATE", *["SCHEMA", "RECORD", "STATE"] * 2]
    assert run.state() == {"bookmarks": {name: {"was_read": True} for name in ("brands", "tags")}}


def test_a_search_that_fails_half_way_keeps_its_bookmark_and_other_streams_are_read() -> None:
    pages_by_stream = {
        "companies": [page(company(1, "x"), reached=at(1)), GIVEN_UP],
        "notes": [ONE_NOTE],
    }

    run = OfflineTap(
        *(Companies, Notes), selected=["companies", "notes"], pages=pages_by_stream
    ).sync()

    check_messages(run)
    assert run.code == 1
    assert (run.bookmark("companies"), run.bookmark("notes")) == (at(1), UNTIL)


def test_no_bookmark_is_later_than_rows_that_are_missing() -> None:
    pages = [page(company(1, "x"), company(3, "y"), reached=at(3)), INCOMPLETE]
    tap = OfflineTap(Companies, selected=["companies", "company_tags"], pages={"companies": pages})

    run = tap.sync()

    assert run.code == 1
    assert run.bookmark("companies") == run.bookmark("company_tags") == at(2)


def test_only_the_thread_that_writes_the_state_reads_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looking: set[threading.Thread] = set()

    def watched(stream: TapStream) -> dict[str, Any]:
        looking.add(threading.current_thread())
        state: dict[str, Any] = stream.get_context_state(None)
        return state

    monkeypatch.setattr(TapStream, "stream_state", property(watched))
    pages_by_stream = {"companies": [page(company(1), reached=at(1))]}
    OfflineTap(Companies, selected=["companies"], pages=pages_by_stream).sync()

    assert looking == {threading.main_thread()}


def test_records_are_shaped_and_written_in_the_main_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reading: set[threading.Thread] = set()
    writing: set[threading.Thread] = set()
    write = TapStream.write_resource

    def watched(stream: TapStream, resource: Resource) -> None:
        writing.add(threading.current_thread())
        write(stream, resource)

    def pages(given: Page) -> Iterator[Page]:
        reading.add(threading.current_thread())
        yield given

    monkeypatch.setattr(TapStream, "write_resource", watched)
    pages_by_stream = {"companies": pages(page(company(1))), "tags": pages(ONE_TAG)}
    OfflineTap(Companies, Tags, selected=["companies", "tags"], pages=pages_by_stream).sync()

    assert writing == {threading.main_thread()}
    assert len(reading - writing) == 2
