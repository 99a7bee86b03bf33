"""Chains of syncs that are killed, disturbed and overtaken by changes end with the very rows.

`CHAOS_SEEDS=200 pytest -m '' tests/chaos` runs more of them; one that fails says how to repeat it.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import signal
import sqlite3
import threading
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

import pytest

from kustomer_sandbox import Sandbox
from support.singer_output import Output, Runner, check_messages, select
from support.tap_process import LONGEST_RUN

if TYPE_CHECKING:
    import subprocess
    from pathlib import Path


# For how long a tap that keeps to the limits may ask for nothing.
QUIET_SECONDS: Final = 5.0

# The tables that are compared: searched ones, a full one, and some that derive from them.
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


class End(Enum):
    """How a sync may end before it is done."""

    SIGTERM = "SIGTERM"
    SIGINT = "SIGINT"
    SIGKILL = "SIGKILL"
    BROKEN_PIPE = "the target ends"
    FULL_DISK = "the target's disk is full"
    LOST_NETWORK = "the network is lost"
    EXPIRED_KEY = "the key expires"


# A seed for each way to end. All but the first are for the nightly run only.
SEEDS = [
    pytest.param(seed, marks=[pytest.mark.thorough] * (seed > 0))
    for seed in range(int(os.environ.get("CHAOS_SEEDS", len(End))))
]

SIGNALS: Final = {
    End.SIGTERM: signal.SIGTERM,
    End.SIGINT: signal.SIGINT,
    End.SIGKILL: signal.SIGKILL,
}
# After these there is no telling what else the tap had to say.
UNREAD: Final = {End.SIGKILL, End.BROKEN_PIPE, End.FULL_DISK}


def sure_end(seed: int) -> End:
    """How the first sync of a chain ends: each in turn, so that a few seeds have them all."""
    return list(End)[seed % len(End)]


@dataclass
class Plan:
    """What happens during one sync.

    Attributes:
        end: How it ends early, if it does.
        after_requests: How many requests are served before that; 0 if lines tell the time.
        after_lines: How many lines are read before that.
        change_after_lines: How many lines are read before the organisation changes; 0 for never.
        crash: Whether the target loses at the end what it has not committed.
    """

    end: End | None = None
    after_requests: int = 0
    after_lines: int = 0
    change_after_lines: int = 0
    crash: bool = False


def draw(dice: random.Random, end: End | None, *, is_sure: bool) -> Plan:
    """A plan for one sync. What is sure to happen happens before all is asked for."""
    by_requests = is_sure or dice.random() < 0.5
    return Plan(
        end=end,
        after_requests=dice.randrange(6, 20) if by_requests else 0,
        after_lines=dice.randrange(5, 600),
        change_after_lines=dice.randrange(5, 400),
        crash=dice.random() < 0.5,
    )


class Traffic:
    """The clock of the sandbox's limits: a minute passes with each request, so they refuse none."""

    def __init__(self) -> None:
        self._requests = 0
        self._came = threading.Event()

    def __call__(self) -> float:
        """Tell the time to a request."""
        self._requests += 1
        self._came.set()
        return 61 * self._requests

    def wait_for(self, requests: int, process: subprocess.Popen[bytes]) -> None:
        """Come back after so many more, or when no more come: the tap may wait for its reader."""
        before = self._requests
        while self._requests < before + requests:
            self._came.clear()
            has_begun = self._requests > before or process.poll() is not None
            if not self._came.wait(QUIET_SECONDS) and has_begun:
                return


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
        if self.database.in_transaction:
            self.database.execute("rollback")
        self.database.execute("begin")

    def limit(self, pages: int) -> None:
        """How large the database may become; it never has fewer pages than it holds."""
        self.database.execute(f"pragma max_page_count = {pages}")

    def rows(self, stream: str) -> list[dict[str, Any]]:
        """All rows of a stream."""
        found = self.database.execute("select record from rows where stream = ?", (stream,))
        return [json.loads(record) for (record,) in found]


