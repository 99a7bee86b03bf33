"""Streams that lack rows: a fault of a search, and a warning for a list."""

from __future__ import annotations

from typing import Any

import pytest

from support.given import (
    INCOMPLETE,
    ONE_BRAND,
    ONE_TAG,
    at,
    page,
    resource,
)
from support.offline_tap import OfflineTap
from support.singer_output import check
from tap_kustomer.reading.pages import IncompleteError
from tap_kustomer.streams.audit_logs import AuditLogs
from tap_kustomer.streams.brands import Brands
from tap_kustomer.streams.companies import Companies
from tap_kustomer.streams.conversation_events import ConversationEvents
from tap_kustomer.streams.live_ids import NoteIds
from tap_kustomer.streams.notes import Notes
from tap_kustomer.streams.tags import Tags


@pytest.mark.parametrize("source", ["the table", "its parents"])
def test_a_missing_archive_fails_the_run_at_its_end(source: str) -> None:
    stream = Notes if source == "the table" else ConversationEvents
    pages_by_stream = {stream.name: [IncompleteError("the archive is not there")]}

    run = OfflineTap(stream, pages=pages_by_stream).sync()

    assert run.code == 1


def test_a_list_that_is_shorter_than_its_count_is_a_warning() -> None:
    pages_by_stream = {"tags": [ONE_TAG, INCOMPLETE], "brands": [ONE_BRAND]}

    run = OfflineTap(Tags, Brands, pages=pages_by_stream).sync()

    check(run)
    assert run.counts() == {"tags": 1, "brands": 1}
    (warning,) = run.logged("WARNING")
    assert str(INCOMPLETE) in warning


@pytest.mark.parametrize(
    ("stream", "strict"), [(Tags, True), (Companies, False), (NoteIds, False)], ids=str
)
def test_a_search_that_is_short_fails_the_run_at_its_end_and_a_list_only_if_counts_are_strict(
    stream: Any, *, strict: bool
) -> None:
    tap = OfflineTap(
        stream,
        selected=[stream.name],
        pages={stream.name: [INCOMPLETE]},
        strict_counts=strict,
    )

    run = tap.sync()

    assert run.code == 1
    assert str(INCOMPLETE) in run.logged("ERROR")[0]


def test_a_cursor_list_that_is_short_is_a_warning_and_the_next_run_reads_from_there() -> None:
    log = resource("audit_log", "a", createdAt=at(1))
    pages_by_stream = {"audit_logs": [page(log, reached=at(3)), INCOMPLETE]}

    run = OfflineTap(AuditLogs, pages=pages_by_stream).sync()

    assert run.code == 0
    assert run.logged("WARNING")
    assert run.bookmark("audit_logs") == at(2)
