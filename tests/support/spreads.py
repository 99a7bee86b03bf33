"""Distributions of the times of rows in a window of a thousand hours."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

HOUR = 3_600_000
START = 1_700_000_000_000
END = START + 1_000 * HOUR


def even(draw: random.Random) -> int:
    return START + draw.randrange(1_000 * HOUR)


def growing(draw: random.Random) -> int:
    return START + int(1_000 * HOUR * draw.random() ** 0.3)


def office_hours(draw: random.Random) -> int:
    while True:
        time = even(draw)
        hours = (time - START) // HOUR
        if 8 <= hours % 24 < 18 and hours // 24 % 7 < 5:
            return time


def bursts(draw: random.Random) -> int:
    return START + draw.randrange(10) * 100 * HOUR + int(abs(draw.gauss(0, 1)) * HOUR)


SPREADS = (even, growing, office_hours, bursts)
