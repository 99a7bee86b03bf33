"""What every reading gives, whatever it reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

Resource = dict[str, Any]

# Where a reading per parent notes on each row whose it is: {"id", "type", "updatedAt"}.
PARENT: Final = "parent"


@dataclass(frozen=True, slots=True)
class Page:
    """Some resources, in the order in which they are to be written.

    Attributes:
        resources: To be gone through once: those of a search are parsed only then.
        reached: Everything before this time (milliseconds since 1970) was given, with this page.
            None where that can't be said yet.
    """

    resources: Iterable[Resource]
    reached: int | None = None
