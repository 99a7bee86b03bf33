"""Run the example for Dagster on made-up organisations; `docs/dagster.md` has the command.

Dagster reads the current month of all organisations, then their earlier months, and brings them up
to date once more. The run of one organisation is killed, and the key of another is wrong. In the
end, every organisation is checked, and the exit code is 1 unless

* the run that was killed went on from its state,
* all runs with the wrong key failed, and no others,
* every other organisation has all its rows, and no rows of others,
* every budget was kept.

Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sqlite3
import sys
import time
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import duckdb
import requests
from dagster_instance import Dagster, Meter, Run, figures, running
from processes import environment

from kustomer_dagster.periods import current_month
from kustomer_dagster.settings import key_name
from kustomer_dagster.streams import load_streams
from kustomer_sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT: Final = Path(__file__).parents[1]
EXAMPLE: Final = ROOT / "examples" / "dagster"

# The longest wait, in seconds.
LONGEST: Final = 3600

# Tables whose rows are compared, with the sandbox's type: some that are read by time, and some that
# are read whole.
WINDOWED: Final = {
    "companies": "company",
    "conversations": "conversation",
    "customers": "customer",
    "kobjects": "kobject",
    "messages": "message",
    "notes": "note",
}
WHOLE: Final = {"tags": "tag", "teams": "team", "users": "user"}

# The same text as in Kustomer's responses.
UPDATED: Final = duckdb.SQLExpression("coalesce(strftime(updated_at, '%Y-%m-%dT%H:%M:%S.%gZ'), '')")

HEADER: Final = """
| what | runs | of them failed | seconds | runs an hour | core seconds a run | peak memory |
| --- | --- | --- | --- | --- | --- | --- |"""
FLEETS: Final = (100, 1_000, 5_000)
FLEETS_HEADER: Final = """
| organisations, every hour | cores | runs at once | memory | Dagster's events a day |
| --- | --- | --- | --- | --- |"""


@dataclass(frozen=True, slots=True)
class Organization:
    """A made-up organisation.

    Attributes:
        name: Its name in the settings file.
        sandbox: Replaces Kustomer for it.
        key_is_good: Whether Dagster knows its key.
    """

    name: str
    sandbox: Sandbox
    key_is_good: bool

    def times(self, kind: str) -> dict[str, str]:
        """When each resource of a type was last updated, by its id."""
        url = f"{self.sandbox.url}/_sandbox/resources/{kind}"
        found = requests.get(url, timeout=60).json()
        return {row["id"]: row["attributes"].get("updatedAt", "") for row in found}


@dataclass(frozen=True, slots=True)
class Demonstration:
    """Organisations that Dagster reads.

    Attributes:
        folder: Where Dagster runs.
        organizations: The organisations; the run of the first one is killed.
        dagster: Dagster.
        meter: Measures it.
    """

    folder: Path
    organizations: Sequence[Organization]
    dagster: Dagster
    meter: Meter

    def run(self, months: int) -> Iterator[str]:
        """Let Dagster work and print what was measured; yield what is wrong."""
        now = datetime.now(UTC)
        month = current_month(now)
        past = [_month_before(now, number + 1) for number in range(months)]
        selected = [stream for stream in load_streams().values() if stream.selected]
        everything = [stream.name for stream in selected]
        windowed = [stream.name for stream in selected if stream.windowed]
        present, history = self._partitions(month), self._partitions(*past)

        # The sensor finds the organisations by itself.
        self._kill_first()
        first = self._finished(present)
        self._report("first", first)
        yield from self._not_continued(first, present[0])
        if past:
            backfill = self.dagster.launch(windowed, history)
            self._report("earlier months", self._finished(history, backfill))
        for each in self.organizations:
            each.sandbox.advance(60)
        backfill = self.dagster.launch(everything, present)
        hourly = self._finished(present, backfill)
        each_run, peak = self._report("an hour later", hourly)
        self._report_fleets([run for run in hourly if run.succeeded], each_run, peak)

        yield from self._wrong_outcomes()
        for each in self.organizations:
            yield from _broken_budgets(each)
            if each.key_is_good:
                yield from self._differences(each, [month, *past][-1])

    def _partitions(self, *months: str) -> list[str]:
        return [f"{month}|{each.name}" for month in months for each in self.organizations]

    def _finished(self, partitions: Sequence[str], backfill: str | None = None) -> list[Run]:
        """Wait until all partitions have been read, and return the runs."""
        for seconds in _waiting("Dagster's runs"):
            self.meter.sample()
            if seconds % 5:  # Each question costs Dagster time, which is measured too.
                continue
            runs = self.dagster.runs(backfill)
            last = {run.partition: run for run in runs}
            if last.keys() >= set(partitions) and all(run.is_over for run in last.values()):
                return runs
        raise AssertionError

    def _report(self, what: str, runs: Sequence[Run]) -> tuple[float, float]:
        """Print what runs have cost, and measure what comes next.

        Returns:
            Core seconds for each run that succeeded, and the peak memory in megabytes.
        """
        whole = [run for run in runs if run.succeeded]
        lasted = max(run.ended for run in whole) - min(run.started for run in whole)
        each_run, peak = self.meter.processor_seconds() / len(whole), self.meter.peak
        _print_row(
            what,
            f"{len(runs)}",
            f"{len(runs) - len(whole)}",
            f"{lasted:.0f}",
            f"{len(whole) * 3600 / lasted:.0f}",
            f"{each_run:.1f}",
            f"{peak:,.0f} MB",
        )
        self.meter.restart()
        return each_run, peak

    def _report_fleets(self, runs: Sequence[Run], each_run: float, peak: float) -> None:
        """Print what more organisations need, at the cost of these runs."""
        self.meter.sample()
        idle = self.meter.peak
        at_once = max(
            sum(run.started <= other.started < run.ended for run in runs) for other in runs
        )
        lasted = sum(run.ended - run.started for run in runs) / len(runs)
        events = self.folder / "history" / "runs"
        stored = sum((events / f"{run.number}.db").stat().st_size for run in runs) / len(runs)
        print(FLEETS_HEADER)
        for number in FLEETS:
            needed = number * lasted / 3600
            _print_row(
                f"{number:,}",
                f"{number * each_run / 3600:.1f}",
                f"{needed:.0f}",
                f"{(idle + needed * (peak - idle) / at_once) / 1000:.1f} GB",
                f"{number * 24 * stored / 1e9:.1f} GB",
            )

    def _kill_first(self) -> None:
        """Kill the first organisation's run as soon as a part of its rows is loaded."""
        first = self.organizations[0]
        for _ in _waiting(f"a state of {first.name}"):
            self.meter.sample()
            if self._loaded(first):
                break
        key = f"TAP_KUSTOMER_API_KEY={first.sandbox.api_key}\0".encode()
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if key in (process / "environ").read_bytes() + b"\0":
                    os.kill(int(figures(process)[1]), signal.SIGKILL)
                    return
        sys.exit(f"The run of {first.name} had ended before it could be killed")

    def _loaded(self, organization: Organization) -> bool:
        """Whether the state of an organisation says that a windowed stream was read."""
        file = self.folder / "data" / "states.db"
        if not file.exists():
            return False
        query = "select state from singer_states where organization = ?"
        with closing(sqlite3.connect(file)) as database, suppress(sqlite3.OperationalError):
            states = database.execute(query, [organization.name]).fetchall()
            return any(json.loads(state)["bookmarks"].keys() & WINDOWED for (state,) in states)
        return False

    def _not_continued(self, runs: Sequence[Run], partition: str) -> Iterator[str]:
        """Find out whether the killed run was started again and skipped what was loaded."""
        first = self.organizations[0]
        run = [run for run in runs if run.partition == partition][-1]
        rows = self.dagster.rows(run)
        skipped = [
            stream for stream, kind in WINDOWED.items() if rows[stream] < len(first.times(kind))
        ]
        if not run.retry or not skipped:
            yield f"{first.name}: the run that was killed did not go on from its state"

    def _wrong_outcomes(self) -> Iterator[str]:
        good = {each.name: each.key_is_good for each in self.organizations}
        last = {run.partition: run for run in self.dagster.runs(None)}
        for partition, run in last.items():
            if run.succeeded != good[partition.partition("|")[2]]:
                yield f"{partition}: the run {'succeeded' if run.succeeded else 'failed'}"

    def _differences(self, organization: Organization, first_month: str) -> Iterator[str]:
        """Compare an organisation's rows with the sandbox's, from a month on."""
        with duckdb.connect(self.folder / "data" / f"{organization.name}.duckdb") as database:
            for table, kind in (WINDOWED | WHOLE).items():
                times = organization.times(kind)
                since = first_month if table in WINDOWED else ""
                expected = {(key, time) for key, time in times.items() if time >= since}
                found = {*database.table(f"kustomer.{table}").select("id", UPDATED).fetchall()}
                missing = len(expected - found)
                foreign = len({key for key, _ in found} - times.keys())
                if missing or foreign or not expected:
                    yield (
                        f"{organization.name}: of {len(expected)} {table}, {missing} are missing; "
                        f"{foreign} are not the organisation's"
                    )


