"""Run the example for Dagster on made-up organisations; `docs/dagster.md` has the command.

Dagster brings all organisations up to date, reads their earlier months, and brings them up to date
once more. One organisation's key is wrong, and one organisation's run is killed. In the end, each
of the others has to have all its rows, with every budget kept. Linux only.
"""

# ruff: noqa: INP001, T201  # A script that prints what it has measured.
from __future__ import annotations

import argparse
import os
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import duckdb
import requests

from kustomer_dagster.periods import current_month
from kustomer_dagster.settings import key_name
from kustomer_dagster.streams import load_streams
from kustomer_sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT: Final = Path(__file__).parents[1]
EXAMPLE: Final = ROOT / "examples" / "dagster"
DAGSTER: Final = ROOT / ".venv" / "dagster" / "bin" / "dagster"

# The longest wait, in seconds.
LONGEST: Final = 3600

# Tables whose rows are compared, with the sandbox's type.
COMPARED: Final = {
    "companies": "company",
    "conversations": "conversation",
    "customers": "customer",
    "kobjects": "kobject",
    "messages": "message",
    "notes": "note",
}

RUNS: Final = """
query ($tags: [ExecutionTag!]) {
  runsOrError(filter: {tags: $tags}) { ... on Runs { results {
    runId status startTime endTime tags { key value }
  } } }
}
"""
LAUNCH: Final = """
mutation ($assets: [AssetKeyInput!]!, $partitions: [String!]!) {
  launchPartitionBackfill(backfillParams: {assetSelection: $assets, partitionNames: $partitions}) {
    __typename
    ... on PythonError { message }
    ... on LaunchBackfillSuccess { backfillId }
  }
}
"""


@dataclass(frozen=True, slots=True)
class Organization:
    """A made-up organisation."""

    name: str
    sandbox: Sandbox


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
        found = self._ask(LAUNCH, assets=assets, partitions=list(partitions))
        launched = found["launchPartitionBackfill"]
        if "backfillId" not in launched:
            sys.exit(f"Dagster has not launched the backfill: {launched}")
        return str(launched["backfillId"])

    def runs(self, tags: Mapping[str, str]) -> list[dict[str, Any]]:
        """List the runs with these tags, newest first."""
        try:
            found = self._ask(RUNS, tags=[{"key": k, "value": v} for k, v in tags.items()])
        except requests.ConnectionError:
            return []
        runs: list[dict[str, Any]] = found["runsOrError"]["results"]
        return [{**run, "tags": {tag["key"]: tag["value"] for tag in run["tags"]}} for run in runs]

    def _ask(self, query: str, **variables: Any) -> dict[str, Any]:
        answer = requests.post(
            self._url, json={"query": query, "variables": variables}, timeout=60
        ).json()
        if "errors" in answer:
            sys.exit(f"Dagster answers {answer['errors']}")
        data: dict[str, Any] = answer["data"]
        return data


