"""What a terminal shows while a run lasts."""

from __future__ import annotations

import io
import json
import logging
import os
import pty
import re
import subprocess
import sys
from contextlib import contextmanager, redirect_stderr, suppress
from typing import TYPE_CHECKING

import pytest
from rich.console import Console
from typing_extensions import override

from kustomer_sandbox import Sandbox
from support.catalogs import catalog_of
from support.tap_process import COMMAND, environment
from support.virtual_time import VirtualClock
from tap_kustomer.client.limits import Budget
from tap_kustomer.reporting.progress import NoProgress, Progress, show_progress, show_progress_on
from tap_kustomer.times import DAY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MINUTE = 60.0

# Moves the cursor, clears a line, or sets a colour (ECMA-48).
CONTROL = re.compile(r"\x1b\[[?\d;]*[A-Za-z]")


class Terminal(io.StringIO):
    """A terminal that keeps everything that was written to it."""

    @override
    def isatty(self) -> bool:
        return True

    @property
    def shown_last(self) -> str:
        """The last line that was drawn, without colours."""
        return [line for line in self.drawn if line.strip()][-1]

    @property
    def drawn(self) -> list[str]:
        return CONTROL.sub("", re.sub(r"\x1b\[2K|[\r\n]+", "\n", self.getvalue())).split("\n")


class Scene:
    """A run of three extractions, shown on a terminal."""

    def __init__(self) -> None:
        self.terminal = Terminal()
        self.clock = VirtualClock()
        self.budget = Budget(limit=100, share=0.9)
        self.console = Console(
            file=self.terminal, force_terminal=True, width=100, soft_wrap=True, color_system=None
        )

    @contextmanager
    def show_progress(self) -> Iterator[Progress]:
        with (
            redirect_stderr(self.terminal),
            show_progress_on(self.console, self.budget, self.clock, extractions=3) as progress,
        ):
            yield progress


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setenv("TERM", "xterm")
    return Scene()


def test_the_line_shows_which_stream_is_written_and_how_many_there_are(scene: Scene) -> None:
    with scene.show_progress() as progress:
        progress.begin("tags", until=None)
        progress.begin("messages", until=DAY)

    assert scene.terminal.shown_last.startswith("2/3 messages ")
    assert "tags" not in scene.terminal.shown_last


def test_the_line_shows_rows_their_pace_and_the_share_of_the_search_budget(scene: Scene) -> None:
    with scene.show_progress() as progress:
        scene.budget.spent = 7
        progress.begin("messages", until=DAY)
        scene.clock.elapsed += 2 * MINUTE
        scene.budget.spent += 150
        progress.wrote(75_000, reached=None)

    assert "75,000 rows 37,500/min 75% of searches" in scene.terminal.shown_last


def test_the_line_shows_the_time_left_by_how_far_in_time_the_rows_have_come(scene: Scene) -> None:
    with scene.show_progress() as progress:
        progress.begin("messages", until=10 * DAY)
        for day in (4, 5, 6, 7):
            progress.wrote(500, reached=day * DAY)
            scene.clock.elapsed += MINUTE

    assert scene.terminal.shown_last.rstrip().endswith(" 0:03:00 left")


def test_the_next_stream_starts_from_zero(scene: Scene) -> None:
    with scene.show_progress() as progress:
        progress.begin("messages", until=10 * DAY)
        for day in (4, 5, 6, 7):
            progress.wrote(500, reached=day * DAY)
            scene.clock.elapsed += MINUTE
        progress.begin("notes", until=10 * DAY)

    assert " 0 rows 0/min " in scene.terminal.shown_last
    assert "left" not in scene.terminal.shown_last


def test_the_time_left_of_a_stream_depends_on_its_own_rows(scene: Scene) -> None:
    with scene.show_progress() as progress:
        progress.begin("messages", until=10 * DAY)
        progress.wrote(500, reached=9 * DAY)
        progress.begin("notes", until=10 * DAY)
        for day in (1, 2, 3, 4):
            progress.wrote(500, reached=day * DAY)
            scene.clock.elapsed += MINUTE

    assert scene.terminal.shown_last.rstrip().endswith(" 0:06:00 left")


def test_a_list_shows_no_time_left(scene: Scene) -> None:
    with scene.show_progress() as progress:
        progress.begin("tags", until=None)
        for _ in range(4):
            progress.wrote(100, reached=None)
            scene.clock.elapsed += MINUTE

    assert "100 rows" in scene.terminal.shown_last
    assert "left" not in scene.terminal.shown_last


def test_the_line_is_removed_at_the_end_of_the_run(scene: Scene) -> None:
    with scene.show_progress() as progress:
        progress.begin("tags", until=None)

    # The cursor goes up to the line, and clears it.
    assert scene.terminal.getvalue().endswith("\x1b[1A\x1b[2K")


