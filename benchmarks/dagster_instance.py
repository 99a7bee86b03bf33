"""A running Dagster: its API, and what its processes cost. Linux only."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import requests

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_DAGSTER: Final = Path(__file__).parents[1] / ".venv" / "dagster" / "bin" / "dagster"

_RUNS: Final = """
query ($tags: [ExecutionTag!]) {
  runsOrError(filter: {tags: $tags}) { ... on Runs { results {
    runId status startTime endTime tags { key value }
  } } }
}
"""
_ROWS: Final = """
query ($run: ID!) {
  runOrError(runId: $run) { ... on Run { assetMaterializations {
    assetKey { path } metadataEntries { label ... on IntMetadataEntry { intValue } }
  } } }
}
"""
_LAUNCH: Final = """
mutation ($assets: [AssetKeyInput!]!, $partitions: [String!]!) {
  launchPartitionBackfill(backfillParams: {assetSelection: $assets, partitionNames: $partitions}) {
    __typename
    ... on PythonError { message }
    ... on LaunchBackfillSuccess { backfillId }
  }
}
"""


@dataclass(frozen=True, slots=True)
class Run:
    """A run of Dagster's.

    Attributes:
        number: Dagster's id.
        partition: What it is for.
        retry: 0, or which retry of another run it is.
        started: Seconds since 1970.
        ended: The same.
        succeeded: Whether it ended well.
        is_over: Whether it has ended and is not to be started again.
    """

    number: str
    partition: str
    retry: int
    started: float
    ended: float
    succeeded: bool
    is_over: bool


class Dagster:
    """Dagster's API.

    Args:
        port: Where it listens.
    """

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/graphql"

    def launch(self, streams: Sequence[str], partitions: Sequence[str]) -> str:
        """Materialise assets; return the backfill's id."""
        assets = [{"path": [name]} for name in streams]
        found = self._ask(_LAUNCH, assets=assets, partitions=list(partitions))
        launched = found["launchPartitionBackfill"]
        if "backfillId" not in launched:
            sys.exit(f"Dagster has not launched the backfill: {launched}")
        return str(launched["backfillId"])

    def runs(self, backfill: str | None) -> list[Run]:
        """List the runs of a backfill, or all runs, oldest first."""
        tags = [{"key": "dagster/backfill", "value": backfill}] if backfill else []
        try:
            found = self._ask(_RUNS, tags=tags)
        except requests.ConnectionError:
            return []  # It is about to start.
        return [_run(each) for each in reversed(found["runsOrError"]["results"])]

    def rows(self, run: Run) -> dict[str, int]:
        """How many rows of each stream a run has read."""
        found = self._ask(_ROWS, run=run.number)["runOrError"]["assetMaterializations"]
        return {
            each["assetKey"]["path"][-1]: entry["intValue"]
            for each in found
            for entry in each["metadataEntries"]
            if entry["label"] == "rows"
        }

    def _ask(self, query: str, **variables: Any) -> dict[str, Any]:
        answer = requests.post(
            self._url, json={"query": query, "variables": variables}, timeout=60
        ).json()
        if "errors" in answer:
            sys.exit(f"Dagster answers {answer['errors']}")
        data: dict[str, Any] = answer["data"]
        return data


def _run(found: Mapping[str, Any]) -> Run:
    tags = {tag["key"]: tag["value"] for tag in found["tags"]}
    succeeded = found["status"] == "SUCCESS"
    # Dagster says shortly after the failure whether it starts the run again.
    is_last = tags.get("dagster/will_retry") == "false"
    return Run(
        number=found["runId"],
        partition=tags["dagster/partition"],
        retry=int(tags.get("dagster/retry_number", 0)),
        started=found["startTime"] or 0.0,
        ended=found["endTime"] or 0.0,
        succeeded=succeeded,
        is_over=succeeded or (found["status"] == "FAILURE" and is_last),
    )


class Meter:
    """Measures processes. Other work on the machine does not change the figures.

    Args:
        session: The session that all of them are in.

    Attributes:
        peak: Their memory in megabytes, the highest of all samples since the last `restart`.
    """

    def __init__(self, session: int) -> None:
        self._session = session
        self.restart()

    def restart(self) -> None:
        """Begin a new measurement."""
        self.peak = 0.0
        self._before = self._processor_seconds()

    def sample(self) -> None:
        """Measure the memory now. What processes share is counted once."""
        kilobytes = 0
        for process in self._processes():
            with suppress(OSError):
                lines = (process / "smaps_rollup").read_text(encoding="utf-8").splitlines()
                kilobytes += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        self.peak = max(self.peak, kilobytes / 1000)

    def processor_seconds(self) -> float:
        """Processor time since the last `restart`, that of processes that have ended included."""
        return self._processor_seconds() - self._before

    def _processor_seconds(self) -> float:
        ticks = 0
        for process in self._processes():
            with suppress(OSError):
                ticks += sum(map(int, figures(process)[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def _processes(self) -> Iterator[Path]:
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if int(figures(process)[3]) == self._session:
                    yield process


def figures(process: Path) -> list[str]:
    """Return the figures of a folder in /proc, from the process's state on; see proc(5)."""
    return (process / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()


@contextmanager
def running(folder: Path, environment: Mapping[str, str]) -> Iterator[tuple[Dagster, Meter]]:
    """Run `dagster dev` in a folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "dagster.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603
            [_DAGSTER, "dev", "--port", str(port)],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield Dagster(port), Meter(process.pid)
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
