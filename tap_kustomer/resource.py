"""The JSON:API resource: what reading finds and shaping turns into records."""

from __future__ import annotations

from typing import Any, Final

Resource = dict[str, Any]

# Where a reading notes on a resource whose it is, if it was found through a parent:
# `{"id", "type", "updatedAt"}`.
PARENT: Final = "parent"
