"""The canonical form of time: `YYYY-MM-DDTHH:MM:SS.mmmZ`.

Kustomer sends it nearly everywhere, but custom attributes may have any offset
(https://developer.kustomer.com/docs/concepts/json-api-format). The SDK compares bookmarks as
strings, where `...00Z` sorts after `...00.500Z`, so every time that leaves the tap is canonical.
Inside the tap, times are milliseconds since 1970.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

# In milliseconds.
DAY_SECONDS: Final = 86_400
DAY: Final = 1000 * DAY_SECONDS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_UTC = _EPOCH.replace(tzinfo=None)
_MILLISECOND = timedelta(milliseconds=1)

# Recognises canonical times without parsing them, except the 29th of February and the years before
# 1000. Ranges of digits are faster here than classes of characters.
CANONICAL: Final = re.compile(
    r"""
    [1-9][0-9]{3} -
    (?: (?:0[1-9]|1[0-2]) - (?:0[1-9]|1[0-9]|2[0-8])
      | (?:0[13-9]|1[0-2]) - (?:29|30)
      | (?:0[13578]|1[02]) - 31
    )
    T (?:[01][0-9]|2[0-3]) : [0-5][0-9] : [0-5][0-9] \. [0-9]{3} Z
    """,
    re.VERBOSE,
)


def to_milliseconds(text: str) -> int:
    """Milliseconds since 1970, from a date or date-time in any ISO 8601 form; UTC by default.

    Raises:
        ValueError: The text is neither a date nor a date-time.
    """
    return (_parse(text) - _EPOCH) // _MILLISECOND


def to_text(milliseconds: int) -> str:
    """Canonical text of a time, for example `2024-01-31T10:00:00.000Z`.

    Raises:
        ValueError: The time is outside the years 1 to 9999.
    """
    try:
        moment = _EPOCH_UTC + timedelta(milliseconds=milliseconds)
    except OverflowError as error:
        raise ValueError(f"{milliseconds} ms are outside the years 1 to 9999") from error
    return moment.isoformat(timespec="milliseconds") + "Z"


def canonical(text: str) -> str:
    """Convert a time to canonical form.

    Raises:
        ValueError: The text is neither a date nor a date-time.
    """
    return text if CANONICAL.fullmatch(text) else to_text(to_milliseconds(text))


def _parse(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        # A form that the standard library does not know, such as with a space before the offset.
        moment = _parse_leniently(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _parse_leniently(text: str) -> datetime:
    # Slow to import, and rarely needed.
    import pendulum  # noqa: PLC0415
    from pendulum.parsing.exceptions import ParserError  # noqa: PLC0415

    try:
        parsed: Any = pendulum.parse(text, tz="UTC") if text[:4].isdigit() else None
    except (ParserError, OverflowError, TypeError):
        # pendulum raises a TypeError for a time of day without minutes, and for half an interval.
        parsed = None
    if not isinstance(parsed, datetime):  # pendulum also reads durations and intervals.
        raise ValueError(f"{text!r} is neither a date nor a date-time")  # noqa: TRY004
    return datetime.fromisoformat(parsed.isoformat())
