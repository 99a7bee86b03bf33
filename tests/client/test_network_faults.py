"""Faults of servers, proxies and the network, with real sockets and virtual time."""

from __future__ import annotations

import gzip
import logging
import random
import socket
import ssl
import struct
import threading
import traceback
import tracemalloc
from collections import deque
from typing import TYPE_CHECKING

import pytest
import requests
from typing_extensions import override

from support.virtual_time import VirtualClock
from tap_kustomer.client import bodies
from tap_kustomer.client.authenticator import BearerAuthenticator
from tap_kustomer.client.errors import (
    ConnectionSecurityError,
    GaveUpError,
    OversizedError,
    ProxyRefusedError,
    RedirectError,
    RequestError,
    WrongAnswerError,
)
from tap_kustomer.client.faults import from_exception
from tap_kustomer.client.limits import Limiter
from tap_kustomer.client.session import Request, Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tap_kustomer.client.session import Reply

    Answer = Callable[[socket.socket], None]

KEY = "the-key-that-nobody-may-see"
PASSWORD = "what-the-proxy-wants"
TEAMS = Request("GET", "/v1/teams")
OK = b"HTTP/1.1 200 OK\r\n"


class Server:
    """Gives prepared answers, one for each request; the last one is repeated.

    A request that meets a connection which is just being closed may cost an answer unseen.
    """

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._answers: deque[Answer] = deque()
        self.connections = 0
        self.requests = 0
        self.hung_up = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._listener.getsockname()[1]}"

    def will(self, *answers: Answer) -> None:
        self._answers += answers

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                while connection.recv(65_536):
                    self.requests += 1
                    answers = self._answers
                    (answers.popleft() if len(answers) > 1 else answers[0])(connection)
            except (OSError, IndexError):
                pass
        self.hung_up.set()


def say(content: bytes) -> Answer:
    """Send this, and wait for the next request."""
    return lambda connection: connection.sendall(content)


def document(content: bytes = b'{"data": []}', *headers: bytes) -> Answer:
    lines = [b"Content-Length: %d" % len(content), *headers]
    return say(OK + b"\r\n".join(lines) + b"\r\n\r\n" + content)


def cut(content: bytes) -> Answer:
    """Send this, and close the connection."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(content)
        connection.shutdown(socket.SHUT_RDWR)

    return answer


def reset(content: bytes) -> Answer:
    """Send this, and reset the connection."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(content)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    return answer


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


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


def session(
    clock: VirtualClock,
    address: str,
    *,
    key: str = KEY,
    timeout: float = 10,
    max_retry_seconds: float = 300,
) -> Session:
    url = address if "://" in address else f"http://{address}"
    return Session(
        base_url=url,
        authenticator=BearerAuthenticator(key, url),
        limiter=Limiter(clock, 0.9),
        clock=clock,
        timeout=timeout,
        user_agent="tap-kustomer/test",
        max_retry_seconds=max_retry_seconds,
        connections=2,
    )


def ask(session: Session) -> object:
    return session.send(TEAMS, lambda reply: reply.document())


