"""A run over readings: what is written, in which order, and what becomes of errors."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Any

import pytest

from support.offline_tap import NOW, UNTIL, OfflineTap
from support.singer_output import check, check_messages
from tap_kustomer import times
from tap_kustomer.client.errors import (
    AccessError,
    DeadKeyError,
    GaveUpError,
    MissingError,
    OversizedError,
    PagingError,
    RefusedError,
    RequestError,
)
from tap_kustomer.reading.children import NoneFoundError
from tap_kustomer.reading.pages import IncompleteError, Page, Shortfall, Unproven, Window
from tap_kustomer.reporting.results import Status
from tap_kustomer.singer.stream import TapStream
from tap_kustomer.streams.assistants import Assistants
from tap_kustomer.streams.audit_logs import AuditLogs
from tap_kustomer.streams.brands import Brands
from tap_kustomer.streams.chat_settings import ChatSettings
from tap_kustomer.streams.companies import Companies
from tap_kustomer.streams.conversation_events import ConversationEvents
from tap_kustomer.streams.conversation_forwards import ConversationForwards
from tap_kustomer.streams.custom_attribute_metadata import CustomAttributeMetadata
from tap_kustomer.streams.live_ids import NoteIds
from tap_kustomer.streams.notes import Notes
from tap_kustomer.streams.outbound_accounts import OutboundAccounts
from tap_kustomer.streams.slas import Slas, SlaVersions
from tap_kustomer.streams.snippets import Snippets
from tap_kustomer.streams.tags import Tags
from tap_kustomer.streams.teams import Teams

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.singer_output import Output

FORBIDDEN = AccessError("GET /v1/tags answered 403: forbidden")
ABSENT = MissingError("GET /v1/tags answered 404: not_found")
REFUSED = RefusedError("GET /v1/tags answered 400: bad_parameter")
OVERSIZED = OversizedError("GET /v1/tags answered with more than 100 MB")
GIVEN_UP = GaveUpError("GET /v1/tags answered 500: oops. Given up after 9 tries in 300 s")

# A thread that does not do its part fails the test instead of blocking it, in seconds.
LONGEST = 10.0

BEFORE = "2026-05-01T00:00:00.000Z"


def resource(kind: str, key: str, **attributes: Any) -> dict[str, Any]:
    return {"type": kind, "id": key, "attributes": attributes}


def page(*resources: dict[str, Any], reached: str | None = None) -> Page:
    return Page(resources, None if reached is None else times.to_milliseconds(reached))


def at(hour: int) -> str:
    return f"2026-05-31T{hour:02d}:00:00.000Z"


def company(number: int, *tags: str) -> dict[str, Any]:
    """A company that changed at this hour."""
    return resource("company", f"company-{number}", updatedAt=at(number), tags=list(tags))


def bookmarked(*tables: str, at: str = BEFORE) -> dict[str, Any]:
    return {"bookmarks": {table: {"replication_key_value": at} for table in tables}}


ONE_TAG = page(resource("tag", "a", name="new"))
ONE_BRAND = page(resource("brand", "b", name="Shop"))
ONE_NOTE = page(resource("note", "n", updatedAt="2026-05-01T10:00:00.000Z"))


def bookmarks(run: Output, table: str) -> list[str | None]:
    """The bookmark of a table in each state."""
    return [
        message["value"].get("bookmarks", {}).get(table, {}).get("replication_key_value")
        for message in run.of_type("STATE")
    ]


# What is written


def test_rows_go_to_the_tables_that_are_made_of_them() -> None:
    script = {
        "slas": [
            page(
                resource("sla", "s"),
                resource(
                    "sla_version",
                    "v",
                    criteria={"and": [{"conversation_channel": {"value": "sms"}}]},
                ),
                resource("something_new", "n"),
            )
        ]
    }

    run = OfflineTap(Slas, SlaVersions, scripted={"script": script}).sync()

    check(run)
    assert run.by_id("slas").keys() == {"s"}
    assert run.by_id("sla_versions").keys() == {"v"}
    assert run.held()["sla_criteria"].keys() == {("v", 0)}


def test_derived_rows_are_written_after_each_parent() -> None:
    script = {"companies": [page(company(1, "x", "y"), company(2, "z"), reached=at(2))]}
    tap = OfflineTap(Companies, selected=["companies", "company_tags"], scripted={"script": script})

    run = tap.sync()

    check(run)
    assert [message["stream"] for message in run.of_type("RECORD")] == [
        *("companies", "company_tags", "company_tags"),
        *("companies", "company_tags"),
    ]


def test_a_derived_table_is_read_though_the_table_that_it_is_made_of_is_not_selected() -> None:
    script = {"company_tags": [page(company(1, "x"), reached=at(1))]}
    tap = OfflineTap(Companies, selected=["company_tags"], scripted={"script": script})

    run = tap.sync()

    check(run)
    assert run.streams == {"company_tags"}
    assert [record["tag_id"] for record in run.records("company_tags")] == ["x"]


def test_one_reading_serves_a_table_and_those_derived_of_it() -> None:
    tap = OfflineTap(Companies)

    tap.sync()

    assert [name for name, _, _ in tap.script.asked] == ["companies"]


def test_a_table_that_is_selected_later_gets_its_history_and_the_one_beside_it_no_repetition() -> (
    None
):
    script = {"companies": [page(company(1, "x"), company(9, "y"), reached=at(9))]}
    tap = OfflineTap(
        Companies,
        selected=["companies", "company_tags"],
        state=bookmarked("companies", at=at(5)),
        scripted={"script": script},
    )

    run = tap.sync()

    ((_, _, window),) = tap.script.asked
    assert window == Window(0, times.to_milliseconds(UNTIL))
    assert run.by_id("companies").keys() == {"company-9"}
    assert [record["tag_id"] for record in run.records("company_tags")] == ["x", "y"]


def test_a_window_that_is_over_before_it_begins_is_not_asked_about() -> None:
    state = bookmarked("companies", at="2026-06-01T12:30:00.000Z")
    tap = OfflineTap(Companies, Tags, selected=["companies", "tags"], state=state)

    run = tap.sync()

    check(run)
    assert [name for name, _, _ in tap.script.asked] == ["tags"]
    assert run.state() == {**state, "bookmarks": {**state["bookmarks"], "tags": {"was_read": True}}}


# States


def test_a_signal_ends_the_run_between_two_pages_and_the_bookmark_is_that_of_the_first() -> None:
    next_page_is_there = threading.Event()

    def pages() -> Iterator[Page]:
        yield Page(asked_to_stop(company(1), company(2)), times.to_milliseconds(at(2)))
        yield page(company(3), reached=at(3))
        next_page_is_there.set()

    def asked_to_stop(*resources: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Resources before which a signal comes."""
        assert next_page_is_there.wait(LONGEST)
        tap._handle_termination(signal.SIGTERM, None)  # noqa: SLF001  # As the system calls it.
        yield from resources

    tap = OfflineTap(
        *(Companies, Notes),
        selected=["companies", "notes"],
        scripted={"script": {"companies": pages()}},
    )

    run = tap.sync()

    assert run.code == 128 + signal.SIGTERM
    check_messages(run, is_whole=False)
    assert run.by_id("companies").keys() == {"company-1", "company-2"}
    assert run.bookmark("companies") == at(2)
    assert "notes" not in run.streams


