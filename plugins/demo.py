"""What `make demo` runs beside the sandbox: a sync to DuckDB with Meltano, checked and shown.

The first run reads the whole organisation. In each later run two hours have passed in it, and only
what changed in them is read, except for the small tables that are always read whole.
"""

# ruff: noqa: INP001, T201 - a script that shows something.

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import requests

SANDBOX = os.environ["KUSTOMER_SANDBOX_URL"]
MELTANO = Path(".venv/meltano/bin/meltano")
DATABASE = Path("output/demo.duckdb")
MINUTES = 120
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# The sandbox's name for what a table holds. First what is read incrementally.
INCREMENTAL = {
    "companies": "company",
    "conversations": "conversation",
    "customers": "customer",
    "kobjects": "kobject",
    "messages": "message",
    "notes": "note",
}
TABLES = {
    **INCREMENTAL,
    "brands": "brand",
    "klasses": "klass",
    "queues": "queue",
    "shortcuts": "shortcut",
    "slas": "sla",
    "tags": "tag",
    "teams": "team",
    "users": "user",
}


def main() -> int:
    """Sync, compare, show."""
    again = rows() == truth()
    if again:
        requests.post(f"{SANDBOX}/_sandbox/advance?minutes={MINUTES}", timeout=60)
    started = datetime.now(UTC)
    if code := sync():
        return code
    held, read, expected = rows(), rows(since=started), truth()
    show(held, read)
    for table in sorted(held.keys() | expected.keys()):
        if held.get(table) != expected.get(table):
            print(f"{table}: DuckDB has {held.get(table)} rows, the sandbox {expected.get(table)}")
    if held != expected:
        print("\nThe two differ. `make clean` starts over; settings in .env take part too.")
        return 1
    print("\nEvery table in DuckDB has as many rows as the sandbox.")
    if again:
        changed, whole = (sum(counts[table] for table in INCREMENTAL) for counts in (read, held))
        if changed == whole:
            print("But everything was read again: Meltano knew nothing of the last run.")
            return 1
        print(f"Read incrementally: {changed} of {whole} rows, those of the last {MINUTES} minutes")
    else:
        print("Run `make demo` again: it reads only what has changed by then.")
    return 0


def sync() -> int:
    """Run Meltano; its exit code."""
    # Ctrl-C reaches Meltano by itself. This script waits for it to end.
    signal.signal(signal.SIGINT, lambda *_: None)
    # A run that was killed counts as running for five more minutes, but for `--force`.
    command = [str(MELTANO), "run", "--force", "tap-kustomer", "target-duckdb"]
    if not DATABASE.exists():
        # A bookmark of a file that has been deleted would leave the new one incomplete.
        command.insert(2, "--full-refresh")
    print("$ MELTANO_ENVIRONMENT=demo", *command, flush=True)
    environment = {**os.environ, "MELTANO_ENVIRONMENT": "demo"}
    code = subprocess.call(command, env=environment)  # noqa: S603
    return 128 - code if code < 0 else code


def truth() -> dict[str, int]:
    """How many rows each table should have."""
    counts = requests.get(f"{SANDBOX}/_sandbox/counts", timeout=60).json()
    return {table: counts[kind] for table, kind in TABLES.items()}


def rows(since: datetime = EPOCH) -> dict[str, int]:
    """How many rows each table has that were read since then."""
    if not DATABASE.exists():
        return {}
    with duckdb.connect(DATABASE, read_only=True) as database:
        tables = database.execute("select table_name from duckdb_tables()").fetchall()
        return {
            table: database.execute(
                f"select count(*) from tap_kustomer.{table} where _sdc_extracted_at >= ?",  # noqa: S608
                [since.replace(tzinfo=None)],
            ).fetchall()[0][0]
            for (table,) in tables
        }


def show(held: dict[str, int], read: dict[str, int]) -> None:
    """Print what the DuckDB file holds."""
    print(f"\n{DATABASE}\n\n{'table':<20}{'rows':>8}{'read now':>12}")
    for table, count in sorted(held.items()):
        print(f"{table:<20}{count:>8,}{read[table]:>12,}")
    with duckdb.connect(DATABASE, read_only=True) as database:
        query = """
            select id, name, status, message_count, updated_at
            from tap_kustomer.conversations order by updated_at desc limit 5
        """
        print(f"\n{' '.join(query.split())}")
        database.sql(query).show()


if __name__ == "__main__":
    sys.exit(main())
