"""One stream: where its window starts, and what is written of a resource."""

from __future__ import annotations

import logging
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from support.offline_tap import OfflineTap
from support.tap_in_process import output_of
from tap_kustomer import times
from tap_kustomer.client.errors import AccessError, GaveUpError, MissingError
from tap_kustomer.errors import ConfigurationError, TapKustomerError
from tap_kustomer.reading.pages import Page
from tap_kustomer.streams.assistants import Assistants
from tap_kustomer.streams.audit_logs import AuditLogs
from tap_kustomer.streams.business_holidays import BusinessHolidays
from tap_kustomer.streams.companies import Companies
from tap_kustomer.streams.conversation_events import ConversationEvents
from tap_kustomer.streams.live_ids import NoteIds
from tap_kustomer.streams.slas import Slas, SlaVersions
from tap_kustomer.streams.tags import Tags
from tap_kustomer.streams.work_items import WorkItems

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

BOOKMARK = "2026-05-01T12:00:00.000Z"


def tag(key: str, **attributes: Any) -> dict[str, Any]:
    return {"type": "tag", "id": key, "attributes": attributes}


def bookmarked(value: Any) -> dict[str, Any]:
    return {"bookmarks": {"companies": {"replication_key_value": value}}}


def milliseconds(text: str) -> int:
    return times.to_milliseconds(text)


# Where the window starts


@pytest.mark.parametrize(
    ("state", "config", "start"),
    [
        ({}, {}, "1970-01-01T00:00:00.000Z"),
        ({}, {"start_date": "2024-01-31"}, "2024-01-31T00:00:00.000Z"),
        (bookmarked(BOOKMARK), {}, "2026-05-01T11:55:00.000Z"),
        (bookmarked(BOOKMARK), {"lookback_seconds": 0}, BOOKMARK),
        (bookmarked(BOOKMARK), {"start_date": "2024-01-31"}, "2026-05-01T11:55:00.000Z"),
        (bookmarked(BOOKMARK), {"start_date": "2026-05-20"}, "2026-05-20T00:00:00.000Z"),
        (bookmarked(None), {"start_date": "2024-01-31"}, "2024-01-31T00:00:00.000Z"),
        (bookmarked("2026-05-01T14:00:00+02:00"), {"lookback_seconds": 0}, BOOKMARK),
    ],
    ids=[
        *("the beginning", "the start date", "a little before the bookmark", "no lookback"),
        *("an older start date", "a newer start date", "a bookmark of null", "another offset"),
    ],
)
def test_a_window_starts_at_the_later_of_start_date_and_lookback_seconds_before_the_bookmark(
    state: dict[str, Any], config: dict[str, Any], start: str
) -> None:
    tap = OfflineTap(Companies, state=state, **config)

    window = tap.context.fix_times().start_of(tap.stream("companies"))
    assert times.to_text(window) == start


def test_the_bookmark_is_ignored_if_the_catalog_makes_a_stream_a_full_table() -> None:
    tap = OfflineTap(Companies, state=bookmarked(BOOKMARK))
    companies = tap.stream("companies")
    companies.forced_replication_method = "FULL_TABLE"

    assert companies.resume_at is None
    assert companies.bookmark is None


@pytest.mark.parametrize("value", ["not long ago", 17, ["2024-01-31"]], ids=str)
def test_a_state_is_checked_even_if_a_program_gives_it(value: Any) -> None:
    with pytest.raises(ConfigurationError, match="State of companies"):
        OfflineTap(Companies, state=bookmarked(value))


@pytest.mark.parametrize(
    ("state", "was_read"),
    [
        ({}, False),
        ({"bookmarks": {"tags": {}}}, False),
        ({"bookmarks": {"tags": {"was_read": True}}}, True),
    ],
    ids=["no state", "left out", "read"],
)
def test_a_stream_was_read_before_if_its_state_says_so(
    state: dict[str, Any], *, was_read: bool
) -> None:
    assert OfflineTap(Tags, state=state).stream("tags").was_read == was_read


