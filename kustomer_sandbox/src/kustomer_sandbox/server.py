"""The sandbox as a local server, for the command and for tests."""

from __future__ import annotations

import asyncio
import socket
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

import uvicorn
from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol

from kustomer_sandbox.api import Api
from kustomer_sandbox.app import create_api_app
from kustomer_sandbox.faults import Fault, Kind
from kustomer_sandbox.options import Options
from kustomer_sandbox.saved import open_organisation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType

    from kustomer_sandbox.clock import Clock
    from kustomer_sandbox.organisation import Organisation

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class _Protocol(H11Protocol):
    """Give the application access to the connection, so that a fault can close it."""

    @override
    def connection_made(self, transport: Any) -> None:
        """Add the transport to the application's scope."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


async def _serve(server: uvicorn.Server, listening: socket.socket) -> None:
    """Serve until the server has to exit, then close all connections."""
    await server.serve(sockets=[listening])
    # Those still waiting for an answer; the others are closed already.
    for connection in list(server.server_state.connections):
        connection.transport.abort()
    await asyncio.sleep(0)


class Sandbox:
    """A sandbox, running as long as its context.

    Args:
        organisation: The data; generated if not given.
        seed: See `Store`, as for the next five.
        scale: How many rows there are.
        years: How far back the rows reach.
        ties: How many rows of a type share one update time.
        started_at: The time as of which rows are generated.
        clock: Tells the sandbox's time.
        file: Where the organisation is saved.
        host: A loopback address.
        port: Where to listen; any free port by default.
        options: How to behave.
        monotonic: Tells the real time, for the rate limits.
        switches: Fields of `Options`, which override those of `options`.

    Raises:
        ValueError: The host is not a loopback address.
    """

    def __init__(  # noqa: PLR0913  # Everything has a default.
        self,
        organisation: Organisation | None = None,
        *,
        seed: int = 7,
        scale: float = 1.0,
        years: float = 0.0,
        ties: Mapping[str, int] | None = None,
        started_at: datetime | int | None = None,
        clock: Clock | None = None,
        file: Path | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        options: Options | None = None,
        monotonic: Callable[[], float] | None = None,
        **switches: Any,
    ) -> None:
        if host not in LOOPBACK:
            raise ValueError(f"the sandbox listens on this machine only, not on {host}")
        self.organisation = organisation or open_organisation(
            file,
            seed=seed,
            scale=scale,
            years=years,
            ties=dict(ties or {}),
            started_at=started_at,
            clock=clock,
        )
        self.options = replace(options or Options(), **switches)
        self.api = Api(self.organisation, self.options, monotonic)
        self.api.file = file
        self.host = host
        self._asked_port = port
        self._socket: socket.socket | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def api_key(self) -> str:
        """The valid API key."""
        return self.options.api_key

    @property
    def url(self) -> str:
        """Base URL of the running server, without a path.

        Raises:
            RuntimeError: It is not running.
        """
        if self._socket is None:
            raise RuntimeError("the sandbox is not running")
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self._socket.getsockname()[1]}"

    @property
    def requests(self) -> list[dict[str, Any]]:
        """API requests served: method, path, query, status and search context of each."""
        return list(self.api.requests)

    def fault(self, kind: Kind, path: str = "/v1/", **more: Any) -> None:
        """Add a pending fault for requests whose path begins with this one."""
        self.api.faults.add(Fault(kind, path, **more))

    def advance(self, minutes: float) -> None:
        """Let time pass in the organisation."""
        self.api.advance(minutes)

    def start(self) -> None:
        """Listen, and serve in a thread."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        # The protocol is named because asyncio sets TCP_NODELAY only then; without
        # it every answer waits 40 ms for an acknowledgement.
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        # On Windows, this would let two servers share a port; there an option forbids it.
        if not hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((self.host, self._asked_port))
        except OSError:
            listening.close()
            raise
        listening.listen(128)
        self._socket = listening
        config = uvicorn.Config(
            create_api_app(self.api),
            http=_Protocol,
            ws="none",
            lifespan="off",
            log_level="error",
            access_log=False,
            # The Date header tells the sandbox's time.
            date_header=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        serving = _serve(self._server, listening)
        self._thread = threading.Thread(
            target=lambda: asyncio.run(serving),
            name="kustomer-sandbox",
            daemon=True,
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop serving, and close all connections."""
        if self._server is not None and self._thread is not None:
            self._server.should_exit = True
            self._thread.join(timeout=5)
        if self._socket is not None:
            self._socket.close()
        self._socket = self._server = self._thread = None

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()
