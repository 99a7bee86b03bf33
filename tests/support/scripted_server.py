"""A server that gives prepared answers over a real socket, good ones and bad ones."""

from __future__ import annotations

import socket
import struct
import threading
import traceback
from collections import deque
from typing import TYPE_CHECKING

from support.sessions import session_of
from tap_kustomer.client.authenticator import BearerAuthenticator
from tap_kustomer.client.credentials import ApiKey
from tap_kustomer.client.session import Request, Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.virtual_time import VirtualClock

    Answer = Callable[[socket.socket], None]

KEY = "the-key-that-nobody-may-see"
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


def session(
    clock: VirtualClock,
    address: str,
    *,
    key: str = KEY,
    timeout: float = 10,
    max_retry_seconds: float = 300,
) -> Session:
    url = address if "://" in address else f"http://{address}"
    return session_of(
        clock,
        url,
        authenticator=BearerAuthenticator(ApiKey(key), url),
        timeout=timeout,
        max_retry_seconds=max_retry_seconds,
        connections=2,
    )


def ask(session: Session) -> object:
    return session.send(TEAMS, lambda body: body.document())


def everything_said(error: BaseException) -> str:
    """All that a log could show of an error: its texts, its causes, and local variables."""
    shown = traceback.TracebackException.from_exception(error, capture_locals=True)
    return f"{error} {error!r} {error.args} {vars(error)} {''.join(shown.format())}"
