"""One question to Kustomer's search, and what makes its answer believable.

The search is an index that changes while it is read. So every query is closed at both ends, the
next one starts at the last row's time instead of at a page number, and an answer that can't be true
is asked for again (https://developer.kustomer.com/api/core-resources/create-customer-search).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tap_kustomer import times
from tap_kustomer.client.documents import decode
from tap_kustomer.client.errors import WrongAnswerError
from tap_kustomer.reading.paging import whole_number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_kustomer.client.session import Reply
    from tap_kustomer.reading.pages import Window

PATH: Final = "/v1/customers/search"

# Older rows: https://developer.kustomer.com/api/core-resources/create-customer-archive-search
ARCHIVE_PATH: Final = "/v1/customers/archive/search"

MILLISECONDS: Final = 3

_CANONICAL_LENGTH: Final = len("2024-01-31T10:00:00.000Z")
_FRACTION: Final = re.compile(r"[.,](\d+)")


class UnsortedError(WrongAnswerError):
    """The rows of an answer are out of order."""


class ShortPageError(WrongAnswerError):
    """A page has fewer rows than it says.

    Args:
        message: What came.
        rows: How many rows.
        total: How many rows the question has in all.
    """

    def __init__(self, message: str, *, rows: int, total: int) -> None:
        super().__init__(message)
        self.rows = rows
        self.total = total


class TimelessError(WrongAnswerError):
    """A row does not show the time that it is searched by."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, both ends included, in milliseconds since 1970. None is an open end."""

    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """Which rows to ask for: those whose time lies in a window, oldest first.

    Attributes:
        window: In which their time lies, by the criterion that they are searched by.
        created: Narrows it further. Only ties, rows of the same time, need that.
        page: From 1 on. Pages after the first are only asked for inside ties.
        sorted: Whether the answer is worthless if its rows are out of order.
    """

    window: Window
    created: Span | None = None
    page: int = 1
    sorted: bool = True


class Row(msgspec.Struct, frozen=True, gc=False):
    """One found resource, with what the reading goes by.

    Attributes:
        time: By which it was found, nearly always that of its last change.
        created: Its `createdAt`, if it has one.
        raw: The resource as it came. It is kept so because rows that are read ahead take several
            times the room when they are parsed.
    """

    id: str
    time: int
    created: Any
    raw: msgspec.Raw

    @property
    def created_at(self) -> int | None:
        """When it was created, in milliseconds since 1970, if it says so."""
        try:
            return times.to_milliseconds(self.created)
        except (TypeError, ValueError):
            return None

    def resource(self) -> dict[str, Any]:
        """The JSON:API resource."""
        return decode(self.raw, _ANY_RESOURCE)


@dataclass(frozen=True, slots=True)
class SearchPage:
    """One page of found rows.

    Attributes:
        rows: In order of time, all of them inside the window.
        full: Whether the page has as many rows as the server puts on one: there may be more.
        total: How many rows the question has in all, where the server says so.
        size: Of the answer, in bytes.
        digits: Of the fractions of seconds in its times.
        refused: The server will not answer this query: the cap of pages or rows is reached, or
            it does not know the criterion.
        unsorted: The server does not sort these rows by time; there are none in the answer.
    """

    rows: tuple[Row, ...] = ()
    full: bool = False
    total: int | None = None
    size: int = 0
    digits: int = MILLISECONDS
    refused: bool = False
    unsorted: bool = False


REFUSED: Final = SearchPage(refused=True)
UNSORTED: Final = SearchPage(unsorted=True)


@dataclass(frozen=True, slots=True)
class ServerBehaviour:
    """How the search answers, as far as it has shown. It is replaced when more is learned.

    Attributes:
        page_size: How many rows a page was to have.
        attribute: Of the rows, that holds their time. Without one, every row is taken to lie at
            the start of the window.
        cap: How many rows a page has at most, where the server does not say so.
        lacks_times: Whether a row without a time is taken to have that of the row before it.
        digits: Of the fractions of seconds in the times of rows.
        sorts: Whether it takes a sort.
    """

    page_size: int
    attribute: str | None = "updatedAt"
    cap: int | None = None
    lacks_times: bool = False
    digits: int = MILLISECONDS
    sorts: bool = True


