"""A session that answers from models of the search and of lists, without a network."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from support.virtual_time import VirtualClock
from tap_kustomer import times
from tap_kustomer.client.errors import AccessError, MissingError, RefusedError, WrongResponseError
from tap_kustomer.client.limits import Limiter
from tap_kustomer.client.session import Body
from tap_kustomer.reading.pages import Window
from tap_kustomer.reading.search.query import PATH, SearchQuery, Span

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.search_model import IndexModel
    from tap_kustomer.client.session import Request

T = TypeVar("T")


@dataclass
class FakeSession:
    """Replaces a `Session`.

    Attributes:
        indexes: A model of the search, by path.
        lists: The pages of each list, by path.
        documents: Other answers to `GET`, or errors, by path.
        refused: Criteria that are answered with 400.
        refusing: The path that refuses them; all paths if empty.
        refuses_sort: Whether a sort is answered with 400.
        refuses_deleted: Whether `includeDeleted` is answered with 400.
        refuses_tracking: Whether `trackTotalHits` is answered with 400.
        forbidden: A path for which the key lacks the role.
        spoil: Changes a document before it is sent.
        sent: All requests so far.
        attempts: How often a request is sent while the response is wrong.
    """

    indexes: dict[str, IndexModel] = field(default_factory=dict)
    lists: dict[str, list[list[dict[str, Any]]]] = field(default_factory=dict)
    documents: dict[str, Any] = field(default_factory=dict)
    refused: tuple[str, ...] = ()
    refusing: str = ""
    refuses_sort: bool = False
    refuses_deleted: bool = False
    refuses_tracking: bool = False
    forbidden: str = ""
    spoil: Callable[[dict[str, Any]], None] = lambda _: None
    sent: list[Request] = field(default_factory=list)
    refused_parameters: set[str] = field(default_factory=set)
    attempts: int = 8
    latency: float = 1.0
    base_url: str = "https://acme.api.kustomerapp.com"
    limiter: Limiter = field(default_factory=lambda: Limiter(VirtualClock(), 0.9))

    def send(self, request: Request, parse: Callable[[Body], T]) -> T:
        for tries in range(1, self.attempts + 1):
            self.sent.append(request)
            if isinstance(given := self.documents.get(request.path), Exception):
                raise given
            document = self._document(request) if given is None else given
            self.spoil(document)
            try:
                return parse(Body(msgspec.json.encode(document)))
            except WrongResponseError:
                if tries == self.attempts:
                    raise
        raise AssertionError

    def _document(self, request: Request) -> dict[str, Any]:
        if request.method == "GET":
            return self._list_page(request)
        if request.path == self.forbidden:
            raise AccessError(f"{request}: HTTP 403")
        if request.path not in self.indexes:
            raise MissingError(f"{request}: HTTP 404")
        body = request.json or {}
        refused = self.refused if self.refusing in {"", request.path} else ()
        if any(name in bound for name in refused for bound in body["and"]):
            raise RefusedError(f"{request}: HTTP 400: {self.refused}")
        if self.refuses_sort and "sort" in body:
            raise RefusedError(f"{request}: HTTP 400: Sorting is unavailable")
        if self.refuses_deleted and "includeDeleted" in body:
            raise RefusedError(f"{request}: HTTP 400: includeDeleted is not allowed")
        counts_all = request.params.get("trackTotalHits") == "true"
        if self.refuses_tracking and counts_all:
            raise RefusedError(f"{request}: HTTP 400: trackTotalHits is not allowed")
        query = _query_of(body, int(request.params["page"]))
        document = self.indexes[request.path].document(
            query, int(request.params["pageSize"]), counts_all=counts_all
        )
        if document is None:
            raise RefusedError(f"{request}: HTTP 400")
        return document

    def _list_page(self, request: Request) -> dict[str, Any]:
        path = request.path
        if path not in self.lists:
            raise MissingError(f"{request}: HTTP 404")
        page = int(request.params["page"])
        pages = self.lists[path]
        following = f"{path}?page={page + 1}" if page < len(pages) else None
        return {
            "data": pages[page - 1] if page <= len(pages) else [],
            "links": {"next": following},
            "meta": {},
        }


def _query_of(body: dict[str, Any], page: int) -> SearchQuery:
    bounds: dict[tuple[str, str], int] = {}
    (searched_by,) = body["and"][0]
    for bound in body["and"]:
        for criterion, condition in bound.items():
            name = "found" if criterion == searched_by else "created"
            for operator, value in condition.items():
                bounds[name, operator] = times.to_milliseconds(value)
    created = None
    if ("created", "gte") in bounds or ("created", "lte") in bounds:
        created = Span(bounds.get(("created", "gte")), bounds.get(("created", "lte")))
    window = Window(bounds["found", "gte"], bounds["found", "lte"])
    return SearchQuery(window, created, page)


def search_of(index: IndexModel) -> dict[str, IndexModel]:
    """A model of the search, without an archive."""
    return {PATH: index}
