"""How each kind of source is read, and how each is peeked at."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeAlias, assert_never

from tap_kustomer.client.errors import AccessError, MissingError, RefusedError
from tap_kustomer.reading.children import (
    PARENTS_TO_PEEK_AT,
    NoParentFoundError,
    peek_children,
    read_children,
)
from tap_kustomer.reading.cursors import peek_cursor_list, read_cursor_list
from tap_kustomer.reading.lists import (
    peek_list,
    peek_single,
    read_list,
    read_single,
    without_repeats,
)
from tap_kustomer.reading.pages import IncompleteError
from tap_kustomer.reading.prefetch import read_concurrently
from tap_kustomer.reading.search.read import (
    count_search,
    peek_search,
    read_live_ids,
    read_search,
)
from tap_kustomer.reading.sources import (
    Concatenation,
    CursorList,
    LiveIds,
    PagedList,
    PerParent,
    Search,
    Single,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_kustomer.reading.context import ReadContext
    from tap_kustomer.reading.pages import Page, Window
    from tap_kustomer.reading.sources import Source
    from tap_kustomer.resource import Resource

_Part: TypeAlias = PagedList | Single | PerParent

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads sources of any kind.

    Attributes:
        context: What all ways of reading share.
    """

    context: ReadContext

    def read(
        self, source: Source, window: Window, name: str, *, is_consumed: Callable[[], bool]
    ) -> Iterator[Page]:
        """Yield all rows of a source; those of a search or a cursor list by the window.

        Where the search refuses every criterion and a list is read instead, rows from before the
        window come too.

        Args:
            source: Where the rows are found.
            window: The time range. Lists that know no time are read whole.
            name: Name of the stream, for errors and the log.
            is_consumed: Whether a consumer has started to iterate. Until then, hardly anything is
                read ahead.

        Raises:
            NoParentFoundError: All pages were yielded, but every parent that was asked about is
                missing.
            RequestError: The source can't be read.
            IncompleteError: All that came was yielded, but Kustomer counts more.
        """
        context = self.context
        # The search reads a list where it refuses every criterion.
        read_list_instead = partial(self.read, name=name, is_consumed=is_consumed)
        match source:
            case Search():
                pages = read_search(
                    context, source, window, name, is_consumed, read_list=read_list_instead
                )
            case LiveIds():
                pages = read_live_ids(
                    context, source, window, name, is_consumed, read_list=read_list_instead
                )
            case CursorList():
                pages = read_cursor_list(context, source, window, name)
            case PagedList():
                pages = read_list(context, source)
            case Single():
                pages = read_single(context, source)
            case PerParent():
                # A list that replaces the search of the parents also returns unchanged ones. Skip
                # them: one request each would take hours.
                changed = Reader(replace(context, earliest=window.start))
                parents = changed.read(source.parent, window, name, is_consumed=is_consumed)
                pages = read_children(context, source, parents, name)
            case Concatenation():
                pages = self._read_concatenation(source, window, name, is_consumed)
            case _:
                assert_never(source)
        return pages

    def peek(
        self, source: Source, window: Window, name: str, *, rows: int = 1
    ) -> list[Resource] | None:
        """Ask for a few rows, at the price of one request for each list or search involved.

        If a parent is missing, the next ones are asked about, up to `PARENTS_TO_PEEK_AT`.

        The archive is not asked: it needs the same roles as the search
        (https://developer.kustomer.com/api/core-resources/create-customer-archive-search).

        Args:
            source: Where the rows are found.
            window: The time range, for a search.
            name: Name of the stream, for errors.
            rows: How many rows to ask for.

        Returns:
            The rows; None where there is no parent to ask about, so that nothing was learned.

        Raises:
            NoParentFoundError: Every parent that was asked about is missing.
            RequestError: The source can't be read.
        """
        found: list[Resource] | None
        context = self.context
        match source:
            case Search():
                found = self._peek_search(source, window, name, rows)
            case LiveIds():
                found = self._peek_search(source.search, window, name, rows)
            case CursorList():
                found = peek_cursor_list(context, source, rows)
            case PagedList():
                found = peek_list(context, source, rows)
            case Single():
                found = peek_single(context, source)
            case PerParent():
                parents = self.peek(source.parent, window, name, rows=PARENTS_TO_PEEK_AT)
                found = peek_children(context, source, parents or (), name)
            case Concatenation():
                found = self._peek_concatenation(source, window, name)
            case _:
                assert_never(source)
        return found

    def count(self, source: Search, window: Window) -> int | None:
        """Count the rows of a search with one request; None where the server gives no count.

        Raises:
            RequestError: The search fails.
        """
        return count_search(self.context, source, window)

    def _peek_search(
        self, source: Search, window: Window, name: str, rows: int
    ) -> list[Resource] | None:
        """Ask for a few rows of a search; of its list if the search refuses every criterion.

        Raises:
            RequestError: The source can't be read.
        """
        try:
            return peek_search(self.context, source, window, name, rows)
        except RefusedError:
            if source.fallback is None:
                raise
            return self.peek(source.fallback, window, name, rows=rows)

    def _read_concatenation(
        self, source: Concatenation, window: Window, name: str, is_consumed: Callable[[], bool]
    ) -> Iterator[Page]:
        """Yield the rows of all parts.

        Raises:
            MissingError: Nothing was yielded, and every part except optional ones is missing.
            IncompleteError: All that came was yielded, but a part is missing.
        """
        missing: dict[int, MissingError] = {}

        def read_part(position: int, part: _Part) -> Iterator[Page]:
            try:
                yield from self.read(part, window, name, is_consumed=is_consumed)
            except (AccessError, MissingError, RefusedError) as error:
                if _is_optional(part):
                    logger.info("%s: read without %s: %s", name, part.path, error)
                elif isinstance(error, MissingError):
                    missing[position] = error
                else:
                    raise

        is_empty = True
        for page in without_repeats(
            read_concurrently(
                [partial(read_part, *numbered) for numbered in enumerate(source.sources)]
            )
        ):
            is_empty = False
            yield page
        if missing and is_empty and len(missing) == len(_required(source)):
            raise missing[min(missing)]
        # A part that has none of its parents is empty, not missing.
        for _, error in sorted(missing.items()):
            if not isinstance(error, NoParentFoundError):
                raise IncompleteError(f"{name}: one of its sources is missing: {error}")

    def _peek_concatenation(
        self, source: Concatenation, window: Window, name: str
    ) -> list[Resource]:
        """Ask for a few rows of each required part.

        Raises:
            MissingError: Every part except optional ones is missing.
        """
        rows: list[Resource] = []
        missing: list[MissingError] = []
        required = _required(source)
        for part in required:
            try:
                rows += self.peek(part, window, name) or ()
            except MissingError as error:
                missing.append(error)
        if missing and len(missing) == len(required):
            raise missing[0]
        return rows


def _is_optional(part: _Part) -> bool:
    """Whether a concatenation does without a part where it is refused."""
    return isinstance(part, PerParent) and part.may_be_refused


def _required(source: Concatenation) -> list[_Part]:
    return [part for part in source.sources if not _is_optional(part)]
