"""Answers, good and bad."""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.responses import Response, StreamingResponse

from kustomer_sandbox.errors import plain

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import Receive, Scope, Send

_JSON = "application/json; charset=utf-8"
_HTML = (
    b"<html><head><title>502 Bad Gateway</title></head>"
    b"<body><h1>The request could not be satisfied.</h1></body></html>"
)


def json_answer(document: Any, headers: dict[str, str], status: int = 200) -> Response:
    """Answer with JSON."""
    body = msgspec.json.encode(document)
    return Response(body, status, headers, media_type=_JSON)


def html_answer(status: int, headers: dict[str, str]) -> Response:
    """Answer with an HTML page, as proxies in front of the API do."""
    return Response(_HTML, status, headers, media_type="text/html")


def echo(
    authorization: str, headers: dict[str, str], status: int, *, html: bool, location: str
) -> Response:
    """Answer with the client's Authorization header, in every place where it can be."""
    key = authorization.rpartition(" ")[2]
    names = ("x-echo", "retry-after", "x-ratelimit-limit", "x-ratelimit-reset")
    headers = headers | dict.fromkeys(names, authorization)
    if status in range(300, 400):
        headers["location"] = location.format(key=key)
    said = f"You have sent {authorization}, which is {authorization}"
    if html:
        return Response(f"<html><body>{said}</body></html>", status, headers, "text/html")
    return json_answer(plain(status, "echo", said).body, headers, status)


class Truncated:
    """Announces the whole body, sends half of it and closes the connection.

    Args:
        whole: The answer to cut.
    """

    def __init__(self, whole: Response) -> None:
        self.status_code = whole.status_code
        self._whole = whole

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the first half."""
        start = {
            "type": "http.response.start",
            "status": self.status_code,
            "headers": self._whole.raw_headers,
        }
        await send(start)
        body = bytes(self._whole.body)
        half = body[: len(body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        await _closed(scope, receive, reset=False)


class Reset:
    """Sends nothing and resets the connection."""

    # Recorded for a request without an answer.
    status_code = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Reset."""
        del send
        await _closed(scope, receive, reset=True)


def dripping(body: bytes, headers: dict[str, str], pause: float) -> Response:
    """Answer one byte at a time."""

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(len(body)):
            yield body[at : at + 1]
            await asyncio.sleep(pause)

    length = {"content-length": str(len(body))}
    return StreamingResponse(pieces(), 200, {**headers, **length}, media_type=_JSON)


def huge(headers: dict[str, str], megabytes: int) -> Response:
    """Answer with far too much."""

    async def pieces() -> AsyncIterator[bytes]:
        yield b'{"data":["'
        for _ in range(megabytes):
            yield b"x" * 1_000_000
        yield b'"]}'

    return StreamingResponse(pieces(), 200, headers, media_type=_JSON)


async def _closed(scope: Scope, receive: Receive, *, reset: bool) -> None:
    transport: asyncio.Transport | None = scope.get("state", {}).get("transport")
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    if reset and connection is not None:
        linger = struct.pack("ii", 1, 0)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()
    else:
        transport.close()
    # The server would log an error, or even send an answer, if this returned before the connection
    # is closed.
    while (await receive())["type"] != "http.disconnect":
        pass
