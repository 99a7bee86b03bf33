"""Real targets as their users run them: a command, a configuration, messages on standard input."""

from __future__ import annotations

import json
import subprocess
import sys
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Sequence

    from support.postgres import Database
    from support.singer_output import Key, State

ROOT = Path(__file__).parents[2]
DUCKDB = (sys.executable, ROOT / "examples" / "meltano" / "plugins" / "target-duckdb")
POSTGRES = (Path(sys.executable).with_name("target-postgres"),)

SCHEMA = "kustomer"


@dataclass(frozen=True)
class Target(ABC):
    """A target whose tables stay from load to load.

    Attributes:
        folder: For its files.
    """

    folder: Path

    @property
    @abstractmethod
    def command(self) -> Sequence[str | Path]:
        """The command without its arguments."""

    @property
    @abstractmethod
    def config(self) -> dict[str, Any]:
        """The settings that every load needs."""

    @abstractmethod
    def rows(self, table: str, *columns: str) -> list[Key]:
        """Some columns of all rows of a table."""

    @abstractmethod
    def drop(self, table: str) -> None:
        """Drop a table."""

    @property
    def log(self) -> str:
        """What it logged during the last load."""
        return (self.folder / "log").read_text()

    def load(self, messages: bytes, **config: Any) -> State:
        """Load messages to their end; the state that it confirms last.

        Args:
            messages: As a tap writes them.
            config: Settings beside those that every load needs.
        """
        with self._start(**config) as process:
            output, _ = process.communicate(messages)
        assert process.returncode == 0, self.log[-5_000:]
        state: State = json.loads(output.splitlines()[-1])
        return state

    def fail_to_load(self, messages: bytes, **config: Any) -> None:
        """Begin to load messages that it can't load."""
        with self._start(**config) as process:
            process.communicate(messages)
        assert process.returncode != 0, self.log[-5_000:]

    def load_until_killed(self, messages: bytes, **config: Any) -> State:
        """Load messages, and be killed once a state is confirmed; that state."""
        with self._start(**config) as process:
            assert process.stdin is not None
            assert process.stdout is not None
            # The pipe stays open: at its end, the target would load the rest.
            process.stdin.write(messages)
            process.stdin.flush()
            state: State = json.loads(process.stdout.readline())
            process.kill()
        return state

    def _start(self, **config: Any) -> subprocess.Popen[bytes]:
        path = self.folder / "target.json"
        path.write_text(json.dumps({**self.config, **config}))
        with (self.folder / "log").open("wb") as log:
            return subprocess.Popen(  # noqa: S603
                [*self.command, "--config", path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=self.folder,
            )


@dataclass(frozen=True)
class DuckdbTarget(Target):
    """target-duckdb through its wrapper, and one file."""

    command = DUCKDB

    @property
    def file(self) -> Path:
        """The DuckDB file."""
        return self.folder / "warehouse.duckdb"

    @property
    @override
    def config(self) -> dict[str, Any]:
        return {"filepath": str(self.file), "default_target_schema": SCHEMA}

    @override
    def rows(self, table: str, *columns: str) -> list[Key]:
        with duckdb.connect(self.file, read_only=True) as database:
            return database.execute(_select(table, columns)).fetchall()

    @override
    def drop(self, table: str) -> None:
        with duckdb.connect(self.file) as database:
            database.execute(f"drop table {_full_name(table)}")


@dataclass(frozen=True)
class PostgresTarget(Target):
    """target-postgres, and one database."""

    database: Database
    command = POSTGRES

    @property
    @override
    def config(self) -> dict[str, Any]:
        return {**self.database.target_config, "default_target_schema": SCHEMA}

    @override
    def rows(self, table: str, *columns: str) -> list[Key]:
        return self.database.query(_select(table, columns))

    @override
    def drop(self, table: str) -> None:
        self.database.query(f"drop table {_full_name(table)}")


def _select(table: str, columns: Sequence[str]) -> str:
    listed = ", ".join(f'"{column}"' for column in columns)
    return f"select {listed} from {_full_name(table)}"  # noqa: S608


def _full_name(table: str) -> str:
    return f'{SCHEMA}."{table}"'
