"""Shaping and writing a row costs little more than parsing it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.thorough

COMMAND = Path(__file__).parents[2] / "benchmarks" / "hot_path.py"


def test_a_row_takes_few_times_as_long_as_with_msgspec_alone() -> None:
    finished = subprocess.run(  # noqa: S603
        [sys.executable, COMMAND], check=True, capture_output=True, text=True, timeout=300
    )
    rows = [line.strip("| ").split(" | ") for line in finished.stdout.splitlines()]
    ratios = {row[0]: (float(row[-2]), float(row[-1])) for row in rows if row[0].startswith("`")}

    # The measured ratios, and a fifth for other versions of Python.
    assert ratios.keys() == {"`conversations`", "`messages`", "`customers`"}
    for row, derived_row in ratios.values():
        assert row <= 4.5
        assert derived_row <= 0.65
