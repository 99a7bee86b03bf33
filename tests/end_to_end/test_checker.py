"""`check` notices each broken promise to a target."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from support.singer_output import Output, check, check_messages

if TYPE_CHECKING:
    from collections.abc import Callable

Messages = list[dict[str, Any]]

TEXT = {"type": ["string", "null"]}
TIME = {"type": ["string", "null"], "format": "date-time"}


def at(hour: int) -> str:
    return f"2026-05-31T{hour:02d}:00:00.000Z"


def record(key: str | None, hour: int, **more: Any) -> dict[str, Any]:
    return {
        "type": "RECORD",
        "stream": "notes",
        "record": {"id": key, "updated_at": at(hour), **more},
    }


def state(hour: int, **more: Any) -> dict[str, Any]:
    bookmark = {"replication_key": "updated_at", "replication_key_value": at(hour), **more}
    return {"type": "STATE", "value": {"bookmarks": {"notes": bookmark}}}


SCHEMA = {
    "type": "SCHEMA",
    "stream": "notes",
    "schema": {"type": "object", "properties": {"id": TEXT, "updated_at": TIME, "body": TEXT}},
    "key_properties": ["id"],
    "bookmark_properties": ["updated_at"],
}

GOOD: Messages = [SCHEMA, record("a", 1), record("b", 3), state(3), record("c", 4), state(9)]


def run_of(messages: Messages, *, code: int = 0, log: str = "", end: bytes = b"\n") -> Output:
    lines = [json.dumps(message).encode() for message in messages]
    return Output(code, b"\n".join(lines) + end, log)


def test_a_good_run_passes() -> None:
    check(run_of(GOOD))


SPOILT: dict[str, Callable[[Messages], Any]] = {
    "no SCHEMA": lambda run: run.pop(0),
    "the SCHEMA after a record": lambda run: run.insert(1, run.pop(0)),
    "a SCHEMA twice": lambda run: run.append(run[0]),
    "no STATE at the end": lambda run: run.pop(),
    "an unknown message": lambda run: run.insert(1, {"type": "BATCH", "stream": "notes"}),
    "a column that was not announced": lambda run: run.insert(4, record("d", 3, title="x")),
    "a value of another type": lambda run: run.insert(4, record("d", 3, body=17)),
    "no value for the key": lambda run: run.insert(4, record(None, 3)),
    "a row twice": lambda run: run.insert(4, record("b", 3)),
    "no key": lambda run: run[0].update(key_properties=[]),
    "a time in another form": lambda run: run[2]["record"].update(updated_at="2026-05-31T03:00Z"),
    "no time": lambda run: run[2]["record"].update(updated_at=None),
    "a row that is older than the one before it": lambda run: run.insert(3, record("d", 2)),
    "a STATE that claims rows to come": lambda run: run[3].update(state(8)),
    "a STATE that goes back": lambda run: run.insert(5, state(2)),
    "a bookmark behind its rows": lambda run: run[-1].update(state(3)),
    "a bookmark in another form": lambda run: run[-1].update(
        state(9, replication_key_value="2026-06-01")
    ),
    "progress markers": lambda run: run[-1].update(state(9, progress_markers={})),
    "a version that is activated too early": lambda run: run.insert(
        3, {"type": "ACTIVATE_VERSION", "stream": "notes", "version": 1}
    ),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_the_checker_refuses_a_run_whose_messages_are_wrong(
    spoil: Callable[[Messages], Any],
) -> None:
    messages = copy.deepcopy(GOOD)
    spoil(messages)

    with pytest.raises((AssertionError, KeyError)):
        check(run_of(messages))


@pytest.mark.parametrize(
    "more",
    [
        {"code": 1},
        {"log": "Traceback (most recent call last):"},
        {"log": "2026-06-01 12:00:00 | ERROR    | tap-kustomer | It went wrong"},
        {"end": b""},
    ],
    ids=["a code other than 0", "a traceback", "an error", "half a line at its end"],
)
def test_the_checker_refuses_a_run_whose_ending_is_wrong(more: dict[str, Any]) -> None:
    with pytest.raises(AssertionError):
        check(run_of(GOOD, **more))


def test_rows_of_the_lookback_may_come_after_a_state_that_stands_beyond_them() -> None:
    messages = [SCHEMA, state(3), record("b", 3), record("c", 4), state(9)]
    messages[2]["record"]["updated_at"] = "2026-05-31T02:58:00.000Z"

    check(run_of(messages))
    with pytest.raises(AssertionError):
        check(run_of(messages), lookback=60)


def test_a_run_that_was_interrupted_may_end_with_any_code_and_repeat_rows() -> None:
    messages = [*GOOD[:3], record("b", 3), state(3)]

    check_messages(run_of(messages, code=143), is_whole=False)
