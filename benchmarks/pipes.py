"""Measure whole pipes at Kustomer's limit: `python benchmarks/pipes.py`. Linux only.

The tap reads conversations with their derived streams from a stand-in that admits 100 searches a
minute, and a target loads them. At last, the tap alone writes customers, messages and conversations
with all derived streams into a file, and may search 1,000 times a minute. The results go into
docs/targets.md. It takes some ten minutes, on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from fcntl import F_GETPIPE_SZ, fcntl, ioctl
from pathlib import Path
from struct import unpack
from termios import FIONREAD
from typing import TYPE_CHECKING, Any, Final

import tests_on_path  # noqa: F401  # Before `support` is imported.
from processes import TAP, Word, environment, spend, wait_for
from report import circumstances, say, table, write_page
from sync import figures_of, file_options, stand_in, write_catalog, write_config

from support.postgres import running_server
from support.targets import DuckdbTarget, PostgresTarget
from tap_kustomer.streams.conversations import Conversations
from tap_kustomer.streams.customers import Customers
from tap_kustomer.streams.messages import Messages

if TYPE_CHECKING:
    from collections.abc import Iterable

    from support.postgres import Server
    from support.targets import Target

_MELTANO: Final = TAP.parents[1] / "meltano" / "bin" / "meltano"

# 50 searches: half a minute at the limit of 100 a minute.
_CONVERSATIONS: Final = 25_000
_DERIVED: Final = (
    "conversation_assigned_teams",
    "conversation_assigned_users",
    "conversation_channels",
    "conversation_tags",
)
_LATENCY: Final = 0.3

# The highest limit that Kustomer may grant to a person, and the types that are read with it.
_MOST_SEARCHES: Final = 1_000
_TYPES: Final = ("conversation", "customer", "message")
_ALL_STREAMS: Final = tuple(
    name
    for stream in (Conversations, Customers, Messages)
    for name in (stream.name, *(derived.name for derived in stream.derived))
)

# Seconds between two looks at how full the pipe is.
_PAUSE: Final = 0.02

_QUICK_DUCKDB: Final = {"flush_all_streams": True, "batch_size_rows": 10_000}
_QUICK_POSTGRES: Final = {"validate_records": False, "use_copy": True}


@dataclass(frozen=True)
class Pipe:
    """A pipe that is measured.

    Attributes:
        name: As the table calls it.
        target: The target's name; None for the tap alone.
        config: Settings of the target beside those that it needs.
        tap_config: Settings of the tap.
        streams: The streams that are read.
        types: The types of their resources.
        searches: How many a minute the stand-in admits, and the tap may make.
        factor: Multiplies the number of rows of each type.
    """

    name: str
    target: str | None
    config: dict[str, Any]
    tap_config: dict[str, Any]
    streams: tuple[str, ...] = ("conversations", *_DERIVED)
    types: tuple[str, ...] = ("conversation",)
    searches: int = 100
    factor: int = 1


@dataclass(frozen=True)
class Found:
    """The cost of a run.

    Attributes:
        seconds: From the first start to the last end.
        tap: Seconds of the tap's processor time, or of all that Meltano runs.
        target: Seconds of the target's processor time.
        tap_peak: Peak memory of the tap, in megabytes.
        target_peak: Peak memory of the target, in megabytes.
        empty: The share of the time in which the pipe was empty: the target waits for the tap.
        full: The share in which it was more than half full: the tap waits, or soon will.
    """

    seconds: float
    tap: float
    tap_peak: float = 0.0
    target: float = 0.0
    target_peak: float = 0.0
    empty: float = 0.0
    full: float = 0.0


def main() -> None:
    """Measure, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=_CONVERSATIONS)
    parser.add_argument("--only", help="measure the pipes with this in their name; write nothing")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as directory, running_server() as server:
        lines = list(_lines(Path(directory), server, options.conversations, options.only))
    part = f"{circumstances(load)}, {options.conversations:,} conversations.\n\n{table(lines)}"
    if options.only:
        sys.stdout.write(f"{part}\n")
    else:
        write_page({"pipes": part})


