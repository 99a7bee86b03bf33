"""Values by which a column is known wherever it is written."""

from __future__ import annotations

import json
import re
from typing import Any


def mark(path: tuple[str, ...]) -> str:
    """A value by which its column is known wherever it is."""
    return f"<{'.'.join(path)}>"


def marks_in(records: Any) -> set[str]:
    return set(re.findall(r"<[^<>]*>", json.dumps(records)))
