"""Measure the dbt package on a million conversations: `python benchmarks/models.py`.

It copies the demo's tables (`make demo`), with ids of their own, until they hold that many. It
builds all models once. Then it changes as much as in an hour and builds the models again, three
times, without the views, which show changes at once. On a busy machine, compare processor time.
"""

# ruff: noqa: S608 - queries on files that this script makes.

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import duckdb

ROOT: Final = Path(__file__).parents[1]
DBT: Final = ROOT / ".venv" / "dbt" / "bin" / "dbt"

# The columns whose ids differ from copy to copy. Other tables are copied once.
_COPIED: Final = {
    "conversations": ("id", "customer_id"),
    "conversation_times": ("id", "conversation_id", "customer_id"),
    "messages": ("id", "conversation_id", "customer_id"),
    "work_items": ("id", "resource_id"),
}

_PROFILE: Final = """
kustomer:
  target: duckdb
  outputs:
    duckdb:
      type: duckdb
      path: {file}
      schema: metrics
      threads: 2
      settings: {{memory_limit: 3GB, threads: 2}}
      config_options: {{temp_directory: {folder}/spilled}}
"""


def main() -> int:
    """Copy, build, change, and build again; return the exit code."""
    parser = argparse.ArgumentParser(description="Measure the dbt package.")
    parser.add_argument("--demo", type=Path, default=ROOT / "output" / "demo.duckdb")
    parser.add_argument("--conversations", type=int, default=1_000_000)
    parser.add_argument("--changed", type=int, default=300)
    arguments = parser.parse_args()
    if not arguments.demo.exists():
        print(f"{arguments.demo}: expected the demo's file; run `make demo` first")
        return 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = folder / "million.duckdb"
        (folder / "profiles.yml").write_text(
            _PROFILE.format(file=file, folder=folder), encoding="utf-8"
        )
        _copy(arguments.demo, file, arguments.conversations)
        print(f"In full:      {_build(folder)}")
        for _ in range(3):
            _change(file, arguments.changed)
            print(f"After a sync: {_build(folder, '--exclude', 'config.materialized:view')}")
    return 0


def _copy(demo: Path, file: Path, conversations: int) -> None:
    with duckdb.connect(file) as database:
        database.execute("set memory_limit = '3GB'")
        database.execute(f"attach '{demo}' as demo (read_only)")
        database.execute("create schema tap_kustomer")
        (held,) = database.sql("select count(*) from demo.tap_kustomer.conversations").fetchall()[0]
        copies = -(-conversations // held)
        tables = database.sql("""
            select table_name from duckdb_tables()
            where database_name = 'demo' and schema_name = 'tap_kustomer'
        """).fetchall()
        for (table,) in tables:
            ids = ", ".join(f"{name} || '-' || copy as {name}" for name in _COPIED.get(table, ()))
            rows = (
                f"select * replace ({ids}) from demo.tap_kustomer.{table}, range({copies}) r(copy)"
            )
            database.execute(
                f"create table tap_kustomer.{table} as "
                + (rows if ids else f"from demo.tap_kustomer.{table}")
            )


def _change(file: Path, count: int) -> None:
    """Reopen conversations with a new message: most of them new ones, one in ten of any age."""
    with duckdb.connect(file) as database:
        database.execute("use tap_kustomer")
        database.execute(f"""
            create temporary table newest as select max(updated_at) from conversations;
            create temporary table changed as
                (select id from conversations order by created_at desc limit {count * 9 // 10})
                union
                (select id from conversations using sample {count // 10});
            update conversations set
                updated_at = (from newest) + interval 1 minute,
                status = 'open',
                reopen_count = coalesce(reopen_count, 0) + 1
            where id in (from changed);
            insert into messages
                select * replace (
                    id || '-' || epoch_ms(now()) as id,
                    (from newest) as created_at,
                    (from newest) as updated_at
                )
                from messages
                where conversation_id in (from changed)
                qualify row_number() over (partition by conversation_id) = 1
        """)


def _build(folder: Path, *selection: str) -> str:
    started, before = time.monotonic(), _used()
    subprocess.run(  # noqa: S603
        [
            *(DBT, "--no-version-check", "--quiet", "run", "--project-dir", ROOT / "dbt"),
            *("--profiles-dir", folder, "--target-path", folder / "target"),
            *("--log-path", folder / "logs"),
            *selection,
        ],
        check=True,
        env={**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
    )
    seconds, processor = time.monotonic() - started, _used() - before
    gigabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1_000_000
    return (
        f"{seconds:.1f} s, {processor:.1f} s of processor time, "
        f"at most {gigabytes:.1f} GB of memory so far"
    )


def _used() -> float:
    """Processor time of all builds so far, in seconds."""
    found = resource.getrusage(resource.RUSAGE_CHILDREN)
    return found.ru_utime + found.ru_stime


if __name__ == "__main__":
    sys.exit(main())
