"""What every way of reading takes and gives: a window in, pages out, and what they lack."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from tap_kustomer.errors import TapKustomerError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_kustomer.resource import Resource


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Window:
    """A closed stretch of time, both ends included, in milliseconds since 1970."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some resources, in the order in which they are to be written.

    Attributes:
        resources: To be iterated over once: those of a search are parsed only then.
        reached: All rows with an earlier time (milliseconds since 1970) have been yielded once this
            page is. Rows with exactly this time may follow: the next run asks for that time again.
            None where nothing is known yet.
    """

    resources: Iterable[Resource]
    reached: int | None = None


class IncompleteError(TapKustomerError):
    """Some rows could not be read, although no request failed for good.

    Args:
        message: What is missing, with both counts.
        missing_from: The earliest time of a missing row, in milliseconds since 1970, where it is
            known.
    """

    def __init__(self, message: str, *, missing_from: int | None = None) -> None:
        super().__init__(message)
        self.missing_from = missing_from


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A part of the window that yielded fewer rows than the search counts in it.

    Attributes:
        window: That part.
        expected: How many rows the search counts.
        delivered: How many rows came.
    """

    window: Window
    expected: int
    delivered: int


@dataclass(frozen=True, slots=True)
class Unproven:
    """Some rows that nothing can prove complete.

    Attributes:
        window: The part of the window that they are from: the search returned no count for it, or
            one that may have stopped too early. None for a list that kept changing while it was
            read, or that says nothing about its end.
    """

    window: Window | None = None


def chunked(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Split items into lists of a size; the last one may be shorter."""
    left = iter(items)
    while chunk := [*islice(left, size)]:
        yield chunk
