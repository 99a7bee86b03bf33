"""A query to Kustomer's search, and the page that it gives, parsed and checked.

The search is an index that changes while it is read. So every query has both bounds, the next one
starts at the last row's time instead of at a page number, and a response that contradicts itself or
the query is asked for again
(https://developer.kustomer.com/api/core-resources/create-customer-search).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tap_kustomer import times
from tap_kustomer.client.documents import decode, decode_object
from tap_kustomer.client.errors import WrongResponseError
from tap_kustomer.reading.paging import whole_number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_kustomer.client.session import Body
    from tap_kustomer.reading.pages import Window

PATH: Final = "/v1/customers/search"

# Older rows: https://developer.kustomer.com/api/core-resources/create-customer-archive-search
ARCHIVE_PATH: Final = "/v1/customers/archive/search"

# Where a count may stop, and perhaps the rows: another connector gets no more with any request
# (https://docs.aws.amazon.com/glue/latest/dg/kustomer-connection-limitations.html). A tie or a
# slice with fewer rows is read whole in either case.
COUNT_LIMIT: Final = 10_000

MILLISECOND_DIGITS: Final = 3

_CANONICAL_LENGTH: Final = len("2024-01-31T10:00:00.000Z")
_FRACTION: Final = re.compile(r"[.,](\d+)")


class UnsortedError(WrongResponseError):
    """The rows of a page are out of order."""


class ShortPageError(WrongResponseError):
    """A page has fewer rows than its counts say.

    Args:
        message: What was expected, and what came.
        rows: How many rows the page has.
        total: How many rows the query finds in all.
    """

    def __init__(self, message: str, *, rows: int, total: int) -> None:
        super().__init__(message)
        self.rows = rows
        self.total = total


class MissingTimeError(WrongResponseError):
    """A row does not show the time that it was searched by."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, both ends included, in milliseconds since 1970. None is an open end."""

    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """Asks for the rows whose time lies in a window, oldest first.

    Attributes:
        window: In which their time lies, by the criterion of the search.
        created: In which they were created, to narrow rows further. Only ties need that.
        page: From 1 on. Later pages are requested inside a tie, and to find out whether a short
            page is the last one.
        must_be_sorted: Whether a page out of order is an error. The sort is asked for in any case,
            if the search accepts one.
    """

    window: Window
    created: Span | None = None
    page: int = 1
    must_be_sorted: bool = True


class Row(msgspec.Struct, frozen=True, gc=False):
    """A row that was found, with what the algorithm needs to know of it.

    Attributes:
        time: The time that it was searched by, nearly always that of its last change.
        created: Its `createdAt`, if it has one.
        raw: The resource, as JSON: rows that are read ahead take several times the memory when
            they are parsed.
    """

    id: str
    time: int
    created: Any
    raw: msgspec.Raw

    @property
    def created_at(self) -> int | None:
        """When it was created, in milliseconds since 1970, if it shows that."""
        try:
            return times.to_milliseconds(self.created)
        except (TypeError, ValueError):
            return None

    def resource(self) -> dict[str, Any]:
        """Parse the JSON:API resource."""
        return decode_object(self.raw)


@dataclass(frozen=True, slots=True)
class SearchPage:
    """The response to a query.

    Attributes:
        rows: In order of time, all of them inside the window.
        total: How many rows the query finds in all, if the server counts them.
        byte_count: Size of the response.
        digits: Number of digits of the fractions of seconds in its times.
        is_full: Whether it has as many rows as the server puts on a page: there may be more.
        may_go_on: Whether there may be a next page even if this one is not full: no count shows
            how many rows there are, and it links to a next page or has neither a link nor a size.
        is_refused: The server refuses this query: it gives no more pages or rows, or does
            not know the criterion. There are no rows.
        is_unsorted: The server does not sort these rows by time. There are no rows.
    """

    rows: tuple[Row, ...] = ()
    total: int | None = None
    byte_count: int = 0
    digits: int = MILLISECOND_DIGITS
    is_full: bool = False
    may_go_on: bool = False
    is_refused: bool = False
    is_unsorted: bool = False


REFUSED_PAGE: Final = SearchPage(is_refused=True)
UNSORTED_PAGE: Final = SearchPage(is_unsorted=True)


def may_be_limited(total: int | None) -> bool:
    """Whether there may be more rows than this count says, or there is no count."""
    return total is None or total == COUNT_LIMIT


@dataclass(frozen=True, slots=True)
class ServerBehaviour:
    """What the responses so far have shown about the server. Replaced when more is learned.

    Attributes:
        actual_page_size: How many rows the server really puts on a page, if fewer than it says.
        lacks_times: Whether some rows show no time: such a row gets that of the row before it.
        hides_rows: Whether it has counted rows that it does not return, however often it is asked.
        digits: Number of digits of the fractions of seconds in the times of rows.
        refused: The members and parameters of a request that it refuses.
    """

    actual_page_size: int | None = None
    lacks_times: bool = False
    hides_rows: bool = False
    digits: int = MILLISECOND_DIGITS
    refused: frozenset[str] = frozenset()


