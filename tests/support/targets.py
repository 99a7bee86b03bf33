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
DUCKDB = (sys.executable, ROOT / "plugins" / "target-duckdb")
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

    def start(self, **config: Any) -> subprocess.Popen[bytes]:
        """Start it with these settings beside those that it needs; its messages are yet to come."""
        path = self.folder / "target.json"
        path.write_text(json.dumps({**self.config, **config}))
        return subprocess.Popen(  # noqa: S603
            [*self.command, "--config", path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self.folder,
        )

    def try_to_load(self, messages: bytes, **config: Any) -> tuple[int, list[State], str]:
        """Load messages; the exit code, the states that it confirms, and its log."""
        process = self.start(**config)
        output, log = process.communicate(messages)
        states = [json.loads(line) for line in output.splitlines()]
        return process.returncode, states, log.decode()

    def load(self, messages: bytes, **config: Any) -> State:
        """Load messages to their end; the state that it confirms last."""
        code, states, log = self.try_to_load(messages, **config)
        assert code == 0, log[-5_000:]
        return states[-1]


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


def _select(table: str, columns: Sequence[str]) -> str:
    listed = ", ".join(f'"{column}"' for column in columns)
    return f'select {listed} from {SCHEMA}."{table}"'  # noqa: S608