def _pipes(folder: Path) -> Iterable[Pipe]:
    batches = {
        "batch_config": {
            "encoding": {"format": "parquet"},
            "storage": {"root": str(folder / "batches")},
        }
    }
    yield Pipe("tap alone", None, {}, {})
    yield Pipe("tap \\| target-duckdb", "duckdb", {}, {})
    yield Pipe("tap \\| target-duckdb", "duckdb", _QUICK_DUCKDB, {})
    yield Pipe("meltano run tap-kustomer target-duckdb", "meltano", _QUICK_DUCKDB, {})
    yield Pipe("tap \\| target-postgres", "postgres", {}, {})
    yield Pipe("tap \\| target-postgres", "postgres", _QUICK_POSTGRES, {})
    yield Pipe(
        "tap \\| target-postgres, no derived streams",
        *("postgres", _QUICK_POSTGRES, {}, ("conversations",)),
    )
    yield Pipe("tap \\| target-postgres, BATCH in Parquet", "postgres", _QUICK_POSTGRES, batches)
    yield Pipe("tap alone, BATCH in Parquet", None, {}, batches)
    yield Pipe(
        "tap alone, 1,000 searches a minute, all streams of three types",
        target=None,
        config={},
        tap_config={"searches_per_minute": _MOST_SEARCHES},
        streams=_ALL_STREAMS,
        types=_TYPES,
        searches=_MOST_SEARCHES,
        factor=3,
    )


def _lines(
    folder: Path, server: Server, conversations: int, only: str | None
) -> Iterable[list[str]]:
    yield [
        *("what", "set in the target", "rows", "seconds", "rows a second"),
        *("target waits for the tap", "tap waits for the target"),
        *("processor, tap, s", "processor, target, s"),
        *("peak memory, tap, MB", "peak memory, target, MB", "searches a minute", "answers 429"),
    ]
    for number, pipe in enumerate(_pipes(folder)):
        if only and only not in pipe.name:
            continue
        say(f"{pipe.name}: {pipe.config}")
        files = folder / str(number)
        files.mkdir()
        with stand_in(
            rows=conversations * pipe.factor,
            latency=_LATENCY,
            budget=pipe.searches,
            types=pipe.types,
        ) as address:
            summary = files / "summary.json"
            write_config(address, files, summary_path=str(summary), **pipe.tap_config)
            write_catalog(files, pipe.streams)
            figures_of(address)
            if pipe.target == "meltano":
                found = _run_meltano(files, pipe)
            elif pipe.target is None:
                found = _run_tap(files)
            else:
                found = _run_pipe(files, _target(pipe, files, server), pipe.config)
            asked = figures_of(address)
        streams = json.loads(summary.read_text(encoding="utf-8"))["streams"]
        rows = sum(stream["rows"] for stream in streams)
        measured = pipe.target in {"duckdb", "postgres"}
        yield [
            pipe.name,
            ", ".join(f"`{name}: {json.dumps(value)}`" for name, value in pipe.config.items()),
            f"{rows:,}",
            f"{found.seconds:.0f}",
            f"{rows / found.seconds:,.0f}",
            *([f"{found.empty:.0%}", f"{found.full:.0%}"] if measured else ["", ""]),
            f"{found.tap:.0f}" + (" with all that it runs" if pipe.target == "meltano" else ""),
            f"{found.target:.0f}" if measured else "",
            f"{found.tap_peak:,.0f}" if found.tap_peak else "",
            f"{found.target_peak:,.0f}" if measured else "",
            f"{asked.searches / (asked.last - asked.first) * 60:,.0f}",
            f"{asked.refused}",
        ]


