"""Reads rows that only a request for each parent gives: several parents at once, in their order."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote, urlsplit

from tap_kustomer import times
from tap_kustomer.client.errors import MissingError
from tap_kustomer.client.workers import InPlace
from tap_kustomer.reading.lists import read_list
from tap_kustomer.reading.pages import IncompleteError, Page
from tap_kustomer.reading.sources import PagedList, id_of
from tap_kustomer.resource import PARENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tap_kustomer.client.session import Session
    from tap_kustomer.client.workers import Workers
    from tap_kustomer.reading.sources import PerParent
    from tap_kustomer.resource import Resource

# Parents whose rows may be read or wait for their turn, for each request that may be under way:
# enough for one slow answer not to hold up the others.
_AHEAD: Final = 4

_IN_PLACE: Final = InPlace()

# How many parents to ask for, to find one that may have rows.
PARENTS_TO_PEEK_AT: Final = 20

# So many first parents without any answer show that the endpoint is not there: to go on would be
# waste. Fewer may just have been deleted.
_MISSING_AT_MOST: Final = 500


class NoneFoundError(MissingError):
    """No parent has such rows: all were deleted, or the organisation has no such endpoint."""


def read_children(  # noqa: PLR0913
    session: Session,
    workers: Workers,
    source: PerParent,
    parents: Iterable[Page],
    name: str,
    *,
    parallel: int,
) -> Iterator[Page]:
    """The rows of each parent, a page for each, in the order of the parents.

    Each row says under `PARENT` whose it is. A parent that is not there any more has no rows.
    Requests are only sent while the caller asks for rows.

    Args:
        session: Asks Kustomer.
        workers: Ask for the session, several at once.
        source: What to ask for.
        parents: Those whose pages say what they have reached come in the order of `updatedAt`, and
            the pages of their rows say up to when all parents are done.
        name: Of the stream, for errors.
        parallel: How many parents may be asked about at once.

    Raises:
        NoneFoundError: All pages were given, but every parent that was asked about is missing.
        MissingError: So many first parents are missing that the organisation has no such endpoint.
        RequestError: The rows of a parent can't be read.
        IncompleteError: All that came was given, but a parent's list says that it has more, or
            there are more parents.
    """
    reached: int | None = None
    shortfall: IncompleteError | None = None
    too_few: list[IncompleteError] = []
    was_found = False
    missing = 0
    absence: MissingError | None = None
    for turn in _run_in_order(
        workers, _tasks(session, source, _noting(parents, too_few)), parallel
    ):
        rows: list[Resource] = []
        try:
            children = turn.answer.result()
        except MissingError as error:
            missing += 1
            absence = error
            if missing == _MISSING_AT_MOST and not was_found:
                raise MissingError(
                    f"{name}: the first {missing} parents have none: {error}"
                ) from error
        else:
            if children is not None:
                was_found = True
                rows = children.rows
                if children.shortfall is not None and shortfall is None:
                    shortfall = IncompleteError(f"{name}: {children.shortfall}", since=reached)
        if shortfall is None and turn.reached is not None and (was_found or not missing):
            reached = turn.reached
            yield Page(rows, reached)
        else:
            yield Page(rows)
    if shortfall is not None or too_few:
        raise shortfall or too_few[0]
    if absence is not None and not was_found:
        raise NoneFoundError(
            f"{name}: no parent has any (asked about: {missing}): {absence}"
        ) from absence


def peek_children(
    session: Session, workers: Workers, source: PerParent, parents: Iterable[Resource], name: str
) -> list[Resource] | None:
    """The rows of the first parent that may have any; None if there is no such parent.

    Raises:
        RequestError: They can't be read.
        IncompleteError: The parent's list counts more rows.
    """
    for parent in parents:
        if source.key(parent) is not None:
            pages = read_children(session, workers, source, [Page([parent])], name, parallel=1)
            # A parent that is gone says nothing about the others.
            with suppress(NoneFoundError):
                return [row for page in pages for row in page.resources]
            return []
    return None


@dataclass(frozen=True, slots=True)
class _Children:
    """The rows of one parent, and what its list says about those that did not come."""

    rows: list[Resource]
    shortfall: IncompleteError | None = None


@dataclass(slots=True)
class _Turn:
    """A parent in its place among the others.

    Attributes:
        answer: Its rows; None comes of it where there is nothing to be had.
        reached: Up to when all parents are done, with this one and those behind it that have no
            rows.
    """

    answer: Future[_Children | None]
    reached: int | None


_NOTHING: Final[Future[_Children | None]] = Future()
_NOTHING.set_result(None)


class _Task(NamedTuple):
    """What is to be asked about a parent, if anything, and how far that leads."""

    ask: Callable[[], _Children | None] | None
    reached: int | None


def _noting(parents: Iterable[Page], too_few: list[IncompleteError]) -> Iterator[Page]:
    """The parents that there are. That they are too few is noted: first, their rows are read."""
    try:
        yield from parents
    except IncompleteError as error:
        too_few.append(error)


def _tasks(session: Session, source: PerParent, parents: Iterable[Page]) -> Iterator[_Task]:
    for page in parents:
        for parent in page.resources:
            key = source.key(parent)
            ask = None if key is None else partial(_read, session, source, parent, key)
            yield _Task(ask, _time(parent, page))
        yield _Task(None, page.reached)


def _run_in_order(workers: Workers, tasks: Iterator[_Task], parallel: int) -> Iterator[_Turn]:
    """Do several tasks at once, and give what comes of them in their order."""
    turns: deque[_Turn] = deque()
    has_more = True
    try:
        while has_more or turns:
            under_way = [turn.answer for turn in turns if not turn.answer.done()]
            if has_more and len(under_way) < parallel and len(turns) < _AHEAD * parallel:
                task = next(tasks, None)
                if task is None:
                    has_more = False
                elif task.ask is not None:
                    turns.append(_Turn(workers.submit(task.ask), task.reached))
                elif not turns:
                    turns.append(_Turn(_NOTHING, task.reached))
                elif task.reached is not None:
                    turns[-1].reached = task.reached
            elif not turns[0].answer.done():
                workers.finished(under_way)
                continue
            if turns and turns[0].answer.done():
                yield turns.popleft()
    finally:
        for turn in turns:
            turn.answer.cancel()


def _time(parent: Resource, page: Page) -> int | None:
    """Up to when all is done with this parent; None where only the end of its page tells."""
    if page.reached is None or PARENT in parent:
        return None
    try:
        return min(times.to_milliseconds(_attributes(parent)["updatedAt"]), page.reached)
    except (KeyError, TypeError, ValueError):
        return None


def _read(session: Session, source: PerParent, parent: Resource, key: str) -> _Children | None:
    """The rows of one parent; None where it is known to be deleted, and has none for that."""
    note = _note(parent)
    path = source.path.format(
        id=quote(key, safe=""), parent_id=quote(note.get("parent_id") or "", safe="")
    )
    listed = PagedList(path, source.page_size, (source.params,), source.included is not None)
    rows: list[Resource] = []
    shortfall = None
    try:
        for page in read_list(session, _IN_PLACE, listed, source.page_size):
            rows.extend(page.resources)
    except IncompleteError as error:
        shortfall = error
    except MissingError:
        if _attributes(parent).get("deleted"):
            return None
        raise
    return _Children(
        [
            {**row, "id": row.get("id") or _id_in_link(row, path), PARENT: note}
            for row in rows
            if source.included in {None, row.get("type")}
        ],
        shortfall,
    )


def _note(parent: Resource) -> dict[str, Any]:
    """What a row says of its parent."""
    note = {
        "id": parent.get("id"),
        "type": parent.get("type"),
        "updatedAt": _attributes(parent).get("updatedAt"),
    }
    if PARENT in parent:
        # What the parent was found through is what has changed.
        note["parent_id"] = id_of(parent[PARENT])
        note["updatedAt"] = parent[PARENT]["updatedAt"]
    return note


def _attributes(resource: Resource) -> dict[str, Any]:
    attributes = resource.get("attributes")
    return attributes if isinstance(attributes, dict) else {}


def _id_in_link(row: Resource, path: str) -> str | None:
    """The last part of a row's own path: some attachments have their id nowhere else.

    Source: https://developer.kustomer.com/api/core-resources, attachments of a conversation.
    """
    links = row.get("links")
    link = links.get("self") if isinstance(links, dict) else None
    try:
        own = urlsplit(link).path if isinstance(link, str) else path
    except ValueError:  # It is no link.
        return None
    # Other rows name the list that they are in.
    return None if own == path else own.rpartition("/")[-1] or None
