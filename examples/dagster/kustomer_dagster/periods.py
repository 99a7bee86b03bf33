"""Which part of an organisation's rows a run reads, by the partition that it is for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

MONTH: Final = "%Y-%m"

PRESENT: Final = "present"


@dataclass(frozen=True, slots=True)
class Period:
    """What a run reads.

    Attributes:
        name: Under which the state is kept.
        settings: The tap's settings that bound it.
    """

    name: str
    settings: dict[str, str]

    @property
    def is_past(self) -> bool:
        """Whether it is an earlier month."""
        return bool(self.settings)


def period_of(month: str, now: datetime) -> Period:
    """Return what a run for a month reads.

    A run for the current month goes on from where the last such run ended, in whichever month that
    was, so that no row is missed if nothing ran over the end of a month. A run for an earlier month
    is a backfill: it reads what was last updated in that month, and has a state of its own.

    Args:
        month: As in 2026-11, in UTC.
        now: The time at which the run starts.
    """
    if month == current_month(now):
        return Period(PRESENT, {})
    start = datetime.strptime(month, MONTH).replace(tzinfo=UTC)
    end = start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
    return Period(month, {"start_date": f"{start:%Y-%m-%d}", "end_date": f"{end:%Y-%m-%d}"})


def current_month(now: datetime) -> str:
    """Return the month of a time, as in 2026-11."""
    return now.astimezone(UTC).strftime(MONTH)
