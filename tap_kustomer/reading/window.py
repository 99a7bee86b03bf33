"""From when to when to read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, both ends included, in milliseconds since 1970. None is an open end."""

    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class Window:
    """A closed stretch of time, both ends included, in milliseconds since 1970."""

    start: int
    end: int
