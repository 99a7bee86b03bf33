"""docs/targets.md shows the tests with real targets that there are."""

from __future__ import annotations

from pathlib import Path

from support.target_matrix import LOADERS, MATRIX, matrix_table

PAGE = Path(__file__).parents[2] / "docs" / "targets.md"


def test_the_page_shows_the_table_of_the_tests() -> None:
    _, _, rest = PAGE.read_text(encoding="utf-8").partition("<!-- matrix -->")
    shown = rest.partition("<!-- end of matrix -->")[0].split("\n")

    lines = [f"| {' | '.join(cells)} |" for cells in matrix_table()]
    assert [line for line in shown if line and "---" not in line] == lines, (
        "out of date; run `python benchmarks/loading.py`"
    )


def test_the_table_has_a_cell_for_each_target() -> None:
    assert {len(cells) for cells in MATRIX.values()} == {len(LOADERS)}
