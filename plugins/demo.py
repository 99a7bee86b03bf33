"""Sync the sandbox to DuckDB with Meltano, check the result and show it: `make demo`.

The first run reads the whole organisation. Before each later run, two hours pass in it, and only
what changed in them is read, except for the small tables that are always read whole.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import requests

from tap_kustomer.reading.sources import is_windowed
from tap_kustomer.streams import STREAMS
from tap_kustomer.streams.definition import replication_key
from tap_kustomer.streams.kobjects import stream_names

if TYPE_CHECKING:
    from tap_kustomer.streams.base import KustomerStream

SANDBOX = os.environ["KUSTOMER_SANDBOX_URL"]
DBT = Path(".venv", "dbt", "bin", "dbt")
MELTANO = Path(".venv/meltano/bin/meltano")
DATABASE = Path("output/demo.duckdb")
MINUTES = 120

# Incremental tables, for the last line of a run.
INCREMENTAL = ("companies", "conversations", "customers", "kobjects", "messages", "notes")

# Beside them are the models, in a schema of their own.
_TABLES = "select table_name from duckdb_tables() where schema_name = 'tap_kustomer'"

Resource = dict[str, Any]


def main() -> int:
    """Sync, show and compare, and return the exit code."""
    is_first_run = not DATABASE.exists()
    if not is_first_run:
        requests.post(f"{SANDBOX}/_sandbox/advance?minutes={MINUTES}", timeout=60)
    started = datetime.now(UTC)
    if code := sync():
        return code
    with duckdb.connect(DATABASE, read_only=True) as database:
        tables = Tables(database, started.replace(tzinfo=None))
        show(tables)
        found = {table: tables.current(table) for table in tables.names}
        differing = {table: count for table, count in truth().items() if found.get(table) != count}
        for table, count in differing.items():
            print(f"{table}: DuckDB has {found.get(table)} rows, the sandbox {count}")
        if differing:
            print("\nThe two differ. Check the settings in .env. If the sandbox was updated since")
            print("the last run, start over: `rm output/demo.duckdb output/sandbox.json`.")
            return 1
        print("\nEvery table in DuckDB has as many rows as the sandbox.")
        if is_first_run:
            print("Run `make demo` again: it reads only what has changed.")
            return 0
        read, held = (sum(map(count, INCREMENTAL)) for count in (tables.read, tables.held))
    if read == held:
        print("But everything was read again: Meltano did not keep the state of the last run.")
        return 1
    print(
        f"Read incrementally: {read:,} of {held:,} rows, changed in the {MINUTES} minutes "
        "that passed in the sandbox before this run"
    )
    return 0


def sync() -> int:
    """Run Meltano and return its exit code."""
    # Ctrl-C reaches Meltano by itself. This script waits for it to end.
    signal.signal(signal.SIGINT, lambda *_: None)
    # Without `--force`, a run that was killed blocks the next one for five minutes.
    command = [str(MELTANO), "run", "--force", "tap-kustomer", "target-duckdb"]
    if DBT.exists():  # It does not run on every Python that the tap runs on.
        command.append("dbt-duckdb:build")
    # The tap and the target come from the environment in which this script runs.
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    environment = {**os.environ, "MELTANO_ENVIRONMENT": "demo", "PATH": path}
    commands = [command]
    if not DATABASE.exists():
        # With the bookmarks of a file that was deleted, the new one would be incomplete. A full
        # refresh would keep those of klasses that the sandbox does not have yet.
        state = "demo:tap-kustomer-to-target-duckdb"
        commands.insert(0, [str(MELTANO), "state", "clear", "--force", state])
    for each in commands:
        print("$ MELTANO_ENVIRONMENT=demo", *each, flush=True)
        if code := subprocess.call(each, env=environment):  # noqa: S603
            return 128 - code if code < 0 else code
    return 0


def resources(kind: str) -> list[Resource]:
    """Return all resources of one kind that the sandbox holds."""
    found: list[Resource] = requests.get(f"{SANDBOX}/_sandbox/resources/{kind}", timeout=60).json()
    return found


def truth() -> dict[str, int]:
    """Count the rows that each table should have; of derived tables, the current ones."""
    counts: dict[str, int] = {}
    for stream in (stream for stream in STREAMS if stream.selected_by_default):
        rows = rows_of(stream)
        counts[stream.name] = len(rows)
        for derived in stream.derived:
            counts[derived.name] = sum(len(derived.items(row)) for row in rows)
    klasses = Counter(row["type"].removeprefix("kobject.") for row in resources("kobject"))
    named = stream_names(klass["attributes"]["name"] for klass in oldest_first(resources("klass")))
    return counts | {named[klass]: count for klass, count in klasses.items()}


def rows_of(stream: type[KustomerStream]) -> list[Resource]:
    """Return the resources that a stream consists of."""
    if stream.name == "custom_attribute_metadata":
        owners = ["company", "conversation", "customer", "message"]
        owners += [f"kobject.{klass['attributes']['name']}" for klass in resources("klass")]
        return [{"of": owner, "name": name} for owner in owners for name in attributes_of(owner)]
    if stream.name == "chat_settings":
        return [{}]
    return resources(stream.resource_type)


def attributes_of(owner: str) -> list[str]:
    """Return the names of a resource's custom attributes."""
    key = os.environ["TAP_KUSTOMER_API_KEY"]
    answer = requests.get(
        f"{SANDBOX}/v1/metadata/{owner}", headers={"Authorization": f"Bearer {key}"}, timeout=60
    )
    return list(answer.json()["data"]["attributes"]["properties"])


