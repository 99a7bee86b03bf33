"""Times, as milliseconds since 1970 and in Kustomer's form."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from functools import lru_cache

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
YEAR = 365 * DAY

_DAY_ONLY = len("2026-01-31")


@lru_cache(maxsize=4096)
def time_text(instant: int) -> str:
    """A time as `YYYY-MM-DDTHH:MM:SS.mmmZ`."""
    seconds, milliseconds = divmod(instant, SECOND)
    day = datetime.fromtimestamp(seconds, UTC).isoformat()[:19]
    return f"{day}.{milliseconds:03d}Z"


def parse_time(text: str, zone: tzinfo = UTC, *, end_of_day: bool = False) -> int:
    """Parse a time of a search body.

    A date is in `zone`; every other form without an offset is UTC
    (https://developer.kustomer.com/docs/concepts/search).

    Raises:
        ValueError: It is no time.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone if len(text) == _DAY_ONLY else UTC)
    instant = milliseconds(moment)
    if end_of_day and len(text) == _DAY_ONLY:
        instant += DAY - 1
    return instant


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970 of a datetime; naive ones are UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * SECOND)
