"""A search client, servers with pages or times of an unusual kind, and what it reads there."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from typing_extensions import override

from support.fake_session import FakeSession
from tap_kustomer.reading.pages import Window
from tap_kustomer.reading.search.client import SearchClient
from tap_kustomer.reading.search.keyset import Keyset
from tap_kustomer.reading.search.query import PATH
from tap_kustomer.reading.sources import Criterion, Search

if TYPE_CHECKING:
    from tap_kustomer.client.session import Request, Session

START = 1_750_000_000_000
END = START + 600_000
WINDOW = Window(START, END)


def client_of(session: FakeSession, *, page_size: int = 50, path: str = PATH) -> SearchClient:
    return SearchClient(
        cast("Session", session),
        Search("conversation"),
        Criterion("conversation_updated_at"),
        path=path,
        page_size=page_size,
    )


def read_by_client(session: FakeSession) -> list[str]:
    """Read all ids in the window with one keyset."""
    client = client_of(session)
    keyset = Keyset(WINDOW, "conversations")
    ids = []
    while keyset.query is not None:
        assert len(session.sent) < 1_000, "it does not come to an end"
        ids += [row.id for row in keyset.learn(client.search(keyset.query))]
    assert keyset.shortfall is None
    return ids


def bounds_sent(session: FakeSession) -> list[list[dict[str, dict[str, str]]]]:
    return [request.json["and"] for request in session.sent if request.json]


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class FineSession(FakeSession):
    """Has rows with times in microseconds, and compares them as such.

    Attributes:
        updated: The times of its rows.
    """

    updated: list[int]

    @override
    def _document(self, request: Request) -> dict[str, Any]:
        assert request.json is not None
        (lowest,), (highest,) = (bound.values() for bound in request.json["and"])
        first = bisect_left(self.updated, _microseconds(lowest["gte"]))
        end = bisect_left(self.updated, _microseconds(highest["lte"]) + 1)
        size, page = int(request.params["pageSize"]), int(request.params["page"])
        start = first + (page - 1) * size
        numbers = range(start, max(min(start + size, end), start))
        return {
            "meta": {"page": page, "pageSize": size, "total": end - first},
            "data": [
                {"id": f"row{n}", "attributes": {"updatedAt": _text(self.updated[n])}}
                for n in numbers
            ],
        }


def _microseconds(text: str) -> int:
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)


def _text(time: int) -> str:
    moment = EPOCH + timedelta(microseconds=time)
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z"


def fine_session(updated: list[int]) -> FineSession:
    session = FineSession()
    session.updated = sorted(START * 1_000 + time for time in updated)
    return session


class CappedSession(FakeSession):
    """Puts fewer rows on a page than it says."""

    most = 20

    @override
    def _document(self, request: Request) -> dict[str, Any]:
        asked = int(request.params["pageSize"])
        sent = replace(request, params={**request.params, "pageSize": min(asked, self.most)})
        document = super()._document(sent)
        document["meta"]["pageSize"] = asked
        return document
