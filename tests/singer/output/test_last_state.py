"""The last STATE of a run whose last messages the target has not taken."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tap_kustomer.singer.output.last_state import state_before


def at(hour: int) -> str:
    return f"2026-05-31T{hour:02d}:00:00.000Z"


def record(stream: str, hour: int) -> bytes:
    return json.dumps(
        {"type": "RECORD", "stream": stream, "record": {"updated_at": at(hour)}}
    ).encode()


def state(**hours: int) -> dict[str, Any]:
    return {
        "bookmarks": {
            stream: {"replication_key": "updated_at", "replication_key_value": at(hour)}
            for stream, hour in hours.items()
        }
    }


SCHEMA = b'{"type":"SCHEMA","stream":"notes"}'
ACTIVATE = b'{"type":"ACTIVATE_VERSION","stream":"tags","version":7}'


def test_a_bookmark_is_the_time_of_the_first_row_that_is_not_written() -> None:
    lines = [record("notes", 3), record("companies", 5), record("notes", 4)]

    found = state_before(lines, state(notes=6, companies=6, messages=6), state(notes=1))

    assert found == state(notes=3, companies=5, messages=6)


def test_rows_before_the_bookmark_do_not_move_it_back() -> None:
    assert state_before([record("notes", 1)], state(notes=6), state(notes=2)) == state(notes=2)


def test_rows_after_the_bookmark_do_not_move_it_forward() -> None:
    assert state_before([record("notes", 9)], state(notes=6), state(notes=2)) == state(notes=6)


@pytest.mark.parametrize("before", [{"was_read": True}, {}], ids=["read", "never"])
@pytest.mark.parametrize("line", [record("tags", 1), ACTIVATE], ids=["RECORD", "ACTIVATE_VERSION"])
def test_a_full_table_keeps_its_earlier_state(before: dict[str, Any], line: bytes) -> None:
    now = {"bookmarks": {"tags": {"was_read": True}}}

    assert state_before([line], now, {"bookmarks": {"tags": before}}) == {
        "bookmarks": {"tags": before}
    }


def test_a_stream_without_a_written_row_keeps_its_earlier_state() -> None:
    lines = [SCHEMA, record("notes", 3)]

    assert state_before(lines, state(notes=6), state(notes=2)) == state(notes=2)


def test_a_state_among_the_unwritten_messages_is_ignored() -> None:
    line = json.dumps({"type": "STATE", "value": state(notes=5)}).encode()

    assert state_before([record("notes", 3), line], state(notes=5), state()) == state(notes=3)
