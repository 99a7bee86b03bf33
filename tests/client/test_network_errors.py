"""Faults of servers and the network, with real sockets and virtual time."""

from __future__ import annotations

import gzip
import logging
import socket
import ssl
import threading
import traceback
from typing import TYPE_CHECKING

import pytest
import requests

from support.scripted_server import (
    KEY,
    OK,
    TEAMS,
    Server,
    ask,
    cut,
    document,
    everything_said,
    reset,
    say,
    session,
)
from tap_kustomer.client.errors import (
    ConnectionSecurityError,
    GaveUpError,
    RedirectError,
    RequestError,
    WrongResponseError,
)
from tap_kustomer.client.network_errors import from_exception

if TYPE_CHECKING:
    from support.scripted_server import Answer
    from support.virtual_time import VirtualClock
    from tap_kustomer.client.session import Body

HALF = OK + b'Content-Length: 100\r\n\r\n{"data": ['
FAULTS: dict[str, tuple[Answer, str]] = {
    "reset in mid-body": (reset(HALF), "Connection reset by peer"),
    "reset at once": (reset(b""), "Connection reset by peer"),
    "body cut short": (cut(HALF), "the response was cut short"),
    "body of unknown length cut short": (cut(OK + b'\r\n{"data": ['), "no JSON"),
    # `http.client` drops the headers that follow such a line.
    "body cut short whose length follows a line that is no header": (
        cut(OK + b'no header\r\nContent-Length: 100\r\n\r\n{"data": ['),
        "no JSON",
    ),
    "chunk cut short": (
        cut(OK + b'Transfer-Encoding: chunked\r\n\r\n64\r\n{"data": ['),
        "the response was cut short",
    ),
    "chunk without a size": (
        say(OK + b"Transfer-Encoding: chunked\r\n\r\nmuch\r\n{}"),
        "the response is not HTTP",
    ),
    "hung up": (cut(b""), "the connection was closed before a response came"),
    "headers cut short": (cut(b"HTTP/1.1 200 OK\r\nContent-Len"), "no JSON"),
    "no HTTP": (cut(b"220 mail.example ESMTP\r\n"), "the response is not HTTP"),
    "length too small": (cut(OK + b'Content-Length: 5\r\n\r\n{"data": []}'), "no JSON"),
    "no gzip": (document(b"{}", b"Content-Encoding: gzip"), "the response can't be decompressed"),
    "gzip cut short": (
        document(gzip.compress(b'{"data": [1, 2, 3]}')[:-12], b"Content-Encoding: gzip"),
        "no JSON",
    ),
    "several lengths": (
        document(b"{}", b"Content-Length: 3"),
        "the response's headers contradict each other",
    ),
    "unknown compression": (
        document(b"{}", b"Content-Encoding: " + b", ".join([b"gzip"] * 20)),
        "the response can't be decompressed",
    ),
    "HTML instead of JSON": (document(b"<html>Bad gateway</html>"), "no JSON"),
    "nothing": (document(b""), "no JSON"),
    "a list": (document(b"[]"), "no JSON object"),
    "502 of the CDN": (
        say(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\n\r\n<html>"),
        "HTTP 502: no JSON in the response",
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


def test_a_file_of_this_machine_that_can_not_be_opened_is_named_at_once(
    clock: VirtualClock, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", "/no/such/folder/keys.log")

    with pytest.raises(RequestError, match=r"/no/such/folder/keys\.log can't be opened: No such"):
        ask(session(clock, f"https://{server.address}"))
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


# The key


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

    def parse(body: Body) -> None:
        raise WrongResponseError(f"it says {body.document()['reason']}")

    with pytest.raises(RequestError) as ended:
        session(clock, server.address, max_retry_seconds=1.5).send(TEAMS, parse)

    assert KEY not in "".join(traceback.format_exception(ended.value))
    assert KEY not in caplog.text


def test_a_line_that_is_no_header_does_no_harm_and_is_not_shown(
    clock: VirtualClock, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    server.will(document(b'{"data": []}', b"%b without a colon" % ECHO))

    assert ask(session(clock, server.address)) == {"data": []}
    assert not caplog.text


@pytest.mark.parametrize("end", ["\n", "€"])
def test_a_key_that_fits_no_header_is_not_shown(
    clock: VirtualClock, server: Server, end: str
) -> None:
    with pytest.raises(RequestError, match="can't be sent") as ended:
        ask(session(clock, server.address, key=KEY + end))

    assert KEY not in everything_said(ended.value)
    assert clock.elapsed == 0
