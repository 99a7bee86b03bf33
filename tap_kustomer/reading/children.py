"""Reads rows that take one request per parent: several parents at once, rows in parent order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote, urlsplit

from tap_kustomer import times
from tap_kustomer.client.errors import MissingError, RefusedError
from tap_kustomer.reading.lists import LargestPage, read_list
from tap_kustomer.reading.pages import IncompleteError, Page, chunked
from tap_kustomer.reading.sources import PagedList, id_of
from tap_kustomer.resource import PARENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_kustomer.client.workers import Workers
    from tap_kustomer.reading.context import ReadContext
    from tap_kustomer.reading.sources import PerParent, SharedRequest
    from tap_kustomer.resource import Parent, Resource

# Parents whose rows may be under way or waiting, for each request that may be under way: enough for
# one slow response not to hold up the others.
_PREFETCHED: Final = 4

# If this many parents in a row give a 404 from the start, the endpoint does not exist, and it would
# be a waste to go on. Fewer may just have been deleted.
_MOST_MISSING: Final = 500

# How many parents to ask for, to find one that may have rows.
PARENTS_TO_PEEK_AT: Final = 20


class NoParentFoundError(MissingError):
    """No parent has such rows: all were deleted, or the organisation has no such endpoint."""


def read_children(
    context: ReadContext, source: PerParent, parents: Iterable[Page], name: str
) -> Iterator[Page]:
    """Yield the rows of each parent, a page for each, in the order of the parents.

    Each row names its parent under `PARENT`. A parent that was deleted meanwhile has no rows.
    Requests are only sent while the caller asks for pages.

    Args:
        context: Its workers ask about several parents at once.
        source: What to ask for.
        parents: If a page has `reached`, its parents must be sorted by `updatedAt`; the children's
            pages then carry `reached` too.
        name: Name of the stream, for errors.

    Raises:
        NoParentFoundError: All pages were yielded, but every parent that was asked about is
            missing.
        MissingError: So many parents are missing, from the first one on, that the organisation has
            no such endpoint.
        RequestError: The rows of a parent can't be read.
        IncompleteError: All that came was yielded, but a parent's list counts more rows, or there
            are more parents.
    """
    # Each task waits in a worker already, for one request after the other.
    in_worker = context.in_worker()
    reached: int | None = None
    shortfall: IncompleteError | None = None
    missing_parents: list[IncompleteError] = []
    responses = _Responses(name)
    read_all = partial(_read_all, in_worker, LargestPage())
    tasks = _tasks(read_all, source, _until_incomplete(parents, missing_parents))
    for pending in _run_in_order(context.workers, tasks, context.max_parallel):
        children = responses.children(pending.response)
        if shortfall is None and children.shortfall is not None:
            shortfall = IncompleteError(f"{name}: {children.shortfall}", missing_from=reached)
        if shortfall is None and pending.reached is not None and not responses.are_all_missing:
            reached = pending.reached
            yield Page(children.rows, reached)
        else:
            yield Page(children.rows)
    if shortfall is not None or missing_parents:
        raise shortfall or missing_parents[0]
    responses.raise_if_all_missing()


def peek_children(
    context: ReadContext, source: PerParent, parents: Iterable[Resource], name: str
) -> list[Resource] | None:
    """The rows of the first parent that may have any; None if there is no such parent.

    Raises:
        NoParentFoundError: Every parent that was asked about is missing.
        RequestError: They can't be read.
        IncompleteError: The parent's list counts more rows.
    """
    missing: NoParentFoundError | None = None
    for parent in parents:
        # Of a deleted parent, even a 404 shows nothing.
        if source.path_id(parent) is None or _is_deleted(parent):
            continue
        try:
            pages = [*read_children(context, source, [Page([parent])], name)]
        except NoParentFoundError as error:
            # It was deleted meanwhile, which says nothing about the others.
            missing = error
        else:
            return [row for page in pages for row in page.resources]
    if missing is not None:
        raise missing
    return None


class _Responses:
    """What came for the parents so far, and whether any of them was found.

    Args:
        name: Name of the stream, for errors.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._missing = 0
        self._latest: MissingError | None = None
        self._was_found = False

    def children(self, response: Future[_Children | None]) -> _Children:
        """The rows that a response has; none for a missing parent.

        Raises:
            MissingError: So many parents are missing, and none was found, that the organisation
                has no such endpoint.
            RequestError: The rows can't be read.
        """
        try:
            children = response.result()
        except MissingError as error:
            self._missing += 1
            self._latest = error
            if self._missing == _MOST_MISSING and not self._was_found:
                raise MissingError(
                    f"{self._name}: the first {self._missing} parents have none: {error}"
                ) from error
            return _NO_CHILDREN
        if children is None:
            return _NO_CHILDREN
        self._was_found = True
        return children

    @property
    def are_all_missing(self) -> bool:
        """Whether all parents that were asked about are missing.

        Then no bookmark may move: the endpoint may appear later, with rows of these parents.
        """
        return self._missing > 0 and not self._was_found

    def raise_if_all_missing(self) -> None:
        """Check, once all parents are done, whether the endpoint exists.

        Raises:
            NoParentFoundError: All parents that were asked about are missing.
        """
        if self.are_all_missing:
            raise NoParentFoundError(
                f"{self._name}: no parent has any (asked about: {self._missing}): {self._latest}"
            ) from self._latest


