"""Where the rows of a table are found: the declarative half of reading."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def id_of(resource: Mapping[str, Any]) -> str | None:
    """The id of a JSON:API resource; None where it has none that a path can hold."""
    match resource.get("id"):
        case str(text) if text:
            return text
        case int(number):
            return str(number)
    return None


@dataclass(frozen=True, slots=True)
class PagedList:
    """Rows of a list that is cut into numbered pages.

    Attributes:
        path: Of the list, with a leading `/v1`.
        page_size: The most rows a page of this list may have
            (https://developer.kustomer.com/docs/concepts/pagination).
        variants: Query parameters of each reading that together make the list whole.
        included: Whether the resources beside the list, in `included`, are rows too. Tables tell
            them apart by their type.
    """

    path: str
    page_size: int = 100
    variants: tuple[Mapping[str, str], ...] = field(default=({},))
    included: bool = False


@dataclass(frozen=True, slots=True)
class Single:
    """One resource that is no part of a list.

    Attributes:
        path: Of the resource, with a leading `/v1`.
    """

    path: str


@dataclass(frozen=True, slots=True)
class CursorList:
    """Rows of a list that is followed by cursor, newest first, and asked for by time.

    Attributes:
        path: Of the list, with a leading `/v1`.
        count: The most rows a page may have.
        attribute: When a row was written.
    """

    path: str
    count: int = 1000
    attribute: str = "createdAt"


@dataclass(frozen=True, slots=True)
class Criterion:
    """A time by which the search can be asked.

    Attributes:
        name: Of the criterion, and of the key to sort by.
        attribute: Of the resource that holds this time; None where no attribute is known to.
    """

    name: str
    attribute: str | None = "updatedAt"


@dataclass(frozen=True, slots=True)
class Search:
    """Rows that the search finds by a time, nearly always that of their last change.

    `POST /v1/customers/search` serves every context, despite its path
    (https://developer.kustomer.com/docs/concepts/search).

    Attributes:
        context: The search's `queryContext`.
        criteria: The times to ask by, best first: the next one serves where the search refuses
            one. Without any, it is `<context>_updated_at`.
        archived: Whether `POST /v1/customers/archive/search` has the rows that were not updated
            within two years. It has no notes.
        fallback: The list that has the same rows, should the search refuse every criterion.
        ids_only: Whether only the ids are wanted, and those of live rows alone: with them deleted
            rows are found (https://developer.kustomer.com/docs/concepts/search).
    """

    context: str
    criteria: tuple[Criterion, ...] = ()
    archived: bool = True
    fallback: PagedList | None = None
    ids_only: bool = False

    @property
    def times(self) -> tuple[Criterion, ...]:
        """The criteria, or the one that nearly every context has."""
        return self.criteria or (Criterion(f"{self.context}_updated_at"),)

    @property
    def created_at(self) -> str:
        """The criterion on `createdAt`; the contexts of single klasses share that of them all."""
        shared = "kobject" if self.context.startswith("kobject_") else self.context
        return f"{shared}_created_at"


@dataclass(frozen=True, slots=True)
class PerParent:
    """Rows that only a request for each row of another table gives.

    Attributes:
        parent: Where those other rows are found. Only what has changed there is asked about.
        path: With `{id}` for the parent's id and, two levels down, `{parent_id}` for that of the
            parent's own parent.
        page_size: The most rows a page may have.
        params: Further query parameters.
        key: What stands for `{id}`; None for a parent that has no rows.
        included: The type of the rows in `included`, where they stand beside the parent and not
            in `data`.
    """

    parent: Search | PagedList | PerParent
    path: str
    page_size: int = 100
    params: Mapping[str, str] = field(default_factory=dict)
    key: Callable[[Mapping[str, Any]], str | None] = id_of
    included: str | None = None


@dataclass(frozen=True, slots=True)
class LiveIds:
    """The ids of all live rows that a search finds, whenever they were updated.

    Attributes:
        search: For ids only, by a time that the rows don't show then.
    """

    search: Search


@dataclass(frozen=True, slots=True)
class Concatenation:
    """Rows of several sources, one after the other. None of them is asked by time."""

    sources: tuple[PagedList | Single | PerParent, ...]


Source = Search | PagedList | Single | CursorList | PerParent | LiveIds | Concatenation


def root_of(source: Source) -> Source:
    """Where the parents of a source are found in the end; the source itself, if it has none."""
    while isinstance(source, PerParent):
        source = source.parent
    return source


def is_windowed(source: Source) -> bool:
    """Whether a source is asked by time, so that a later run can go on where one ended."""
    return isinstance(root_of(source), Search | CursorList)
