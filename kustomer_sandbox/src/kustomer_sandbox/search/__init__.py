"""Search and archive search."""

from __future__ import annotations

from kustomer_sandbox.search.engine import Answer, SearchEngine
from kustomer_sandbox.search.query import ARCHIVE, STANDARD

__all__ = ["ARCHIVE", "STANDARD", "Answer", "SearchEngine"]