@dataclass(frozen=True, slots=True)
class _Children:
    """The rows of one parent, and what its list lacks."""

    rows: list[Resource]
    shortfall: IncompleteError | None = None


_NO_CHILDREN: Final = _Children([])

# Reads a list, and returns all its rows and what it lacks.
_ReadAll = Callable[[PagedList], _Children]


@dataclass(slots=True)
class _Pending:
    """A parent that waits for its response, or for its turn.

    Attributes:
        response: Its rows; None if there can't be any.
        reached: As `Page.reached`, by the times of the parents: after this parent, and after those
            behind it that have no rows.
    """

    response: Future[_Children | None]
    reached: int | None


_NOTHING: Final[Future[_Children | None]] = Future()
_NOTHING.set_result(None)


class _Task(NamedTuple):
    """One step through the parents.

    Attributes:
        ask: Sends a request about one or several parents; None if nothing is to be asked and only
            the bookmark moves.
        reached: As `Page.reached`, by the times of the parents, after this step.
    """

    ask: Callable[[], _Children | None] | None
    reached: int | None


def _until_incomplete(parents: Iterable[Page], missing: list[IncompleteError]) -> Iterator[Page]:
    """Yield the parents. A shortfall is raised only after their children are read."""
    try:
        yield from parents
    except IncompleteError as error:
        missing.append(error)


def _tasks(read_all: _ReadAll, source: PerParent, parents: Iterable[Page]) -> Iterator[_Task]:
    """Yield what to ask about each parent, and a step without a request after each page."""
    for page in parents:
        if source.shared is not None:
            for some in chunked(page.resources, source.shared.size):
                ask = partial(_read_together, read_all, source, source.shared, some)
                yield _Task(ask, _reached_after(some[-1], page))
        else:
            resources, included = _split_included(source, page)
            for parent in resources:
                requests = [*_requests_for(read_all, source, parent, included)]
                yield from (_Task(request, None) for request in requests[:-1])
                yield _Task(requests[-1] if requests else None, _reached_after(parent, page))
        yield _Task(None, page.reached)


def _requests_for(
    read_all: _ReadAll, source: PerParent, parent: Resource, included: list[Resource]
) -> Iterator[Callable[[], _Children | None]]:
    """Yield the requests for the rows of a parent; none if it has no rows.

    Args:
        read_all: Reads a list.
        source: What to ask for.
        parent: The parent.
        included: Rows that came with the list of parents.
    """
    path_id = source.path_id(parent)
    if path_id is None:
        return
    if rows := [row for row in included if _belongs_to(row, parent)]:
        link = _link_to(parent)
        yield partial(_Children, [{**row, PARENT: link} for row in rows])
        return
    for part in source.parts(parent):
        yield partial(_read, read_all, source, parent, path_id, part)


