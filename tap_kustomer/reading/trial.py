"""Asks for as little of a source as shows whether it can be read."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from tap_kustomer.client.errors import MissingError, RefusedError
from tap_kustomer.client.session import Request
from tap_kustomer.reading.children import NoneFoundError, read_children
from tap_kustomer.reading.lists import ask_first
from tap_kustomer.reading.pages import Page
from tap_kustomer.reading.search.client import SearchClient
from tap_kustomer.reading.search.query import SearchQuery
from tap_kustomer.reading.sources import (
    Concatenation,
    CursorList,
    LiveIds,
    PagedList,
    PerParent,
    Search,
)

if TYPE_CHECKING:
    from tap_kustomer.client.session import Reply
    from tap_kustomer.reading.reader import Reader
    from tap_kustomer.reading.sources import Source
    from tap_kustomer.reading.window import Window
    from tap_kustomer.resource import Resource

# Parents among which one is looked for that may have rows.
_PARENTS: Final = 20


def sample(
    reader: Reader, source: Source, window: Window, name: str, *, rows: int = 1
) -> list[Resource] | None:
    """A few rows of a source, at the price of one request for each list or search behind it.

    The archive is not asked: it needs the roles of the search
    (https://developer.kustomer.com/api/core-resources/create-customer-archive-search).

    Args:
        reader: Has the session and the workers.
        source: What is tried.
        window: From when to when, for a search.
        name: Of the stream, for errors.
        rows: How many to ask for.

    Returns:
        The rows; None where there is no parent to ask about, so that nothing is known.

    Raises:
        RequestError: It can't be read.
    """
    if isinstance(source, Concatenation):
        return _of_chain(reader, source, window, name)
    if isinstance(source, Search):
        return _of_search(reader, source, window, rows)
    if isinstance(source, LiveIds):
        return _of_search(reader, source.search, window, rows)
    if isinstance(source, PerParent):
        return _of_parent(reader, source, window, name)
    if isinstance(source, PagedList):
        return _get(reader, source.path, {**source.variants[0], "page": 1, "pageSize": rows})
    return _get(reader, source.path, {"count": rows} if isinstance(source, CursorList) else {})


def _of_chain(reader: Reader, source: Concatenation, window: Window, name: str) -> list[Resource]:
    """The rows of those parts that are there."""
    rows: list[Resource] = []
    missing: list[MissingError] = []
    for part in source.sources:
        try:
            rows += sample(reader, part, window, name) or ()
        except MissingError as error:
            missing.append(error)
    if len(missing) == len(source.sources):
        raise missing[0]
    return rows


def _of_search(reader: Reader, source: Search, window: Window, rows: int) -> list[Resource]:
    """By the first criterion that the search knows; else from the list."""
    query = SearchQuery(window, sorted=False)
    refusal: RefusedError | None = None
    for criterion in source.times:
        index = SearchClient(reader.session, source, criterion, page_size=rows)
        try:
            answer = reader.workers.call(partial(index.ask, query))
        except RefusedError as error:
            refusal = error
        else:
            return [row.resource() for row in answer.rows]
    if source.fallback is None:
        assert refusal is not None, "a search has a criterion"  # noqa: S101
        raise refusal
    return _get(reader, source.fallback.path, {"page": 1, "pageSize": rows})


def _of_parent(
    reader: Reader, source: PerParent, window: Window, name: str
) -> list[Resource] | None:
    """The rows of the first parent that may have any."""
    for parent in sample(reader, source.parent, window, name, rows=_PARENTS) or ():
        if source.key(parent) is not None:
            pages = read_children(
                reader.session, reader.workers, source, [Page([parent])], name, parallel=1
            )
            # One that is gone says nothing about the others.
            with suppress(NoneFoundError):
                return [row for page in pages for row in page.resources]
            return []
    return None


def _get(reader: Reader, path: str, params: dict[str, str | int]) -> list[Resource]:
    request = Request("GET", path, params=params)
    _, rows = reader.workers.call(partial(ask_first, reader.session, request, _rows))
    return rows


def _rows(reply: Reply) -> list[Resource]:
    """What stands under `data`: several resources, or one."""
    data = reply.document().get("data")
    return [row for row in (data if isinstance(data, list) else [data]) if isinstance(row, dict)]
