"""Numbers in the `meta` of an answer."""

from __future__ import annotations

from typing import Any


def whole_number(value: Any) -> int | None:
    """A whole number, which Kustomer writes as a string in places; None for anything else."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        return int(value)
    except ValueError:
        return None
