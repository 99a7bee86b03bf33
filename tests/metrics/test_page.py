"""The page of `make answers` shows the figures of the models, offline."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from support.metrics_oracle import FIGURES
from support.warehouse import DBT, ROOT, ZONE

if TYPE_CHECKING:
    from pathlib import Path

    from support.metrics_oracle import Activity, Oracle
    from support.warehouse import Warehouse

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
needs_browser = pytest.mark.skipif(BROWSER is None, reason="Chromium is not installed")


@pytest.fixture(scope="module")
def page(warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "answers.html"
    done = write(warehouse.file, path)
    assert done.returncode == 0, done.stdout
    return path


def write(database: Path, path: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Write the page."""
    script = ROOT / "answers" / "page.py"
    return subprocess.run(  # noqa: S603
        [DBT.with_name("python"), script, database, path, "--time-zone", ZONE, *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def show(page: Path, choice: str = "") -> tuple[str, str]:
    """What a browser makes of the page, and what it logs."""
    assert BROWSER is not None
    done = subprocess.run(  # noqa: S603
        [
            *(BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"),
            *(f"--user-data-dir={page.parent / 'profile'}", "--virtual-time-budget=60000"),
            *("--dump-dom", f"{page.as_uri()}#{choice}"),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    log = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    return done.stdout, "\n".join(log)


def tiles(document: str) -> dict[str, float | None]:
    """The figures of the tiles, unrounded."""
    found = re.findall(r'<article class="tile" id="tile-(\w+)" data-value="([^"]*)"', document)
    return {name: float(value) if value else None for name, value in found}


def test_the_page_is_one_small_file_that_may_fetch_nothing(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert len(text.encode()) < 3_000_000
    assert "default-src 'none'" in text
    own = re.sub(r"<script.*?</script>", "<script>", text, flags=re.DOTALL)
    assert not re.search(r"https?:|src=|href=|@import|url\(", own)


def test_a_file_without_models_is_refused_in_one_line(tmp_path: Path) -> None:
    done = write(tmp_path / "none.duckdb", tmp_path / "answers.html")
    assert done.returncode == 1
    assert "run `make demo` first" in done.stdout
    assert "Traceback" not in done.stdout


def test_models_that_are_not_where_they_are_expected_are_said_to_be_missing(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    done = write(warehouse.file, tmp_path / "answers.html", "--schema", "elsewhere")
    assert done.returncode == 1
    assert "expected the models in schema elsewhere" in done.stdout
    assert "Traceback" not in done.stdout


@needs_browser
@pytest.mark.parametrize("filtered", [False, True])
def test_tiles_show_the_figures_of_what_is_chosen(
    page: Path, oracle: Oracle, *, filtered: bool
) -> None:
    first, last = oracle.range_of_days
    team = oracle.resources["team"][0]
    choice = f"first={first}&last={last}"
    shown = f">{first} to {last}"
    if filtered:
        # Two days in the wrong order are a range, too.
        choice = f"first={last}&last={first}&channel=email&team={team['attributes']['name']}"
        shown += f", channel email, team {team['attributes']['name']}"
    document, log = show(page, choice)
    assert shown in document

    def chosen(one: Activity) -> bool:
        within = first <= oracle.day(one.at) <= last
        return within and (not filtered or (one.channel == "email" and team["id"] in one.teams))

    activities = list(filter(chosen, oracle.activities()))
    expected = {name: FIGURES[name](activities) for name in tiles(document)}
    assert len(expected) == 12
    # Rows in the page have whole seconds.
    assert tiles(document) == {
        name: pytest.approx(value, abs=1) if value else value or tiles(document)[name]
        for name, value in expected.items()
    }
    assert "Uncaught" not in log


@needs_browser
def test_every_chart_is_drawn(page: Path) -> None:
    document, log = show(page)
    assert not log
    sections = document.split('<section class="chart')[1:]
    assert len(sections) == 10
    for section in sections:
        title = re.search(r"<h2>(.+?)</h2>", section)
        assert title
        assert f'aria-label="{title[1]}. ' in section
        assert re.search(r'<path aria-label="[^"]+" role="graphics-symbol"', section), section[:200]