def cut_off(*resources: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Resources after which the run ends, as it does while a reader pauses."""
    yield from resources
    raise SystemExit(128 + signal.SIGTERM)


@pytest.mark.parametrize(
    ("reached", "bookmark"), [(at(9), at(2)), (None, None)], ids=["in order", "in no order"]
)
def test_a_run_that_ends_within_a_page_keeps_what_was_written_of_it_if_its_rows_are_in_order(
    reached: str | None, bookmark: str | None
) -> None:
    time = None if reached is None else times.to_milliseconds(reached)
    script = {"companies": [Page(cut_off(company(1, "x"), company(2, "y")), time)]}
    tap = OfflineTap(Companies, selected=["companies", "company_tags"], scripted={"script": script})

    run = tap.sync()

    assert run.code == 128 + signal.SIGTERM
    assert len(run.records("company_tags")) == 2
    for table in ("companies", "company_tags"):
        assert bookmarks(run, table)[-1] == bookmark


def test_a_bookmark_moves_to_the_end_of_the_window_though_no_row_came() -> None:
    run = OfflineTap(Companies).sync()

    check(run)
    assert run.bookmark("companies") == run.bookmark("company_tags") == UNTIL


def test_rows_of_the_lookback_do_not_move_a_bookmark_back() -> None:
    script = {"companies": [page(company(1), reached=at(1)), REFUSED]}
    tap = OfflineTap(
        Companies,
        selected=["companies"],
        state=bookmarked("companies", at=at(2)),
        scripted={"script": script},
    )

    run = tap.sync()

    assert run.by_id("companies").keys() == {"company-1"}
    assert set(bookmarks(run, "companies")) == {at(2)}


@pytest.mark.parametrize("state", [None, {"bookmarks": {}}, bookmarked("companies")])
def test_a_run_begins_with_the_state_that_it_goes_on_from(state: dict[str, Any] | None) -> None:
    """Some targets take the first STATE for one whose rows they have loaded already."""
    script = {"tags": [ONE_TAG], "companies": [page(company(9), reached=at(9))]}

    run = OfflineTap(Tags, Companies, state=state, scripted={"script": script}).sync()

    assert run.messages[0] == {"type": "STATE", "value": state or {"bookmarks": {}}}


def test_a_state_comes_at_least_after_every_thousand_rows() -> None:
    pages = [page(*(company(hour) for _ in range(400)), reached=at(hour)) for hour in range(1, 8)]
    tap = OfflineTap(Companies, selected=["companies"], scripted={"script": {"companies": pages}})

    run = tap.sync()

    assert bookmarks(run, "companies") == [None, at(2), at(4), at(6), UNTIL]


def test_with_batches_a_state_comes_after_each_whole_file_and_those_written_beside_it(
    tmp_path: Path,
) -> None:
    pages = [
        page(*(company(hour, "x") for _ in range(400)), reached=at(hour)) for hour in range(1, 8)
    ]
    tap = OfflineTap(
        Companies,
        selected=["companies", "company_tags"],
        scripted={"script": {"companies": pages}},
        batch_config={"storage": {"root": str(tmp_path)}, "batch_size": 1_000},
    )

    run = tap.sync()

    files = ["BATCH", "BATCH", "STATE"]
    types = [message["type"] for message in run.messages]
    assert types == ["STATE", "SCHEMA", "SCHEMA", *files * 4]
    for table in ("companies", "company_tags"):
        assert bookmarks(run, table) == [None, at(2), at(4), at(6), UNTIL]


def test_no_file_holds_more_records_than_a_batch_may_have(tmp_path: Path) -> None:
    script = {"companies": [page(*(company(hour) for hour in range(5)), reached=at(5))]}
    storage = {"root": str(tmp_path)}
    encoding = {"compression": "none"}

    OfflineTap(
        Companies,
        selected=["companies"],
        scripted={"script": script},
        batch_config={"encoding": encoding, "storage": storage, "batch_size": 2},
    ).sync()

    sizes = [len(file.read_bytes().splitlines()) for file in tmp_path.iterdir()]
    assert sorted(sizes) == [1, 2, 2]


def test_with_batches_a_run_that_ends_within_a_file_leaves_the_state_of_the_file_before(
    tmp_path: Path,
) -> None:
    first = page(company(0), company(1), reached=at(1))
    second = cut_off(company(2), company(3), company(4))
    script = {"companies": [first, Page(second, times.to_milliseconds(at(4)))]}
    tap = OfflineTap(
        Companies,
        selected=["companies"],
        scripted={"script": script},
        batch_config={"storage": {"root": str(tmp_path)}, "batch_size": 2},
    )

    run = tap.sync()

    assert run.code == 128 + signal.SIGTERM
    assert len(run.of_type("BATCH")) == 2
    assert bookmarks(run, "companies") == [None, at(1)]


def test_a_state_comes_after_every_reading() -> None:
    script = {"tags": [ONE_TAG], "brands": [ONE_BRAND]}

    run = OfflineTap(Tags, Brands, scripted={"script": script}).sync()

    types = [message["type"] for message in run.messages]
    assert types == ["STATE", *["SCHEMA", "RECORD", "STATE"] * 2]
    assert run.state() == {"bookmarks": {name: {"was_read": True} for name in ("brands", "tags")}}


# The order of readings


def test_what_is_quick_to_read_comes_first() -> None:
    streams = (
        *(NoteIds, ConversationForwards, Companies, AuditLogs, CustomAttributeMetadata, Tags),
        ChatSettings,
    )
    tap = OfflineTap(*streams, selected=[stream.name for stream in streams])

    run = tap.sync()

    assert [message["stream"] for message in run.of_type("SCHEMA")] == [
        stream.name for stream in reversed(streams)
    ]


# What may not be read


def test_a_table_without_its_role_is_left_out_with_a_warning_that_names_the_roles() -> None:
    script = {"tags": [FORBIDDEN], "brands": [ONE_BRAND]}

    run = OfflineTap(Tags, Brands, scripted={"script": script}).sync()

    check(run)
    (warning,) = run.logged("WARNING")
    assert "tags" in warning
    assert all(role in warning for role in Tags.roles)
    assert "403" in warning
    assert run.counts() == {"brands": 1}
    assert not run.state()["bookmarks"]["tags"]


def test_for_a_searched_table_the_roles_that_let_search_are_named_too() -> None:
    tap = OfflineTap(Companies, NoteIds, scripted={"script": {"companies": [FORBIDDEN]}})

    (warning,) = tap.sync().logged("WARNING")

    assert Companies.roles[0] in warning
    assert "org.permission.search.create" in warning


def test_tables_that_are_made_of_what_may_not_be_read_are_left_out_with_it() -> None:
    tap = OfflineTap(Companies, scripted={"script": {"companies": [FORBIDDEN]}})

    run = tap.sync()

    check(run)
    assert not run.counts()
    assert not any(
        "replication_key_value" in bookmark for bookmark in run.state()["bookmarks"].values()
    )
    assert {
        outcome.stream for outcome in tap.results.streams if outcome.status is Status.LEFT_OUT
    } == run.streams


@pytest.mark.parametrize(
    "state",
    [{"bookmarks": {"tags": {"was_read": True}}}, bookmarked("company_tags")],
    ids=["a full table", "a derived table"],
)
def test_a_table_that_an_earlier_run_did_read_makes_the_run_fail_in_the_end(
    state: dict[str, Any],
) -> None:
    script = {"tags": [FORBIDDEN], "companies": [FORBIDDEN], "teams": [page(resource("team", "t"))]}

    run = OfflineTap(Tags, Companies, Teams, state=state, scripted={"script": script}).sync()

    check_messages(run)
    assert run.code == 1
    assert run.by_id("teams").keys() == {"t"}
    (error,) = run.logged("ERROR")
    named = "tags" if "tags" in state["bookmarks"] else "companies"
    assert named in error
    assert not {"tags", "companies"} - {named} & set(error.split())
    for table, bookmark in state["bookmarks"].items():
        assert run.state()["bookmarks"][table] == bookmark


def test_a_table_that_was_read_in_part_makes_the_run_fail_in_the_end_too() -> None:
    script = {"tags": [ONE_TAG, FORBIDDEN]}

    run = OfflineTap(Tags, scripted={"script": script}).sync()

    assert run.code == 1
    assert run.by_id("tags").keys() == {"a"}


@pytest.mark.parametrize(
    ("error", "is_good"),
    [(FORBIDDEN, False), (DeadKeyError("Kustomer does not know the key"), True)],
    ids=["found out", "said"],
)
def test_with_a_key_that_is_dead_the_run_ends_at_once(error: AccessError, *, is_good: bool) -> None:
    script = {"brands": [error], "tags": [ONE_TAG]}
    tap = OfflineTap(Brands, Tags, scripted={"script": script, "key_is_good": is_good})

    run = tap.sync()

    assert run.code == 1
    assert len(run.logged("ERROR")) == 1
    assert not run.logged("WARNING")
    assert not run.of_type("RECORD")
    assert run.messages[-1]["type"] == "STATE"


# What is not there


@pytest.mark.parametrize(
    ("stream", "error"),
    [(Tags, ABSENT), (Assistants, ABSENT), (Assistants, REFUSED), (Assistants, GIVEN_UP)],
    ids=["404", "assumed, 404", "assumed, 400", "assumed, 500"],
)
def test_what_an_organisation_does_not_have_is_left_out(stream: Any, error: RequestError) -> None:
    script = {stream.name: [error], "brands": [ONE_BRAND]}

    run = OfflineTap(stream, Brands, scripted={"script": script}).sync()

    check(run)
    (warning,) = run.logged("WARNING")
    assert stream.name in warning
    assert "does not have it" in warning
    assert run.counts() == {"brands": 1}


@pytest.mark.parametrize(
    ("stream", "error"),
    [
        *((Tags, REFUSED), (Tags, GIVEN_UP), (Tags, OVERSIZED)),
        *((Companies, ABSENT), (NoteIds, ABSENT)),
    ],
    ids=["400", "500", "too large", "no search", "no search for ids"],
)
def test_what_kustomer_promises_makes_the_run_fail_in_the_end_if_it_can_t_be_read(
    stream: Any, error: RequestError
) -> None:
    script = {stream.name: [error], "brands": [ONE_BRAND], "notes": [ONE_NOTE]}
    streams = (stream, Brands, Notes)
    selected = [each.name for each in streams]

    run = OfflineTap(*streams, selected=selected, scripted={"script": script}).sync()

    check_messages(run)
    assert run.code == 1
    assert run.counts() == {"brands": 1, "notes": 1}
    assert str(error) in run.logged("ERROR")[0]
    assert not run.state()["bookmarks"].get(stream.name)
    assert run.bookmark("notes") == UNTIL


def test_if_kustomer_can_t_be_asked_at_all_the_run_ends_at_once() -> None:
    script = {"brands": [GIVEN_UP], "tags": [ONE_TAG]}
    tap = OfflineTap(Brands, Tags, scripted={"script": script, "is_reachable": False})

    run = tap.sync()

    assert run.code == 1
    assert run.counts() == {}
    assert str(GIVEN_UP) in run.logged("ERROR")[0]


def test_a_search_that_fails_on_its_way_keeps_its_bookmark_and_the_others_go_on() -> None:
    script = {
        "companies": [page(company(1, "x"), reached=at(1)), GIVEN_UP],
        "notes": [ONE_NOTE],
    }

    run = OfflineTap(
        *(Companies, Notes), selected=["companies", "notes"], scripted={"script": script}
    ).sync()

    check_messages(run)
    assert run.code == 1
    assert (run.bookmark("companies"), run.bookmark("notes")) == (at(1), UNTIL)


def test_batches_hold_what_came_before_a_failure(tmp_path: Path) -> None:
    batches = {"encoding": {"format": "jsonl"}, "storage": {"root": tmp_path.as_uri()}}
    script = {"companies": [page(company(1, "x"), reached=at(1)), GIVEN_UP]}

    run = OfflineTap(
        Companies, selected=["companies"], scripted={"script": script}, batch_config=batches
    ).sync()

    assert run.bookmark("companies") == at(1)
    assert [batch["stream"] for batch in run.of_type("BATCH")] == ["companies"]


@pytest.mark.parametrize(
    ("stream", "error"), [(Tags, ABSENT), (Assistants, REFUSED)], ids=["404", "assumed, 400"]
)
def test_what_was_there_before_makes_the_run_fail_in_the_end_if_it_is_not_there_now(
    stream: Any, error: RequestError
) -> None:
    state = {"bookmarks": {stream.name: {"was_read": True}}}
    script = {stream.name: [error]}

    run = OfflineTap(stream, state=state, scripted={"script": script}).sync()

    assert run.code == 1
    assert run.state() == state


def test_what_came_in_part_makes_the_run_fail_in_the_end_if_the_rest_is_not_there() -> None:
    script = {"assistants": [page(resource("assistant", "a")), REFUSED]}

    run = OfflineTap(Assistants, scripted={"script": script}).sync()

    assert run.code == 1
    assert run.by_id("assistants").keys() == {"a"}


NONE_FOUND = NoneFoundError("conversation_events: no parent has any (asked about: 25)")


def test_parents_that_are_all_gone_are_no_fault_but_let_no_bookmark_pass() -> None:
    state = {"bookmarks": {"conversation_events": {"replication_key_value": at(1)}}}
    script = {"conversation_events": [page(), NONE_FOUND]}

    run = OfflineTap(ConversationEvents, state=state, scripted={"script": script}).sync()

    check(run)
    assert run.bookmark("conversation_events") == at(1)
    assert str(NONE_FOUND) in run.logged("WARNING")[0]


def test_in_a_first_run_parents_that_are_all_gone_show_that_there_is_no_such_table() -> None:
    script = {"conversation_events": [page(), NONE_FOUND]}

    run = OfflineTap(ConversationEvents, scripted={"script": script}).sync()

    check(run)
    assert not run.state()["bookmarks"]["conversation_events"]
    assert str(NONE_FOUND) in run.logged("WARNING")[0]


def test_a_table_whose_pages_lead_in_a_circle_holds_up_no_other() -> None:
    script = {"tags": [PagingError("GET /v1/tags leads in a circle")], "brands": [ONE_BRAND]}

    run = OfflineTap(Tags, Brands, scripted={"script": script}).sync()

    check_messages(run)
    assert run.code == 1
    assert run.counts() == {"brands": 1}


@pytest.mark.parametrize("source", ["the table", "its parents"])
def test_a_missing_archive_makes_the_run_fail_in_the_end(source: str) -> None:
    stream = Notes if source == "the table" else ConversationEvents
    script = {stream.name: [IncompleteError("the archive is not there")]}

    run = OfflineTap(stream, scripted={"script": script}).sync()

    assert run.code == 1


def test_no_part_of_a_key_is_null_or_empty_and_rows_without_one_stay_apart() -> None:
    accounts: list[dict[str, Any]] = [
        {"attributes": {"channel": "chat", "account": None, "name": "Shop"}},
        {"attributes": {"channel": "chat", "account": "", "name": "Help"}},
        {"attributes": {"channel": "chat", "name": "Sales"}},
        {"attributes": {}},
    ]

    run = OfflineTap(
        OutboundAccounts, scripted={"script": {"outbound_accounts": [page(*accounts)]}}
    ).sync()

    check(run)
    keys = {(row["channel"], row["account"]) for row in run.records("outbound_accounts")}
    assert len(keys) == len(accounts)
    assert all(part for key in keys for part in key)


# What is incomplete

SHORT = IncompleteError("tags: 2 rows are counted, 1 came", since=times.to_milliseconds(at(2)))


def test_a_list_that_is_shorter_than_it_says_is_a_warning() -> None:
    script = {"tags": [ONE_TAG, SHORT], "brands": [ONE_BRAND]}

    run = OfflineTap(Tags, Brands, scripted={"script": script}).sync()

    check(run)
    assert run.counts() == {"tags": 1, "brands": 1}
    (warning,) = run.logged("WARNING")
    assert str(SHORT) in warning


def test_a_folder_that_batches_can_t_be_written_to_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    batches = {
        "encoding": {"format": "jsonl"},
        "storage": {"root": (tmp_path / "file" / "folder").as_uri()},
    }
    tap = OfflineTap(Tags, scripted={"script": {"tags": [ONE_TAG]}}, batch_config=batches)

    run = tap.sync()

    assert run.code == 1
    assert not run.messages
    (error,) = run.logged("ERROR")
    assert "Setting batch_config: no file can be written to" in error


def test_what_came_of_a_list_that_is_short_is_written_to_batches_too(tmp_path: Path) -> None:
    batches = {
        "encoding": {"format": "jsonl", "compression": "gzip"},
        "storage": {"root": tmp_path.as_uri()},
    }

    run = OfflineTap(
        Tags, scripted={"script": {"tags": [ONE_TAG, SHORT]}}, batch_config=batches
    ).sync()

    (batch,) = run.of_type("BATCH")
    assert len(batch["manifest"]) == 1


@pytest.mark.parametrize(
    ("stream", "strict"), [(Tags, True), (Companies, False), (NoteIds, False)], ids=str
)
def test_a_search_that_is_short_makes_the_run_fail_in_the_end_and_a_list_if_counts_are_strict(
    stream: Any, *, strict: bool
) -> None:
    tap = OfflineTap(
        stream,
        selected=[stream.name],
        scripted={"script": {stream.name: [SHORT]}},
        strict_counts=strict,
    )

    run = tap.sync()

    assert run.code == 1
    assert str(SHORT) in run.logged("ERROR")[0]


def test_no_bookmark_stands_beyond_rows_that_are_missing() -> None:
    pages = [page(company(1, "x"), company(3, "y"), reached=at(3)), SHORT]
    tap = OfflineTap(
        Companies, selected=["companies", "company_tags"], scripted={"script": {"companies": pages}}
    )

    run = tap.sync()

    assert run.code == 1
    assert run.bookmark("companies") == run.bookmark("company_tags") == at(2)


def test_a_cursor_list_that_is_short_is_a_warning_and_is_read_again_from_there() -> None:
    log = resource("audit_log", "a", createdAt=at(1))
    script = {"audit_logs": [page(log, reached=at(3)), SHORT]}

    run = OfflineTap(AuditLogs, scripted={"script": script}).sync()

    assert run.code == 0
    assert run.logged("WARNING")
    assert run.bookmark("audit_logs") == at(2)


MISSING = Shortfall(Window(0, NOW), expected=3, delivered=1)
UNPROVEN = Unproven(Window(0, NOW))
WITH_VERSIONS: dict[str, Any] = {"emit_activate_version_messages": True}


@pytest.mark.parametrize(
    ("given", "activated"),
    [
        ([], True),
        ([MISSING], False),
        ([UNPROVEN], False),
        ([SHORT], False),
        ([FORBIDDEN], False),
    ],
    ids=["whole", "fewer rows than counted", "no count", "short", "refused half-way"],
)
def test_a_version_is_activated_only_if_nothing_can_be_missing(
    given: list[Any], *, activated: bool
) -> None:
    script = {"tags": [ONE_TAG, *given]}

    run = OfflineTap(Tags, scripted={"script": script}, **WITH_VERSIONS).sync()

    assert run.by_id("tags").keys() == {"a"}
    assert bool(run.of_type("ACTIVATE_VERSION")) == activated


def test_no_version_is_activated_by_a_run_that_was_ended() -> None:
    script = {"teams": [Page(cut_off(resource("team", "t", members=["u"])))]}

    run = OfflineTap(Teams, scripted={"script": script}, **WITH_VERSIONS).sync()

    assert len(run.records("teams")) == 1
    assert not run.of_type("ACTIVATE_VERSION")


def test_derived_tables_of_a_list_have_their_versions_activated_with_it() -> None:
    script = {"teams": [page(resource("team", "t", members=["u"]))]}

    run = OfflineTap(Teams, scripted={"script": script}, **WITH_VERSIONS).sync()

    check(run)
    activated = {message["stream"] for message in run.of_type("ACTIVATE_VERSION")}
    assert activated == {"team_members", "team_role_groups", "teams"}


# Full tables

TEAMS = (
    resource("team", "one", members=["ada", "bob"]),
    resource("team", "two", members=["cyd"]),
)


def sync_teams(state: dict[str, Any] | None, *pages: Any, **config: Any) -> Output:
    script = {"teams": [*pages] or [page(*TEAMS)]}
    return OfflineTap(
        Teams, state=state, scripted={"script": script}, **WITH_VERSIONS, **config
    ).sync()


def test_a_full_table_and_what_its_rows_carry_are_written_whole_when_nothing_has_changed() -> None:
    first = sync_teams(None)

    second = sync_teams(first.state())

    check(second)
    assert first.counts() == second.counts() == {"teams": 2, "team_members": 3}
    activated = {message["stream"] for message in second.of_type("ACTIVATE_VERSION")}
    assert activated == second.streams


def test_rows_that_a_failed_reading_gave_are_written_and_counted() -> None:
    script = {"teams": [page(*TEAMS), GIVEN_UP]}
    tap = OfflineTap(Teams, state=sync_teams(None).state(), scripted={"script": script})

    run = tap.sync()

    assert len(run.records("team_members")) == 3
    rows = {outcome.stream: outcome.rows for outcome in tap.results.streams}
    assert rows["team_members"] == 3


def test_what_came_of_a_list_that_is_short_is_written() -> None:
    run = sync_teams(None, page(*TEAMS), SHORT)

    assert run.counts() == {"teams": 2, "team_members": 3}


def test_what_a_search_gives_is_written_as_it_comes() -> None:
    tap = OfflineTap(
        Companies,
        scripted={"script": {"companies": [page(company(1, "x"), reached=at(1)), GIVEN_UP]}},
    )

    run = tap.sync()

    assert run.code == 1
    assert len(run.records("company_tags")) == 1


def test_the_state_is_looked_at_by_the_thread_that_writes_it_and_by_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looking: set[threading.Thread] = set()

    def watched(stream: TapStream) -> dict[str, Any]:
        looking.add(threading.current_thread())
        state: dict[str, Any] = stream.get_context_state(None)
        return state

    monkeypatch.setattr(TapStream, "stream_state", property(watched))
    script = {"companies": [page(company(1), reached=at(1))]}
    OfflineTap(Companies, selected=["companies"], scripted={"script": script}).sync()

    assert looking == {threading.main_thread()}


# What came of it


def test_what_came_of_each_table_is_noted() -> None:
    script = {
        "companies": [page(company(1, "x", "y"), reached=at(1)), MISSING, UNPROVEN],
        "tags": [FORBIDDEN],
    }
    tap = OfflineTap(
        *(Companies, Tags),
        selected=["companies", "company_tags", "tags"],
        scripted={"script": script},
    )

    tap.sync()

    outcomes = {outcome.stream: outcome for outcome in tap.results.streams}
    companies, tags = outcomes["companies"], outcomes["company_tags"]
    assert (companies.rows, companies.requests, companies.missing) == (1, 1, 2)
    assert (tags.rows, tags.requests, tags.missing) == (2, 0, 0)
    assert (companies.came_with, tags.came_with) == ("", "companies")
    assert (companies.is_unproven, tags.is_unproven) == (True, False)
    assert companies.bookmark == tags.bookmark == UNTIL
    assert companies.status is tags.status is Status.INCOMPLETE
    assert companies.reason == "1 of 3 rows came"
    assert outcomes["tags"].status is Status.LEFT_OUT
    assert "403" in outcomes["tags"].reason


def test_a_table_that_the_run_did_not_finish_is_noted_as_cut_short() -> None:
    scripted = {"script": {"snippets": [GIVEN_UP]}, "is_reachable": False}
    tap = OfflineTap(Tags, Snippets, scripted=scripted)

    tap.sync()

    (outcome,) = tap.results.streams
    assert outcome.stream == "snippets"
    assert (outcome.status, outcome.reason) == (Status.CUT_SHORT, "the run ended")
