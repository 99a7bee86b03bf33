"""Lists in numbered pages, as a server returns them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from support.readers import context_of
from tap_kustomer.reading.lists import read_list
from tap_kustomer.reading.sources import PagedList

if TYPE_CHECKING:
    from tap_kustomer.client.session import Session

URL = "https://acme.api.kustomerapp.com"
TEAMS = PagedList("/v1/teams")


def read_list_ids(session: Session, source: PagedList = TEAMS, **settings: Any) -> list[str]:
    pages = read_list(context_of(session, **settings), source)
    return [row["id"] for page in pages for row in page.resources]


def page(*ids: str, next_link: str | None = None, **meta: Any) -> dict[str, Any]:
    rows = [{"type": "team", "id": row_id} for row_id in ids]
    return {"data": rows, "links": {"next": next_link}, "meta": meta}
