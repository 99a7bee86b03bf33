"""A run that writes files: which records they hold, and what a STATE says of them."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

import pytest

from support.given import (
    BEFORE,
    GIVEN_UP,
    INCOMPLETE,
    ONE_TAG,
    at,
    bookmarked,
    bookmarks,
    company,
    cut_off,
    page,
)
from support.offline_tap import UNTIL, OfflineTap
from tap_kustomer import times
from tap_kustomer.errors import ConfigurationError
from tap_kustomer.reading.pages import Page
from tap_kustomer.streams.companies import Companies
from tap_kustomer.streams.tags import Tags

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_a_state_follows_each_whole_file_and_the_files_of_streams_read_with_it(
    tmp_path: Path,
) -> None:
    pages = [
        page(*(company(hour, "x") for _ in range(400)), reached=at(hour)) for hour in range(1, 8)
    ]
    tap = OfflineTap(
        Companies,
        selected=["companies", "company_tags"],
        pages={"companies": pages},
        batch_config={"storage": {"root": str(tmp_path)}, "batch_size": 1_000},
    )

    run = tap.sync()

    files = ["BATCH", "BATCH", "STATE"]
    types = [message["type"] for message in run.messages]
    assert types == ["STATE", "SCHEMA", "SCHEMA", *files * 4]
    for stream in ("companies", "company_tags"):
        assert bookmarks(run, stream) == [None, at(2), at(4), at(6), UNTIL]


def test_no_file_holds_more_records_than_the_batch_size(tmp_path: Path) -> None:
    pages_by_stream = {"companies": [page(*(company(hour) for hour in range(5)), reached=at(5))]}
    storage = {"root": str(tmp_path)}
    encoding = {"compression": "none"}

    OfflineTap(
        Companies,
        selected=["companies"],
        pages=pages_by_stream,
        batch_config={"encoding": encoding, "storage": storage, "batch_size": 2},
    ).sync()

    sizes = [len(file.read_bytes().splitlines()) for file in tmp_path.iterdir()]
    assert sorted(sizes) == [1, 2, 2]


def cut(*numbers: int, reached: str | None = None) -> Page:
    """A page within which the run ends."""
    time = None if reached is None else times.to_milliseconds(reached)
    return Page(cut_off(*map(company, numbers)), time)


@pytest.mark.parametrize("state", [None, bookmarked("companies")], ids=["first run", "later run"])
@pytest.mark.parametrize(
    ("pages", "files", "bookmark"),
    [
        (lambda: [page(company(1), reached=at(1)), cut(2, 3, 4, 5, reached=at(5))], 2, at(4)),
        (lambda: [page(company(0), company(1), reached=at(1)), cut(2, reached=at(4))], 1, at(1)),
        (lambda: [page(company(0), reached=at(0)), cut(1, 2, reached=at(4))], 1, at(1)),
        (lambda: [page(company(0), reached=at(0)), cut(reached=at(4))], 0, None),
        (lambda: [page(company(0), company(1), reached=at(1)), cut(4, 3, 2)], 2, at(1)),
        (lambda: [page(company(0), reached=at(0)), cut(2, 1)], 1, at(0)),
    ],
    ids=[
        *("files within a page", "a file before the page", "a file of two pages", "no file"),
        *("a page in no order", "a file of two pages in no order"),
    ],
)
def test_the_last_state_of_a_run_that_ends_early_covers_whole_files_only(
    tmp_path: Path,
    state: dict[str, Any] | None,
    pages: Callable[[], list[Page]],
    files: int,
    bookmark: str | None,
) -> None:
    tap = OfflineTap(
        Companies,
        selected=["companies"],
        state=state,
        pages={"companies": pages()},
        batch_config={"storage": {"root": str(tmp_path)}, "batch_size": 2},
    )

    run = tap.sync()

    assert run.code == 128 + signal.SIGTERM
    assert len(run.of_type("BATCH")) == files
    assert run.messages[-1]["type"] == "STATE"
    assert bookmarks(run, "companies")[-1] == (bookmark or (BEFORE if state else None))


def test_the_last_state_does_not_cover_a_part_of_a_page_that_is_in_no_file(tmp_path: Path) -> None:
    pages = [page(company(1, "x", "y", "z"), reached=at(1)), cut(reached=at(2))]
    tap = OfflineTap(
        Companies,
        selected=["company_tags"],
        pages={"company_tags": pages},
        batch_config={"storage": {"root": str(tmp_path)}, "batch_size": 2},
    )

    run = tap.sync()

    assert len(run.of_type("BATCH")) == 1
    assert bookmarks(run, "company_tags")[-1] is None


def test_a_stream_that_stream_maps_duplicate_is_refused_before_the_run(tmp_path: Path) -> None:
    settings: dict[str, Any] = {
        "batch_config": {"storage": {"root": str(tmp_path)}},
        "stream_maps": {"labels": {"__source__": "tags"}},
    }

    with pytest.raises(ConfigurationError, match="stream_maps duplicate tags"):
        OfflineTap(Tags, **settings)


def test_a_file_holds_the_rows_that_came_before_a_failure(tmp_path: Path) -> None:
    batches = {"encoding": {"format": "jsonl"}, "storage": {"root": tmp_path.as_uri()}}
    pages_by_stream = {"companies": [page(company(1, "x"), reached=at(1)), GIVEN_UP]}

    run = OfflineTap(
        Companies, selected=["companies"], pages=pages_by_stream, batch_config=batches
    ).sync()

    assert run.bookmark("companies") == at(1)
    assert [batch["stream"] for batch in run.of_type("BATCH")] == ["companies"]


def test_a_folder_that_can_t_be_written_to_is_an_error_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    batches = {
        "encoding": {"format": "jsonl"},
        "storage": {"root": (tmp_path / "file" / "folder").as_uri()},
    }
    tap = OfflineTap(Tags, pages={"tags": [ONE_TAG]}, batch_config=batches)

    run = tap.sync()

    assert run.code == 1
    assert not run.messages
    (error,) = run.logged("ERROR")
    assert "Setting batch_config: no file can be written to" in error


def test_rows_of_a_list_that_is_short_are_written_to_a_file(tmp_path: Path) -> None:
    batches = {
        "encoding": {"format": "jsonl", "compression": "gzip"},
        "storage": {"root": tmp_path.as_uri()},
    }

    run = OfflineTap(Tags, pages={"tags": [ONE_TAG, INCOMPLETE]}, batch_config=batches).sync()

    (batch,) = run.of_type("BATCH")
    assert len(batch["manifest"]) == 1
