"""The rows of an organisation, indexed by type, id, parent and last update."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from kustomer_sandbox.clock import Clock
from kustomer_sandbox.index import UpdatedIndex
from kustomer_sandbox.row import Row
from kustomer_sandbox.times import MINUTE, milliseconds

if TYPE_CHECKING:
    from collections.abc import Mapping

_KEPT_VERSIONS = 10 * MINUTE


class Store:
    """The rows of an organisation: added, changed, deleted and found here, generated elsewhere.

    Args:
        seed: What all chance begins with.
        scale: How many rows there are; 1 is 300 customers and 2,400 messages.
        years: How far back the rows reach.
        ties: How many rows of a type share one update time.
        started_at: The time as of which rows are generated; now by default.
        clock: Tells the organisation's time.
    """

    def __init__(  # noqa: PLR0913  # This is what an organisation consists of.
        self,
        *,
        seed: int = 7,
        scale: float = 1.0,
        years: float = 0.0,
        ties: Mapping[str, int] | None = None,
        started_at: datetime | int | None = None,
        clock: Clock | None = None,
    ) -> None:
        if isinstance(started_at, datetime):
            started_at = milliseconds(started_at)
        if started_at is None:
            started_at = clock.now() if clock else time.time_ns() // 1_000_000
        self.seed = seed
        self.scale = scale
        self.years = years
        self.ties = dict(ties or {})
        self.started_at = started_at
        self.clock = clock or Clock()
        self.advances: list[tuple[int, float]] = []
        self.lock = threading.RLock()
        self.rows: dict[str, list[Row]] = defaultdict(list)
        self.by_id: dict[str, Row] = {}
        self._numbers: dict[str, int] = defaultdict(int)
        self._indexes: dict[str, UpdatedIndex] = defaultdict(UpdatedIndex)
        self._children: dict[tuple[str, str], list[Row]] = defaultdict(list)
        self.id = Row(seed, "org", 0, 0, 0, {}).id
        # Meanwhile rows are only appended to the indexes, which are then sorted once.
        self._is_filled = False
        self._fill()
        self._is_filled = True

    def _fill(self) -> None:
        """Add the rows that there are from the start."""

    def add(
        self,
        type_: str,
        created: int,
        updated: int | None = None,
        **facts: Any,
    ) -> Row:
        """Add a resource; every row among its facts becomes its parent."""
        with self.lock:
            number = self._numbers[type_]
            self._numbers[type_] = number + 1
            row = Row(
                self.seed,
                type_,
                number,
                created,
                created if updated is None else updated,
                facts,
            )
            self.rows[type_].append(row)
            self.by_id[row.id] = row
            for name in _index_names(type_):
                if self._is_filled:
                    self._indexes[name].insert(row)
                else:
                    self._indexes[name].append(row)
            for fact in facts.values():
                if isinstance(fact, Row):
                    self._children[fact.id, type_].append(row)
            return row

    def resort(self) -> None:
        """Sort the indexes after update times were changed directly."""
        for index in self._indexes.values():
            index.resort()

    def touch(self, row: Row, at: int, **facts: Any) -> None:
        """Make a new revision of a row."""
        with self.lock:
            indexes = [self._indexes[name] for name in _index_names(row.type)]
            for index in indexes:
                index.remove(row)
            before = row.snapshot()
            if before.earlier and before.updated < at - _KEPT_VERSIONS:
                before.earlier = None
            row.earlier = before
            row.encoded = None
            row.facts = {**row.facts, **facts, "late": len(self.advances)}
            row.updated = max(at, row.updated)
            row.rev += 1
            for index in indexes:
                index.insert(row)

    def delete(self, row: Row, at: int) -> None:
        """Mark a row as deleted, and the messages and notes of a conversation with it."""
        with self.lock:
            row.deleted = None
            self.touch(row, at)
            row.deleted = row.updated
            if row.type == "conversation":
                for type_ in ("message", "note"):
                    for child in self.children(row, type_):
                        if child.deleted is None:
                            self.delete(child, at)

    def purge(self, row: Row) -> None:
        """Remove a row without a trace, as retention rules do.

        The messages and notes of a conversation are removed with it
        (https://help.kustomer.com/en_us/manage-platform-usage-data-HJkfk28Kkx).
        """
        with self.lock:
            if row.type == "conversation":
                for type_ in ("message", "note"):
                    for child in list(self.children(row, type_)):
                        self.purge(child)
            for name in _index_names(row.type):
                self._indexes[name].remove(row)
            self.rows[row.type].remove(row)
            del self.by_id[row.id]
            for fact in row.facts.values():
                if isinstance(fact, Row):
                    self._children[fact.id, row.type].remove(row)

    def index(self, type_: str) -> UpdatedIndex:
        """Rows of a type by last update; `kobject` is every klass."""
        return self._indexes[type_]

    def children(self, parent: Row, type_: str) -> list[Row]:
        """Rows of a type that belong to another row."""
        return self._children.get((parent.id, type_), [])

    def counts(self) -> dict[str, int]:
        """Number of rows by type, deleted ones included."""
        return {name: len(index) for name, index in sorted(self._indexes.items())}


@cache
def _index_names(type_: str) -> tuple[str, ...]:
    return (type_, "kobject") if type_.startswith("kobject.") else (type_,)
