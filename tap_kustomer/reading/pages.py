"""What every reading gives, whatever it reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_kustomer.resource import Resource


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
