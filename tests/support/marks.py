"""Marked values, by which a test recognises a column wherever it is written."""

from __future__ import annotations

import json
import re
from typing import Any


def mark(path: tuple[str, ...]) -> str:
    """A value that names its column."""
    return f"<{'.'.join(path)}>"


def marks_in(records: Any) -> set[str]:
    return set(re.findall(r"<[^<>]*>", json.dumps(records)))
