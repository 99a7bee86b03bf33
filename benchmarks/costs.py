"""Measure what the tap costs: processor time, memory, and time to start."""

from __future__ import annotations

import json
import statistics
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
from processes import TAP, Word, serving, spend
from report import Line, say
from rows import Rows
from sync import file_options, stand_in, write_catalog, write_config

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_TAPS: Final = Path(__file__).with_name("taps")
_SANDBOX: Final = TAP.with_name("kustomer-sandbox")
_SINGER_IO_PYTHON: Final = TAP.parents[1] / "singer-io" / "bin" / "python"

_DERIVED: Final = (
    "conversation_assigned_teams",
    "conversation_assigned_users",
    "conversation_channels",
    "conversation_tags",
)

# Bounds to keep: megabytes, how much they may grow with ten times the rows, and seconds.
_MOST_MEMORY: Final = 200
_MOST_GROWTH: Final = 1.2
_MOST_SECONDS: Final = 8

# The speed of the slow reader, in bytes a second: slower than the tap writes on any machine.
_SLOWLY: Final = 20e6

_RECORD: Final = b'"RECORD"'


@dataclass(frozen=True)
class Size:
    """How much is measured.

    Attributes:
        rows: Conversations for the tap, and for the smaller of the two memory measurements.
        rows_of_others: Conversations for the taps that it is compared with.
        most_rows: Conversations for the larger memory measurement.
        latency: Seconds that an answer takes in a sync of all streams.
        starts: How often the tap is started; the median counts.
        is_timed: Whether to measure times, and what takes long.
    """

    rows: int
    rows_of_others: int
    most_rows: int
    latency: float
    starts: int
    is_timed: bool


FULL: Final = Size(
    rows=100_000,
    rows_of_others=20_000,
    most_rows=1_000_000,
    latency=1.0,
    starts=5,
    is_timed=True,
)
QUICK: Final = Size(
    rows=2_000,
    rows_of_others=1_000,
    most_rows=0,
    latency=0.02,
    starts=0,
    is_timed=False,
)


@dataclass(frozen=True)
class _Cost:
    """The cost of some rows.

    Attributes:
        rows: Rows that came.
        cpu: Seconds of processor time, including the start of the process.
        peak: Peak memory, in megabytes.
    """

    rows: int
    cpu: float
    peak: float = 0.0

    @property
    def each(self) -> float:
        """Microseconds of processor time per row."""
        return self.cpu / max(self.rows, 1) * 1e6

    def __sub__(self, other: _Cost) -> _Cost:
        return _Cost(self.rows - other.rows, self.cpu - other.cpu)


def record_lines(size: Size, folder: Path) -> Iterable[Line]:
    """Measure the processor time per record, also relative to decoding and encoding it."""
    say(f"Writing {size.rows:,} records")
    with stand_in(rows=size.rows, latency=0.0, budget=0) as address:
        alone = _tap(address, folder, {"conversations"})
        with_derived = _tap(address, folder, {"conversations", *_DERIVED})
    say(f"Writing {size.rows_of_others:,} records by other taps")
    with stand_in(rows=size.rows_of_others, latency=0.0, budget=0) as address:
        stock = _stock(address, folder)
        singer_io = _singer_io(address, folder) if size.is_timed else None
    floor = _floor(size.rows_of_others)
    for what, cost, most in (
        ("msgspec alone: decoding and encoding the rows", floor, None),
        ("this tap", alone, 60),
        ("this tap, a row of a derived table", with_derived - alone, 20),
        ("the SDK as it comes (`benchmarks/taps/stock.py`)", stock, None),
        ("Singer.io's tap-kustomer 1.1.0 from PyPI", singer_io, None),
    ):
        if cost is None:
            continue
        found = [f"{cost.rows:,}"]
        if size.is_timed:
            found += [f"{cost.each:.1f}", f"{cost.each / floor.each:.1f}"]
        is_reached = not size.is_timed or most is None or cost.each <= most
        yield Line(what, f"≤ {most} µs" if most else "", tuple(found), is_reached)


def memory_lines(size: Size, folder: Path) -> Iterable[Line]:
    """Measure the peak memory of the tap while its reader is slow."""
    peaks = []
    for rows in (size.rows, size.most_rows):
        say(f"Writing {rows:,} records to a slow reader")
        with stand_in(rows=rows, latency=0.0, budget=0) as address:
            cost = _tap(address, folder, {"conversations"}, pause=lambda count: count / _SLOWLY)
        peaks.append(cost.peak)
        yield Line(
            f"peak memory, {rows:,} rows, slow reader",
            f"≤ {_MOST_MEMORY} MB",
            (f"{cost.peak:.0f} MB, {cost.rows:,} rows",),
            cost.peak <= _MOST_MEMORY,
        )
    growth = peaks[-1] / peaks[0]
    yield Line(
        "the larger ÷ the smaller",
        f"≤ {_MOST_GROWTH}",
        (f"{growth:.2f}",),
        growth <= _MOST_GROWTH,
    )


