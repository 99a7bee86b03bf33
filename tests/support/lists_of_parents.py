"""Lists of the rows of a parent, and the parents that they are read for."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from typing_extensions import override

from support.readers import context_of
from tap_kustomer import times
from tap_kustomer.client.errors import MissingError, RequestError
from tap_kustomer.client.session import Body
from tap_kustomer.client.workers import Workers
from tap_kustomer.reading.children import read_children
from tap_kustomer.reading.pages import Page
from tap_kustomer.reading.sources import PerParent, Search

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from tap_kustomer.client.session import Request


T = TypeVar("T")
Resource = dict[str, Any]
Document = dict[str, Any]
CONVERSATIONS = Search("conversation")
EVENTS = PerParent(CONVERSATIONS, "/v1/conversations/{id}/events")


@dataclass
class Lists:
    """Answers with the pages of a list, or with errors, by path."""

    answers: Mapping[str, Sequence[Document | RequestError] | RequestError]
    sent: list[Request] = field(default_factory=list)
    base_url: str = "https://acme.api.kustomerapp.com"

    def send(self, request: Request, parse: Callable[[Body], T]) -> T:
        self.sent.append(request)
        answer = self.answers.get(request.path, MissingError(f"{request}: HTTP 404"))
        if isinstance(answer, RequestError):
            raise answer
        page = int(request.params["page"])
        document = answer[page - 1] if page <= len(answer) else {"data": []}
        if isinstance(document, RequestError):
            raise document
        return parse(Body(msgspec.json.encode(document)))

    @property
    def paths(self) -> list[str]:
        return [request.path for request in self.sent]


class LazyWorkers(Workers):
    """Runs no task before its result is needed, and then one of those that are needed.

    Attributes:
        most: The most results that were needed at once.
    """

    def __init__(self, draw: Callable[[list[Any]], Any] = lambda futures: futures[-1]) -> None:
        super().__init__(0, lambda: None)
        self.most = 0
        self._draw = draw
        self._tasks: dict[Future[Any], Callable[[], Any]] = {}  # type: ignore[assignment]

    @override
    def submit(self, task: Callable[[], T]) -> Future[T]:
        future: Future[T] = Future()
        self._tasks[future] = task
        return future

    @override
    def wait_any(self, futures: Collection[Future[T]]) -> set[Future[T]]:
        self.most = max(self.most, len(futures))
        future: Future[T] = self._draw(list(futures))
        task = self._tasks.pop(future)
        try:
            future.set_result(task())
        except RequestError as error:
            future.set_exception(error)
        return {future}

    @property
    def left(self) -> list[Future[Any]]:
        """The tasks that were not run yet."""
        return list(self._tasks)


def rows(*ids: str, next_page: int | None = None, **meta: Any) -> Document:
    """A page of a list."""
    data = [{"type": "customer_event", "id": row_id} for row_id in ids]
    following = None if next_page is None else f"?page={next_page}"
    return {"data": data, "links": {"next": following}, "meta": meta}


def events(answers: Mapping[str, Sequence[Document | RequestError] | RequestError]) -> Lists:
    """The events of conversations, by the conversation's id."""
    return Lists({f"/v1/conversations/{key}/events": answer for key, answer in answers.items()})


def parent(key: str, time: int | None = None, /, **attributes: Any) -> Resource:
    updated_at = {} if time is None else {"updatedAt": times.to_text(time)}
    return {"type": "conversation", "id": key, "attributes": {**updated_at, **attributes}}


def parents(*keys: str) -> list[Page]:
    return [Page([parent(key) for key in keys])]


def pages_of(
    lists: Lists,
    given: Iterable[Page],
    source: PerParent = EVENTS,
    *,
    parallel: int = 2,
    workers: Workers | None = None,
    **settings: Any,
) -> Iterator[Page]:
    context = context_of(lists, workers=workers or LazyWorkers(), max_parallel=parallel, **settings)
    return read_children(context, source, given, "events")


def read_rows_of(lists: Lists, given: Iterable[Page], source: PerParent = EVENTS) -> list[Resource]:
    return [row for page in pages_of(lists, given, source) for row in page.resources]


def ids(found: Iterable[Resource]) -> list[Any]:
    return [row["id"] for row in found]
