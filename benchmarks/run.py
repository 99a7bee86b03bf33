"""Measure the tap: `python benchmarks/run.py`. It takes a quarter of an hour.

It runs the installed tap as a process, mostly against a minimal stand-in for Kustomer
(`stand_in.py`), and prints Markdown tables. With `--quick` it checks counts, measures no times, and
exits with 1 if a count is wrong.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import costs
import engine
import hot_path
import pace
from report import machine, write, write_table


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rows, and counts only")
    quick = parser.parse_args().quick
    engine_size = engine.QUICK if quick else engine.FULL
    size = costs.QUICK if quick else costs.FULL
    write(f"{datetime.now(UTC):%Y-%m-%d}, {machine()}, conversations of 2.5 KB")
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        records = list(costs.record_lines(size, folder))
        write_table(records, ["rows"] if quick else ["rows", "µs a row", "÷ msgspec"])
        stages = [] if quick else list(hot_path.lines_by_stream())
        if stages:
            write_table(stages, list(hot_path.COLUMNS))
        others = [] if quick else [*costs.memory_lines(size, folder)]
        others += costs.hourly_lines(size, folder)
        others += [] if quick else costs.start_lines(size, folder)
        write_table(others, ["measured"])
    by_latency, columns = engine.lines_by_latency(engine_size)
    write_table(by_latency, columns)
    of_engine = list(engine.other_lines(engine_size))
    write_table(of_engine, ["measured"])
    by_setting, columns = pace.lines_by_setting(pace.QUICK if quick else pace.FULL)
    write_table(by_setting, columns)
    lines = records + stages + others + by_latency + of_engine + by_setting
    missed = [line.what for line in lines if not line.is_reached]
    if missed:
        write(f"Missed: {'; '.join(missed)}")
        if quick:
            sys.exit(1)


if __name__ == "__main__":
    main()