class SyncChain:
    """Syncs one after the other, of one organisation into one store."""

    def __init__(self, seed: int, directory: Path) -> None:
        self._seed = seed
        self._dice = random.Random(seed)
        self._directory = directory
        self._runs = itertools.count()
        self._traffic = Traffic()
        self._sandbox = Sandbox(
            seed=seed,
            scale=self._dice.choice((0.05, 0.1, 0.2)),
            ties={"message": self._dice.choice((0, 30, 90))},
            shuffle_ties=self._dice.random() < 0.5,
            org_limit=60_000,
            search_limit=150,
            ratelimit_scope="search",
            monotonic=self._traffic,
        )
        self._key = self._sandbox.api_key
        self._store = Store(directory / "store.sqlite")

    def run(self) -> None:
        """Sync through all troubles, then in peace, and compare."""
        with self._sandbox as sandbox:
            found = json.loads(self._tap("--discover").output)
            catalog = select(found, [*TABLES, *DERIVED])
            page_size = self._dice.choice((20, 100, 500))
            self._sync(
                catalog,
                draw(self._dice, sure_end(self._seed), is_sure=True),
                is_sure=True,
                page_size=20,
            )
            for _ in range(self._dice.randrange(1, 3)):
                for fault in self._dice.sample(FAULTS, self._dice.randrange(3)):
                    sandbox.fault(path="/v1/customers/", skip=self._dice.randrange(6), **fault)
                end = self._dice.choice((None, None, *End))
                plan = draw(self._dice, end, is_sure=False)
                self._sync(catalog, plan, page_size=page_size)
            sandbox.api.faults.clear()
            self._sync(catalog, Plan(), settle_seconds=0)
            compare(self._store, sandbox)

    @property
    def _tap(self) -> Runner:
        return Runner(self._sandbox.url, self._key, self._new_directory)

    def _new_directory(self) -> Path:
        path = self._directory / str(next(self._runs))
        path.mkdir()
        return path

    def _sync(
        self, catalog: dict[str, Any], plan: Plan, *, is_sure: bool = False, **config: Any
    ) -> None:
        if plan.end is End.LOST_NETWORK:
            config["max_retry_seconds"] = 1
        process = self._tap.start(catalog=catalog, state=self._store.state, **config)
        try:
            lines = self._read(process, plan)
            code = process.wait(LONGEST_RUN)
        finally:
            process.kill()
        assert process.stdout is not None
        assert process.stderr is not None
        run = Output(code, b"".join(lines), process.stderr.read().decode())
        process.stderr.close()
        process.stdout.close()
        self._repair(plan)
        check_end(run, plan.end, is_sure=is_sure)

    def _read(self, process: subprocess.Popen[bytes], plan: Plan) -> list[bytes]:
        """The messages of the tap, until the tap or the target ends."""
        assert process.stdout is not None
        if plan.end is not None and plan.after_requests:
            self._traffic.wait_for(plan.after_requests, process)
            self._end(process, plan.end)
        lines: list[bytes] = []
        while not process.stdout.closed and (line := process.stdout.readline()):
            if not line.endswith(b"\n"):
                assert plan.end is End.SIGKILL, "a line is cut short"
                break
            lines.append(line)
            try:
                self._store.take(line)
            except sqlite3.OperationalError:
                assert plan.end is End.FULL_DISK
                process.stdout.close()
            if len(lines) == plan.change_after_lines:
                self._sandbox.advance(self._dice.choice((30, 60, 120)))
            if len(lines) == plan.after_lines and plan.end is not None and not plan.after_requests:
                self._end(process, plan.end)
        return lines

    def _end(self, process: subprocess.Popen[bytes], end: End) -> None:
        if end in SIGNALS:
            process.send_signal(SIGNALS[end])
        elif end is End.BROKEN_PIPE:
            assert process.stdout is not None
            process.stdout.close()
        elif end is End.FULL_DISK:
            self._store.limit(1)
        elif end is End.LOST_NETWORK:
            self._sandbox.stop()
        else:
            self._sandbox.options.api_key = "another-key"

    def _repair(self, plan: Plan) -> None:
        """Restore the conditions before the end, except what the target has lost."""
        self._sandbox.options.api_key = self._key
        if plan.end is End.LOST_NETWORK:
            self._sandbox.stop()
            self._sandbox.start()
        if plan.crash or plan.end is End.FULL_DISK:
            self._store.crash()
        self._store.limit(1_000_000)


def check_end(run: Output, end: End | None, *, is_sure: bool) -> None:
    """That a sync has ended as it should.

    Args:
        run: What it has written.
        end: What was to end it early.
        is_sure: Whether that must have happened before it was done.
    """
    assert "Traceback" not in run.log
    codes = {0} if end is None else {1}
    if end in SIGNALS:
        number = SIGNALS[end]
        codes = {-number} if end is End.SIGKILL else {128 + number}
    if end is not None and not is_sure:
        # It may come when all is done; a signal may then still be what ends the process.
        codes |= {0, -SIGNALS[end]} if end in SIGNALS else {0}
    assert run.code in codes, run.log
    if end is End.EXPIRED_KEY and run.code:
        assert "does not accept the API key" in run.log
    if end is End.LOST_NETWORK and run.code:
        assert "Given up" in run.log
    if end not in UNREAD:
        check_messages(run, is_whole=False)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_store_ends_with_the_sandbox_rows(seed: int, tmp_path: Path) -> None:
    try:
        SyncChain(seed, tmp_path).run()
    except Exception as error:
        error.add_note(
            f"Repeat it with: CHAOS_SEEDS={seed + 1} pytest -m '' "
            f'"tests/chaos/test_chaos.py::test_the_store_ends_with_the_sandbox_rows[{seed}]"'
        )
        raise


def test_the_first_seeds_cover_every_way_to_end() -> None:
    assert {sure_end(seed) for seed in range(len(End))} == set(End)


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