def main() -> int:
    """Run it, print what was measured, and return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--organizations", type=int, default=20)
    parser.add_argument("--months", type=int, default=12, help="earlier months to read")
    parser.add_argument("--scale", type=float, default=0.1, help="size of each organisation")
    cores = os.cpu_count() or 1
    parser.add_argument("--concurrent", type=int, default=2 * cores, help="runs at once")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        organizations = [*_organizations(options.organizations, options.scale, stack)]
        variables = _prepare(folder, organizations, options.concurrent)
        print(
            f"{options.organizations} organisations, {options.months} months, "
            f"{options.concurrent} runs at once on {cores} cores"
        )
        print(HEADER, flush=True)
        dagster, meter = stack.enter_context(running(folder, variables))
        faults = [*Demonstration(folder, organizations, dagster, meter).run(options.months)]
    print("", *faults or ["Nothing is wrong"], sep="\n")
    return int(bool(faults))


def _organizations(number: int, scale: float, stack: ExitStack) -> Iterator[Organization]:
    """Start the organisations; the first one is larger and slower than the others."""
    for seed in range(number):
        sandbox = Sandbox(
            seed=seed,
            scale=scale if seed else 10 * scale,
            latency=0 if seed else 0.5,
            api_key=f"key-{seed}",
        )
        yield Organization(f"shop-{seed}", stack.enter_context(sandbox), seed < number - 1)


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
    keys = {
        key_name(each.name): each.sandbox.api_key if each.key_is_good else "wrong"
        for each in organizations
    }
    return {**environment(), **keys, "DAGSTER_HOME": str(folder)}


def _print_row(*cells: str) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


def _month_before(now: datetime, number: int) -> str:
    month = now.year * 12 + now.month - 1 - number
    return f"{month // 12}-{month % 12 + 1:02}"


def _broken_budgets(organization: Organization) -> Iterator[str]:
    """Find requests that the sandbox refused: too many of them, or with another's key."""
    statuses = [request["status"] for request in organization.sandbox.requests]
    if refused := statuses.count(429):
        yield f"{organization.name}: {refused} requests were too many"
    unknown = statuses.count(401)
    if unknown != (0 if organization.key_is_good else len(statuses)):
        yield f"{organization.name}: {unknown} of {len(statuses)} requests had a wrong key"


def _waiting(thing: str) -> Iterator[int]:
    """Come back each second, for at most an hour; yield the seconds so far."""
    for seconds in range(LONGEST):
        time.sleep(1)
        yield seconds
    sys.exit(f"Waited an hour in vain for {thing}")


if __name__ == "__main__":
    sys.exit(main())