@contextmanager
def _serving(folder: Path, environment: Mapping[str, str]) -> Iterator[Dagster]:
    """Run `dagster dev` in a folder."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(  # noqa: S603
        [DAGSTER, "dev", "--port", str(port)],
        cwd=folder,
        env=environment,
        stdout=(folder / "dagster.log").open("wb"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        yield Dagster(port)
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def main() -> int:
    """Run it, print what was measured, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--organizations", type=int, default=20)
    parser.add_argument("--months", type=int, default=12, help="earlier months to read")
    parser.add_argument("--scale", type=float, default=0.1, help="size of each organisation")
    parser.add_argument("--concurrent", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        organizations = [
            Organization(f"shop-{number}", stack.enter_context(sandbox))
            for number, sandbox in enumerate(_sandboxes(options.organizations, options.scale))
        ]
        environment = _prepare(folder, organizations, options.concurrent)
        with _serving(folder, environment) as dagster:
            code, runs = _demonstrate(dagster, folder, organizations, options.months)
    # Other work on the machine changes the time that passes, but not this.
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = used.ru_utime + used.ru_stime
    print(f"{seconds / runs:.1f} s of a core for each of {runs} runs, Dagster's own work included")
    return code


def _sandboxes(number: int, scale: float) -> Iterator[Sandbox]:
    """Make the organisations; the first one is larger and slower than the others."""
    for seed in range(number):
        yield Sandbox(
            seed=seed,
            scale=scale if seed else 10 * scale,
            latency=0 if seed else 0.5,
            api_key=f"key-{seed}",
        )


def _prepare(
    folder: Path, organizations: Sequence[Organization], concurrent: int
) -> dict[str, str]:
    """Copy the example and adapt its settings; return Dagster's environment."""
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
    shutil.copy(ROOT / "examples" / "meltano" / "plugins" / "target-duckdb", folder)
    changes = {
        "max_concurrent_runs: 4": f"max_concurrent_runs: {concurrent}",
        "venv/tap/bin/tap-kustomer": str(ROOT / ".venv" / "bin" / "tap-kustomer"),
        "venv/target/bin/python": sys.executable,
        '"2026-11-01"': f'"{datetime.now(UTC):%Y-%m}-01"',
    }
    for name in ("dagster.yaml", "organizations.toml"):
        text = (EXAMPLE / name).read_text(encoding="utf-8").partition("\n[organizations.")[0]
        for old, new in changes.items():
            text = text.replace(old, new)
        (folder / name).write_text(text, encoding="utf-8")
    with (folder / "organizations.toml").open("a", encoding="utf-8") as file:
        for each in organizations:
            file.write(f'\n[organizations.{each.name}]\napi_url = "{each.sandbox.url}"\n')
            if each is organizations[0]:
                file.write('start_date = "2020-01-01"\n')
    keys = {key_name(each.name): each.sandbox.api_key for each in organizations}
    keys[key_name(organizations[-1].name)] = "wrong"
    return {**os.environ, **keys, "DAGSTER_HOME": str(folder)}


def _demonstrate(
    dagster: Dagster, folder: Path, organizations: Sequence[Organization], months: int
) -> tuple[int, int]:
    """Let Dagster work and print what was measured; return the exit code and how many runs."""
    now = datetime.now(UTC)
    month, past = current_month(now), [_month_before(now, number + 1) for number in range(months)]
    names = [each.name for each in organizations]
    selected = [stream for stream in load_streams().values() if stream.selected]
    everything = [stream.name for stream in selected]
    windowed = [stream.name for stream in selected if stream.windowed]

    # The sensor finds the organisations by itself.
    present = [f"{month}|{name}" for name in names]
    _kill_run_of(organizations[0], folder)
    runs = _finished(dagster, present)
    _report("first", runs)
    retried = runs[present[0]]["tags"]
    if past:
        places = [f"{each}|{name}" for each in past for name in names]
        backfill = dagster.launch(windowed, places)
        _report("earlier months", _finished(dagster, places, backfill))
    for each in organizations:
        each.sandbox.advance(60)
    backfill = dagster.launch(everything, present)
    _report("later", _finished(dagster, present, backfill))

    faults = [
        fault
        for each in organizations[:-1]
        for fault in _differences(folder, each, [month, *past][-1])
    ]
    if retried.get("dagster/retry_number") is None:
        faults.append(f"{names[0]}: the run that was killed did not go on")
    faults += [
        f"{each.name}: {refused} requests were refused as too many"
        for each in organizations
        if (refused := [request["status"] for request in each.sandbox.requests].count(429))
    ]
    print(*faults or ["All organisations but the one with a wrong key are complete"], sep="\n")
    return int(bool(faults)), len(dagster.runs({}))


def _month_before(now: datetime, number: int) -> str:
    month = now.year * 12 + now.month - 1 - number
    return f"{month // 12}-{month % 12 + 1:02}"


def _kill_run_of(organization: Organization, folder: Path) -> None:
    """Kill the process of an organisation's run as soon as a part of it is loaded."""
    key = f"TAP_KUSTOMER_API_KEY={organization.sandbox.api_key}\0".encode()
    states = folder / "data" / "states.db"
    for _ in _waiting(f"a state of {organization.name}"):
        if not states.exists():
            continue
        with closing(sqlite3.connect(states)) as database, suppress(sqlite3.OperationalError):
            query = "select 1 from singer_states where organization = ?"
            if database.execute(query, [organization.name]).fetchone():
                break
    for process in Path("/proc").iterdir():
        with suppress(OSError):
            if key in (process / "environ").read_bytes() + b"\0":
                parent = (
                    (process / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1]
                )
                os.kill(int(parent), signal.SIGKILL)
                print(f"Killed the run of {organization.name}")
                return
    sys.exit(f"The run of {organization.name} had ended before it could be killed")


def _finished(
    dagster: Dagster, places: Sequence[str], backfill: str | None = None
) -> dict[str, dict[str, Any]]:
    """Wait for the runs of these partitions; return the last run of each."""
    tags = {"dagster/backfill": backfill} if backfill else {}
    for _ in _waiting("Dagster's runs"):
        newest: dict[str, dict[str, Any]] = {}
        for run in dagster.runs(tags):
            newest.setdefault(run["tags"]["dagster/partition"], run)
        if newest.keys() >= set(places) and all(map(_is_over, newest.values())):
            return newest
    raise AssertionError


def _is_over(run: dict[str, Any]) -> bool:
    tags: dict[str, str] = run["tags"]
    is_retried = tags.get("dagster/will_retry") == "true"
    return run["status"] == "SUCCESS" or (run["status"] == "FAILURE" and not is_retried)


def _report(what: str, runs: dict[str, dict[str, Any]]) -> None:
    seconds = max(run["endTime"] for run in runs.values()) - min(
        run["startTime"] for run in runs.values()
    )
    whole = sum(run["status"] == "SUCCESS" for run in runs.values())
    failed = ", ".join(place for place, run in runs.items() if run["status"] != "SUCCESS")
    print(
        f"{what}: {whole} of {len(runs)} runs succeeded in {seconds:.0f} s, "
        f"{whole * 3600 / seconds:.0f} an hour; failed: {failed or 'none'}",
        flush=True,
    )


def _differences(folder: Path, organization: Organization, first_month: str) -> Iterator[str]:
    """Compare the rows since a month with the sandbox's."""
    with duckdb.connect(folder / "data" / f"{organization.name}.duckdb") as database:
        for table, kind in COMPARED.items():
            url = f"{organization.sandbox.url}/_sandbox/resources/{kind}"
            found = requests.get(url, timeout=60).json()
            expected = {
                (row["id"], row["attributes"]["updatedAt"])
                for row in found
                if row["attributes"]["updatedAt"] >= first_month
            }
            query = (
                f"select id, strftime(updated_at, '%Y-%m-%dT%H:%M:%S.%gZ') from kustomer.{table}"  # noqa: S608
            )
            missing = expected - set(database.execute(query).fetchall())
            if missing or not expected:
                yield f"{organization.name}: {len(missing)} of {len(expected)} {table} are missing"


def _waiting(thing: str) -> Iterator[None]:
    """Come back twice a second, for at most an hour."""
    for _ in range(2 * LONGEST):
        time.sleep(0.5)
        yield
    sys.exit(f"Waited an hour in vain for {thing}")


if __name__ == "__main__":
    sys.exit(main())
