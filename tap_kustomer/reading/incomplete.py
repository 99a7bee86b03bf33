"""What is known to be missing: noted, or raised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tap_kustomer.errors import TapKustomerError

if TYPE_CHECKING:
    from tap_kustomer.reading.window import Window


class IncompleteError(TapKustomerError):
    """Kustomer says that there are rows which it does not give, however often it is asked.

    Args:
        message: What is missing, with both counts.
        since: From when on rows may be missing, in milliseconds since 1970, where that is known.
    """

    def __init__(self, message: str, *, since: int | None = None) -> None:
        super().__init__(message)
        self.since = since


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Rows that a window has, but that did not come however often it was read.

    Attributes:
        window: A part of what is read.
        expected: How many rows it has, as the search counts them.
        delivered: How many of them came.
    """

    window: Window
    expected: int
    delivered: int


@dataclass(frozen=True, slots=True)
class Unproven:
    """A window of which all rows came, as far as can be told without a count of them.

    Attributes:
        window: A part of what is read. The search gave no count, or one that may have stopped.
    """

    window: Window