HALF = OK + b'Content-Length: 100\r\n\r\n{"data": ['
FAULTS: dict[str, tuple[Answer, str]] = {
    "reset in mid-body": (reset(HALF), "Connection reset by peer"),
    "reset at once": (reset(b""), "Connection reset by peer"),
    "body cut short": (cut(HALF), "the answer was cut short"),
    "chunk cut short": (
        cut(OK + b'Transfer-Encoding: chunked\r\n\r\n64\r\n{"data": ['),
        "the answer was cut short",
    ),
    "chunk without a size": (
        say(OK + b"Transfer-Encoding: chunked\r\n\r\nmuch\r\n{}"),
        "the response is not HTTP",
    ),
    "hung up": (cut(b""), "the connection was closed before an answer came"),
    "headers cut short": (cut(b"HTTP/1.1 200 OK\r\nContent-Len"), "no JSON"),
    "no HTTP": (cut(b"220 mail.example ESMTP\r\n"), "the response is not HTTP"),
    "length too small": (cut(OK + b'Content-Length: 5\r\n\r\n{"data": []}'), "no JSON"),
    "no gzip": (document(b"{}", b"Content-Encoding: gzip"), "the answer can't be decompressed"),
    "gzip cut short": (
        document(gzip.compress(b'{"data": [1, 2, 3]}')[:-12], b"Content-Encoding: gzip"),
        "no JSON",
    ),
    "several lengths": (
        document(b"{}", b"Content-Length: 3"),
        "the answer's headers contradict each other",
    ),
    "unknown compression": (
        document(b"{}", b"Content-Encoding: " + b", ".join([b"gzip"] * 20)),
        "the answer can't be decompressed",
    ),
    "HTML instead of JSON": (document(b"<html>Bad gateway</html>"), "no JSON"),
    "nothing": (document(b""), "no JSON"),
    "a list": (document(b"[]"), "no JSON object"),
    "502 of the CDN": (
        say(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\n\r\n<html>"),
        "answered 502: no JSON in the answer",
    ),
}


# Transient faults


@pytest.mark.parametrize("fault", FAULTS)
def test_a_network_fault_is_retried(clock: VirtualClock, server: Server, fault: str) -> None:
    answer, _ = FAULTS[fault]
    server.will(answer, answer, document())

    assert ask(session(clock, server.address)) == {"data": []}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_final_error_describes_the_fault(
    clock: VirtualClock, server: Server, fault: str
) -> None:
    answer, said = FAULTS[fault]
    server.will(answer)

    with pytest.raises(GaveUpError, match=said) as ended:
        ask(session(clock, server.address, max_retry_seconds=0))
    assert "Given up after 1 try in 0 s: run again with the last STATE" in str(ended.value)


def test_a_refused_connection_is_retried_for_five_minutes(clock: VirtualClock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"

    with pytest.raises(GaveUpError, match=f"GET /v1/teams to {address} failed: Connection refused"):
        ask(session(clock, address))
    assert 240 <= clock.elapsed <= 300


def test_an_unknown_host_name_is_retried(
    clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)

    with pytest.raises(
        GaveUpError, match=r"failed: Name or service .*check organization and api_u"
    ):
        ask(session(clock, "https://acme.example"))
    assert 240 <= clock.elapsed <= 300


def test_a_silent_server_times_out(clock: VirtualClock, server: Server) -> None:
    end = threading.Event()
    server.will(lambda _: (end.wait(), None)[1])

    with pytest.raises(GaveUpError, match="nothing came for as long as the setting"):
        ask(session(clock, server.address, timeout=0.05, max_retry_seconds=0))
    end.set()


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("REQUESTS_CA_BUNDLE", "/no/such/file", "invalid path: /no/such/file"),
        ("HTTPS_PROXY", "https://[::1", "an address is not valid"),
        ("HTTPS_PROXY", "http://proxy.example:99999", "an address is not valid"),
        ("HTTPS_PROXY", "http://", "the address of the proxy has no host"),
        ("HTTPS_PROXY", "socks5://proxy.example", "a scheme that is not supported"),
        ("HTTPS_PROXY", "http://proxy..example", "the name of the host is not valid"),
    ],
)
def test_a_request_that_can_not_be_sent_fails_at_once(
    clock: VirtualClock, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str
) -> None:
    monkeypatch.setenv(variable, value)

    with pytest.raises(RequestError, match=f"GET /v1/teams can't be sent to .*{said}.* variables"):
        ask(session(clock, "https://acme.example"))
    assert clock.elapsed == 0


@pytest.mark.parametrize(
    "location", [b"http://[", b"https://acme.example:99999", b"\xff", b"//", b"", b"javascript:x"]
)
def test_a_redirect_to_an_invalid_address_fails_at_once(
    clock: VirtualClock, server: Server, location: bytes
) -> None:
    moved = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: %b\r\n\r\n" % location
    server.will(say(moved))

    with pytest.raises(RedirectError, match="GET /v1/teams is redirected"):
        ask(session(clock, server.address))
    assert clock.elapsed == 0


# A proxy


