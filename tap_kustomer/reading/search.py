"""One question to Kustomer's search, and what makes its answer believable.

The search is an index that changes while it is read. So every question is closed at both ends, the
next one starts at the last row's time instead of at a page number, and an answer that can't be true
is asked for again (https://developer.kustomer.com/api/core-resources/create-customer-search).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tap_kustomer import times
from tap_kustomer.client.errors import WrongAnswerError
from tap_kustomer.client.limits import Cost
from tap_kustomer.client.session import Request
from tap_kustomer.reading.numbers import whole

if TYPE_CHECKING:
    from tap_kustomer.client.session import Document
    from tap_kustomer.reading.sources import Search

PATH: Final = "/v1/customers/search"

MOST_ROWS_A_PAGE: Final = 500


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
    """

    updated: Window
    created: Span | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One found resource, with what the reading goes by."""

    id: str
    updated_at: int
    created_at: int | None
    resource: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """One page of found rows.

    Attributes:
        rows: In order of their `updatedAt`, all of them inside the window.
        full: Whether the page has as many rows as the server puts on one: there may be more.
        total: How many rows the question has in all, where the server says so.
        refused: The server will not answer this question: the cap of pages or rows is reached, or
            it does not know the criterion.
    """

    rows: tuple[Row, ...] = ()
    full: bool = False
    total: int | None = None
    refused: bool = False


REFUSED: Final = Answer(refused=True)


def request_for(source: Search, question: Question, page_size: int) -> Request:
    """The request that asks this question.

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
        PATH,
        params={"page": question.page, "pageSize": page_size},
        json={
            "queryContext": source.context,
            "and": bounds,
            "sort": [{source.updated_at: "asc"}],
            "includeDeleted": True,
        },
        cost=Cost.SEARCH,
    )


def answer_from(document: Document, question: Question, page_size: int) -> Answer:
    """Read an answer, believing nothing that contradicts itself or the question.

    Rows later than the window are left out: they were updated between the search and the answer,
    and the next run finds them.

    Raises:
        WrongAnswerError: The answer can't be true and is to be asked for again.
    """
    meta = document.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    if meta.get("timed_out"):
        raise WrongAnswerError("the search timed out and found only a part")
    page = whole(meta.get("page"))
    if page is not None and page != question.page:
        raise WrongAnswerError(f"page {question.page} was asked for, page {page} came")
    found = _rows(document)
    size = max(whole(meta.get("pageSize")) or page_size, 1)
    total = whole(meta.get("total"))
    _check_count(len(found), size, total, question)
    rows = tuple(row for row in found if row.updated_at <= question.updated.end)
    _check_order(rows, question)
    return Answer(rows=rows, full=len(found) >= size, total=total)


def _rows(document: Document) -> list[Row]:
    data = document.get("data")
    if not isinstance(data, list):
        raise WrongAnswerError("the answer has no list of rows")
    return [_row(resource) for resource in data]


def _row(resource: Any) -> Row:
    try:
        attributes = resource["attributes"]
        return Row(
            id=resource["id"],
            updated_at=times.to_milliseconds(attributes["updatedAt"]),
            created_at=_created_at(attributes.get("createdAt")),
            resource=resource,
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise WrongAnswerError("a row has no id or no updatedAt") from error


def _created_at(value: Any) -> int | None:
    try:
        return times.to_milliseconds(value)
    except (TypeError, ValueError):
        return None


def _check_count(found: int, size: int, total: int | None, question: Question) -> None:
    if total is None:
        return
    before = (question.page - 1) * size
    if found < min(size, total - before):
        raise WrongAnswerError(f"{found} rows on page {question.page} of {total} rows by {size}")
    if before + found > total:
        raise WrongAnswerError(f"{before + found} rows up to page {question.page} of {total} rows")


def _check_order(rows: tuple[Row, ...], question: Question) -> None:
    previous = question.updated.start
    for row in rows:
        if row.updated_at < previous:
            raise WrongAnswerError(
                f"a row of {times.to_text(row.updated_at)} comes after one of "
                f"{times.to_text(previous)}"
                if previous != question.updated.start
                else f"a row of {times.to_text(row.updated_at)} came, "
                f"{times.to_text(previous)} and later was asked for"
            )
        previous = row.updated_at
