"""Run the installed tap and its stand-in, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
from processes import TAP, Word, environment, serving, spend
from stand_in import Figures

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from contextlib import AbstractContextManager

STAND_IN: Final = Path(__file__).with_name("stand_in.py")

# How far back `start_date` is: before the first row, but not so early that the archive is read.
_DAYS: Final = 400


class _Id(msgspec.Struct):
    id: str


class _Message(msgspec.Struct):
    type: str
    record: _Id | None = None
    value: msgspec.Raw = msgspec.Raw()


_MESSAGE: Final = msgspec.json.Decoder(_Message)


@dataclass
class Sync:
    """The output and the requests of a run of the tap.

    Attributes:
        rows: Records that it wrote.
        ids: Distinct ids among them.
        state: The latest state.
        seconds: From the start of the process to its end.
        asked: The requests that the stand-in counted.
    """

    rows: int = 0
    ids: int = 0
    state: bytes = b"{}"
    seconds: float = 0.0
    asked: Figures = field(default_factory=Figures)

    @property
    def reading_seconds(self) -> float:
        """Seconds from the first search to the end of the last answer."""
        return self.asked.last - self.asked.first


def stand_in(
    *, rows: int, latency: float, budget: int = 100, types: Iterable[str] = ("conversation",)
) -> AbstractContextManager[str]:
    """Start a stand-in, and yield its address.

    Args:
        rows: How many rows of each type it has.
        latency: Seconds before an answer is sent.
        budget: Searches a minute; 0 for no limit.
        types: The types of its rows.
    """
    words = ("--rows", rows, "--latency", latency, "--budget", budget, "--types", *types)
    return serving([sys.executable, STAND_IN, *map(str, words)])


def figures_of(address: str) -> Figures:
    """Return what the stand-in has counted since the last call."""
    with urllib.request.urlopen(f"{address}/figures") as answer:  # noqa: S310  # Loopback.
        return Figures(**json.load(answer))


def write_config(address: str, folder: Path, **more: Any) -> None:
    """Write the tap's settings, and no state."""
    start = time.strftime("%Y-%m-%d", time.gmtime(time.time() - _DAYS * 86_400))
    config = {"api_key": "benchmark", "api_url": address, "start_date": start, **more}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "state.json").write_text("{}", encoding="utf-8")


def write_catalog(
    folder: Path, streams: Collection[str], catalog: dict[str, Any] | None = None
) -> None:
    """Write a catalog with some streams selected.

    Args:
        folder: The folder with the tap's settings.
        streams: Names of the streams to select.
        catalog: The catalog to select from; without it, the tap discovers one.
    """
    path = folder / "catalog.json"
    if catalog is None:
        spend([TAP, "--config", folder / "config.json", "--discover"], output=path)
        catalog = json.loads(path.read_text(encoding="utf-8"))
    for stream in catalog["streams"]:
        for entry in stream["metadata"]:
            if not entry["breadcrumb"]:
                entry["metadata"]["selected"] = stream["tap_stream_id"] in streams
    path.write_text(json.dumps(catalog), encoding="utf-8")


def file_options(folder: Path, *names: str) -> list[Word]:
    """Return the tap's options for files such as `config.json` in a folder."""
    return [word for name in names for word in (f"--{name}", folder / f"{name}.json")]


def sync(address: str, folder: Path) -> Sync:
    """Run the tap from the state in the folder, and leave its new state there."""
    figures_of(address)
    result = Sync()
    ids: set[str] = set()
    files = file_options(folder, "config", "catalog", "state")
    began = time.monotonic()
    with (folder / "log.txt").open("wb") as log, _started(*files, log=log) as tap:
        assert tap.stdout is not None  # noqa: S101  # Asked for below.
        for line in tap.stdout:
            message = _MESSAGE.decode(line)
            if message.record is not None:
                result.rows += 1
                ids.add(message.record.id)
            elif message.type == "STATE":
                result.state = bytes(message.value)
    result.seconds = time.monotonic() - began
    if tap.returncode:
        said = (folder / "log.txt").read_text(encoding="utf-8")
        raise SystemExit(f"The tap ended with {tap.returncode}: {said}")
    result.ids = len(ids)
    result.asked = figures_of(address)
    (folder / "state.json").write_bytes(result.state)
    return result


def _started(*arguments: Word, log: Any) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603
        [TAP, *arguments], stdout=subprocess.PIPE, stderr=log, env=environment()
    )