def oldest_first(klasses: list[Resource]) -> list[Resource]:
    """Sort klasses as the tap does to name their tables."""
    return sorted(klasses, key=lambda klass: klass["attributes"]["createdAt"])


class Tables:
    """The tables of the DuckDB file."""

    def __init__(self, database: duckdb.DuckDBPyConnection, started: datetime) -> None:
        """Read the tables after a run that started at the given time."""
        self.database = database
        self._started = started
        self.names = sorted(name for (name,) in database.execute(_TABLES).fetchall())

    def held(self, table: str) -> int:
        """Count all rows."""
        return self._count(f"tap_kustomer.{table}")

    def read(self, table: str) -> int:
        """Count the rows that the run has read."""
        return self._count(f"tap_kustomer.{table} where _sdc_extracted_at >= $started")

    def current(self, table: str) -> int:
        """Count the current rows, without those that are gone from full tables and arrays."""
        for stream in STREAMS:
            is_derived = table in {derived.name for derived in stream.derived}
            if table != stream.name and not is_derived:
                continue
            if not is_windowed(stream.source):
                return self.read(table)
            # Rows without a time of change never change.
            if is_derived and replication_key(stream.source, stream.shape) == "updated_at":
                parent = stream.singular
                return self._count(
                    f"tap_kustomer.{table} as derived join tap_kustomer.{stream.name} as parent "
                    f"on parent.id = derived.{parent}_id "
                    f"and parent.updated_at = derived.{parent}_updated_at"
                )
        return self.held(table)

    def _count(self, rows: str) -> int:
        query = f"select count(*) from {rows}"  # noqa: S608
        given = {"started": self._started} if "$started" in query else {}
        (count,) = self.database.execute(query, given).fetchall()[0]
        return int(count)


def show(tables: Tables) -> None:
    """Print what the DuckDB file holds."""
    print(f"\n{DATABASE}\n\n{'table':<32}{'rows':>8}{'read now':>12}")
    for table in tables.names:
        print(f"{table:<32}{tables.held(table):>8,}{tables.read(table):>12,}")
    query = """
        select id, name, status, message_count, updated_at
        from tap_kustomer.conversations order by updated_at desc limit 5
    """
    print(f"\n{' '.join(query.split())}")
    tables.database.sql(query).show()


if __name__ == "__main__":
    sys.exit(main())
