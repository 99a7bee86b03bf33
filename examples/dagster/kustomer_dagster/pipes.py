"""One run of `tap | target` for one organisation, with the programs' documented interface."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Any

from kustomer_dagster.streams import select

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence


class PipeError(Exception):
    """The tap or the target has failed; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Pipe:
    """A tap and a target, with their settings for one organisation.

    Attributes:
        folder: Where they run.
        tap: The tap's command.
        tap_settings: Its settings.
        api_key: The organisation's API key, which only the tap gets, in its environment.
        target: The target's command.
        target_settings: Its settings.
        environment: The environment of both.
    """

    folder: Path
    tap: Sequence[str]
    tap_settings: Mapping[str, Any]
    api_key: str
    target: Sequence[str]
    target_settings: Mapping[str, Any]
    environment: Mapping[str, str]

    def run(
        self,
        wanted: Collection[str],
        parents: Mapping[str, str],
        state: Mapping[str, Any] | None,
        save: Callable[[dict[str, Any]], None],
    ) -> dict[str, Any]:
        """Read streams and load them; return the summary.

        The catalog is discovered each time, so that new klasses and custom attributes arrive.

        Args:
            wanted: The streams to read, with their derived ones.
            parents: The stream whose rows each stream is made of, by its name.
            state: Where to go on.
            save: Takes each state that the target prints.

        Raises:
            PipeError: Nothing was read, or the target failed.
        """
        with TemporaryDirectory() as name:
            files = Path(name)
            summary = files / "summary.json"
            config = _write(files / "tap.json", {**self.tap_settings, "summary_path": str(summary)})
            read = [*self.tap, "--config", "ENV", "--config", config]
            catalog = json.loads(self._discover(read))
            select(catalog, wanted, parents)
            read += ["--catalog", _write(files / "catalog.json", catalog)]
            if state is not None:
                read += ["--state", _write(files / "state.json", state)]
            load = [*self.target, "--config", _write(files / "target.json", self.target_settings)]
            tap, target = self._pipe(read, load, save)
            if target:
                raise PipeError(f"The target has ended with exit code {target}: see its log")
            if not summary.exists():
                raise PipeError(f"The tap has ended with exit code {tap}: see its log")
            found: dict[str, Any] = json.loads(summary.read_text(encoding="utf-8"))
            return found

    def _discover(self, read: list[str]) -> bytes:
        done = subprocess.run(  # noqa: S603
            [*read, "--discover"],
            capture_output=True,
            cwd=self.folder,
            env=self._tap_environment(),
            check=False,
        )
        log = done.stderr.decode(errors="replace")
        sys.stderr.write(log)
        if done.returncode:
            # The last line of the tap's log says what to do.
            raise PipeError(log.strip().rpartition("\n")[2].rpartition(" | ")[2])
        return done.stdout

    def _pipe(
        self, read: list[str], load: list[str], save: Callable[[dict[str, Any]], None]
    ) -> tuple[int, int]:
        """Run both and save what the target prints; return their exit codes."""
        with (
            subprocess.Popen(  # noqa: S603
                read, stdout=subprocess.PIPE, cwd=self.folder, env=self._tap_environment()
            ) as tap,
            subprocess.Popen(  # noqa: S603
                load,
                stdin=tap.stdout,
                stdout=subprocess.PIPE,
                cwd=self.folder,
                env=dict(self.environment),
            ) as target,
        ):
            assert tap.stdout is not None  # noqa: S101
            assert target.stdout is not None  # noqa: S101
            # Only the target may hold the pipe open, so that the tap notices the target's end.
            tap.stdout.close()
            try:
                _save_states(target.stdout, save)
            except BaseException:
                # Dagster ends the run: the tap stops in order, and the target loads what it has.
                tap.terminate()
                _save_states(target.stdout, save)
                raise
        return tap.returncode, target.returncode

    def _tap_environment(self) -> dict[str, str]:
        return {**self.environment, "TAP_KUSTOMER_API_KEY": self.api_key}


def _save_states(printed: IO[bytes], save: Callable[[dict[str, Any]], None]) -> None:
    for line in printed:
        if line.strip():
            save(json.loads(line))


def _write(file: Path, content: object) -> str:
    # The folder can be read by its owner alone.
    file.write_text(json.dumps(content), encoding="utf-8")
    return str(file)