def page_from(reply: Reply, query: SearchQuery, manner: ServerBehaviour) -> SearchPage:
    """Read an answer, believing nothing that contradicts itself or the query.

    Rows later than the window are left out: they were updated between the search and the answer,
    and the next run finds them.

    Args:
        reply: What came.
        query: What was asked.
        manner: How such answers are to be taken.

    Raises:
        WrongAnswerError: The answer can't be true and is to be asked for again.
        ShortPageError: It has fewer rows than it says.
        TimelessError: One of them has no time.
        UnsortedError: Its rows are out of order.
    """
    window = query.window
    try:
        document = decode(reply.content, _DOCUMENT)
        found, digits = _read_rows(document.data, manner, window.start)
    except msgspec.DecodeError as error:
        raise WrongAnswerError("what came is no list of rows, each with an id") from error
    meta = document.meta
    if meta.timed_out:
        raise WrongAnswerError("the search timed out and found only a part")
    page = whole_number(meta.page)
    if page is not None and page != query.page:
        raise WrongAnswerError(f"page {query.page} was asked for, page {page} came")
    size = max(whole_number(meta.page_size) or manner.page_size, 1)
    size = size if manner.cap is None else min(size, manner.cap)
    total = whole_number(meta.total)
    _check_count(found, size, total, query)
    rows = [row for row in found if row.time <= window.end]
    if found and not rows:
        raise WrongAnswerError(f"all rows are later than {times.to_text(window.end)}")
    if query.sorted:
        _check_order(rows)
    else:
        rows.sort(key=time_of)
    if rows and min(rows, key=time_of).time < window.start:
        raise WrongAnswerError(
            f"a row from before {times.to_text(window.start)} came, which was asked for"
        )
    # Without a count, a page that is followed by another one is not the last, short as it may be.
    is_followed = total is None and bool(found) and document.links.next is not None
    return SearchPage(
        rows=tuple(rows),
        full=len(found) >= size or is_followed,
        total=total,
        size=len(reply.content),
        digits=digits,
    )


def time_of(row: Row) -> int:
    """What rows are sorted by."""
    return row.time


class _Meta(msgspec.Struct, rename="camel"):
    page: Any = None
    page_size: Any = None
    total: Any = None
    timed_out: Any = msgspec.field(name="timed_out", default=None)


class _Links(msgspec.Struct):
    next: Any = None


class _Document(msgspec.Struct):
    data: list[msgspec.Raw]
    links: _Links = msgspec.field(default_factory=_Links)
    meta: _Meta = msgspec.field(default_factory=_Meta)


_DOCUMENT: Final = msgspec.json.Decoder(_Document)
_ANY_RESOURCE: Final = msgspec.json.Decoder(dict[str, Any])


@cache
def _resource_decoder(attribute: str | None) -> msgspec.json.Decoder[Any]:
    """Parses of a resource only its id and two times, which is four times as fast as all of it."""
    names = sorted({"createdAt", attribute or "createdAt"})
    attributes = msgspec.defstruct("Attributes", [(name, Any, None) for name in names])
    resource = msgspec.defstruct("Resource", [("id", str), ("attributes", attributes | None, None)])
    return msgspec.json.Decoder(resource)


def _as_resource(raw: msgspec.Raw) -> msgspec.Raw:
    """A resource, where only its id was asked for: whether it comes as an object is not said."""
    content = bytes(raw)
    return msgspec.Raw(b'{"id":%b}' % content) if content.startswith(b'"') else raw


def _read_rows(
    resources: Iterable[msgspec.Raw], manner: ServerBehaviour, start: int
) -> tuple[list[Row], int]:
    """The rows, and the most digits that the fraction of a second has in their times.

    Raises:
        msgspec.DecodeError: One has no id.
        TimelessError: One has no time.
    """
    attribute = manner.attribute
    decoder = _resource_decoder(attribute)
    rows: list[Row] = []
    digits = MILLISECONDS
    time = start
    for raw in resources if attribute else map(_as_resource, resources):
        resource = decode(raw, decoder)
        attributes = resource.attributes
        if attribute is not None:
            text: Any = getattr(attributes, attribute, None)
            try:
                time = times.to_milliseconds(text)
            except (TypeError, ValueError) as error:
                if not manner.lacks_times:
                    raise TimelessError(f"{resource.id} has no {attribute}") from error
            else:
                if len(text) != _CANONICAL_LENGTH and (fraction := _FRACTION.search(text)):
                    digits = max(digits, len(fraction[1]))
        rows.append(Row(resource.id, time, getattr(attributes, "createdAt", None), raw))
    return rows, digits


def _check_count(found: list[Row], size: int, total: int | None, query: SearchQuery) -> None:
    if total is None:
        return
    before = (query.page - 1) * size
    if len(found) < min(size, total - before):
        raise ShortPageError(
            f"{len(found)} rows on page {query.page} of {total} rows by {size}",
            rows=len(found),
            total=total,
        )
    if found and before + len(found) > total:
        raise WrongAnswerError(
            f"{before + len(found)} rows up to page {query.page} of {total} rows"
        )


def _check_order(rows: list[Row]) -> None:
    for earlier, later in pairwise(rows):
        if later.time < earlier.time:
            raise UnsortedError(
                f"a row of {times.to_text(later.time)} comes after one of "
                f"{times.to_text(earlier.time)}"
            )
