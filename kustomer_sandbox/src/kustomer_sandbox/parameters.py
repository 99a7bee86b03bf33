"""Numbers and comparisons in what a client asks for."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from kustomer_sandbox.errors import bad_parameter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "gte": operator.ge,
    "gt": operator.gt,
    "lte": operator.le,
    "lt": operator.lt,
}


def whole_number(parameters: Mapping[str, str], name: str, default: int) -> int:
    """Parameter that is a whole number from 1.

    Raises:
        ApiError: It is not (400).
    """
    text = parameters.get(name)
    if text is None:
        return default
    if not text.isdecimal() or int(text) < 1:
        raise bad_parameter(name, f"Must be a whole number from 1: {text}")
    return int(text)
