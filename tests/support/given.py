"""Resources, pages and errors for tests of a run, and the bookmarks of its states."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any

from support.offline_tap import NOW
from tap_kustomer import times
from tap_kustomer.client.errors import (
    AccessError,
    GaveUpError,
    MissingError,
    OversizedError,
    RefusedError,
)
from tap_kustomer.reading.pages import IncompleteError, Page, Shortfall, Unproven, Window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.singer_output import Output

FORBIDDEN = AccessError("GET /v1/tags: HTTP 403: forbidden")

NOT_FOUND = MissingError("GET /v1/tags: HTTP 404: not_found")

REFUSED = RefusedError("GET /v1/tags: HTTP 400: bad_parameter")

OVERSIZED = OversizedError("GET /v1/tags: the response has more than 100 MB")

GIVEN_UP = GaveUpError("GET /v1/tags: HTTP 500: oops. Given up after 9 tries in 300 s")

BEFORE = "2026-05-01T00:00:00.000Z"


def resource(kind: str, key: str, **attributes: Any) -> dict[str, Any]:
    return {"type": kind, "id": key, "attributes": attributes}


def page(*resources: dict[str, Any], reached: str | None = None) -> Page:
    return Page(resources, None if reached is None else times.to_milliseconds(reached))


def at(hour: int) -> str:
    return f"2026-05-31T{hour:02d}:00:00.000Z"


def company(number: int, *tags: str) -> dict[str, Any]:
    """A company that changed at this hour."""
    return resource("company", f"company-{number}", updatedAt=at(number), tags=list(tags))


def bookmarked(*tables: str, at: str = BEFORE) -> dict[str, Any]:
    return {"bookmarks": {table: {"replication_key_value": at} for table in tables}}


ONE_TAG = page(resource("tag", "a", name="new"))

ONE_BRAND = page(resource("brand", "b", name="Shop"))

ONE_NOTE = page(resource("note", "n", updatedAt="2026-05-01T10:00:00.000Z"))


def bookmarks(run: Output, table: str) -> list[str | None]:
    """The bookmark of a table in each state."""
    return [
        message["value"].get("bookmarks", {}).get(table, {}).get("replication_key_value")
        for message in run.of_type("STATE")
    ]


def cut_off(*resources: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Resources after which the run ends, as it does while a reader pauses."""
    yield from resources
    raise SystemExit(128 + signal.SIGTERM)


INCOMPLETE = IncompleteError(
    "tags: 2 rows are counted, 1 came", missing_from=times.to_milliseconds(at(2))
)

SHORTFALL = Shortfall(Window(0, NOW), expected=3, delivered=1)

UNPROVEN = Unproven(Window(0, NOW))
