"""Chains of syncs that are killed, disturbed and overtaken by changes end with the very rows.

`CHAOS_SEEDS=200 pytest tests/chaos` runs more of them; a failing one repeats with its number, as in
`pytest "tests/chaos/test_chaos.py::test_the_store_ends_with_the_sandbox_rows[17]"`.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import sqlite3
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from kustomer_sandbox import Sandbox
from support.singer_output import Output, Runner, check_messages, select
from support.tap_process import LONGEST_RUN

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path

SEEDS = range(int(os.environ.get("CHAOS_SEEDS", "20")))

# What is compared: what is read by search, a full table, and what comes along with both.
TABLES = {
    "companies": "company",
    "conversations": "conversation",
    "customers": "customer",
    "kobjects": "kobject",
    "messages": "message",
    "notes": "note",
    "teams": "team",
}
DERIVED = {
    "conversation_tags": ("conversations", "tags", "tag_id"),
    "customer_emails": ("customers", "emails", "email"),
    "team_members": ("teams", "members", "user_id"),
}
FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 502, "body": "html"},
    {"kind": "status", "status": 429, "retry_after": 1},
    {"kind": "truncate"},
    {"kind": "reset"},
    {"kind": "not_json"},
    {"kind": "wrong_shape"},
    {"kind": "timed_out"},
    {"kind": "short_page"},
    {"kind": "empty_page"},
    {"kind": "backwards"},
    {"kind": "wrong_page"},
    {"kind": "churn", "rows": 3, "times": 5},
)
ENDS = (None, None, signal.SIGTERM, signal.SIGINT, signal.SIGKILL, signal.SIGPIPE)


@dataclass
class Store:
    """A target: upserts rows by their key, and confirms a state once its rows are committed."""

    path: Path
    state: dict[str, Any] | None = None
    keys: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.database = sqlite3.connect(self.path, isolation_level=None)
        self.database.execute(
            "create table rows (stream text, key text, record text, primary key (stream, key))"
        )
        self.database.execute("begin")

    def take(self, line: bytes) -> None:
        """What a target does with one message."""
        message = json.loads(line)
        if message["type"] == "SCHEMA":
            self.keys[message["stream"]] = message["key_properties"]
        elif message["type"] == "RECORD":
            record = message["record"]
            key = json.dumps([record[column] for column in self.keys[message["stream"]]])
            self.database.execute(
                "insert or replace into rows values (?, ?, ?)",
                (message["stream"], key, json.dumps(record)),
            )
        elif message["type"] == "STATE":
            self.database.execute("commit")
            self.database.execute("begin")
            self.state = message["value"]

    def crash(self) -> None:
        """Lose what was not committed."""
        self.database.execute("rollback")
        self.database.execute("begin")

    def rows(self, stream: str) -> list[dict[str, Any]]:
        """All rows of a stream."""
        found = self.database.execute("select record from rows where stream = ?", (stream,))
        return [json.loads(record) for (record,) in found]


def sync(
    process: subprocess.Popen[bytes],
    store: Store,
    sandbox: Sandbox,
    dice: random.Random,
    end: signal.Signals | None,
) -> None:
    """One sync into the store, while the organisation changes and perhaps to an early end."""
    assert process.stdout is not None
    lines: list[bytes] = []
    change_at, end_at = dice.randrange(5, 400), dice.randrange(5, 600)
    for line in process.stdout:
        if not line.endswith(b"\n"):
            assert end is signal.SIGKILL, "a line is cut short"
            break
        lines.append(line)
        store.take(line)
        if len(lines) == change_at:
            sandbox.advance(dice.choice((30, 60, 120)))
        if len(lines) == end_at and end is not None:
            if end is signal.SIGPIPE:
                process.stdout.close()
                break
            process.send_signal(end)
    code = process.wait(LONGEST_RUN)
    assert process.stderr is not None
    log = process.stderr.read().decode()
    process.stderr.close()
    process.stdout.close()
    run = Output(code, b"".join(lines), log)
    assert "Traceback" not in log
    if end is signal.SIGPIPE:
        # All may have been in the pipe already when its reader went.
        assert code in {0, 1}, log
    elif end is None or "Run finished" in log:
        # A signal that comes when all is done may still be what ends the process.
        assert code in {0, *([] if end is None else [-end, 128 + end])}, log
    else:
        assert code in {-signal.SIGKILL, 128 + end}, log
    if end not in {signal.SIGPIPE, signal.SIGKILL}:
        check_messages(run, is_whole=False)
    if dice.random() < 0.5:
        store.crash()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_store_ends_with_the_sandbox_rows(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    # To the limits a minute passes with each request: they refuse none, so that nothing waits.
    sandbox = Sandbox(
        seed=seed,
        scale=dice.choice((0.05, 0.1, 0.2)),
        ties={"message": dice.choice((0, 30, 90))},
        shuffle_ties=dice.random() < 0.5,
        org_limit=60_000,
        search_limit=150,
        ratelimit_scope="search",
        monotonic=itertools.count(step=61).__next__,
    )
    numbers = itertools.count()

    def directory() -> Path:
        path = tmp_path / str(next(numbers))
        path.mkdir()
        return path

    store = Store(tmp_path / "store.sqlite")
    with sandbox:
        tap = Runner(sandbox.url, sandbox.api_key, directory)
        catalog = select(json.loads(tap("--discover").output), [*TABLES, *DERIVED])
        page_size = dice.choice((20, 100, 500))
        for _ in range(dice.randrange(2, 4)):
            for fault in dice.sample(FAULTS, dice.randrange(3)):
                sandbox.fault(path="/v1/customers/", skip=dice.randrange(6), **fault)
            process = tap.start(catalog=catalog, state=store.state, page_size=page_size)
            sync(process, store, sandbox, dice, dice.choice(ENDS))
        sandbox.api.faults.clear()
        for _ in range(2):
            process = tap.start(catalog=catalog, state=store.state, settle_seconds=0, page_size=500)
            sync(process, store, sandbox, random.Random(0), None)
        compare(store, sandbox)


def compare(store: Store, sandbox: Sandbox) -> None:
    """Row by row and revision by revision: what the sandbox has, the store has."""
    for table, kind in TABLES.items():
        stored = {row["id"]: row for row in store.rows(table)}
        for resource in sandbox.organisation.resources(kind):
            row = stored.get(resource["id"])
            assert row is not None, f"{table} lacks {resource['id']}"
            attributes = resource["attributes"]
            assert row["updated_at"] == attributes["updatedAt"], f"{table} {row['id']} is stale"
            assert row.get("rev") == attributes.get("rev")
    for table, (parent, attribute, column) in DERIVED.items():
        key = f"{TABLES[parent]}_id"
        found: dict[str, dict[int, Any]] = {}
        newest = {row["id"]: row["updated_at"] for row in store.rows(parent)}
        for row in store.rows(table):
            if row[f"{TABLES[parent]}_updated_at"] == newest[row[key]]:
                found.setdefault(row[key], {})[row["position"]] = row[column]
        for resource in sandbox.organisation.resources(TABLES[parent]):
            items = resource["attributes"].get(attribute) or []
            values = [item.get(column) if isinstance(item, dict) else item for item in items]
            here = found.get(resource["id"], {})
            assert [here.get(place) for place in range(len(values))] == values
            assert len(here) == len(values), f"{table} keeps rows of {resource['id']}"
