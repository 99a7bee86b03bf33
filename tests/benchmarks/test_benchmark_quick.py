"""The benchmark runs: all rows come, though nothing is timed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.thorough

COMMAND = Path(__file__).parents[2] / "benchmarks" / "run.py"


@pytest.fixture(scope="module")
def measured() -> dict[str, str]:
    """What the quick form measured, by the first column of its tables."""
    finished = subprocess.run(  # noqa: S603
        [sys.executable, COMMAND, "--quick"],
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    rows = [line.split(" | ") for line in finished.stdout.splitlines() if line.startswith("| ")]
    return {row[0].removeprefix("| "): row[-1].removesuffix(" |") for row in rows}


def test_all_taps_write_all_rows(measured: dict[str, str]) -> None:
    assert measured["this tap"] == "2,000"
    assert measured["this tap, a row of a derived table"] == "14,000"
    # It asks again for the last row of each page but the last one.
    assert measured["the SDK as it comes (`benchmarks/taps/stock.py`)"] == "1,002"


def test_an_unchanged_sync_of_all_tables_asks_little(measured: dict[str, str]) -> None:
    ((what, requests),) = (item for item in measured.items() if "all default tables" in item[0])
    _, _, tables = what.partition("requests for ")

    assert 0 < int(requests) <= int(tables.removesuffix(" tables")) + 5


def test_every_row_is_written_once(measured: dict[str, str]) -> None:
    assert measured["rows written, of them different"] == "3,000, 3,000"


def test_six_pages_cost_at_most_eight_searches(measured: dict[str, str]) -> None:
    assert 1.0 <= float(measured["searches ÷ (rows ÷ 500)"]) <= 8 / 6


def test_an_incremental_sync_without_changes_is_one_search(measured: dict[str, str]) -> None:
    assert measured["searches of an incremental sync without changes"] == "1"


@pytest.mark.parametrize("percent", [25, 90, 100])
def test_the_share_that_was_asked_for_is_used(measured: dict[str, str], percent: int) -> None:
    what = f"searches ÷ those that `api_usage_percent: {percent}` allows (virtual time)"
    assert float(measured[what]) >= 0.95


def test_no_request_is_answered_with_429(measured: dict[str, str]) -> None:
    assert measured["answers 429"] == "0"
    assert measured["answers 429 with any of these settings (virtual time)"] == "0"
    assert measured["answers 429 in an hour, alone (virtual time)"] == "0"


def test_the_look_ahead_is_bounded(measured: dict[str, str]) -> None:
    most = measured["most bytes that wait for their turn (8 at once, slow consumer, in-process)"]
    assert 0 < float(most.removesuffix(" MB")) <= 3 + 2 * 1.3


def test_the_quick_form_measures_no_times(measured: dict[str, str]) -> None:
    assert not [what for what in measured if "a minute" in what or "seconds" in what]
