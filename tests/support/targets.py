"""Real targets as their users run them: a command, a configuration, messages on standard input.

What they hold is read back as values of the types that SCHEMA declares, so that all targets can be
compared with what the tap wrote.
"""

from __future__ import annotations

import csv
import json
import sqlite3
import subprocess
import sys
import termios
import time
from abc import ABC, abstractmethod
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from fcntl import ioctl
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import duckdb
from typing_extensions import override

from support import hard_delete_target

if TYPE_CHECKING:
    from collections.abc import Sequence
    from signal import Signals

    from support.postgres import Database
    from support.singer_output import Key, Message, Record, State

ROOT = Path(__file__).parents[2]
DUCKDB = (sys.executable, ROOT / "examples" / "meltano" / "plugins" / "target-duckdb")
POSTGRES = (Path(sys.executable).with_name("target-postgres"),)
SQLITE = (sys.executable, hard_delete_target.__file__)
CSV = (Path(sys.executable).with_name("target-csv"),)
# In an environment of its own, because it needs a jsonschema of 2017.
JSONL = (ROOT / ".venv" / "target-jsonl" / "bin" / "target-jsonl",)

SCHEMA = "kustomer"

_NOT_TEXT = {"integer": int, "number": float, "boolean": bool}

# Seconds until a target that loads little confirms a state.
_LONGEST_LOAD = 60.0

# What runs a target of the SDK's make so that it confirms a state after each message, instead of
# every five minutes.
_HASTY = f"""
import sys
from importlib import import_module
from singer_sdk.target_base import Target
sys.path.append({str(ROOT / "tests")!r})
Target._MAX_RECORD_AGE_IN_MINUTES = -1.0
module, name = sys.argv.pop(1).split(":")
getattr(import_module(module), name).cli()
"""


def _hasty(target: str) -> tuple[str, ...]:
    return (sys.executable, "-c", _HASTY, target)


@dataclass(frozen=True)
class Target(ABC):
    """A target whose tables stay from load to load.

    Attributes:
        folder: For its files.
        keeps_empty_texts: Whether it tells an empty text from null.
    """

    folder: Path
    keeps_empty_texts: ClassVar[bool] = True

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
        """Some columns of all rows of a table, in the order in which they were loaded."""

    @abstractmethod
    def drop(self, table: str) -> None:
        """Drop a table."""

    @abstractmethod
    def types(self, table: str) -> dict[str, str]:
        """The types of a table's columns, as the database names them; empty for files of text."""

    def records(self, message: Message) -> list[Record]:
        """All rows of a stream, with the values of the columns that a SCHEMA message declares."""
        leaves = message["schema"]["properties"]
        return [
            self.comparable(dict(zip(leaves, row, strict=True)), leaves)
            for row in self.rows(message["stream"], *leaves)
        ]

    def comparable(self, record: Record, leaves: dict[str, Any]) -> Record:
        """A record as the target should hold it, whether from the target or from the tap."""
        return {name: self._comparable(record.get(name), leaf) for name, leaf in leaves.items()}

    def _comparable(self, value: Any, leaf: dict[str, Any]) -> Any:
        found = value_as(value, leaf)
        return None if found == "" and not self.keeps_empty_texts else found

    @property
    def log(self) -> str:
        """What it logged during the last load."""
        return (self.folder / "log").read_text()

    @property
    def confirmed(self) -> State | None:
        """The state that it confirmed last during the last load, if any."""
        # A killed target may leave a part of a line.
        *whole, _ = (self.folder / "states").read_bytes().split(b"\n")
        states: list[State] = [json.loads(line) for line in whole]
        return states[-1] if states else None

    def load(self, messages: bytes, **config: Any) -> State | None:
        """Load messages to their end; the state that it confirms last, if any.

        Args:
            messages: As a tap writes them.
            config: Settings beside those that every load needs.
        """
        with self._start(**config) as process:
            process.communicate(messages)
        assert process.returncode == 0, self.log[-5_000:]
        return self.confirmed

    def fail_to_load(self, messages: bytes, **config: Any) -> State | None:
        """Begin to load messages that it can't load; the state that it confirms last, if any."""
        with self._start(**config) as process:
            process.communicate(messages)
        assert process.returncode != 0, self.log[-5_000:]
        return self.confirmed

    def load_until_killed(self, messages: bytes, **config: Any) -> State:
        """Take all of these messages, confirm a state, and be killed while more may come."""
        with self._start(self.hasty_command, **config) as process:
            _give(process, messages)
            end = time.monotonic() + _LONGEST_LOAD
            while self.confirmed is None:
                assert time.monotonic() < end, self.log[-5_000:]
                time.sleep(0.01)
            process.kill()
        assert self.confirmed is not None
        return self.confirmed

    def load_until_signalled(self, messages: bytes, number: Signals, **config: Any) -> State | None:
        """Take all of these messages, and get a signal while more may come; the last state."""
        with self._start(**config) as process:
            _give(process, messages)
            process.send_signal(number)
            process.wait(_LONGEST_LOAD)
        return self.confirmed

    @property
    def hasty_command(self) -> Sequence[str | Path]:
        """The command of a target that confirms a state as soon as it can."""
        return self.command

    def _start(
        self, command: Sequence[str | Path] | None = None, **config: Any
    ) -> subprocess.Popen[bytes]:
        path = self.folder / "target.json"
        path.write_text(json.dumps({**self.config, **config}))
        with (self.folder / "log").open("wb") as log, (self.folder / "states").open("wb") as states:
            return subprocess.Popen(  # noqa: S603
                [*(command or self.command), "--config", path],
                stdin=subprocess.PIPE,
                stdout=states,
                stderr=log,
                cwd=self.folder,
            )


