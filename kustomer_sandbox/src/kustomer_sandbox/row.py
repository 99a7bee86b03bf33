"""What the sandbox remembers of a resource; its document is built when asked for."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from kustomer_sandbox.dice import Dice

if TYPE_CHECKING:
    import msgspec

_REVISION_SALT = 0x9E3779B97F4A7C15


class Row:
    """One version of a resource.

    A document is a function of these values alone: whatever changes it also
    changes ``updated`` and ``rev``, as a replication must be able to rely on.
    ``earlier`` is the version before, for an index that lags behind.
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

    def __init__(  # noqa: PLR0913, PLR0917 - a plain record
        self,
        seed: int,
        type_: str,
        number: int,
        created: int,
        updated: int,
        facts: dict[str, Any],
    ) -> None:
        """Make the first version; id and seed follow from seed, type and number."""
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
        """Where the row stands in the index: ties in an order unrelated to ids."""
        return self.updated, self.seed

    def dice(self) -> Dice:
        """Return dice for what never changes about this resource."""
        return Dice(self.seed)

    def revision_dice(self) -> Dice:
        """Return dice for what may be different in every revision."""
        return Dice(self.seed ^ (self.rev * _REVISION_SALT) & ((1 << 64) - 1))

    def snapshot(self) -> Row:
        """Return a copy of this version."""
        copy = object.__new__(Row)
        for slot in Row.__slots__:
            setattr(copy, slot, getattr(self, slot))
        return copy
