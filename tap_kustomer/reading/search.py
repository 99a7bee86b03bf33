"""One question to Kustomer's search, and what makes its answer believable.

The search is an index that changes while it is read. So every question is closed at both ends, the
next one starts at the last row's time instead of at a page number, and an answer that can't be true
is asked for again (https://developer.kustomer.com/api/core-resources/create-customer-search).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import msgspec

from tap_kustomer import times
from tap_kustomer.client.documents import decode
from tap_kustomer.client.errors import WrongAnswerError
from tap_kustomer.client.limits import Cost
from tap_kustomer.client.session import Request
from tap_kustomer.reading.numbers import whole

if TYPE_CHECKING:
    from tap_kustomer.client.session import Reply
    from tap_kustomer.reading.sources import Search

PATH: Final = "/v1/customers/search"

# Older rows: https://developer.kustomer.com/api/core-resources/create-customer-archive-search
ARCHIVE_PATH: Final = "/v1/customers/archive/search"


class UnsortedError(WrongAnswerError):
    """The rows of an answer are out of order."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time, both ends included, in milliseconds since 1970. None is an open end."""

    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class Window:
    """A closed stretch of time, both ends included, in milliseconds since 1970."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Question:
    """Which rows to ask for: those updated in a window, oldest first.

    Attributes:
        updated: The window.
        created: Narrows it further. Only groups of rows with the same `updatedAt` need that.
        page: From 1 on. Pages after the first are only asked for inside such groups.
        sorted: Whether the answer is worthless if its rows are out of order.
    """

    updated: Window
    created: Span | None = None
    page: int = 1
    sorted: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One found resource, with what the reading goes by.

    Attributes:
        raw: The resource as it came. It is kept so because rows that are read ahead take several
            times the room when they are parsed.
    """

    id: str
    updated_at: int
    created_at: int | None
    raw: msgspec.Raw

    def resource(self) -> dict[str, Any]:
        """The JSON:API resource."""
        return decode(self.raw, _ANY_RESOURCE)


@dataclass(frozen=True, slots=True)
class Answer:
    """One page of found rows.

    Attributes:
        rows: In order of their `updatedAt`, all of them inside the window.
        full: Whether the page has as many rows as the server puts on one: there may be more.
        total: How many rows the question has in all, where the server says so.
        size: Of the answer, in bytes.
        refused: The server will not answer this question: the cap of pages or rows is reached, or
            it does not know the criterion.
        unsorted: The server does not sort these rows by `updatedAt`; there are none in the answer.
    """

    rows: tuple[Row, ...] = ()
    full: bool = False
    total: int | None = None
    size: int = 0
    refused: bool = False
    unsorted: bool = False


REFUSED: Final = Answer(refused=True)
UNSORTED: Final = Answer(unsorted=True)


def request_for(source: Search, question: Question, page_size: int, *, path: str = PATH) -> Request:
    """The request that asks this question of the search or, by `path`, of the archive.

    Each bound is a criterion of its own, and times carry milliseconds and `Z`: the forms that the
    documentation shows.
    """
    bounds: list[dict[str, dict[str, str]]] = [
        {source.updated_at: {"gte": times.to_text(question.updated.start)}},
        {source.updated_at: {"lte": times.to_text(question.updated.end)}},
    ]
    if question.created is not None:
        if question.created.start is not None:
            bounds.append({source.created_at: {"gte": times.to_text(question.created.start)}})
        if question.created.end is not None:
            bounds.append({source.created_at: {"lte": times.to_text(question.created.end)}})
    return Request(
        "POST",
        path,
        params={"page": question.page, "pageSize": page_size},
        json={
            "queryContext": source.context,
            "and": bounds,
            "sort": [{source.updated_at: "asc"}],
            "includeDeleted": True,
        },
        cost=Cost.SEARCH,
    )


def answer_from(reply: Reply, question: Question, page_size: int) -> Answer:
    """Read an answer, believing nothing that contradicts itself or the question.

    Rows later than the window are left out: they were updated between the search and the answer,
    and the next run finds them.

    Raises:
        WrongAnswerError: The answer can't be true and is to be asked for again.
        UnsortedError: Its rows are out of order.
    """
    try:
        document = decode(reply.content, _DOCUMENT)
        found = [_row(raw) for raw in document.data]
    except (msgspec.DecodeError, ValueError) as error:
        raise WrongAnswerError("what came is no list of rows, each with id and time") from error
    meta = document.meta
    if meta.timed_out:
        raise WrongAnswerError("the search timed out and found only a part")
    page = whole(meta.page)
    if page is not None and page != question.page:
        raise WrongAnswerError(f"page {question.page} was asked for, page {page} came")
    size = max(whole(meta.page_size) or page_size, 1)
    total = whole(meta.total)
    _check_count(len(found), size, total, question)
    rows = [row for row in found if row.updated_at <= question.updated.end]
    if question.sorted:
        _check_order(rows)
    else:
        rows.sort(key=_updated_at)
    if rows and min(rows, key=_updated_at).updated_at < question.updated.start:
        raise WrongAnswerError(
            f"a row from before {times.to_text(question.updated.start)} came, which was asked for"
        )
    # Without a count, a page that is followed by another one is not the last, short as it may be.
    is_followed = total is None and bool(found) and document.links.next is not None
    return Answer(
        rows=tuple(rows),
        full=len(found) >= size or is_followed,
        total=total,
        size=len(reply.content),
    )


class _Meta(msgspec.Struct, rename="camel"):
    page: Any = None
    page_size: Any = None
    total: Any = None
    timed_out: Any = msgspec.field(name="timed_out", default=None)


class _Times(msgspec.Struct, rename="camel"):
    updated_at: str
    created_at: Any = None


class _Resource(msgspec.Struct):
    id: str
    attributes: _Times


class _Links(msgspec.Struct):
    next: Any = None


class _Document(msgspec.Struct):
    data: list[msgspec.Raw]
    links: _Links = msgspec.field(default_factory=_Links)
    meta: _Meta = msgspec.field(default_factory=_Meta)


_DOCUMENT: Final = msgspec.json.Decoder(_Document)
_RESOURCE: Final = msgspec.json.Decoder(_Resource)
_ANY_RESOURCE: Final = msgspec.json.Decoder(dict[str, Any])


def _row(raw: msgspec.Raw) -> Row:
    resource = decode(raw, _RESOURCE)
    return Row(
        id=resource.id,
        updated_at=times.to_milliseconds(resource.attributes.updated_at),
        created_at=_created_at(resource.attributes.created_at),
        raw=raw,
    )


def _created_at(value: Any) -> int | None:
    try:
        return times.to_milliseconds(value)
    except (TypeError, ValueError):
        return None


def _updated_at(row: Row) -> int:
    return row.updated_at


def _check_count(found: int, size: int, total: int | None, question: Question) -> None:
    if total is None:
        return
    before = (question.page - 1) * size
    if found < min(size, total - before):
        raise WrongAnswerError(f"{found} rows on page {question.page} of {total} rows by {size}")
    if found and before + found > total:
        raise WrongAnswerError(f"{before + found} rows up to page {question.page} of {total} rows")


def _check_order(rows: list[Row]) -> None:
    for earlier, later in pairwise(rows):
        if later.updated_at < earlier.updated_at:
            raise UnsortedError(
                f"a row of {times.to_text(later.updated_at)} comes after one of "
                f"{times.to_text(earlier.updated_at)}"
            )
