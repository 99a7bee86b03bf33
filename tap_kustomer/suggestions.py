"""Guesses what somebody meant who has written a name that does not exist."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """How to go on after a name that is not known: `: did you mean api_key?`, or nothing."""
    nearest = get_close_matches(name.lower(), known, n=1)
    return f": did you mean {nearest[0]}?" if nearest else ""
