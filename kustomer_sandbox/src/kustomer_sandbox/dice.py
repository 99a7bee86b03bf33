"""Cheap random numbers.

Every resource has a generator of its own, so that its document can be built on demand, in any
order. Seeding a `random.Random` takes ten times as long.
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
    """A linear congruential generator.

    Args:
        seed: Up to 64 bits.
    """

    __slots__ = ("_state",)

    def __init__(self, seed: int) -> None:
        self._state = (seed * _MULTIPLIER + _STEP) & _MASK

    def below(self, limit: int) -> int:
        """A whole number from 0 to `limit - 1`."""
        self._state = state = (self._state * _MULTIPLIER + _STEP) & _MASK
        return (state >> 24) % limit

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + self.below(high - low + 1) if high > low else low

    def one_in(self, times: int) -> bool:
        """True with a probability of one in `times`."""
        return self.below(times) == 0

    def pick(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[self.below(len(choices))]

    def some(self, choices: Sequence[T], most: int) -> list[T]:
        """Up to `most` different choices, perhaps none."""
        count = self.below(most + 1)
        start = self.below(len(choices))
        return [choices[(start + n) % len(choices)] for n in range(min(count, len(choices)))]
