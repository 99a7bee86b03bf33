"""A PostgreSQL server on loopback for the length of a test session, and its databases."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psycopg
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_USER: Final = "postgres"
_LONGEST_START: Final = 60.0

# The server refuses to run as root, and needs none of its rights.
_UNPRIVILEGED: Final = "nobody"


@dataclass(frozen=True)
class Database:
    """One database of a server.

    Attributes:
        port: Of the server, on loopback.
        name: Of the database.
    """

    port: int
    name: str

    @property
    def target_config(self) -> dict[str, Any]:
        """The connection as settings of target-postgres."""
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "user": _USER,
            "password": "",
            "database": self.name,
        }

    def query(self, query: str) -> list[tuple[Any, ...]]:
        """The rows that a query gives; none for a statement without rows."""
        with _connect(self.port, self.name) as connection:
            cursor = connection.execute(query.encode())
            return cursor.fetchall() if cursor.description else []


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        port: On loopback.
        numbers: For the names of databases.
    """

    port: int
    numbers: count[int]

    def new_database(self) -> Database:
        """An empty database."""
        database = Database(self.port, f"test_{next(self.numbers)}")
        with _connect(self.port, _USER) as connection:
            connection.execute(f"create database {database.name}".encode())
        return database


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A running PostgreSQL server; without its programs on this machine, the test is skipped."""
    if _programs() is None:
        pytest.skip("PostgreSQL's initdb and postgres were not found; install its server")
    with running_server() as server:
        yield server


@contextmanager
def running_server() -> Iterator[Server]:
    """Run a PostgreSQL server on loopback.

    Raises:
        SystemExit: Its programs are not on this machine.
    """
    programs = _programs()
    if programs is None:
        sys.exit("PostgreSQL's initdb and postgres were not found; install its server")
    with _data_folder() as folder, _running(programs, folder) as port:
        yield Server(port, count(1))


def _programs() -> Path | None:
    """The folder of the server's programs: on the path, or where Debian installs them."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    path = os.pathsep.join([os.environ.get("PATH", ""), *map(str, installed)])
    found = [shutil.which(name, path=path) for name in ("initdb", "postgres")]
    return Path(found[0]).resolve().parent if found[0] and found[1] else None


@contextmanager
def _data_folder() -> Iterator[Path]:
    """An empty folder that belongs to the user that the server runs as."""
    with tempfile.TemporaryDirectory(prefix="postgres-") as name:
        if _identity():
            shutil.chown(name, _UNPRIVILEGED)
        yield Path(name)


@contextmanager
def _running(programs: Path, folder: Path) -> Iterator[int]:
    """Run a server; its port."""
    data = folder / "data"
    subprocess.run(  # noqa: S603
        [programs / "initdb", "-D", data, "-U", _USER, "-A", "trust", "-E", "UTF8", "--no-sync"],
        check=True,
        capture_output=True,
        cwd=folder,
        **_identity(),
    )
    port = _free_port()
    settings = {
        "fsync": "off",
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": "",
    }
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(  # noqa: S603
            [
                *(programs / "postgres", "-D", data),
                *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
            ],
            stdout=log,
            stderr=log,
            cwd=folder,
            **_identity(),
        )
    try:
        _wait_until_it_answers(server, port, folder / "log")
        yield port
    finally:
        server.terminate()
        server.wait(timeout=_LONGEST_START)


def _wait_until_it_answers(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + _LONGEST_START
    while True:
        try:
            with _connect(port, _USER):
                return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > end:
                pytest.fail(f"PostgreSQL did not start: {log.read_text()}")
            time.sleep(0.1)


@contextmanager
def _connect(port: int, database: str) -> Iterator[psycopg.Connection]:
    with closing(
        psycopg.connect(host="127.0.0.1", port=port, user=_USER, dbname=database, autocommit=True)
    ) as connection:
        yield connection


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _identity() -> Mapping[str, Any]:
    """The user that the server's programs run as, for `subprocess`."""
    if os.geteuid() != 0:
        return {}
    return {"user": _UNPRIVILEGED, "extra_groups": []}
