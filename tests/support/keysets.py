"""Reads the window of a keyset from a model of the search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_kustomer.reading.pages import Window
from tap_kustomer.reading.search.keyset import Keyset

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.search_model import IndexModel, Rows, StillIndex
    from tap_kustomer.reading.search.query import SearchPage

START, END = 1_700_000_000_000, 1_700_000_600_000
WINDOW = Window(START, END)

# After the end of the window.
BEYOND = END + 1_000

# More than any of these windows takes, but few enough to fail soon.
_MOST_QUERIES = 1_000


def rows_at(*updated: int) -> Rows:
    """A row for each of these times; each was created a millisecond before the one before it."""
    return {f"row{n}": (at, START - 1_000 - n) for n, at in enumerate(updated)}


def read_keyset(
    keyset: Keyset,
    index: IndexModel | StillIndex,
    page_size: int = 500,
    change: Callable[[SearchPage], SearchPage] = lambda page: page,
) -> list[str]:
    """All ids that a keyset delivers, in this order.

    Args:
        keyset: Reads a window.
        index: Answers its queries.
        page_size: How many rows to ask for on a page.
        change: Changes a page on its way.
    """
    ids = []
    while keyset.query is not None:
        assert len(index.queries) < _MOST_QUERIES, "the keyset does not come to an end"
        ids += [row.id for row in keyset.learn(change(index.search(keyset.query, page_size)))]
    return ids


def read_window(index: IndexModel) -> list[str]:
    """All ids of the window, in the order of their delivery."""
    return read_keyset(Keyset(WINDOW, "conversations"), index)


def ids_inside(index: IndexModel) -> set[str]:
    """The ids of all rows that are in the window by now."""
    return {row_id for row_id, (updated, _) in index.rows.items() if updated <= END}
