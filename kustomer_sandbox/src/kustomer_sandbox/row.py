"""A row: what the sandbox stores of a resource. Its document is built on demand."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from kustomer_sandbox.dice import Dice

if TYPE_CHECKING:
    import msgspec

_REVISION_SALT = 0x9E3779B97F4A7C15


class Row:
    """One version of a resource.

    Its document depends on these values alone: a change of the document also changes `updated` and
    `rev`, on which clients rely. `earlier` is the previous version, for an index that lags behind.

    Args:
        seed: Seed of the organisation. Id and seed of the row follow from it, type and number.
        type_: Type of the resource.
        number: Number of the row among those of its type.
        created: When it was created.
        updated: When it was last updated.
        facts: What its document is built from.
    """

    __slots__ = (
        "created",
        "deleted",
        "earlier",
        "encoded",
        "facts",
        "id",
        "number",
        "rev",
        "seed",
        "type",
        "updated",
    )

    def __init__(  # noqa: PLR0913, PLR0917  # A plain record.
        self,
        seed: int,
        type_: str,
        number: int,
        created: int,
        updated: int,
        facts: dict[str, Any],
    ) -> None:
        name = f"{seed}/{type_}/{number}".encode()
        digest = hashlib.blake2b(name, digest_size=20).digest()
        self.id = digest[:12].hex()
        self.seed = int.from_bytes(digest[12:], "big")
        self.type = type_
        self.number = number
        self.created = created
        self.updated = updated
        self.facts = facts
        self.rev = 1
        self.deleted: int | None = None
        self.earlier: Row | None = None
        self.encoded: msgspec.Raw | None = None

    @property
    def order(self) -> tuple[int, int]:
        """Sort key in the index. Ties have an order unrelated to ids."""
        return self.updated, self.seed

    def dice(self) -> Dice:
        """Dice for what never changes about this resource."""
        return Dice(self.seed)

    def revision_dice(self) -> Dice:
        """Dice for what may differ in every revision."""
        return Dice(self.seed ^ (self.rev * _REVISION_SALT) & ((1 << 64) - 1))

    def snapshot(self) -> Row:
        """Copy this version."""
        copy = object.__new__(Row)
        for slot in Row.__slots__:
            setattr(copy, slot, getattr(self, slot))
        return copy
