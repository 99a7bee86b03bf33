"""Sources that are searched, and what a reader reads of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.readers import NOW, reader_of
from tap_kustomer.client.workers import Workers
from tap_kustomer.reading.sources import Criterion, PagedList, Search
from tap_kustomer.times import DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from support.fake_session import FakeSession
    from support.search_model import Rows
    from tap_kustomer.reading.pages import Page, Shortfall, Unproven, Window

EDGE = NOW - 730 * DAY
CONVERSATIONS = Search("conversation", fallback=PagedList("/v1/conversations"))
WORK_ITEMS = Search(
    "work_item",
    criteria=(
        Criterion("work_item_updated_at"),
        Criterion("work_item_handle_completed_at", attribute=None),
    ),
    archived=False,
)
CONVERSATION_TIMES = Search(
    "conversation_time",
    criteria=(Criterion("conversation_time_created_at", "createdAt"),),
    archived=False,
)


def pages_of(  # noqa: PLR0913
    session: FakeSession,
    window: Window,
    source: Search = CONVERSATIONS,
    *,
    page_size: int = 50,
    parallel: int = 4,
    strict: bool = False,
    earliest: int = 0,
    is_consumed: Callable[[], bool] = lambda: True,
    report: Callable[[Shortfall | Unproven], None] = lambda _: None,
) -> Iterator[Page]:
    reader = reader_of(
        session,
        workers=Workers(parallel, lambda: None),
        page_size=page_size,
        max_parallel=parallel,
        strict=strict,
        earliest=earliest,
        report=report,
    )
    return reader.read(source, window, "conversations", is_consumed=is_consumed)


def read_ids(
    session: FakeSession, window: Window, source: Search = CONVERSATIONS, *, strict: bool = False
) -> list[str]:
    pages = pages_of(session, window, source, strict=strict)
    resources = [resource for page in pages for resource in page.resources]
    times = [resource["attributes"]["updatedAt"] for resource in resources]
    assert times == sorted(times)
    return [resource["id"] for resource in resources]


def rows(first: int, last: int, count: int, prefix: str = "row") -> Rows:
    step = (last - first) // max(count - 1, 1)
    return {f"{prefix}{n}": (first + n * step, first) for n in range(count)}


def without_times(document: dict[str, Any]) -> None:
    for row in document["data"]:
        row["attributes"] = {}
