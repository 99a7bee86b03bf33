"""Rows of one type, kept in order of their last update."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kustomer_sandbox.row import Row

_ORDER = attrgetter("order")
_UPDATED = attrgetter("updated")


class UpdatedIndex:
    """A sorted list: the cost of a window depends on its own size only."""

    __slots__ = ("_rows", "_sorted")

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._sorted = True

    def __len__(self) -> int:
        """Number of rows."""
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        """Rows, oldest update first."""
        return iter(self._in_order())

    def append(self, row: Row) -> None:
        """Add a row; cheap while many are added at once."""
        self._rows.append(row)
        self._sorted = False

    def remove(self, row: Row) -> None:
        """Remove a row, before it changes or when it is deleted."""
        rows = self._in_order()
        at = bisect_left(rows, row.order, key=_ORDER)
        if rows[at] is not row:
            raise LookupError(f"{row.type} {row.id} is not where the index expects it")
        del rows[at]

    def insert(self, row: Row) -> None:
        """Insert one row at its position."""
        insort(self._in_order(), row, key=_ORDER)

    def resort(self) -> None:
        """Sort again, after update times were changed."""
        self._sorted = False

    def window(self, low: int | None, high: int | None) -> list[Row]:
        """Rows updated from `low` to `high`, both included."""
        rows = self._in_order()
        start = 0 if low is None else bisect_left(rows, low, key=_UPDATED)
        stop = len(rows) if high is None else bisect_right(rows, high, key=_UPDATED)
        return rows[start:stop]

    def _in_order(self) -> list[Row]:
        if not self._sorted:
            self._rows.sort(key=_ORDER)
            self._sorted = True
        return self._rows
