"""Where the rows of a table are found: the declarative half of reading."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class PagedList:
    """Rows of a list that is cut into numbered pages.

    Attributes:
        path: Of the list, with a leading `/v1`.
        page_size: The most rows a page of this list may have
            (https://developer.kustomer.com/docs/concepts/pagination).
        variants: Query parameters of each reading that together make the list whole.
    """

    path: str
    page_size: int = 100
    variants: tuple[Mapping[str, str], ...] = field(default=({},))


@dataclass(frozen=True, slots=True)
class Search:
    """Rows that the search finds by the time of their last change.

    `POST /v1/customers/search` serves every context, despite its path
    (https://developer.kustomer.com/docs/concepts/search).

    Attributes:
        context: The search's `queryContext`; its time criterion is `<context>_updated_at`.
        archived: Whether `POST /v1/customers/archive/search` has the rows that were not updated
            within two years. It has no notes.
        fallback: The list that has the same rows, should the search refuse the criterion.
    """

    context: str
    archived: bool = True
    fallback: PagedList | None = None

    @property
    def updated_at(self) -> str:
        """The criterion on `updatedAt`."""
        return f"{self.context}_updated_at"

    @property
    def created_at(self) -> str:
        """The criterion on `createdAt`."""
        return f"{self.context}_created_at"


Source = Search | PagedList
