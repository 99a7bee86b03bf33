"""Describe in words where the rows of a table are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_kustomer.reading.sources import (
    CursorList,
    LiveIds,
    PagedList,
    PerParent,
    Search,
    Single,
    is_windowed,
)
from tap_kustomer.streams import STREAMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tap_kustomer.reading.sources import Source
    from tap_kustomer.streams.base import KustomerStream


def in_words(source: Source) -> str:
    """Describe a source, as Markdown."""
    match source:
        case Search():
            words = _search(source)
        case LiveIds():
            words = f"{_search(source.search)}, ids of live rows only"
        case PagedList():
            words = " and ".join(f"`GET {source.path}{_query(each)}`" for each in source.variants)
        case Single():
            words = f"`GET {source.path}`"
        case CursorList():
            words = f"`GET {source.path}`, by cursor"
        case PerParent():
            words = _per_parent(source)
        case _:
            words = "; ".join(in_words(each) for each in source.sources)
    return words


def _per_parent(source: PerParent) -> str:
    parent = _table_of(source.parent)
    row = "changed row" if is_windowed(source) else "row"
    request = f"`GET {source.path}{_query(source.params)}`"
    rows = f"each {row}" if source.shared is None else f"every {source.shared.size} {row}s"
    return f"{request}, once for {rows} of [`{parent}`](#{parent})"


def _table_of(parent: Source) -> str:
    """The table of the rows of a source, or of a list at the same path."""
    same = [each for each in STREAMS if each.source == parent] or [
        each for each in STREAMS if _list_at(each.source) == _list_at(parent)
    ]
    return name_of(same[0])


def _list_at(source: Source) -> str | None:
    """The path of the list that has the rows of a source."""
    listed = source.fallback if isinstance(source, Search) else source
    return listed.path if isinstance(listed, PagedList) else None


def name_of(stream: type[KustomerStream]) -> str:
    """Return the name of a stream, which the SDK declares for instances only."""
    return str(vars(stream)["name"])


def _search(source: Search) -> str:
    criteria = " or else ".join(f"`{criterion.name}`" for criterion in source.effective_criteria)
    archive = "" if source.archived else ", the last two years only"
    words = f"search in `{source.query_context}` by {criteria}{archive}"
    return f"{words}; where it refuses, {in_words(source.fallback)}" if source.fallback else words


def _query(params: Mapping[str, str]) -> str:
    return "?" + "&".join(f"{key}={value}" for key, value in params.items()) if params else ""