@pytest.fixture
def proxy(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A proxy for requests to other hosts."""
    for scheme in ("HTTP", "HTTPS"):
        monkeypatch.setenv(f"{scheme}_PROXY", f"http://somebody:{PASSWORD}@{server.address}")
        monkeypatch.delenv(f"{scheme.lower()}_proxy", raising=False)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    return server


def status_line(status: int) -> Answer:
    return say(b"HTTP/1.1 %d\r\nContent-Length: 0\r\n\r\n" % status)


@pytest.mark.parametrize("address", ["https://acme.example", "http://127.0.0.1:1"])
def test_a_proxy_that_wants_a_login_fails_the_request_at_once(
    clock: VirtualClock, proxy: Server, address: str
) -> None:
    proxy.will(status_line(407))

    with pytest.raises(
        ProxyRefusedError, match=r"wants a login \(407\). Put user and pass"
    ) as ended:
        ask(session(clock, address))
    assert PASSWORD not in everything_said(ended.value)
    assert (clock.elapsed, proxy.connections) == (0, 1)


@pytest.mark.parametrize("status", [302, 400, 403, 404, 405, 501])
def test_a_proxy_that_refuses_the_host_fails_the_request_at_once(
    clock: VirtualClock, proxy: Server, status: int
) -> None:
    proxy.will(status_line(status))

    with pytest.raises(
        ProxyRefusedError,
        match=rf"not passed on to acme\.example: a proxy refuses it \({status}\).* NO_PROXY",
    ):
        ask(session(clock, "https://acme.example"))
    assert (clock.elapsed, proxy.connections) == (0, 1)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_proxy_that_does_not_reach_the_host_is_tried_again(
    clock: VirtualClock, proxy: Server, status: int
) -> None:
    proxy.will(status_line(status))

    with pytest.raises(GaveUpError, match=rf"by a proxy failed: the proxy answered {status}\."):
        ask(session(clock, "https://acme.example"))
    assert 240 <= clock.elapsed <= 300


def test_an_unknown_proxy_name_is_retried(
    clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid")

    with pytest.raises(GaveUpError, match=r"by a proxy failed: .* \(check HTTPS_PROXY"):
        ask(session(clock, "https://acme.example", max_retry_seconds=0))


def test_a_proxy_without_tls_fails_the_request_at_once(
    clock: VirtualClock, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"https://{server.address}")
    server.will(say(b"HTTP/1.1 400 Bad Request\r\n\r\n"))

    with pytest.raises(
        ConnectionSecurityError, match=r"the proxy for acme\.example: wrong version"
    ):
        ask(session(clock, "https://acme.example"))
    assert (clock.elapsed, server.connections) == (0, 1)


def test_a_proxy_that_hangs_up_during_the_handshake_is_tried_again(
    clock: VirtualClock, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"https://{server.address}")
    server.will(cut(b""))

    with pytest.raises(GaveUpError, match="by a proxy failed: "):
        ask(session(clock, "https://acme.example", max_retry_seconds=4))
    assert server.connections > 1


# TLS


def test_an_untrusted_certificate_is_an_error_with_its_reason() -> None:
    cause = ssl.SSLCertVerificationError()
    cause.verify_message = "self-signed certificate"
    error = requests.exceptions.SSLError()
    error.__cause__ = cause

    found = from_exception(error, "GET /v1/teams", "acme.example")

    assert isinstance(found, ConnectionSecurityError)
    assert "no secure connection to acme.example: self-signed certificate. Check" in str(found)


def test_a_server_without_tls_fails_the_request_at_once(
    clock: VirtualClock, server: Server
) -> None:
    server.will(say(b"HTTP/1.1 400 Bad Request\r\n\r\n"))

    with pytest.raises(ConnectionSecurityError, match=r"no secure connection to .*: wrong version"):
        ask(session(clock, f"https://{server.address}"))
    assert clock.elapsed == 0
    assert server.connections == 1


def test_a_connection_lost_during_the_handshake_is_tried_again(
    clock: VirtualClock, server: Server
) -> None:
    server.will(*[cut(b"")] * 20)

    with pytest.raises(GaveUpError):
        ask(session(clock, f"https://{server.address}", max_retry_seconds=4))
    assert server.connections > 1


# Bounds


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
def test_an_answer_that_drips_times_out(
    server: Server, content: list[bytes], header: bytes
) -> None:
    clock = WatchedClock()
    server.will(drip(clock, content, header), document())

    assert ask(session(clock, server.address, timeout=12)) == {"data": []}
    assert server.connections == 2


@pytest.mark.parametrize(("timeout", "seconds"), [(1, 60), (12, 60), (15, 75), (60, 300)])
def test_an_answer_may_take_five_timeouts_and_at_least_a_minute(
    server: Server, timeout: float, seconds: int
) -> None:
    clock = WatchedClock()
    server.will(drip(clock, single(LONG), b"Connection: close"))

    with pytest.raises(GaveUpError, match=f"the answer was not complete after {seconds} s"):
        ask(session(clock, server.address, timeout=timeout, max_retry_seconds=0))
    assert seconds < clock.elapsed < seconds + 10


def test_an_oversized_answer_fails_at_once(
    clock: VirtualClock, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "LARGEST_BODY", 2_000_000)
    server.will(*[document(b" " * 3_000_000)] * 5)

    with pytest.raises(OversizedError) as ended:
        ask(session(clock, server.address))
    assert server.hung_up.wait(1)
    assert str(ended.value).startswith("GET /v1/teams answered with more than 2 MB")
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


def test_one_connection_serves_many_requests(clock: VirtualClock, server: Server) -> None:
    squeezed = document(gzip.compress(b"{}"), b"Content-Encoding: gzip")
    in_chunks = say(OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(chunked(b"{}")))
    answers = [document(), squeezed, in_chunks, say(b"HTTP/1.1 204 No Content\r\n\r\n")]
    server.will(*answers, document())
    one = session(clock, server.address)

    for _ in answers:
        one.send(TEAMS, lambda reply: reply.content)
    ask(one)

    assert server.connections == 1


# The key


def everything_said(error: BaseException) -> str:
    """All that a log could show of an error: its texts, its causes, and local variables."""
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    return f"{error} {error!r} {error.args} {vars(error)} {''.join(told.format())}"


@pytest.mark.parametrize("fault", FAULTS)
def test_no_error_of_the_network_shows_the_key(
    clock: VirtualClock, server: Server, caplog: pytest.LogCaptureFixture, fault: str
) -> None:
    caplog.set_level(logging.DEBUG)
    answer, _ = FAULTS[fault]
    server.will(answer, answer, answer)

    with pytest.raises(GaveUpError) as ended:
        ask(session(clock, server.address, max_retry_seconds=2))

    assert KEY not in everything_said(ended.value)
    assert "urllib3" in {record.name.partition(".")[0] for record in caplog.records}
    for record in caplog.records:
        assert KEY not in f"{record.getMessage()} {vars(record)}"


ECHO = KEY.encode()


@pytest.mark.parametrize(
    "answer",
    [
        say(b"HTTP/1.1 500 %b\r\nContent-Length: 0\r\n\r\n" % ECHO),
        cut(b'HTTP/1.1 400 No\r\n\r\n{"errors": ["%b"]}' % ECHO),
        say(b"HTTP/1.1 302 Go\r\nContent-Length: 0\r\nLocation: http://%b\r\n\r\n" % ECHO),
        cut(b"%b\r\n\r\n" % ECHO),
        document(b'{"reason": "%b"}' % ECHO),
    ],
    ids=["status line", "body", "redirect", "no HTTP", "wrong answer"],
)
def test_a_key_sent_back_by_a_server_is_not_shown(
    clock: VirtualClock, server: Server, caplog: pytest.LogCaptureFixture, answer: Answer
) -> None:
    caplog.set_level(logging.INFO)
    server.will(answer, answer)

    def parse(reply: Reply) -> None:
        raise WrongAnswerError(f"it says {reply.document()['reason']}")

    with pytest.raises(RequestError) as ended:
        session(clock, server.address, max_retry_seconds=1.5).send(TEAMS, parse)

    assert KEY not in "".join(traceback.format_exception(ended.value))
    assert KEY not in caplog.text


@pytest.mark.parametrize("end", ["\n", "€"])
def test_a_key_that_fits_no_header_is_not_shown(
    clock: VirtualClock, server: Server, end: str
) -> None:
    with pytest.raises(RequestError, match="can't be sent") as ended:
        ask(session(clock, server.address, key=KEY + end))

    assert KEY not in everything_said(ended.value)
    assert clock.elapsed == 0
