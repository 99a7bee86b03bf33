"""The wrapper of target-duckdb loads every row, value by value."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from support.targets import DUCKDB, DuckdbTarget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from support.singer_output import Key

ROWS = [(f"{number:05}-a", f"Thing {number}") for number in range(3)]
TEXT = {"type": ["null", "string"]}

# More bytes than DuckDB takes for one line of a CSV by default.
MANY = 2_500_000

# Values that break a CSV whose form is guessed.
AWKWARD = [
    *("'", '"', '""', 'She said: "Hello, you",\nand left; it\'s | a\ttest', "a,b;c|d\te"),
    *("one\ntwo", "one\rtwo", "one\r\ntwo", "\n", "\r\n", "\t", " ", " spaces "),
    *("\\", "\\N", '\\"', "\\n", "null", "NULL", "#", "--", "0012", "1e5", "true", "{}", "[1]"),
    *("naïve 日本語 🙂", "e\u0301", "\u00a0", "\u2028", "\ufeff", "\ufffd", "\u0001", "\x7f"),
]


def messages(rows: Sequence[Key], columns: dict[str, Any], key: Sequence[str]) -> bytes:
    """Return the messages that a tap would write for these rows."""
    schema = {"type": "object", "properties": columns}
    stream = {"stream": "things"}
    written: list[dict[str, Any]] = [
        {"type": "SCHEMA", **stream, "schema": schema, "key_properties": key},
        *(
            {"type": "RECORD", **stream, "record": dict(zip(columns, row, strict=True))}
            for row in rows
        ),
        {"type": "STATE", "value": {"bookmarks": {}}},
    ]
    return "".join(json.dumps(message) + "\n" for message in written).encode()


def load(target: DuckdbTarget, rows: Sequence[Key]) -> list[Key]:
    """Load rows into a table of texts, and return its content."""
    target.load(messages(rows, {"id": TEXT, "name": TEXT}, ["id"]))
    return sorted(target.rows("things", "id", "name"))


@pytest.fixture
def target(tmp_path: Path) -> DuckdbTarget:
    return DuckdbTarget(tmp_path)


def test_the_wrapper_keeps_the_first_row(target: DuckdbTarget) -> None:
    assert load(target, ROWS) == ROWS


def test_without_the_wrapper_the_first_row_is_lost(target: DuckdbTarget) -> None:
    # Once this fails, the target is fixed and the wrapper can go.
    class Unwrapped(DuckdbTarget):
        command = (sys.executable, Path(sys.executable).with_name("target-duckdb"))

    assert load(Unwrapped(target.folder), ROWS) == ROWS[1:]


def test_the_wrapper_loads_awkward_values_as_they_are(target: DuckdbTarget) -> None:
    rows = [(f"{place:02} {value}", value) for place, value in enumerate(AWKWARD)]
    assert load(target, rows) == rows


def test_an_empty_text_is_loaded_as_null(target: DuckdbTarget) -> None:
    # Once this fails, the target is fixed: tests/end_to_end/test_duckdb_types.py lists it, too.
    assert load(target, [("1", ""), ("2", None)]) == [("1", None), ("2", None)]


def test_the_wrapper_loads_quotes_that_duckdb_would_see_too_late(target: DuckdbTarget) -> None:
    # DuckDB guesses a CSV's format from its first 20,480 rows.
    rows = [(f"{number:05}-a", "plain") for number in range(20_500)]
    rows += [(f"20500-{place:02}", value) for place, value in enumerate(AWKWARD)]
    assert load(target, rows) == rows


@pytest.mark.parametrize("text", ["x", '"', "\n", "\r\n", ",", "日", 'a "quote",\n\\N\t'])
def test_the_wrapper_loads_a_row_of_millions_of_bytes(target: DuckdbTarget, text: str) -> None:
    rows = [("1", "before"), ("2", text * (MANY // len(text.encode()))), ("3", "after")]
    assert load(target, rows) == rows


def test_the_wrapper_loads_an_object_of_millions_of_bytes(target: DuckdbTarget) -> None:
    value = {"texts": ['a "quote",\n', "日本語"] * (MANY // 20)}
    columns = {"id": TEXT, "value": {"type": ["null", "object"]}}

    target.load(messages([("1", value), ("2", None)], columns, ["id"]))

    (one, two) = sorted(target.rows("things", "id", "value"))
    assert json.loads(one[1]) == value
    assert two == ("2", None)


@pytest.mark.parametrize("columns", [["id"], ["team_id", "position"]])
def test_the_wrapper_loads_a_stream_that_has_only_key_columns(
    target: DuckdbTarget, columns: list[str]
) -> None:
    rows: list[Key] = [tuple(f"{column} {row}" for column in columns) for row in range(3)]
    types = dict.fromkeys(columns, TEXT)

    target.load(messages(rows[:2], types, columns))
    target.load(messages(rows, types, columns))

    assert sorted(target.rows("things", *columns)) == rows


def test_the_wrapper_updates_the_rows_that_it_finds(target: DuckdbTarget) -> None:
    assert load(target, ROWS) == ROWS
    assert load(target, [(ROWS[0][0], "changed")]) == [(ROWS[0][0], "changed"), *ROWS[1:]]


def test_the_wrapper_refuses_a_release_that_it_does_not_know(tmp_path: Path) -> None:
    metadata = tmp_path / "target_duckdb-0.9.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: target-duckdb\nVersion: 0.9.0")
    ended = subprocess.run(  # noqa: S603
        DUCKDB, env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert "0.9.0 is installed: remove this wrapper" in ended.stderr
    assert ended.stderr.count("\n") == 1
