"""Bodies of responses: their bounds in time and size."""

from __future__ import annotations

import gzip
import random
import threading
import tracemalloc
from typing import TYPE_CHECKING

import pytest
from typing_extensions import override

from support.scripted_server import OK, TEAMS, Server, ask, document, say, session
from support.virtual_time import VirtualClock
from tap_kustomer.client import bodies
from tap_kustomer.client.errors import GaveUpError, OversizedError

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable

    from support.scripted_server import Answer


# Bounds


class WatchedClock(VirtualClock):
    """A clock that advances a second at each reading, for which a server may wait."""

    def __init__(self) -> None:
        super().__init__()
        self.looks = threading.Semaphore(0)

    @override
    def monotonic(self) -> float:
        self.elapsed += 1
        self.looks.release()
        return super().monotonic()


def drip(clock: WatchedClock, content: Iterable[bytes], header: bytes) -> Answer:
    """Send the next part after each reading of the clock: a part a second."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(OK + header + b"\r\n\r\n")
        for part in content:
            if not clock.looks.acquire(timeout=1):
                return
            connection.sendall(part)

    return answer


def single(content: bytes) -> list[bytes]:
    return [bytes((byte,)) for byte in content]


def chunked(content: bytes) -> list[bytes]:
    return [b"1\r\n%c\r\n" % byte for byte in content] + [b"0\r\n\r\n"]


LONG = b"{" + b" " * 400 + b"}"
ZIPPED = gzip.compress(random.Random(0).randbytes(400))


@pytest.mark.parametrize(
    ("content", "header"),
    [
        (single(LONG), b"Content-Length: %d" % len(LONG)),
        (single(LONG), b"Connection: close"),
        (chunked(LONG), b"Transfer-Encoding: chunked"),
        ([ZIPPED[:20], *single(ZIPPED[20:])], b"Content-Encoding: gzip"),
    ],
    ids=["length", "no length", "chunked", "gzip"],
)
def test_a_response_that_drips_times_out(
    server: Server, content: list[bytes], header: bytes
) -> None:
    clock = WatchedClock()
    server.will(drip(clock, content, header), document())

    assert ask(session(clock, server.address, timeout=12)) == {"data": []}
    assert server.connections == 2


@pytest.mark.parametrize(("timeout", "seconds"), [(1, 60), (12, 60), (15, 75), (60, 300)])
def test_a_response_may_take_five_timeouts_and_at_least_a_minute(
    server: Server, timeout: float, seconds: int
) -> None:
    clock = WatchedClock()
    server.will(drip(clock, single(LONG), b"Connection: close"))

    with pytest.raises(GaveUpError, match=f"the response was not complete after {seconds} s"):
        ask(session(clock, server.address, timeout=timeout, max_retry_seconds=0))
    assert seconds < clock.elapsed < seconds + 10


def test_an_oversized_response_fails_at_once(
    clock: VirtualClock, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "LARGEST_BODY", 2_000_000)
    server.will(*[document(b" " * 3_000_000)] * 5)

    with pytest.raises(OversizedError) as ended:
        ask(session(clock, server.address))
    assert server.hung_up.wait(1)
    assert str(ended.value).startswith("GET /v1/teams: the response has more than 2 MB")
    assert server.requests == 1
    assert clock.elapsed == 0


def test_a_decompressed_body_is_bounded_too(
    clock: VirtualClock, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "LARGEST_BODY", 1_000_000)
    bomb = gzip.compress(bytes(64_000_000), compresslevel=1)
    server.will(document(bomb, b"Content-Encoding: gzip"))
    tracemalloc.start()

    with pytest.raises(OversizedError):
        ask(session(clock, server.address))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 5_000_000


def test_bodies_may_have_a_hundred_megabytes() -> None:
    assert bodies.LARGEST_BODY == 100_000_000


def test_a_final_response_after_an_interim_one_is_not_taken_for_the_next(
    clock: VirtualClock, server: Server
) -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    server.will(say(early), document(b'{"data": [1]}'))

    assert ask(session(clock, server.address)) == {"data": [1]}
    assert server.connections == 2


def test_one_connection_serves_many_requests(clock: VirtualClock, server: Server) -> None:
    squeezed = document(gzip.compress(b"{}"), b"Content-Encoding: gzip")
    in_chunks = say(OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(chunked(b"{}")))
    answers = [document(), squeezed, in_chunks, say(b"HTTP/1.1 204 No Content\r\n\r\n")]
    server.will(*answers, document())
    one = session(clock, server.address)

    for _ in answers:
        one.send(TEAMS, lambda body: body.content)
    ask(one)

    assert server.connections == 1
