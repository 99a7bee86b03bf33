"""What a run says at its end: on a terminal, in the log and in a file."""

from __future__ import annotations

import io
import json
import logging
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console
from typing_extensions import override

from support.virtual_time import VirtualClock
from tap_kustomer.client.limits import Limiter
from tap_kustomer.config import settings_from
from tap_kustomer.errors import TapKustomerError
from tap_kustomer.reporting.results import RunResults, Status, StreamResult
from tap_kustomer.reporting.summary import (
    Summary,
    print_summary,
    save_summary,
    summary_of,
    write_summary_at_end,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path


KEY = "a-key-that-nobody-may-see"

CUSTOMERS = StreamResult(
    stream="customers",
    status=Status.COMPLETE,
    reason="",
    fails_run=False,
    rows=1200,
    came_with="",
    requests=5,
    seconds=12.3,
    missing=0,
    is_unproven=False,
    bookmark="2023-11-14T22:12:20.000Z",
)
EMAILS = replace(
    CUSTOMERS, stream="customer_emails", rows=800, came_with="customers", requests=0, seconds=0.0
)
MESSAGES = replace(
    CUSTOMERS,
    stream="messages",
    status=Status.INCOMPLETE,
    reason="998 of 1000 rows came",
    rows=998,
    missing=2,
)
TAGS = replace(
    CUSTOMERS,
    stream="tags",
    status=Status.LEFT_OUT,
    reason="a role is missing",
    rows=0,
    bookmark=None,
)


class Run:
    """A run with these results."""

    def __init__(self, *streams: StreamResult, is_finished: bool = True) -> None:
        self.results = RunResults(streams=[*streams], is_finished=is_finished)
        self.settings = settings_from({"api_key": KEY})
        self.clock = VirtualClock()
        self.limiter = Limiter(self.clock, self.settings.api_usage)

    def write_summary_at_end(self) -> AbstractContextManager[None]:
        return write_summary_at_end(self.results, self.limiter, self.clock, self.settings)

    def summary(self, started: float = 0.0, seconds: float = 60.0) -> Summary:
        return summary_of(self.results, self.limiter, started, seconds, None)


def spend(run: Run, seconds: float) -> None:
    """Pretend that a run took some seconds, and 60 requests, 30 of them searches."""
    run.clock.sleep(seconds)
    limiter = run.limiter
    limiter.organization.spent += 60
    limiter.search.spent += 30
    limiter.search.throttled_count += 1


def text_of(run: Run, width: int = 120) -> list[str]:
    console = Console(file=io.StringIO(), width=width)
    print_summary(run.summary(), console)
    assert isinstance(console.file, io.StringIO)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


# In the log


def logged(run: Run, caplog: pytest.LogCaptureFixture, level: int) -> list[logging.LogRecord]:
    with caplog.at_level(logging.INFO), run.write_summary_at_end():
        spend(run, 120)
    return [record for record in caplog.records if record.levelno == level]


def test_the_last_line_of_a_run_has_its_figures_as_text_and_as_fields(
    caplog: pytest.LogCaptureFixture,
) -> None:
    run = Run(CUSTOMERS, EMAILS, TAGS)
    run.results.selected = ["customers", "customer_emails", "tags", "users"]

    (record,) = logged(run, caplog, logging.INFO)

    figures = {
        "streams": 3,
        "rows": 2000,
        "requests": 60,
        "seconds": 120.0,
        "rows_per_minute": 1000,
        "search_budget_percent": 15,
        "incomplete": 1,
        "not_begun": 1,
    }
    said = ", ".join(f"{name}={value}" for name, value in figures.items())
    assert record.getMessage() == f"Run finished: {said}"
    assert figures.items() <= vars(record).items()


def test_each_stream_that_lacks_rows_has_a_warning_with_its_counts_as_fields(
    caplog: pytest.LogCaptureFixture,
) -> None:
    messages, tags = logged(Run(CUSTOMERS, MESSAGES, TAGS), caplog, logging.WARNING)

    assert messages.getMessage() == "messages: incomplete: 998 of 1000 rows came"
    expected = {"stream_name": "messages", "rows": 998, "rows_expected": 1000}
    assert expected.items() <= vars(messages).items()
    assert tags.getMessage() == "tags: left out: a role is missing"


def test_streams_that_come_with_an_incomplete_one_share_its_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    left_out = [
        replace(one, status=Status.LEFT_OUT, reason="no role") for one in (CUSTOMERS, EMAILS)
    ]

    (warning,) = logged(Run(*left_out), caplog, logging.WARNING)

    assert warning.getMessage() == "customers and 1 made of its rows: left out: no role"


def test_a_warning_names_the_streams_without_a_count_that_proves_all_rows_came(
    caplog: pytest.LogCaptureFixture,
) -> None:
    notes = replace(CUSTOMERS, stream="notes", is_unproven=True)
    messages = replace(notes, stream="messages")

    (warning,) = logged(Run(CUSTOMERS, notes, messages), caplog, logging.WARNING)

    assert warning.getMessage() == (
        "No proof that all rows came, as Kustomer gave no count, stopped counting at 10,000 or "
        "changed a list in each pass: notes, messages"
    )


def test_a_terminal_shows_the_streams_without_proof_too() -> None:
    lines = text_of(Run(replace(CUSTOMERS, is_unproven=True)))

    assert any(line.endswith("in each pass: customers") for line in lines)


def test_a_run_that_ended_early_says_so(caplog: pytest.LogCaptureFixture) -> None:
    (record,) = logged(Run(CUSTOMERS, is_finished=False), caplog, logging.INFO)

    assert record.getMessage().startswith("Run ended early: streams=1, ")


# On a terminal


def test_a_terminal_gets_a_table_of_all_streams() -> None:
    head, customers, emails, *_, end = text_of(Run(CUSTOMERS, EMAILS))

    assert head.split() == ["stream", "rows", "requests", "seconds", "bookmark"]
    assert customers.split() == ["customers", "1,200", "5", "12.3", CUSTOMERS.bookmark]
    # What came with another table stands under that, and took nothing of its own.
    assert emails.startswith("  customer_emails ")
    assert emails.split() == ["customer_emails", "800", CUSTOMERS.bookmark]
    assert end.startswith("Run finished: 2,000 rows of 2 streams, ")


def test_a_terminal_shows_below_the_table_what_is_wrong() -> None:
    run = Run(CUSTOMERS, MESSAGES, replace(TAGS, reason="no [role] " + "word " * 40 + "end"))
    run.results.selected = ["messages", "users", "teams"]

    lines = text_of(run)

    assert lines[-4:-1] == [
        "messages: incomplete: 998 of 1000 rows came",
        f"tags: left out: {'no [role] ' + 'word ' * 40 + 'end'}",
        "Not begun: users, teams",
    ]


def test_the_table_fits_a_narrow_terminal_with_nothing_cut_off() -> None:
    name = "conversation_first_message_out_teams"

    lines = text_of(Run(replace(CUSTOMERS, stream=name)), width=70)

    *table, _ = lines
    assert all(len(line) <= 70 for line in table)
    assert "".join(line.split()[0] for line in table).endswith(name)
    assert str(CUSTOMERS.bookmark) in table[1]


def test_names_stay_in_one_piece_on_80_columns_where_what_reading_took_has_no_room() -> None:
    name = "conversation_first_message_out_teams"

    lines = text_of(Run(CUSTOMERS, replace(EMAILS, stream=name)), width=80)

    assert lines[0].split() == ["stream", "rows", "bookmark"]
    assert lines[2].split() == [name, "800", EMAILS.bookmark]


class Terminal(io.StringIO):
    @override
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_the_table_and_not_the_lines_of_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    with caplog.at_level(logging.INFO), Run(CUSTOMERS, TAGS).write_summary_at_end():
        pass

    assert "customers" in terminal.getvalue()
    assert not caplog.records


# In a file


def document_of(run: Run, path: Path) -> dict[str, Any]:
    save_summary(run.summary(1_700_000_000.0, 61.5), path)
    document: dict[str, Any] = json.loads(path.read_text())
    return document


def test_the_file_holds_the_whole_summary(tmp_path: Path) -> None:
    run = Run(CUSTOMERS, EMAILS, MESSAGES, replace(TAGS, is_unproven=True))
    run.results.selected = ["customers", "users"]
    spend(run, 0)

    document = document_of(run, tmp_path / "summary.json")

    streams = document.pop("streams")
    assert document == {
        "started": "2023-11-14T22:13:20.000Z",
        "finished": "2023-11-14T22:14:21.500Z",
        "ended": "whole",
        "error": None,
        "rows": 2998,
        "requests": 60,
        "rate_limited": 1,
        "search_budget_percent": 29,
        "not_begun": ["users"],
    }
    customers, emails, messages, tags = streams
    assert customers == {
        "stream": "customers",
        "status": "complete",
        "reason": None,
        "rows": 1200,
        "expected": 1200,
        "unproven": False,
        "requests": 5,
        "seconds": 12.3,
        "came_with": None,
        "bookmark": "2023-11-14T22:12:20.000Z",
    }
    assert emails["came_with"] == "customers"
    assert (messages["rows"], messages["expected"]) == (998, 1000)
    assert (messages["status"], messages["reason"]) == ("incomplete", "998 of 1000 rows came")
    assert (tags["status"], tags["reason"]) == ("left_out", "a role is missing")
    assert tags["bookmark"] is None
    assert tags["unproven"] is True


def test_a_reader_of_the_file_while_it_is_written_gets_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "summary.json"
    document_of(Run(CUSTOMERS), path)

    with path.open() as before:
        document_of(Run(), path)
        assert json.load(before)["rows"] == 1200

    assert json.loads(path.read_text())["rows"] == 0
    assert [file.name for file in tmp_path.iterdir()] == ["summary.json"]


def test_a_file_that_can_not_be_written_is_a_warning_and_leaves_nothing_behind(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    directory = tmp_path / "summary.json"
    directory.mkdir()

    save_summary(Run(CUSTOMERS).summary(), directory)
    save_summary(Run(CUSTOMERS).summary(), tmp_path / "missing" / "file")

    assert [record.levelname for record in caplog.records] == ["WARNING", "WARNING"]
    assert str(directory) in caplog.text
    assert "summary_path" in caplog.text
    assert [file.name for file in tmp_path.iterdir()] == ["summary.json"]


# However it ends


def fail_with(error: BaseException) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TapKustomerError("Given up after 3 tries"), "Given up after 3 tries"),
        (SystemExit(143), "SIGTERM has ended the run"),
        (SystemExit(130), "SIGINT has ended the run"),
        (ZeroDivisionError("division by zero"), "ZeroDivisionError: division by zero"),
        (TapKustomerError(f"The answer was {KEY}"), "The answer was [secret]"),
    ],
    ids=["error", "SIGTERM", "SIGINT", "defect", "key"],
)
def test_what_ended_a_run_early_is_in_the_file_without_the_key(
    error: BaseException, said: str, tmp_path: Path
) -> None:
    path = tmp_path / "summary.json"
    run = with_summary_path(Run(CUSTOMERS, is_finished=False), path)

    with pytest.raises(type(error)), run.write_summary_at_end():
        fail_with(error)()

    document = json.loads(path.read_text())
    assert document["ended"] == "early"
    assert document["error"] == said
    assert document["rows"] == 1200


def test_a_run_without_an_error_writes_the_file_too(tmp_path: Path) -> None:
    path = tmp_path / "summary.json"

    with with_summary_path(Run(CUSTOMERS), path).write_summary_at_end():
        pass

    document = json.loads(path.read_text())
    assert (document["ended"], document["error"]) == ("whole", None)


def with_summary_path(run: Run, path: Path) -> Run:
    run.settings = replace(run.settings, summary_path=path)
    return run
