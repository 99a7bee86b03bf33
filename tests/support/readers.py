"""Readers and contexts of a session, or of what replaces one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from tap_kustomer.client.workers import Workers
from tap_kustomer.reading.context import ReadContext
from tap_kustomer.reading.reader import Reader
from tap_kustomer.reading.search.schema import SearchSchema

if TYPE_CHECKING:
    from tap_kustomer.client.session import Session

NOW = 1_750_000_000_000


def reader_of(session: object, **settings: Any) -> Reader:
    """Make a reader, as `context_of` makes its context."""
    return Reader(context_of(session, **settings))


def context_of(session: object, **settings: Any) -> ReadContext:
    """Make the context of a reader.

    Args:
        session: Answers requests.
        settings: Attributes of the context that a test depends on.
    """
    defaults: dict[str, Any] = {
        "workers": Workers(2, lambda: None),
        "page_size": 500,
        "max_parallel": 2,
        "lookahead": 10**6,
        "strict": False,
        "started": NOW,
        "earliest": 0,
        "report": lambda _: None,
        "search_schema": SearchSchema(),
    }
    return ReadContext(session=cast("Session", session), **{**defaults, **settings})
