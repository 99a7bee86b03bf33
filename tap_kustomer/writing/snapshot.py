"""Holds the rows of a full table back until it is clear whether they are those of the last run."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from singer_sdk.helpers.types import Record

# Bytes of rows, as JSON, that are held at most: a larger table is written each time.
_MOST_BYTES: Final = 8_000_000

_DIGEST_BYTES: Final = 16


class Snapshot:
    """The rows of one table, in any order.

    Args:
        write: Writes a row.
        encode: Any value as JSON.
        form: What else decides what is written, such as the columns that are selected.
    """

    def __init__(
        self, write: Callable[[Record], None], encode: Callable[[Any], bytes], form: Any
    ) -> None:
        self._write = write
        self._encode = encode
        self._held: list[Record] = []
        self._bytes = 0
        self._is_held = True
        self._sum = self._number(form)

    def is_same_as(self, digest: str | None) -> bool:
        """Whether all rows are still held, and are those that gave a digest."""
        return self._is_held and self.digest == digest

    @property
    def digest(self) -> str:
        """The same for the same rows in whatever order, and hardly ever for others."""
        return f"{self._sum % (1 << 8 * _DIGEST_BYTES):0{2 * _DIGEST_BYTES}x}"

    def add(self, record: Record) -> None:
        """Take a row."""
        self._sum += self._number(record)
        if self._is_held:
            self._held.append(record)
            if self._bytes > _MOST_BYTES:
                self.release()
        else:
            self._write(record)

    def release(self) -> None:
        """Write what is held; rows to come are written at once."""
        self._is_held = False
        for record in self._held:
            self._write(record)
        self._held.clear()

    def _number(self, value: Any) -> int:
        text = self._encode(value)
        self._bytes += len(text)
        return int.from_bytes(blake2b(text, digest_size=_DIGEST_BYTES).digest(), "big")
