"""Where the rows of a stream are found: seven kinds of source, as declarations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, assert_never

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


def id_of(resource: Mapping[str, Any]) -> str | None:
    """The id of a JSON:API resource; None if it has none that a path can hold."""
    match resource.get("id"):
        case str(text) if text:
            return text
        case int(number):
            return str(number)
    return None


def _no_part(_: Mapping[str, Any]) -> Iterable[str]:
    return ("",)


@dataclass(frozen=True, slots=True)
class PagedList:
    """Rows of a list that comes in numbered pages.

    Attributes:
        path: Path of the list, from `/v1` on.
        page_size: The most rows that a page of this list may have
            (https://developer.kustomer.com/docs/concepts/pagination).
        variants: Query parameters. The list is read once with each of them; together they give all
            its rows.
        with_included: Whether the resources in `included` are rows too. Streams tell them apart by
            their type.
        optional_params: Query parameters that may show more rows; left out if the list refuses
            them.
    """

    path: str
    page_size: int = 100
    variants: tuple[Mapping[str, str], ...] = field(default=({},))
    with_included: bool = False
    optional_params: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Single:
    """One resource that is not part of a list.

    Attributes:
        path: Path of the resource, from `/v1` on.
    """

    path: str


@dataclass(frozen=True, slots=True)
class CursorList:
    """Rows of a list that is followed by cursor, newest first, and asked for by time.

    Attributes:
        path: Path of the list, from `/v1` on.
        page_size: The most rows that a page may have. The setting `page_size`, at most 500, does
            not apply: these pages are fetched one after the other, so they should be large.
        attribute: The row attribute that says when the row was written.
    """

    path: str
    page_size: int = 1000
    attribute: str = "createdAt"


@dataclass(frozen=True, slots=True)
class Criterion:
    """A time that the search can be asked by.

    Attributes:
        name: Name of the criterion, and of the key to sort by.
        attribute: The row attribute that holds this time; None if no attribute is known to hold it.
        requires: Path of the attribute that a row must have to be found; empty if every row is
            found.
    """

    name: str
    attribute: str | None = "updatedAt"
    requires: tuple[str, ...] = ()

    def finds(self, resource: Mapping[str, Any]) -> bool:
        """Whether the search can find a row by this time."""
        value: Any = resource.get("attributes")
        for key in self.requires:
            value = value.get(key) if isinstance(value, dict) else None
        return not self.requires or value is not None


@dataclass(frozen=True, slots=True)
class Search:
    """Rows that the search finds by a time, nearly always that of their last change.

    `POST /v1/customers/search` serves every context, despite its path
    (https://developer.kustomer.com/docs/concepts/search).

    Attributes:
        query_context: The `queryContext` of the search.
        criteria: The times to ask by, best first: if the search refuses one, the next one is used.
            Those that its schema lists are tried before the others. By default, it is
            `<query_context>_updated_at`.
        archived: Whether `POST /v1/customers/archive/search` has the rows that were not updated
            for two years. It has no notes.
        fallback: A list with the same rows, or one for each row of another list, for when the
            search refuses every criterion, and for rows that the accepted one does not find.
        ids_only: Whether only the ids of rows are asked for, and of live rows alone. Otherwise,
            deleted rows are found too (https://developer.kustomer.com/docs/concepts/search).
    """

    query_context: str
    criteria: tuple[Criterion, ...] = ()
    archived: bool = True
    fallback: PagedList | PerParent | None = None
    ids_only: bool = False

    @property
    def effective_criteria(self) -> tuple[Criterion, ...]:
        """The criteria, or the one that nearly every context has."""
        return self.criteria or (Criterion(f"{self.query_context}_updated_at"),)

    @property
    def created_at(self) -> str:
        """The criterion on `createdAt`; all contexts of single klasses share one."""
        shared = "kobject" if self.query_context.startswith("kobject_") else self.query_context
        return f"{shared}_created_at"


@dataclass(frozen=True, slots=True)
class SharedRequest:
    """How one request asks about several parents.

    Attributes:
        parameter: The query parameter that takes their ids, separated by commas.
        owner: The row attribute that holds the id of its parent.
        size: The most parents of one request.
    """

    parameter: str
    owner: str
    size: int = 50


@dataclass(frozen=True, slots=True)
class PerParent:
    """Rows that take one request for each row of another source.

    Attributes:
        parent: Where those other rows are found. If it is asked by time, only parents that have
            changed are asked about.
        path: With `{id}` for the parent's id and, two levels down, `{parent_id}` for the id of the
            parent's own parent.
        page_size: The most rows that a page may have.
        params: Further query parameters. A value may have `{id}`, too.
        path_id: The value for `{id}`; None for a parent that has no rows.
        parts: The values for `{part}` in the path, each of which takes a request.
        included_type: The type of the rows in `included`, if they come beside the parent and not in
            `data`. If the list of parents already brings a parent's rows, no request is sent for
            that parent.
        shared: How one request asks about several parents, if it can.
        may_be_refused: Whether a concatenation does without these rows where they are refused.
    """

    parent: Search | PagedList | PerParent
    path: str
    page_size: int = 100
    params: Mapping[str, str] = field(default_factory=dict)
    path_id: Callable[[Mapping[str, Any]], str | None] = id_of
    parts: Callable[[Mapping[str, Any]], Iterable[str]] = _no_part
    included_type: str | None = None
    shared: SharedRequest | None = None
    may_be_refused: bool = False


@dataclass(frozen=True, slots=True)
class LiveIds:
    """The ids of all live rows that a search finds, whenever they were updated.

    Attributes:
        search: For ids only; its rows do not show the time that they are found by.
    """

    search: Search


@dataclass(frozen=True, slots=True)
class Concatenation:
    """Rows of several sources, one after the other; a row of two of them comes once.

    None of them is asked by time.
    """

    sources: tuple[PagedList | Single | PerParent, ...]


Source = Search | PagedList | Single | CursorList | PerParent | LiveIds | Concatenation

# All kinds of source, what is quick to read first.
READING_ORDER: Final[tuple[type[Source], ...]] = (
    Single,
    PagedList,
    Concatenation,
    CursorList,
    Search,
    PerParent,
    LiveIds,
)


def root_of(source: Source) -> Source:
    """The source of the parents, or of their parents; the source itself if it has no parent."""
    while isinstance(source, PerParent):
        source = source.parent
    return source


def is_windowed(source: Source) -> bool:
    """Whether a source is asked by time, so that a later run can continue where one ended."""
    match source:
        case Search() | CursorList():
            return True
        case PagedList() | Single() | LiveIds() | Concatenation():
            return False
        case PerParent():
            return is_windowed(source.parent)
        case _:
            assert_never(source)


def is_searched(source: Source) -> bool:
    """Whether a source is read by search, which Kustomer always has: only a role can be missing."""
    return isinstance(source, Search | LiveIds)


def reading_order(source: Source) -> int:
    """The rank of a source among those of a run: what is quick to read comes first."""
    return READING_ORDER.index(type(source))