def _target(pipe: Pipe, folder: Path, server: Server) -> Target:
    if pipe.target == "duckdb":
        return DuckdbTarget(folder)
    return PostgresTarget(folder, server.new_database())


def _tap_command(folder: Path) -> list[Word]:
    return [TAP, *file_options(folder, "config", "catalog")]


def _run_tap(folder: Path) -> Found:
    spent = spend(_tap_command(folder), output=folder / "output.jsonl", log=folder / "tap.log")
    return Found(spent.seconds, spent.cpu, spent.peak)


def _run_pipe(folder: Path, target: Target, config: dict[str, Any]) -> Found:
    (folder / "target.json").write_text(json.dumps({**target.config, **config}), encoding="utf-8")
    began = time.monotonic()
    reading, writing = os.pipe()
    with (folder / "tap.log").open("wb") as log, (folder / "target.log").open("wb") as target_log:
        tap = subprocess.Popen(  # noqa: S603
            _tap_command(folder), stdout=writing, stderr=log, env=environment()
        )
        os.close(writing)
        process = subprocess.Popen(  # noqa: S603
            [*map(str, target.command), "--config", str(folder / "target.json")],
            stdin=reading,
            stdout=subprocess.DEVNULL,
            stderr=target_log,
            env=environment(),
        )
        shares = _watch(reading, process)
        os.close(reading)
        used, tap_peak = wait_for(tap, folder / "tap.log")
        target_used, peak = wait_for(process, folder / "target.log")
    return Found(
        time.monotonic() - began,
        used,
        tap_peak,
        target_used,
        peak,
        empty=sum(share == 0 for share in shares) / len(shares),
        full=sum(share > 0.5 for share in shares) / len(shares),  # noqa: PLR2004
    )


def _watch(reading: int, target: subprocess.Popen[bytes]) -> list[float]:
    """Look at the pipe until the target ends, and return how full it was each time."""
    shares: list[float] = []
    while os.waitid(os.P_PID, target.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        (waiting,) = unpack("i", ioctl(reading, FIONREAD, b"\0" * 4))
        shares.append(waiting / fcntl(reading, F_GETPIPE_SZ))
        time.sleep(_PAUSE)
    return shares


def _run_meltano(folder: Path, pipe: Pipe) -> Found:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    target = DuckdbTarget(folder)
    wrapper = folder / "target-duckdb"
    wrapper.write_text(
        f'#!/bin/sh\nexec {" ".join(map(str, target.command))} "$@"\n', encoding="utf-8"
    )
    wrapper.chmod(0o755)
    settings = [{"name": name} for name in {*target.config, *pipe.config}]
    project = {
        "version": 1,
        "default_environment": "dev",
        "environments": [{"name": "dev"}],
        "send_anonymous_usage_stats": False,
        "plugins": {
            "extractors": [
                {
                    "name": "tap-kustomer",
                    "namespace": "tap_kustomer",
                    "executable": str(TAP),
                    "capabilities": ["catalog", "discover", "state"],
                    "settings": [{"name": name} for name in config],
                    "config": config,
                    "select": [f"{stream}.*" for stream in pipe.streams],
                }
            ],
            "loaders": [
                {
                    "name": "target-duckdb",
                    "namespace": "target_duckdb",
                    "executable": str(wrapper),
                    "settings": settings,
                    "config": {**target.config, **pipe.config},
                }
            ],
        },
    }
    # JSON is YAML.
    (folder / "meltano.yml").write_text(json.dumps(project), encoding="utf-8")
    began = time.monotonic()
    with (folder / "meltano.log").open("wb") as log:
        meltano = subprocess.Popen(  # noqa: S603
            [_MELTANO, "run", "tap-kustomer", "target-duckdb"],
            stdout=log,
            stderr=log,
            cwd=folder,
            env=environment(),
        )
        processor, _ = wait_for(meltano, folder / "meltano.log")
    return Found(time.monotonic() - began, processor)


if __name__ == "__main__":
    main()