# How it is replicated


@pytest.mark.parametrize(
    ("stream", "column"),
    [
        (Companies, "updated_at"),
        (AuditLogs, "created_at"),
        (WorkItems, "updated_at"),
        (ConversationEvents, "conversation_updated_at"),
    ],
)
def test_a_stream_that_is_read_by_time_is_incremental(stream: Any, column: str) -> None:
    stream = OfflineTap(stream).stream(stream.name)

    assert stream.replication_key == column
    assert stream.is_incremental
    assert not stream.definition.is_full_table


@pytest.mark.parametrize("stream", [Tags, BusinessHolidays, NoteIds, Slas])
def test_a_stream_that_is_not_read_by_time_is_a_full_table(stream: Any) -> None:
    stream = OfflineTap(stream).stream(stream.name)

    assert stream.replication_key is None
    assert not stream.is_incremental
    assert stream.definition.is_full_table


@pytest.mark.parametrize(
    ("stream", "name", "column"),
    [(Companies, "company_tags", "company_updated_at"), (SlaVersions, "sla_criteria", None)],
)
def test_a_derived_stream_is_replicated_like_its_root(
    stream: Any, name: str, column: str | None
) -> None:
    tap = OfflineTap(stream)
    stream, root = tap.stream(name), tap.stream(stream.name)

    assert stream.replication_key == column
    for member in ("is_full_table", "declaration", "types"):
        assert getattr(stream.definition, member) == getattr(root.definition, member)


# Records that bypass the SDK


def is_plain(name: str = "companies", **config: Any) -> bool:
    return OfflineTap(Companies, Tags, **config).stream(name)._is_plain  # noqa: SLF001


def test_records_bypass_the_sdk_if_nothing_changes_them() -> None:
    assert is_plain()
    assert is_plain(stream_maps={"tags": {"name": "md5(name)"}})


@pytest.mark.parametrize(
    "maps",
    [
        {"companies": {"name": "md5(name)"}},
        {"companies": {"__alias__": "firms"}},
        {"companies": {"__filter__": "name"}},
        {"companies": None},
        {"firms": {"__source__": "companies", "__else__": None, "id": "id"}},
    ],
    ids=["a column", "an alias", "a filter", "no stream", "a duplicate"],
)
def test_records_with_a_stream_map_do_not_bypass_the_sdk(maps: dict[str, Any]) -> None:
    assert not is_plain(stream_maps=maps)


def test_flattened_records_do_not_bypass_the_sdk() -> None:
    assert not is_plain(flattening_enabled=True, flattening_max_depth=2)


@pytest.mark.parametrize(
    "breadcrumb",
    [("properties", "name"), ("properties", "custom"), ("properties", "org", "properties", "id")],
    ids=str,
)
def test_records_with_deselected_columns_do_not_bypass_the_sdk(
    breadcrumb: tuple[str, ...],
) -> None:
    companies = OfflineTap(Companies).stream("companies")
    companies.metadata[breadcrumb].selected = False
    companies.selected = True

    assert not companies._is_plain  # noqa: SLF001


# The SDK's own way to sync


def endless(read: list[int]) -> Iterator[Page]:
    for number in count():
        read.append(number)
        yield Page([tag(f"{number}-a"), tag(f"{number}-b")])


def test_a_dry_run_reads_no_more_than_it_needs() -> None:
    read: list[int] = []
    tap = OfflineTap(Tags, pages={"tags": endless(read)})
    tags = tap.stream("tags")
    tags.ABORT_AT_RECORD_COUNT = 3

    records = list(tags.get_records(None))

    assert [record["id"] for record in records] == ["0-a", "0-b", "1-a"]
    assert read == [0, 1]


