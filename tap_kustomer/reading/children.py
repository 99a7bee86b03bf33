"""Reads rows that take one request per parent: several parents at once, rows in parent order."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote, urlsplit

from tap_kustomer import times
from tap_kustomer.client.errors import MissingError, RefusedError
from tap_kustomer.client.workers import InPlace
from tap_kustomer.reading.lists import read_list
from tap_kustomer.reading.pages import IncompleteError, Page
from tap_kustomer.reading.sources import PagedList, id_of
from tap_kustomer.resource import PARENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tap_kustomer.client.session import Session
    from tap_kustomer.client.workers import Workers
    from tap_kustomer.reading.sources import Batch, PerParent
    from tap_kustomer.resource import Parent, Resource

# Parents whose rows may be under way or waiting, for each request that may be under way: enough for
# one slow response not to hold up the others.
_PREFETCHED: Final = 4

_IN_PLACE: Final = InPlace()

# If so many parents in a row have no response from the start, the endpoint does not exist, and it
# would be a waste to go on. Fewer may just have been deleted.
_MOST_MISSING: Final = 500

# How many parents to ask for, to find one that may have rows.
PARENTS_TO_PEEK_AT: Final = 20


class NoParentFoundError(MissingError):
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
    """Yield the rows of each parent, a page for each, in the order of the parents.

    Each row names its parent under `PARENT`. A parent that was deleted meanwhile has no rows.
    Requests are only sent while the caller asks for pages.

    Args:
        session: Sends requests to Kustomer.
        workers: Threads that use the session, several requests at once.
        source: What to ask for.
        parents: If their pages say what they have reached, their rows are in the order of
            `updatedAt`, and the pages of children say up to when all parents are done.
        name: Name of the stream, for errors.
        parallel: How many parents may be asked about at once.

    Raises:
        NoParentFoundError: All pages were yielded, but every parent that was asked about is
            missing.
        MissingError: So many parents are missing, from the first one on, that the organisation has
            no such endpoint.
        RequestError: The rows of a parent can't be read.
        IncompleteError: All that came was yielded, but a parent's list counts more rows, or there
            are more parents.
    """
    reached: int | None = None
    shortfall: IncompleteError | None = None
    missing_parents: list[IncompleteError] = []
    was_found = False
    missing = 0
    absence: MissingError | None = None
    tasks = _tasks(session, source, _until_incomplete(parents, missing_parents))
    for pending in _run_in_order(workers, tasks, parallel):
        rows: list[Resource] = []
        try:
            children = pending.response.result()
        except MissingError as error:
            missing += 1
            absence = error
            if missing == _MOST_MISSING and not was_found:
                raise MissingError(
                    f"{name}: the first {missing} parents have none: {error}"
                ) from error
        else:
            if children is not None:
                was_found = True
                rows = children.rows
                if children.shortfall is not None and shortfall is None:
                    shortfall = IncompleteError(f"{name}: {children.shortfall}", since=reached)
        if shortfall is None and pending.reached is not None and (was_found or not missing):
            reached = pending.reached
            yield Page(rows, reached)
        else:
            yield Page(rows)
    if shortfall is not None or missing_parents:
        raise shortfall or missing_parents[0]
    if absence is not None and not was_found:
        raise NoParentFoundError(
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
            # A parent that was deleted meanwhile says nothing about the others.
            with suppress(NoParentFoundError):
                return [row for page in pages for row in page.resources]
            return []
    return None


@dataclass(frozen=True, slots=True)
class _Children:
    """The rows of one parent, and what its list lacks."""

    rows: list[Resource]
    shortfall: IncompleteError | None = None


@dataclass(slots=True)
class _Pending:
    """A parent that waits for its response, or for its turn.

    Attributes:
        response: Its rows; None if there can't be any.
        reached: Up to when all parents are done, after this one and those behind it that have no
            rows.
    """

    response: Future[_Children | None]
    reached: int | None


_NOTHING: Final[Future[_Children | None]] = Future()
_NOTHING.set_result(None)


class _Task(NamedTuple):
    """What to ask about a parent, if anything, and up to when parents are done after it."""

    ask: Callable[[], _Children | None] | None
    reached: int | None


def _until_incomplete(parents: Iterable[Page], missing: list[IncompleteError]) -> Iterator[Page]:
    """Yield the parents. A shortfall is raised only after their children are read."""
    try:
        yield from parents
    except IncompleteError as error:
        missing.append(error)


def _tasks(session: Session, source: PerParent, parents: Iterable[Page]) -> Iterator[_Task]:
    for page in parents:
        if source.batch is not None:
            for batch in _batches(page.resources, source.batch.size):
                ask = partial(_read_batch, session, source, source.batch, batch)
                yield _Task(ask, _time(batch[-1], page))
        else:
            resources, beside = _apart(source, page)
            for parent in resources:
                asks = [*_asks(session, source, parent, beside)]
                yield from (_Task(ask, None) for ask in asks[:-1])
                yield _Task(asks[-1] if asks else None, _time(parent, page))
        yield _Task(None, page.reached)


def _asks(
    session: Session, source: PerParent, parent: Resource, beside: list[Resource]
) -> Iterator[Callable[[], _Children | None]]:
    """What to ask about a parent; nothing if it has no rows.

    Args:
        session: Sends requests to Kustomer.
        source: What to ask for.
        parent: The parent.
        beside: Rows that came with the list of parents.
    """
    key = source.key(parent)
    if key is None:
        return
    if rows := [row for row in beside if _names(row, parent)]:
        link = _link_to(parent)
        yield partial(_Children, [{**row, PARENT: link} for row in rows])
        return
    for part in source.parts(parent):
        yield partial(_read, session, source, parent, key, part)


def _apart(source: PerParent, page: Page) -> tuple[Iterable[Resource], list[Resource]]:
    """The parents of a page, and the rows that came with them."""
    if source.included is None:
        return page.resources, []
    resources = [*page.resources]
    beside = [one for one in resources if one.get("type") == source.included]
    return (one for one in resources if one.get("type") != source.included), beside


def _names(row: Resource, parent: Resource) -> bool:
    """Whether a relationship of a row leads to a parent."""
    own = {"type": parent.get("type"), "id": parent.get("id")}
    relationships = _object(row, "relationships").values()
    return any(isinstance(one, dict) and one.get("data") == own for one in relationships)


def _batches(parents: Iterable[Resource], size: int) -> Iterator[list[Resource]]:
    left = iter(parents)
    while batch := [*islice(left, size)]:
        yield batch


def _run_in_order(workers: Workers, tasks: Iterator[_Task], parallel: int) -> Iterator[_Pending]:
    """Run several tasks at once, and yield them in their order as they are done."""
    pending: deque[_Pending] = deque()
    has_more = True
    try:
        while has_more or pending:
            under_way = [one.response for one in pending if not one.response.done()]
            if has_more and len(under_way) < parallel and len(pending) < _PREFETCHED * parallel:
                task = next(tasks, None)
                if task is None:
                    has_more = False
                elif task.ask is not None:
                    pending.append(_Pending(workers.submit(task.ask), task.reached))
                elif not pending:
                    pending.append(_Pending(_NOTHING, task.reached))
                elif task.reached is not None:
                    pending[-1].reached = task.reached
            elif not pending[0].response.done():
                workers.finished(under_way)
                continue
            if pending and pending[0].response.done():
                yield pending.popleft()
    finally:
        for one in pending:
            one.response.cancel()


def _time(parent: Resource, page: Page) -> int | None:
    """Up to when parents are done after this one; None if only the end of its page shows that."""
    if page.reached is None or PARENT in parent:
        return None
    try:
        return min(times.to_milliseconds(_object(parent, "attributes")["updatedAt"]), page.reached)
    except (KeyError, TypeError, ValueError):
        return None


def _read(
    session: Session, source: PerParent, parent: Resource, key: str, part: str
) -> _Children | None:
    """The rows of one parent; None if it has none because it is marked as deleted."""
    link = _link_to(parent)
    path = source.path.format(
        id=quote(key, safe=""),
        parent_id=quote(link.get("parent_id") or "", safe=""),
        part=quote(part, safe=""),
    )
    params = {name: value.format(id=key) for name, value in source.params.items()}
    listed = PagedList(path, source.page_size, (params,), source.included is not None)
    try:
        children = _read_all(session, listed)
    except MissingError:
        if _object(parent, "attributes").get("deleted"):
            return None
        raise
    rows = [
        {**row, "id": row.get("id") or _id_in_link(row, path), PARENT: link}
        for row in children.rows
        if source.included in {None, row.get("type")}
    ]
    return _Children(rows, children.shortfall)


def _read_batch(
    session: Session, source: PerParent, batch: Batch, parents: list[Resource]
) -> _Children | None:
    """The rows of several parents; None if none of them can have any.

    How many parents a request may name is not documented: if it is refused, ask about fewer.
    """
    owners = {key: parent for parent in parents if (key := source.key(parent)) is not None}
    if not owners:
        return None
    params = {**source.params, batch.parameter: ",".join(owners)}
    try:
        children = _read_all(session, PagedList(source.path, source.page_size, (params,)))
    except RefusedError:
        if len(owners) == 1:
            raise
        middle = len(parents) // 2
        halves = [
            _read_batch(session, source, batch, half)
            for half in (parents[:middle], parents[middle:])
        ]
        found = [half for half in halves if half is not None]
        shortfall = next((half.shortfall for half in found if half.shortfall is not None), None)
        return _Children([row for half in found for row in half.rows], shortfall)
    # Rows go in the order of the parents, that of the bookmark.
    of_owner: dict[Any, list[Resource]] = {None: [], **{key: [] for key in owners}}
    for row in children.rows:
        of_owner.get(_object(row, "attributes").get(batch.owner), []).append(row)
    rows = [
        {**row, PARENT: _link_to(parent)} for key, parent in owners.items() for row in of_owner[key]
    ]
    nobody: Parent = {**_link_to(parents[-1]), "id": None}
    rows += [{**row, PARENT: nobody} for row in of_owner[None]]
    return _Children(rows, children.shortfall)


def _read_all(session: Session, listed: PagedList) -> _Children:
    """All rows of a list, and what it lacks."""
    rows: list[Resource] = []
    try:
        for page in read_list(session, _IN_PLACE, listed, listed.page_size):
            rows.extend(page.resources)
    except IncompleteError as error:
        return _Children(rows, error)
    return _Children(rows)


def _link_to(parent: Resource) -> Parent:
    link: Parent = {
        "id": parent.get("id"),
        "type": parent.get("type"),
        "updatedAt": _object(parent, "attributes").get("updatedAt"),
    }
    if PARENT in parent:
        # It was found through its own parent, and that one is what has changed.
        link["parent_id"] = id_of(parent[PARENT])
        link["updatedAt"] = parent[PARENT]["updatedAt"]
    return link


def _object(resource: Resource, member: str) -> dict[str, Any]:
    value = resource.get(member)
    return value if isinstance(value, dict) else {}


def _id_in_link(row: Resource, path: str) -> str | None:
    """The last part of a row's own path: some attachments have their id nowhere else.

    Source: https://developer.kustomer.com/api/core-resources, attachments of a conversation.
    """
    links = row.get("links")
    link = links.get("self") if isinstance(links, dict) else None
    try:
        own = urlsplit(link).path if isinstance(link, str) else path
    except ValueError:  # It is not a link.
        return None
    # Other rows link to the list that they are in.
    return None if own == path else own.rpartition("/")[-1] or None
