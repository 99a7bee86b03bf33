"""An organisation: rows that change when asked, and their documents."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec
from typing_extensions import override

from kustomer_sandbox import growth
from kustomer_sandbox.generation.history import populate
from kustomer_sandbox.generation.registry import build
from kustomer_sandbox.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kustomer_sandbox.row import Row


class Organisation(Store):
    """Generated and connected data.

    The same seed, scale, years, ties and start give the same resources; the ids do not even depend
    on the start.
    """

    @override
    def _fill(self) -> None:
        with _without_garbage_collection():
            populate(self)

    def advance(self, minutes: float) -> None:
        """Let time pass, and let things happen in it.

        The last change is at least 15 minutes older than the new time.
        """
        self.replay(self.clock.now(), minutes)
        self.clock.forward(minutes)

    def replay(self, at: int, minutes: float) -> None:
        """Repeat what happened in an advance that began at a time; no clock moves.

        Raises:
            ValueError: There are too few minutes.
        """
        if minutes < growth.SHORTEST:
            raise ValueError(f"minutes must be at least {growth.SHORTEST}, not {minutes:g}")
        with self.lock:
            self.advances.append((at, minutes))
            growth.live(self, at, minutes)

    def document(self, row: Row) -> dict[str, Any]:
        """JSON:API resource of a row."""
        return build(self, row)

    def encoded(self, row: Row) -> msgspec.Raw:
        """The resource as JSON, kept until the row changes."""
        if row.encoded is None:
            row.encoded = msgspec.Raw(msgspec.json.encode(build(self, row)))
        return row.encoded

    def resources(self, type_: str) -> list[dict[str, Any]]:
        """Every current resource of a type: the truth to compare with."""
        with self.lock:
            return [build(self, row) for row in self.index(type_)]


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Keep the garbage collector from searching, again and again, what is all in use."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
