"""Cheap seeded chance.

``random.Random`` costs ten times as much to seed, and every resource has dice
of its own so that it can be built when asked for, in any order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")

_MASK = (1 << 64) - 1
_MULTIPLIER = 6364136223846793005
_STEP = 1442695040888963407


class Dice:
    """A linear congruential generator: same seed, same throws."""

    __slots__ = ("_state",)

    def __init__(self, seed: int) -> None:
        """Begin at a seed of up to 64 bits."""
        self._state = (seed * _MULTIPLIER + _STEP) & _MASK

    def below(self, limit: int) -> int:
        """Return a whole number from 0 to ``limit - 1``."""
        self._state = state = (self._state * _MULTIPLIER + _STEP) & _MASK
        return (state >> 24) % limit

    def between(self, low: int, high: int) -> int:
        """Return a whole number from ``low`` to ``high``, both included."""
        return low + self.below(high - low + 1) if high > low else low

    def one_in(self, times: int) -> bool:
        """Return true once in so many throws."""
        return self.below(times) == 0

    def pick(self, choices: Sequence[T]) -> T:
        """Return one of the choices."""
        return choices[self.below(len(choices))]

    def some(self, choices: Sequence[T], most: int) -> list[T]:
        """Return up to ``most`` different choices, perhaps none."""
        count = self.below(most + 1)
        start = self.below(len(choices))
        return [choices[(start + n) % len(choices)] for n in range(min(count, len(choices)))]
