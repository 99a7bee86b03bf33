"""A minimal stand-in for Kustomer, in a process of its own, so that only the tap is measured.

It serves searches, and empty lists. The first line that it prints is its address. It ends with its
standard input, so it never outlives the process that started it, or after an hour. `GET /figures`
returns what was requested since the last such request.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from dataclasses import asdict, dataclass
from email.utils import formatdate
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

from rows import Rows, milliseconds
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Mapping

SEARCH: Final = "/v1/customers/search"
# The paths by which taps check their key.
WHO: Final = ("/v1/auth/tokens/current", "/v1/users/current")
LISTS: Final = ("/v1/metadata/", "/v1/klasses")

MOST_ROWS_A_PAGE: Final = 500
MOST_PAGES: Final = 100
# Seconds since the latest row was updated: earlier than any lookback.
AGE_OF_LATEST: Final = 7_200.0

LONGEST_LIFE: Final = 3_600.0
LONGEST_REQUEST: Final = 60.0


@dataclass
class Figures:
    """The requests so far.

    Attributes:
        searches: Searches that were answered.
        refused: Searches that were answered 429.
        first: When the first search came, in seconds.
        last: When the last answer to a search had been sent, in seconds.
    """

    searches: int = 0
    refused: int = 0
    first: float = 0.0
    last: float = 0.0


class Kustomer:
    """The state that all connections share.

    Args:
        rows: The rows that the search finds, by type.
        latency: Seconds before an answer is sent.
        budget: Searches a minute, in fixed minutes; 0 for no limit and no headers about one.
    """

    def __init__(self, rows: Mapping[str, Rows], *, latency: float, budget: int) -> None:
        self.latency = latency
        self._rows = rows
        self._budget = budget
        self._figures = Figures()
        self._minute = 0
        self._used = 0
        self._lock = threading.Lock()

    def admit(self) -> tuple[bool, dict[str, str]]:
        """Count a search. Return whether it is within the budget, and the rate-limit headers."""
        now = time.time()
        with self._lock:
            self._figures.first = self._figures.first or time.monotonic()
            if not self._budget:
                self._figures.searches += 1
                return True, {}
            if now // 60 != self._minute:
                self._minute, self._used = int(now // 60), 0
            self._used += 1
            admitted = self._used <= self._budget
            self._figures.searches += admitted
            self._figures.refused += not admitted
            headers = {
                "x-ratelimit-limit": str(self._budget),
                "x-ratelimit-remaining": str(max(self._budget - self._used, 0)),
            }
        if not admitted:
            headers["x-ratelimit-reset"] = str((self._minute + 1) * 60)
        return admitted, headers

    def note_answered(self) -> None:
        """Note that the answer to a search was sent."""
        with self._lock:
            self._figures.last = time.monotonic()

    def take_figures(self) -> Figures:
        """Return the figures since the last call, and reset them."""
        with self._lock:
            figures, self._figures = self._figures, Figures()
        return figures

    def search(self, query: dict[str, list[str]], body: dict[str, Any]) -> bytes | None:
        """Return a page of results, or None for a query that it does not understand."""
        size = min(int(query.get("pageSize", ["100"])[0]), MOST_ROWS_A_PAGE)
        page = int(query.get("page", ["1"])[0])
        if size < 1 or not 1 <= page <= MOST_PAGES:
            return None
        kind = body["queryContext"]
        bounds = {"gte": -sys.maxsize, "lte": sys.maxsize}
        for criterion in body["and"]:
            for name, condition in criterion.items():
                (operator, value), *others = condition.items()
                if name != f"{kind}_updated_at" or operator not in bounds or others:
                    return None
                bounds[operator] = milliseconds(value)
        of_kind = self._rows.get(kind)
        found = of_kind.between(bounds["gte"], bounds["lte"]) if of_kind else range(0)
        meta = {
            "page": page,
            "pageSize": size,
            "total": len(found),
            "totalPages": -(-len(found) // size),
            "timed_out": False,
        }
        numbers = found[(page - 1) * size : page * size]
        rows = of_kind.page(numbers) if of_kind else b""
        links = {"next": None if page * size >= len(found) else f"{SEARCH}?page={page + 1}"}
        return b'{"meta":%b,"data":[%b],"links":%b}' % (
            json.dumps(meta).encode(),
            rows,
            json.dumps(links).encode(),
        )


class Handler(BaseHTTPRequestHandler):
    """One connection.

    Args:
        kustomer: Answers the requests.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = LONGEST_REQUEST

    def __init__(self, *connection: Any, kustomer: Kustomer) -> None:
        self._kustomer = kustomer
        super().__init__(*connection)

    def do_GET(self) -> None:
        """Answer a list, the check of the key, or the figures."""
        path = urlsplit(self.path).path
        if path == "/figures":
            figures = asdict(self._kustomer.take_figures())
            self._send(HTTPStatus.OK, json.dumps(figures).encode())
            return
        time.sleep(self._kustomer.latency)
        if path.rstrip("/") in WHO:
            self._send(HTTPStatus.OK, b'{"data":{"type":"token","id":"1","attributes":{}}}')
        elif path.startswith(LISTS):
            self._send(HTTPStatus.OK, b'{"meta":{},"data":[],"links":{"next":null}}')
        else:
            self._send(HTTPStatus.NOT_FOUND, b'{"errors":[{"code":"not_found"}]}')

    def do_POST(self) -> None:
        """Answer a search."""
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        address = urlsplit(self.path)
        if address.path != SEARCH:
            self._send(HTTPStatus.NOT_FOUND, b'{"errors":[{"code":"not_found"}]}')
            return
        began = time.monotonic()
        admitted, headers = self._kustomer.admit()
        if not admitted:
            self._send(HTTPStatus.TOO_MANY_REQUESTS, b'{"errors":[]}', headers)
            return
        found = self._kustomer.search(parse_qs(address.query), json.loads(body))
        time.sleep(max(began + self._kustomer.latency - time.monotonic(), 0.0))
        if found is None:
            self._send(HTTPStatus.BAD_REQUEST, b'{"errors":[{"code":"bad_request"}]}', headers)
            return
        self._send(HTTPStatus.OK, found, headers)
        self._kustomer.note_answered()

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing."""

    def _send(self, status: HTTPStatus, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response_only(status)
        self.send_header("Date", formatdate(usegmt=True))
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="how many of each type")
    parser.add_argument("--types", nargs="+", default=["conversation"], help="types of rows")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds before an answer")
    parser.add_argument("--budget", type=int, default=100, help="searches a minute, 0 for any")
    options = parser.parse_args()
    end = int((time.time() - AGE_OF_LATEST) * 1000)
    rows = {kind: Rows(kind, options.rows, end) for kind in options.types}
    kustomer = Kustomer(rows, latency=options.latency, budget=options.budget)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, kustomer=kustomer))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    ended = threading.Thread(target=sys.stdin.read, daemon=True)
    ended.start()
    ended.join(LONGEST_LIFE)


if __name__ == "__main__":
    main()
