"""Load the same rows with each target, and write docs/targets.md: `python benchmarks/loading.py`.

It takes less than four minutes, on a machine that does nothing else. It measures the types of
columns, rows a second, and peak memory. The page's table of what is tested comes from the tests.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import tests_on_path  # noqa: F401  # Before `support` is imported.
from processes import spend_alone
from report import circumstances, say, table, write_page

from support.postgres import running_server
from support.sandboxes import generous_sandbox
from support.singer_output import only
from support.tap_in_process import InProcess
from support.target_matrix import LOADERS, matrix_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from support.postgres import Server
    from support.singer_output import Output
    from support.target_matrix import Loader

STREAMS: Final = ("conversations", "conversation_tags", "customers", "messages", "notes")

# A column of conversations for each type.
SHOWN: Final = {
    "text": "name",
    "time": "updated_at",
    "integer": "priority",
    "number": "satisfaction",
    "boolean": "ended",
    "object": "open",
    "array": "tags",
}

# Scales of the sandbox: about 20,000 rows of these streams, and a few.
_LARGE: Final = 4.0
_SMALL: Final = 0.05


@dataclass(frozen=True)
class Trial:
    """A target with some settings.

    Attributes:
        loader: The target.
        config: Settings beside those that it needs.
        cost: What is lost by them.
    """

    loader: Loader
    config: dict[str, Any] = field(default_factory=dict)
    cost: str = ""


_UNCHECKED: Final = "nothing: each record is valid by its schema, which tests show"

_DUCKDB, _POSTGRES, _, _CSV, _JSONL, _PARQUET = LOADERS
TRIALS: Final = (
    Trial(_DUCKDB),
    Trial(_DUCKDB, _DUCKDB.recommended, "little; a third of the memory where more rows come"),
    Trial(_POSTGRES),
    Trial(_POSTGRES, {"validate_records": False}, _UNCHECKED),
    Trial(
        _POSTGRES,
        {"validate_records": False, "use_copy": True},
        "as above; COPY needs the driver that the target comes with",
    ),
    Trial(
        _POSTGRES,
        {"validate_records": False, "use_copy": True, "batch_size_rows": 2_000},
        "more, smaller loads",
    ),
    Trial(_CSV),
    Trial(_CSV, {"validate_records": False}, _UNCHECKED),
    Trial(_JSONL),
    Trial(_PARQUET, {"use_copy": True}, "files that you remove yourself"),
)


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rows; write nothing")
    quick = parser.parse_args().quick
    load = os.getloadavg()[0]
    with (
        tempfile.TemporaryDirectory() as directory,
        running_server() as server,
        generous_sandbox(scale=_SMALL if quick else _LARGE) as sandbox,
    ):
        tap = InProcess(sandbox)
        lines = list(_measured(tap, server, Path(directory)))
        types = list(_types(tap, server, Path(directory)))
    parts = {
        "matrix": table(matrix_table()),
        "types": table(types),
        "figures": f"{circumstances(load)}.\n\n{table(lines)}",
    }
    if quick:
        sys.stdout.write("\n\n".join(parts.values()) + "\n")
    else:
        write_page(parts)


def _measured(tap: InProcess, server: Server, folder: Path) -> Iterable[list[str]]:
    yield ["target", "set", "rows", "rows a second", "peak memory, MB", "what the settings cost"]
    catalog = only(tap.discover(), STREAMS)
    runs: dict[str, tuple[Output, int]] = {}
    for number, trial in enumerate(TRIALS):
        loader = trial.loader
        files = folder / str(number)
        files.mkdir()
        say(f"{loader.name}: {trial.config}")
        # The tap runs once with the same settings.
        key = loader.name if loader is _PARQUET else json.dumps(loader.tap_config(folder))
        if key not in runs:
            run = tap(catalog=catalog, **loader.tap_config(folder))
            rows = runs[next(iter(runs))][1] if runs else sum(run.counts().values())
            runs[key] = run, rows
        run, rows = runs[key]
        messages = files / "messages"
        messages.write_bytes(run.output)
        target = loader.make(files, server.new_database)
        config = files / "config.json"
        config.write_text(json.dumps({**target.config, **trial.config}), encoding="utf-8")
        spent = spend_alone([*target.command, "--config", config], messages)
        yield [
            loader.name,
            ", ".join(f"`{name}: {json.dumps(value)}`" for name, value in trial.config.items()),
            f"{rows:,}",
            f"{rows / spent.seconds:,.0f}",
            f"{spent.peak:,.0f}",
            trial.cost,
        ]


def _types(tap: InProcess, server: Server, folder: Path) -> Iterable[list[str]]:
    yield ["target", *SHOWN]
    catalog = only(tap.discover(), ["conversations"])
    for loader in LOADERS:
        files = folder / f"types of {loader.name}"
        files.mkdir()
        # Few rows: the schema alone decides.
        recent = f"{datetime.now(UTC) - timedelta(days=3):%Y-%m-%d}"
        run = tap(catalog=catalog, start_date=recent, **loader.tap_config(files))
        target = loader.make(files, server.new_database)
        target.load(run.output)
        types = target.types("conversations")
        yield [loader.name, *(types.get(column, "text").lower() for column in SHOWN.values())]


if __name__ == "__main__":
    main()