def _split_included(source: PerParent, page: Page) -> tuple[Iterable[Resource], list[Resource]]:
    """The parents of a page, and the rows that came with them."""
    if source.included_type is None:
        return page.resources, []
    resources = [*page.resources]
    included = [one for one in resources if one.get("type") == source.included_type]
    return (one for one in resources if one.get("type") != source.included_type), included


def _belongs_to(row: Resource, parent: Resource) -> bool:
    """Whether a relationship of a row leads to a parent."""
    own = {"type": parent.get("type"), "id": parent.get("id")}
    relationships = _object(row, "relationships").values()
    return any(isinstance(one, dict) and one.get("data") == own for one in relationships)


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
                workers.wait_any(under_way)
                continue
            if pending and pending[0].response.done():
                yield pending.popleft()
    finally:
        for one in pending:
            one.response.cancel()


def _reached_after(parent: Resource, page: Page) -> int | None:
    """Up to when parents are done after this one; None if only the end of its page shows that."""
    if page.reached is None or PARENT in parent:
        return None
    try:
        return min(times.to_milliseconds(_object(parent, "attributes")["updatedAt"]), page.reached)
    except (KeyError, TypeError, ValueError):
        return None


def _read(
    read_all: _ReadAll, source: PerParent, parent: Resource, path_id: str, part: str
) -> _Children | None:
    """The rows of one parent; None if it has none because it is marked as deleted."""
    link = _link_to(parent)
    path = source.path.format(
        id=quote(path_id, safe=""),
        parent_id=quote(link.get("parent_id") or "", safe=""),
        part=quote(part, safe=""),
    )
    params = {name: value.format(id=path_id) for name, value in source.params.items()}
    listed = PagedList(
        path,
        source.page_size,
        variants=(params,),
        with_included=source.included_type is not None,
    )
    try:
        children = read_all(listed)
    except MissingError:
        if _is_deleted(parent):
            return None
        raise
    rows = [
        {**row, "id": row.get("id") or _id_in_link(row, path), PARENT: link}
        for row in children.rows
        if source.included_type in {None, row.get("type")}
    ]
    return _Children(rows, children.shortfall)


def _read_together(
    read_all: _ReadAll, source: PerParent, shared: SharedRequest, parents: list[Resource]
) -> _Children | None:
    """The rows of several parents; None if none of them can have any.

    How many parents a request may name is not documented: if it is refused, ask about fewer.
    """
    owners = {key: parent for parent in parents if (key := source.path_id(parent)) is not None}
    if not owners:
        return None
    params = {**source.params, shared.parameter: ",".join(owners)}
    try:
        children = read_all(PagedList(source.path, source.page_size, (params,)))
    except RefusedError:
        if len(owners) == 1:
            raise
        middle = len(parents) // 2
        halves = [
            _read_together(read_all, source, shared, half)
            for half in (parents[:middle], parents[middle:])
        ]
        found = [half for half in halves if half is not None]
        shortfall = next((half.shortfall for half in found if half.shortfall is not None), None)
        return _Children([row for half in found for row in half.rows], shortfall)
    # Rows go in the order of the parents, that of the bookmark.
    of_owner: dict[str, list[Resource]] = {key: [] for key in owners}
    without_parent: list[Resource] = []
    for row in children.rows:
        # An id may come as a number, or in a form that no parent has.
        owner = str(_object(row, "attributes").get(shared.owner))
        of_owner.get(owner, without_parent).append(row)
    rows = [
        {**row, PARENT: _link_to(parent)} for key, parent in owners.items() for row in of_owner[key]
    ]
    no_parent: Parent = {**_link_to(parents[-1]), "id": None}
    rows += [{**row, PARENT: no_parent} for row in without_parent]
    return _Children(rows, children.shortfall)


def _read_all(context: ReadContext, largest: LargestPage, listed: PagedList) -> _Children:
    """All rows of a list, and what it lacks."""
    rows: list[Resource] = []
    try:
        for page in read_list(context, listed, largest):
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


def _is_deleted(resource: Resource) -> bool:
    """Whether a resource is marked as deleted."""
    return bool(_object(resource, "attributes").get("deleted"))


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
