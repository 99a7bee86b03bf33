"""A list that is read by a cursor, such as the audit log."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

import msgspec

from support.readers import NOW, context_of
from tap_kustomer import times
from tap_kustomer.client.errors import WrongResponseError
from tap_kustomer.client.session import Body
from tap_kustomer.reading.cursors import read_cursor_list
from tap_kustomer.reading.pages import Window
from tap_kustomer.reading.sources import CursorList
from tap_kustomer.times import DAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tap_kustomer.client.session import Request
    from tap_kustomer.reading.pages import Page


T = TypeVar("T")

# The ids of a page, and what it has reached.
Taken = tuple[list[str], int | None]
YEAR = Window(NOW - 365 * DAY, NOW)
COUNT = 3
LOGS = CursorList("/v1/audit-logs", page_size=COUNT)
MOST_HELD = 10 * COUNT


@dataclass
class AuditLog:
    """The list of audit logs, in every way that its documentation leaves open.

    Attributes:
        rows: When each was written, by id.
        filtered_by: The times by which the filter finds them; None for when they were written.
        is_closed: Whether a window includes its ends.
        meta: Returns the `meta` of an answer, from the number of rows in the window.
        names_next: Whether the last page, too, names a next page.
        spoil: Changes a document before it is sent.
        sent: All requests so far.
    """

    rows: dict[str, int]
    filtered_by: dict[str, int] | None = None
    is_closed: bool = True
    meta: Callable[[int], dict[str, Any]] = lambda count: {"total": count, "cursorCount": count}
    names_next: bool = False
    spoil: Callable[[dict[str, Any]], None] = lambda _: None
    sent: list[Request] = field(default_factory=list)
    base_url: str = "https://acme.api.kustomerapp.com"

    def send(self, request: Request, parse: Callable[[Body], T]) -> T:
        for tries in range(3):
            self.sent.append(request)
            document = self._document({name: str(item) for name, item in request.params.items()})
            self.spoil(document)
            try:
                return parse(Body(msgspec.json.encode(document)))
            except WrongResponseError:
                if tries == 2:
                    raise
        raise AssertionError

    def _document(self, asked: dict[str, str]) -> dict[str, Any]:
        start = times.to_milliseconds(asked["filter[start]"])
        end = times.to_milliseconds(asked["filter[end]"])
        found_by = self.filtered_by or self.rows
        found = [
            row_id
            for row_id in sorted(self.rows, key=lambda row_id: (self.rows[row_id], row_id))[::-1]
            if start < found_by[row_id] < end
            or (self.is_closed and found_by[row_id] in {start, end})
        ]
        first = found.index(asked["before"]) + 1 if "before" in asked else 0
        page = found[first : first + int(asked["count"])]
        following = None
        if page and (self.names_next or found[-1] != page[-1]):
            following = "/v1/audit-logs?" + urlencode({"before": page[-1]})
        return {
            "data": [log(row_id, times.to_text(self.rows[row_id])) for row_id in page],
            "links": {"next": following},
            "meta": self.meta(len(found)),
        }

    @property
    def windows(self) -> list[tuple[str, str]]:
        return [
            (str(request.params["filter[start]"]), str(request.params["filter[end]"]))
            for request in self.sent
        ]


def log(row_id: str, time: str) -> dict[str, Any]:
    return {"type": "audit_log", "id": row_id, "attributes": {"createdAt": time}}


def spread(count: int, window: Window = YEAR) -> dict[str, int]:
    step = (window.end - window.start) // max(count - 1, 1)
    return {f"log{n}": window.start + n * step for n in range(count)}


def pages_of(
    log: AuditLog, window: Window = YEAR, source: CursorList = LOGS, **settings: Any
) -> Iterator[Page]:
    return read_cursor_list(context_of(log, **settings), source, window, "audit_logs")


def taken(log: AuditLog, window: Window = YEAR) -> Iterator[Taken]:
    for page in pages_of(log, window):
        yield [row["id"] for row in page.resources], page.reached


def read_log(log: AuditLog, window: Window = YEAR) -> list[Taken]:
    return list(taken(log, window))


def ids(pages: list[Taken]) -> list[str]:
    return [row_id for rows, _ in pages for row_id in rows]


def without_total(_: int) -> dict[str, Any]:
    return {"count": COUNT}