def hourly_lines(size: Size, folder: Path) -> Iterable[Line]:
    """Measure a sync of all default streams in which nothing has changed."""
    say(f"Syncing all default tables twice, answers taking {size.latency:g} s")
    with _sandbox(size.latency, folder) as config:
        catalog = folder / "catalog.json"
        spend([TAP, "--config", config, "--discover"], output=catalog)
        state = folder / "state.json"
        state.write_text("{}", encoding="utf-8")
        command: list[Word] = [TAP, "--config", config, "--catalog", catalog, "--state", state]
        output = folder / "output.jsonl"
        spend(command, output=output, log=folder / "log.txt")
        state.write_bytes(_last_state(output))
        spent = spend(command, output=output, log=folder / "log.txt")
    streams = json.loads((folder / "summary.json").read_text(encoding="utf-8"))["streams"]
    requests = sum(stream["requests"] for stream in streams)
    what = f"unchanged sync of all default tables, answers taking {size.latency:g} s"
    yield Line(
        f"{what}: requests for {len(streams)} tables",
        "≤ tables + 5",
        (f"{requests}",),
        0 < requests <= len(streams) + 5,
    )
    if size.is_timed:
        yield Line(
            f"{what}: seconds",
            f"≤ {_MOST_SECONDS}",
            (f"{spent.seconds:.1f}",),
            spent.seconds <= _MOST_SECONDS,
        )


def start_lines(size: Size, folder: Path) -> Iterable[Line]:
    """Measure how long short commands take."""
    say("Starting")
    with _sandbox(0.0, folder) as config:
        for arguments, most in (
            (("--version",), 0.8),
            (("--about",), 0.8),
            (("--config", config, "--discover"), 1.5),
        ):
            seconds = statistics.median(
                spend([TAP, *arguments]).seconds for _ in range(size.starts)
            )
            what = f"`tap-kustomer {arguments[-1]}`, seconds, median of {size.starts}"
            yield Line(what, f"≤ {most}", (f"{seconds:.2f}",), seconds <= most)


def _floor(rows: int) -> _Cost:
    """Decode and encode rows, and nothing else."""
    conversations = Rows("conversation", rows, end=int(time.time() * 1000))
    pages = [
        b"[%b]" % conversations.page(range(start, min(start + 500, rows)))
        for start in range(0, rows, 500)
    ]
    encode = msgspec.json.Encoder().encode
    began = time.process_time()
    for page in pages:
        for row in msgspec.json.decode(page):
            encode(row)
    return _Cost(rows, time.process_time() - began)


def _tap(
    address: str, folder: Path, streams: set[str], pause: Callable[[int], float] | None = None
) -> _Cost:
    write_config(address, folder, summary_path=str(folder / "summary.json"))
    write_catalog(folder, streams)
    spent = spend(
        [sys.executable, _TAPS / "unlimited.py", *file_options(folder, "config", "catalog")],
        output=folder / "output.jsonl",
        log=folder / "log.txt",
        pause=pause,
    )
    summary: dict[str, Any] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    rows = sum(stream["rows"] for stream in summary["streams"])
    return _Cost(rows, spent.cpu, spent.peak)


def _stock(address: str, folder: Path) -> _Cost:
    (folder / "stock.json").write_text(json.dumps({"api_url": address}), encoding="utf-8")
    output = folder / "output.jsonl"
    spent = spend(
        [sys.executable, _TAPS / "stock.py", "--config", folder / "stock.json"],
        output=output,
        log=folder / "log.txt",
    )
    return _Cost(_records(output), spent.cpu)


def _singer_io(address: str, folder: Path) -> _Cost:
    command: list[Word] = [_SINGER_IO_PYTHON, _TAPS / "singer_io.py", address]
    config = {
        "api_token": "benchmark",
        "user_agent": "benchmark",
        "start_date": "2000-01-01T00:00:00Z",
        "page_size_limit": 500,
    }
    (folder / "singer-io.json").write_text(json.dumps(config), encoding="utf-8")
    command += ["--config", folder / "singer-io.json"]
    catalog, output, log = (folder / name for name in ("catalog.json", "output.jsonl", "log.txt"))
    spend([*command, "--discover"], output=catalog, log=log)
    write_catalog(folder, {"conversations"}, json.loads(catalog.read_text(encoding="utf-8")))
    spent = spend([*command, "--catalog", catalog], output=output, log=log)
    return _Cost(_records(output), spent.cpu)


@contextmanager
def _sandbox(latency: float, folder: Path) -> Iterator[Path]:
    """Start the repository's sandbox, which has all streams, and yield the tap's settings file."""
    options = ("--port", "0", "--scale", "0.1", "--latency", str(latency))
    with serving([_SANDBOX, "serve", *options]) as said:
        _, _, rest = said.partition(" at ")
        address, _, key = rest.partition(" with key ")
        config = folder / "config.json"
        settings = {"api_url": address, "api_key": key}
        config.write_text(
            json.dumps({**settings, "summary_path": str(folder / "summary.json")}), encoding="utf-8"
        )
        yield config


def _records(output: Path) -> int:
    with output.open("rb") as lines:
        return sum(_RECORD in line[:40] for line in lines)


def _last_state(output: Path) -> bytes:
    with output.open("rb") as lines:
        *_, last = lines
    return bytes(msgspec.json.encode(msgspec.json.decode(last)["value"]))
