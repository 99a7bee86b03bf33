"""A target of the SDK's own make, into SQLite, that deletes what ACTIVATE_VERSION says is gone.

As a command, it takes the arguments of every SDK target.
"""

from __future__ import annotations

import io
import json
import signal
import sqlite3
from contextlib import closing, redirect_stdout
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk.sql import SQLConnector, SQLSink, SQLTarget
from sqlalchemy.dialects.sqlite import insert
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from singer_sdk.sql.connector import FullyQualifiedName

    from support.singer_output import State


class _Connector(SQLConnector):
    """One SQLite file."""

    @override
    def get_sqlalchemy_url(self, config: dict[str, Any]) -> str:
        return f"sqlite:///{config['path']}"


class _Sink(SQLSink[_Connector]):
    """Upserts rows by their key."""

    connector_class = _Connector

    @override
    def bulk_insert_records(
        self,
        full_table_name: str | FullyQualifiedName,
        schema: dict[str, Any],
        records: Iterable[dict[str, Any]],
    ) -> None:
        table = self.connector.get_table(full_table_name)
        names = [column.name for column in table.columns]
        rows = [{name: _plain(record.get(name)) for name in names} for record in records]
        statement = insert(table)
        upsert = statement.on_conflict_do_update(
            index_elements=list(self.key_properties),
            set_={name: statement.excluded[name] for name in names},
        )
        with self.connector._connect() as connection, connection.begin():  # noqa: SLF001
            connection.execute(upsert, rows)


def _plain(value: Any) -> Any:
    """A value as one that SQLite has a type for."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return json.dumps(value, default=float) if isinstance(value, dict | list) else value


class SdkTarget(SQLTarget):
    """The target, as its command runs it."""

    name = "target-hard-delete"
    config_jsonschema: ClassVar[dict[str, Any]] = {
        "type": "object",
        "properties": {"path": {"type": "string"}},
    }
    default_sink_class = _Sink
    # Draining several tables at once would have them wait for each other's lock on the file.
    max_parallelism = 1


class HardDeleteTarget:
    """What is loaded stays in a file, from run to run.

    Args:
        path: Of the SQLite file; it need not exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self, messages: bytes) -> State | None:
        """Take what a tap has written; the last state that is confirmed."""
        handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        config = {"path": str(self._path), "hard_delete": True, "add_record_metadata": True}
        confirmed = io.StringIO()
        try:
            with redirect_stdout(confirmed):
                SdkTarget(config=config).listen(io.StringIO(messages.decode()))
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
        states: list[State] = [json.loads(line) for line in confirmed.getvalue().splitlines()]
        return states[-1] if states else None

    def keys(self, table: str, *columns: str) -> set[tuple[Any, ...]]:
        """Some columns of all rows of a table."""
        with closing(sqlite3.connect(self._path)) as database:
            return set(database.execute(f"select {', '.join(columns)} from {table}"))  # noqa: S608


if __name__ == "__main__":
    SdkTarget.cli()