def _give(process: subprocess.Popen[bytes], messages: bytes) -> None:
    """Write messages, and wait until they are taken. At the pipe's end, a target loads the rest."""
    assert process.stdin is not None
    process.stdin.write(messages)
    process.stdin.flush()
    unread = bytearray(4)
    while process.poll() is None:
        ioctl(process.stdin, termios.FIONREAD, unread)
        if not any(unread):
            return
        time.sleep(0.01)


@dataclass(frozen=True)
class DuckdbTarget(Target):
    """target-duckdb through its wrapper, and one file."""

    command = DUCKDB
    keeps_empty_texts = False

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
    def types(self, table: str) -> dict[str, str]:
        with duckdb.connect(self.file, read_only=True) as database:
            return dict(
                database.execute(
                    "select column_name, data_type from duckdb_columns() where table_name = ?",
                    [table],
                ).fetchall()
            )

    @override
    def drop(self, table: str) -> None:
        with duckdb.connect(self.file) as database:
            database.execute(f"drop table {_full_name(table)}")


@dataclass(frozen=True)
class PostgresTarget(Target):
    """target-postgres, and one database."""

    database: Database
    command = POSTGRES
    hasty_command = _hasty("target_postgres.target:TargetPostgres")

    @property
    @override
    def config(self) -> dict[str, Any]:
        return {**self.database.target_config, "default_target_schema": SCHEMA}

    @override
    def rows(self, table: str, *columns: str) -> list[Key]:
        return self.database.query(_select(table, columns))

    @override
    def types(self, table: str) -> dict[str, str]:
        columns = "select column_name, data_type from information_schema.columns"
        return dict(self.database.query(f"{columns} where table_name = '{table}'"))

    @override
    def drop(self, table: str) -> None:
        self.database.query(f"drop table {_full_name(table)}")


@dataclass(frozen=True)
class SqliteTarget(Target):
    """A target of the SDK's own make that deletes for good, and one file."""

    command = SQLITE
    hasty_command = _hasty("support.hard_delete_target:SdkTarget")

    @property
    @override
    def config(self) -> dict[str, Any]:
        return {"path": str(self._file), "hard_delete": True, "add_record_metadata": True}

    @property
    def _file(self) -> Path:
        return self.folder / "warehouse.sqlite"

    @override
    def rows(self, table: str, *columns: str) -> list[Key]:
        listed = ", ".join(f'"{column}"' for column in columns)
        with closing(sqlite3.connect(self._file)) as database:
            return database.execute(f'select {listed} from "{table}"').fetchall()  # noqa: S608

    @override
    def types(self, table: str) -> dict[str, str]:
        with closing(sqlite3.connect(self._file)) as database:
            return dict(
                database.execute("select name, type from pragma_table_info(?)", [table]).fetchall()
            )

    @override
    def drop(self, table: str) -> None:
        with closing(sqlite3.connect(self._file)) as database:
            database.execute(f'drop table "{table}"')