def parse_page(  # noqa: PLR0913
    body: Body,
    query: SearchQuery,
    behaviour: ServerBehaviour,
    *,
    page_size: int,
    attribute: str | None,
    may_lack_rows: bool = False,
) -> SearchPage:
    """Parse a response, and check that it contradicts neither itself nor the query.

    Rows later than the window are left out: they were updated between the search and the response,
    and the next run finds them.

    Args:
        body: What came.
        query: The query that it belongs to.
        behaviour: What is known about the server.
        page_size: How many rows on a page were asked for.
        attribute: The row attribute that holds the time. Without one, every row gets the time of
            the start of the window.
        may_lack_rows: Whether a page may have fewer rows than its counts say.

    Raises:
        WrongResponseError: The response can't be right.
        ShortPageError: It has fewer rows than its counts say, and may not.
        MissingTimeError: A row shows no time.
        UnsortedError: Its rows are out of order.
    """
    window = query.window
    try:
        document = decode(body.content, _DOCUMENT)
        found, digits = _parse_rows(document.data, behaviour, attribute, window.start)
    except msgspec.DecodeError as error:
        raise WrongResponseError("what came is no list of rows, each with an id") from error
    # Where there is nothing to say, either may be absent, null or an empty array.
    meta = document.meta if isinstance(document.meta, _Meta) else _Meta()
    links = document.links if isinstance(document.links, _Links) else _Links()
    if meta.timed_out:
        raise WrongResponseError("the search timed out and found only a part")
    number = whole_number(meta.page)
    if number is not None and number != query.page:
        raise WrongResponseError(f"page {query.page} was asked for, page {number} came")
    is_silent = meta == _Meta() and links.next is msgspec.UNSET
    page_size = max(whole_number(meta.page_size) or page_size, 1)
    if behaviour.actual_page_size is not None:
        page_size = min(page_size, behaviour.actual_page_size)
    total = whole_number(meta.total)
    _check_count(found, page_size, total, query, may_lack_rows=may_lack_rows)
    rows = [row for row in found if row.time <= window.end]
    if found and not rows:
        raise WrongResponseError(f"all rows are later than {times.to_text(window.end)}")
    if query.must_be_sorted:
        _check_order(rows)
    else:
        rows.sort(key=time_of)
    if rows and min(rows, key=time_of).time < window.start:
        raise WrongResponseError(
            f"a row from before {times.to_text(window.start)} came, which was asked for"
        )
    return SearchPage(
        rows=tuple(rows),
        total=total,
        byte_count=len(body.content),
        digits=digits,
        is_full=len(found) >= page_size,
        may_go_on=total is None and bool(found) and (is_silent or bool(links.next)),
    )


def time_of(row: Row) -> int:
    """The key that rows are sorted by."""
    return row.time


class _Meta(msgspec.Struct, rename="camel"):
    page: Any = None
    page_size: Any = None
    total: Any = None
    timed_out: Any = msgspec.field(name="timed_out", default=None)


class _Links(msgspec.Struct):
    next: Any = msgspec.UNSET


class _Document(msgspec.Struct):
    data: list[msgspec.Raw]
    links: _Links | list[Any] | None = None
    meta: _Meta | list[Any] | None = None


_DOCUMENT: Final = msgspec.json.Decoder(_Document)


@cache
def _resource_decoder(attribute: str | None) -> msgspec.json.Decoder[Any]:
    """Make a decoder of the id and two times of a resource, four times as fast as of all of it."""
    names = sorted({"createdAt", attribute or "createdAt"})
    attributes = msgspec.defstruct("Attributes", [(name, Any, None) for name in names])
    resource = msgspec.defstruct(
        "Resource", [("id", str | int), ("attributes", attributes | None, None)]
    )
    return msgspec.json.Decoder(resource)


def _as_resource(raw: msgspec.Raw) -> msgspec.Raw:
    """Wrap a bare id as `{"id": ...}`.

    With `idsOnly`, Kustomer may return ids or resources: which is undocumented.
    """
    content = bytes(raw)
    return msgspec.Raw(b'{"id":%b}' % content) if content.startswith(b'"') else raw


def _parse_rows(
    resources: Iterable[msgspec.Raw], behaviour: ServerBehaviour, attribute: str | None, start: int
) -> tuple[list[Row], int]:
    """The rows, and the most digits in the fractions of seconds of their times.

    Raises:
        msgspec.DecodeError: A row has no id.
        MissingTimeError: A row shows no time.
    """
    decoder = _resource_decoder(attribute)
    rows: list[Row] = []
    digits = MILLISECOND_DIGITS
    time = start
    for raw in resources if attribute else map(_as_resource, resources):
        resource = decode(raw, decoder)
        attributes = resource.attributes
        if attribute is not None:
            text: Any = getattr(attributes, attribute, None)
            try:
                time = times.to_milliseconds(text)
            except (TypeError, ValueError) as error:
                if not behaviour.lacks_times:
                    raise MissingTimeError(f"{resource.id} has no {attribute}") from error
            else:
                if len(text) != _CANONICAL_LENGTH and (fraction := _FRACTION.search(text)):
                    digits = max(digits, len(fraction[1]))
        rows.append(Row(str(resource.id), time, getattr(attributes, "createdAt", None), raw))
    return rows, digits


def _check_count(
    found: list[Row],
    page_size: int,
    total: int | None,
    query: SearchQuery,
    *,
    may_lack_rows: bool,
) -> None:
    if total is None:
        return
    before = (query.page - 1) * page_size
    if len(found) < min(page_size, total - before) and not may_lack_rows:
        raise ShortPageError(
            f"{len(found)} rows on page {query.page} of {total} rows by {page_size}",
            rows=len(found),
            total=total,
        )
    if found and before + len(found) > total:
        raise WrongResponseError(
            f"{before + len(found)} rows up to page {query.page} of {total} rows"
        )


def _check_order(rows: list[Row]) -> None:
    for earlier, later in pairwise(rows):
        if later.time < earlier.time:
            raise UnsortedError(
                f"a row of {times.to_text(later.time)} comes after one of "
                f"{times.to_text(earlier.time)}"
            )