@pytest.fixture
def log(scene: Scene) -> Iterator[logging.StreamHandler[io.StringIO]]:
    """Log to the terminal."""
    handler: logging.StreamHandler[io.StringIO] = logging.StreamHandler(scene.terminal)
    logger = logging.getLogger("tap-kustomer.progress-test")
    logger.addHandler(handler)
    yield handler
    logger.removeHandler(handler)


@pytest.mark.usefixtures("log")
def test_lines_of_the_log_are_written_above_it_unbroken(scene: Scene) -> None:
    line = "A warning that is wider than the terminal, [bold] as can be: " + "word " * 40 + "end"

    with scene.show_progress() as progress:
        progress.begin("tags", until=None)
        logging.getLogger("tap-kustomer.progress-test").warning(line)

    before, after = scene.terminal.getvalue().split(line)
    assert before.endswith("\r\x1b[2K")
    assert after.startswith("\n1/3 tags ")


def test_afterwards_the_log_is_written_as_it_was_before(
    scene: Scene, log: logging.StreamHandler[io.StringIO]
) -> None:
    with suppress(RuntimeError), scene.show_progress():
        assert log.stream is not scene.terminal
        raise RuntimeError

    assert log.stream is scene.terminal


def test_standard_output_is_not_redirected(scene: Scene) -> None:
    output = sys.stdout

    with scene.show_progress():
        assert sys.stdout is output


def is_shown() -> bool:
    with show_progress(Budget(limit=100, share=0.9), VirtualClock(), extractions=1) as progress:
        return not isinstance(progress, NoProgress)


def test_the_line_is_shown_if_only_standard_error_is_a_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not is_shown()
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert is_shown()
    # Records scroll there: nobody could read it.
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert not is_shown()


def test_rich_is_only_imported_for_a_terminal() -> None:
    code = (
        "import sys\n"
        "from tap_kustomer.client.limits import Budget\n"
        "from tap_kustomer.reporting import progress, summary\n"
        "with progress.show_progress(Budget(1, 1), None, 1): print('rich' in sys.modules)"
    )
    ended = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )
    assert ended.stdout.strip() == "False"


@pytest.mark.parametrize(
    ("requests", "seconds", "percent"),
    [(0, 0.0, 0), (6, 4.0, 6), (90, 60.0, 90), (150, 120.0, 75)],
)
def test_a_budget_is_granted_by_the_minute(requests: int, seconds: float, percent: int) -> None:
    assert Budget(limit=100, share=0.9).percent(requests, seconds) == percent


# A whole run


def run_on_a_terminal(folder: Path) -> tuple[str, bytes]:
    """Run two streams on a terminal; return what it draws, and its standard output."""
    files = {"config": {}, "catalog": catalog_of("brands", "customers")}
    ours, theirs = pty.openpty()
    drawn = b""
    with (
        Sandbox(scale=0.1, org_limit=60_000, search_limit=0) as sandbox,
        (folder / "output").open("wb") as output,
    ):
        files["config"] = {"api_url": sandbox.url, "api_key": sandbox.api_key, "page_size": 20}
        for name, content in files.items():
            (folder / name).write_text(json.dumps(content))
        process = subprocess.Popen(  # noqa: S603
            [COMMAND, "--config", "config", "--catalog", "catalog"],
            cwd=folder,
            env=environment(TERM="xterm", COLUMNS="80"),
            stdout=output,
            stderr=theirs,
        )
        os.close(theirs)
        # Linux says that nobody writes to a terminal any more with an error.
        with suppress(OSError):
            while block := os.read(ours, 65_536):
                drawn += block
        os.close(ours)
        assert process.wait() == 0, drawn
    return CONTROL.sub("", drawn.decode()), (folder / "output").read_bytes()


def test_a_run_shows_its_progress_its_log_and_its_summary_on_a_terminal(tmp_path: Path) -> None:
    drawn, output = run_on_a_terminal(tmp_path)

    lines = re.split(r"[\r\n]+", drawn)
    assert any(line.startswith("1/2 brands ") for line in lines)
    assert any(line.startswith("2/2 customers ") for line in lines)
    finished = [line for line in lines if "| Finished " in line]
    assert [line.split("|")[2].strip() for line in finished] == [
        "tap-kustomer.brands",
        "tap-kustomer.customers",
    ]
    assert "| Finished brands: rows=" in finished[0]
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:.*rows_per_minute=\d+$", line) for line in finished)
    assert lines[-2].startswith("Run finished: ")
    assert "Run finished" not in "".join(lines[:-2])
    assert {json.loads(line)["type"] for line in output.splitlines()} == {
        "SCHEMA",
        "RECORD",
        "STATE",
    }