def test_a_dry_run_writes_as_many_records_of_each_stream_as_it_is_given() -> None:
    pages_by_stream = {
        "tags": endless([]),
        "companies": [Page([company(1), company(2), company(3)])],
    }
    tap = OfflineTap(Tags, Companies, selected=["tags"], pages=pages_by_stream)

    run = output_of(lambda: _true(tap.run_sync_dry_run, 2, [tap.stream("tags")]))

    assert run.code == 0, run.log
    assert len(run.records("tags")) == 2


def _true(check: Callable[..., bool], *arguments: Any) -> None:
    assert check(*arguments)


def company(hour: int) -> dict[str, Any]:
    updated_at = f"2026-05-31T{hour:02d}:00:00.000Z"
    return {"type": "company", "id": f"company-{hour}", "attributes": {"updatedAt": updated_at}}


def test_the_sdk_s_own_way_reads_only_the_rows_of_the_stream_s_type() -> None:
    resources = [{"type": "sla", "id": "s"}, {"type": "sla_version", "id": "v"}]
    tap = OfflineTap(SlaVersions, pages={"sla_versions": [Page(resources)]})

    assert [record["id"] for record in tap.stream("sla_versions").get_records(None)] == ["v"]


@pytest.mark.parametrize(
    ("stream", "error"),
    [
        (Tags, AccessError("GET /v1/tags: HTTP 403")),
        (Tags, MissingError("GET /v1/tags: HTTP 404")),
        (Assistants, GaveUpError("GET /v1/assistants: HTTP 500")),
    ],
    ids=["no role", "not there", "assumed"],
)
def test_the_sdk_s_own_way_leaves_out_what_a_run_leaves_out(stream: Any, error: Exception) -> None:
    tap = OfflineTap(stream, pages={stream.name: [error]})

    run = output_of(lambda: _empty(tap.stream(stream.name).get_records(None)))

    assert run.code == 0, run.log
    assert len(run.logged("WARNING")) == 1


def _empty(records: Any) -> None:
    assert not list(records)


def test_the_sdk_s_own_way_fails_if_a_run_fails() -> None:
    error = GaveUpError("GET /v1/tags: HTTP 500")
    tap = OfflineTap(Tags, pages={"tags": [error]})

    with pytest.raises(TapKustomerError, match=str(error)):
        list(tap.stream("tags").get_records(None))


def test_the_sdk_does_not_log_an_error_that_ends_the_run_a_second_time(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tags = OfflineTap(Tags).stream("tags")
    caplog.clear()

    with caplog.at_level(logging.INFO):
        tags.log("An unhandled error occurred", level=logging.ERROR)
        tags.log("Started")

    assert [record.message for record in caplog.records] == ["Started"]


def test_the_sdk_s_own_sync_writes_no_files(tmp_path: Path) -> None:
    """They would hold deselected columns."""
    tap = OfflineTap(
        Tags,
        pages={"tags": [Page([tag("a", name="new")])]},
        batch_config={"storage": {"root": str(tmp_path)}},
    )

    run = output_of(tap.stream("tags").sync)

    assert [record["name"] for record in run.records("tags")] == ["new"]
    assert not run.of_type("BATCH")


# Rows that only other streams need


def test_rows_before_the_start_of_a_stream_are_not_written_if_others_need_them() -> None:
    tap = OfflineTap(Companies, state=bookmarked("2026-05-31T02:00:00.000Z"), lookback_seconds=60)
    companies = tap.stream("companies")

    def write() -> None:
        companies.begin(skip_before=milliseconds("2026-05-31T02:00:00.000Z") - 60_000)
        companies.begin_page()
        for hour in (1, 2, 3):
            companies.write_resource(company(hour))
        companies.write_resource({"type": "company", "id": "timeless", "attributes": {}})
        tap.writer.flush()

    run = output_of(write)

    assert run.by_id("companies").keys() == {"company-2", "company-3", "timeless"}
    assert companies.rows == 3


def test_a_stream_without_a_bookmark_has_none_to_cap() -> None:
    tap = OfflineTap(Tags)

    tap.stream("tags").cap_bookmark(0)

    assert not tap.state.get("bookmarks", {}).get("tags")
