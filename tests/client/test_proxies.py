"""Faults of proxies, with real sockets and virtual time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.scripted_server import Server, ask, cut, everything_said, say, session
from tap_kustomer.client.errors import ConnectionSecurityError, GaveUpError, ProxyRefusedError

if TYPE_CHECKING:
    from support.scripted_server import Answer
    from support.virtual_time import VirtualClock

PASSWORD = "what-the-proxy-wants"


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

    with pytest.raises(
        GaveUpError, match=rf"through a proxy failed: the proxy responded with {status}\."
    ):
        ask(session(clock, "https://acme.example"))
    assert 240 <= clock.elapsed <= 300


def test_an_unknown_proxy_name_is_retried(
    clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid")

    with pytest.raises(GaveUpError, match=r"through a proxy failed: .* \(check HTTPS_PROXY"):
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

    with pytest.raises(GaveUpError, match="through a proxy failed: "):
        ask(session(clock, "https://acme.example", max_retry_seconds=4))
    assert server.connections > 1
