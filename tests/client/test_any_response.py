"""For any bytes that a server sends, the session returns a document or raises one of its errors."""

from __future__ import annotations

import gc
import json
import socket
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.sessions import session_of
from support.virtual_time import VirtualClock
from tap_kustomer.client.errors import RequestError
from tap_kustomer.client.limits import Limiter
from tap_kustomer.client.session import Request

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tap_kustomer.client.session import Document

TEAMS = Request("GET", "/v1/teams")

numbers = st.one_of(
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from(["", "1e999", "-0", "9" * 5_000, "1_0", "٣", "0x10", "soon"]),
).map(str.encode)
dates = st.builds(
    "{}, {} {} {} {}:{}:{} {}".format,
    st.sampled_from(["Tue", "", "2023-11-14T22:13:20Z"]),
    st.integers(-1, 32),
    st.sampled_from(["Nov", "Foo", "11"]),
    st.sampled_from([0, 1, 99, 2023, 9999, 10_000, 10**30]),
    st.integers(-1, 25),
    st.integers(-1, 61),
    st.integers(-1, 61),
    st.sampled_from(["GMT", "-0000", "+0100", "+9999", f"+{10**12}", f"-{10**30}", ""]),
).map(str.encode)
words = st.sampled_from(
    [b"gzip", b"deflate", b"br", b"chunked", b"identity", b"close", b"text/html", b"/v1/teams"]
)
values = st.one_of(numbers, dates, words, st.binary(max_size=20))
names = st.sampled_from(
    [
        *(b"X-RateLimit-Limit", b"X-RateLimit-Remaining", b"X-RateLimit-Reset", b"Retry-After"),
        *(b"Date", b"Content-Type", b"Content-Length", b"Content-Encoding", b"Location"),
        *(b"Transfer-Encoding", b"Connection", b"Set-Cookie"),
    ]
)
nested = st.builds(
    lambda depth, brackets: brackets[0] * depth + b"1" + brackets[1] * depth,
    st.sampled_from([10, 900, 1_000, 5_000, 100_000]),
    st.sampled_from([(b"[", b"]"), (b'{"a":', b"}"), (b'{"errors":[', b"]}")]),
)
errors = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["errors", "code", "message", "title", "detail", "source", "parameter"]
            ),
            inner,
            max_size=4,
        )
    ),
)
bodies = st.one_of(
    st.binary(max_size=50),
    nested,
    nested.map(lambda value: b'{"errors":[{"code":' + value + b"}]}"),
    nested.map(lambda value: b'{"errors":[' + value + b"]}"),
    errors.map(lambda value: json.dumps({"errors": value}).encode()),
    errors.map(lambda value: json.dumps(value).encode()),
)
statuses = st.sampled_from([200, 204, 302, 308, 400, 401, 403, 404, 407, 429, 500, 503, 999])


def serve(listener: socket.socket, answer: bytes) -> None:
    """Answer each connection with the same bytes, until the listener is closed."""
    while True:
        try:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(answer)
        except OSError:
            if listener.fileno() < 0:
                return


def ask(answer: bytes) -> Document | RequestError:
    """Send one request to a server that gives this answer."""
    clock = VirtualClock()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener, answer), daemon=True).start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        session = session_of(
            clock, url, limiter=Limiter(clock, 1.0), max_retry_seconds=0, connections=1
        )
        try:
            return session.send(TEAMS, lambda body: body.document())
        except RequestError as error:
            return error
        finally:
            session.close()
            listener.shutdown(socket.SHUT_RDWR)


def with_headers(status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> bytes:
    lines = [b"HTTP/1.1 %d Said" % status, *(b"%b: %b" % header for header in headers)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


@pytest.fixture(scope="module", autouse=True)
def collect_garbage() -> Iterator[None]:
    """Collect the sockets that urllib3 leaves behind, so that no other test warns about them."""
    yield
    gc.collect()


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
@settings(max_examples=150)
@given(statuses, st.lists(st.tuples(names, values), max_size=5), bodies)
def test_any_response_is_a_document_or_an_error_of_the_session(
    status: int, headers: list[tuple[bytes, bytes]], body: bytes
) -> None:
    found = ask(with_headers(status, headers, body))

    if isinstance(found, RequestError):
        assert "\n" not in str(found)
    else:
        assert isinstance(found, dict)