@dataclass(frozen=True)
class CsvTarget(Target):
    """target-csv, and a folder in which each load has files of its own.

    Without a time in their names, it would replace the files of the load before.
    """

    command = CSV
    hasty_command = _hasty("meltanolabs_target_csv.target:TargetCSV")
    keeps_empty_texts = False

    @property
    @override
    def config(self) -> dict[str, Any]:
        return {
            "output_path": str(self.folder / "csv"),
            "file_naming_scheme": "{stream_name}-{timestamp}.csv",
            "timestamp_format": "%Y%m%dT%H%M%S.%f",
        }

    def _files(self, table: str) -> list[Path]:
        files = (self.folder / "csv").glob(f"{table}*.csv")
        return sorted(file for file in files if file.stem.partition("-")[0] == table)

    @override
    def _comparable(self, value: Any, leaf: dict[str, Any]) -> Any:
        is_text = isinstance(value, str) and kind_of(leaf) in _NOT_TEXT
        return super()._comparable(json.loads(value.lower()) if is_text else value, leaf)

    @override
    def rows(self, table: str, *columns: str) -> list[Key]:
        rows: list[Key] = []
        for path in self._files(table):
            with path.open(newline="", encoding="utf-8") as file:
                rows += (
                    tuple(row[column] or None for column in columns) for row in csv.DictReader(file)
                )
        return rows

    @override
    def types(self, table: str) -> dict[str, str]:
        return {}

    @override
    def drop(self, table: str) -> None:
        for file in self._files(table):
            file.unlink()


@dataclass(frozen=True)
class JsonlTarget(Target):
    """target-jsonl, and a folder with a file for each stream, to which each load appends."""

    command = JSONL

    @property
    @override
    def config(self) -> dict[str, Any]:
        return {"destination_path": str(self.folder / "jsonl"), "do_timestamp_file": False}

    def _file(self, table: str) -> Path:
        return self.folder / "jsonl" / f"{table}.jsonl"

    @override
    def rows(self, table: str, *columns: str) -> list[Key]:
        if not self._file(table).exists():
            return []
        lines = self._file(table).read_text(encoding="utf-8").splitlines()
        return [tuple(json.loads(line).get(column) for column in columns) for line in lines]

    @override
    def types(self, table: str) -> dict[str, str]:
        return {}

    @override
    def drop(self, table: str) -> None:
        self._file(table).unlink()


def value_as(value: Any, leaf: dict[str, Any]) -> Any:
    """A value in the type that its schema declares; times are UTC without a zone.

    Text is no number and no boolean: a target that stores them as text changes their type.
    """
    if value is None:
        return None
    kind = kind_of(leaf)
    if kind == "time":
        time_ = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        return time_ if time_.tzinfo is None else time_.astimezone(UTC).replace(tzinfo=None)
    if kind in {"object", "array"}:
        return json.loads(value) if isinstance(value, str) else value
    if kind in _NOT_TEXT and not isinstance(value, str):
        return _NOT_TEXT[kind](value)
    return value


def kind_of(leaf: dict[str, Any]) -> str:
    """The type that a schema declares, as docs/targets.md calls it."""
    if leaf.get("format") == "date-time":
        return "time"
    kind: str = next(kind for kind in leaf["type"] if kind != "null")
    return "text" if kind == "string" else kind


def _select(table: str, columns: Sequence[str]) -> str:
    listed = ", ".join(f'"{column}"' for column in columns)
    return f"select {listed} from {_full_name(table)}"  # noqa: S608


def _full_name(table: str) -> str:
    return f'{SCHEMA}."{table}"'
