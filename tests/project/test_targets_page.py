"""docs/targets.md shows the tests with real targets that there are."""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from support.target_matrix import LOADERS, MATRIX, matrix_table

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "targets.md"


def test_the_page_shows_the_table_of_the_tests() -> None:
    _, _, rest = PAGE.read_text(encoding="utf-8").partition("<!-- matrix -->")
    shown = rest.partition("<!-- end of matrix -->")[0].split("\n")

    lines = [f"| {' | '.join(cells)} |" for cells in matrix_table()]
    assert [line for line in shown if line and "---" not in line] == lines, (
        "out of date; run `python benchmarks/loading.py`"
    )


def test_the_table_has_a_cell_for_each_target() -> None:
    assert {len(cells) for cells in MATRIX.values()} == {len(LOADERS)}


def test_the_page_recommends_the_settings_that_are_tried() -> None:
    _, _, rest = PAGE.read_text(encoding="utf-8").partition("## What to set")
    rows = [line.split(" | ")[:2] for line in rest.partition("and in the tap:")[0].splitlines()]

    for loader in LOADERS:
        for name, value in loader.recommended.items():
            names = {loader.name, loader.name.partition(",")[0]}
            setting = f"`{name}: {json.dumps(value)}`"
            assert any([f"| {named}", setting] in rows for named in names), (loader.name, setting)


def test_the_entries_for_meltano_have_the_settings_that_are_tried() -> None:
    duckdb, postgres = LOADERS[:2]
    on_page = PAGE.read_text(encoding="utf-8").partition("```yaml\n")[2].partition("```")[0]
    for entries, loader in (
        (on_page, postgres),
        ((ROOT / "meltano.yml").read_text(encoding="utf-8"), duckdb),
    ):
        (entry,) = yaml.safe_load(entries)["plugins"]["loaders"]
        assert entry["name"] == loader.name
        assert loader.recommended.items() <= entry["config"].items()
