"""One session with Kustomer: budgets, retries, errors and origin, for every request of the tap."""

from __future__ import annotations

import logging
import random
import threading
from copy import copy
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urljoin, urlsplit

import msgspec
import requests
import urllib3
from requests.adapters import HTTPAdapter
from typing_extensions import override

from tap_kustomer.client.bodies import read_body
from tap_kustomer.client.documents import decode, replace_nulls
from tap_kustomer.client.errors import (
    GaveUpError,
    RateLimitedError,
    RedirectError,
    TransientError,
    WrongAnswerError,
    from_status,
)
from tap_kustomer.client.faults import from_exception
from tap_kustomer.client.hosts import same_origin
from tap_kustomer.client.limits import BudgetKind, retry_after, server_time

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_kustomer.client.authenticator import BearerAuthenticator
    from tap_kustomer.client.clock import Clock
    from tap_kustomer.client.limits import Limiter

Document = dict[str, Any]
T = TypeVar("T")

_LONGEST_PAUSE: Final = 60.0
_MOST_REDIRECTS: Final = 5
# For how long a whole answer may take to come in: as many time-outs, and at least so many seconds.
_BODY_TIMEOUTS: Final = 5
_LEAST_BODY_SECONDS: Final = 60.0
_ANYTHING: Final = msgspec.json.Decoder(Any)
_LATENCY_WEIGHT: Final = 0.2

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask Kustomer.

    Attributes:
        method: `GET` or `POST`.
        path: From `/v1` on; it may carry a query string, as next-page links do.
        params: Further query parameters.
        json: The body of a `POST`.
        budget: The budgets that it draws on.
    """

    method: str
    path: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    json: Document | None = None
    budget: BudgetKind = BudgetKind.PLAIN

    @override
    def __str__(self) -> str:
        """Method and path: enough to find it, and without any value a user may have put in."""
        return f"{self.method} {urlsplit(self.path).path}"


@dataclass(frozen=True, slots=True)
class Reply:
    """The body of an answer with a good status.

    Attributes:
        content: The bytes, as they came but for U+0000.
    """

    content: bytes

    def document(self) -> Document:
        """The JSON object in it.

        Raises:
            WrongAnswerError: There is none.
        """
        try:
            document = decode(self.content, _ANYTHING)
        except msgspec.DecodeError as error:
            raise WrongAnswerError("what came is no JSON") from error
        if not isinstance(document, dict):
            raise WrongAnswerError("what came is no JSON object")
        return document


class _Exchanges(requests.Session):
    """Leaves redirects alone: `requests` would parse their addresses even if told not to follow."""

    @override
    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


class Session:
    """Sends requests within the budgets, as often as it takes. Threads may share it.

    Args:
        base_url: Scheme and host, without `/v1`.
        authenticator: Shows the key to that host only.
        limiter: Knows when the next request may go.
        clock: Waits between tries.
        timeout: Seconds to wait for the connection, and then for each part of the answer.
        user_agent: How the tap introduces itself.
        max_retry_seconds: For how long a fault is met with another try.
        connections: How many requests may be under way at once.

    Attributes:
        latency: Seconds from a request to its answer, averaged over the latest ones.
        refusals: Parameters that Kustomer refuses, so that no later request has them.
        requests: How many were sent, repeated ones included.
    """

    def __init__(  # noqa: PLR0913
        self,
        *,
        base_url: str,
        authenticator: BearerAuthenticator,
        limiter: Limiter,
        clock: Clock,
        timeout: float,
        user_agent: str,
        max_retry_seconds: float,
        connections: int,
    ) -> None:
        self.limiter = limiter
        self.clock = clock
        self.base_url = base_url
        self._authenticator = authenticator
        self._timeout = timeout
        self._body_seconds = max(_LEAST_BODY_SECONDS, _BODY_TIMEOUTS * timeout)
        self._max_retry_seconds = max_retry_seconds
        self.latency = 0.0
        self.requests = 0
        self.refusals: set[str] = set()
        self._lock = threading.Lock()
        self._clock_difference: float | None = None
        self._http = _Exchanges()
        self._http.headers.update({"User-Agent": user_agent, "Accept": "application/json"})
        self._http.auth = authenticator
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=connections)
        self._http.mount(f"{base_url}/", adapter)

    def counted(self) -> Session:
        """The same session, with a count of its own of the requests that are sent through it."""
        twin = copy(self)
        twin.requests = 0
        return twin

    def close(self) -> None:
        """Close the connections that are not in use."""
        self._http.close()

    def server_now(self) -> float:
        """Seconds since 1970 by Kustomer's clock, as far as an answer has shown it."""
        return self.clock.now() + (self._clock_difference or 0.0)

    def send(self, request: Request, parse: Callable[[Reply], T]) -> T:
        """Send a request, repeat it as needed, and return the parsed answer.

        Args:
            request: What to ask.
            parse: Raises `WrongAnswerError` for an answer that can't be true; the request is then
                repeated.

        Raises:
            RequestError: One of its subclasses (`tap_kustomer.client.errors`).
        """
        tries = 0
        started: float | None = None
        while True:
            sent = self.limiter.wait(request.budget)
            with self._lock:
                self.requests += 1
            try:
                return self._parse(request, self._attempt(request, sent), parse)
            except TransientError as fault:
                tries += 1
                now = self.clock.monotonic()
                started = now if started is None else started
                pause = _pause(fault, tries)
                if now + pause - started > self._max_retry_seconds:
                    raise GaveUpError(
                        f"{fault}. Given up after {'1 try' if tries == 1 else f'{tries} tries'} in "
                        f"{now - started:.0f} s: run again with the last STATE, it goes on where "
                        "it stopped"
                    ) from fault
                logger.warning("%s. Asking again in %.1f s", fault, pause)
                self.clock.sleep(pause)

    def _parse(self, request: Request, reply: Reply, parse: Callable[[Reply], T]) -> T:
        try:
            return parse(reply)
        except WrongAnswerError as fault:
            text = f"{request} gave a wrong answer: {fault}"
            raise WrongAnswerError(self._authenticator.hide_key(text)) from None

    def _attempt(self, request: Request, sent: float) -> Reply:
        url = f"{self.base_url}{request.path}"
        params: Mapping[str, str | int] | None = request.params
        for _ in range(_MOST_REDIRECTS):
            response, content = self._exchange(request, url, params)
            if not response.is_redirect:
                return self._reply(request, response, content, sent)
            try:
                url, params = urljoin(url, response.headers["location"]), None
                is_elsewhere = not same_origin(url, self.base_url)
            except ValueError:
                raise RedirectError(
                    f"{request} is redirected to what is no address: check organization, region "
                    "and api_url"
                ) from None
            if is_elsewhere:
                text = (
                    f"{request} is redirected to {urlsplit(url).hostname}, a host other than "
                    f"{urlsplit(self.base_url).hostname}. The API key does not go there: check "
                    "organization, region and api_url"
                )
                raise RedirectError(self._authenticator.hide_key(text))
        raise RedirectError(f"{request} is redirected over and over")

    def _exchange(
        self, request: Request, url: str, params: Mapping[str, str | int] | None
    ) -> tuple[requests.Response, bytes]:
        asked = self.clock.monotonic()
        try:
            response = self._http.request(
                request.method,
                url,
                params=dict(params) if params else None,
                json=request.json,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            )
            content = read_body(
                response.raw, str(request), clock=self.clock, seconds=self._body_seconds
            )
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            # Without the libraries' own exceptions, which hold the request and its headers.
            raise from_exception(error, str(request), urlsplit(url).netloc) from None
        took = self.clock.monotonic() - asked
        server = server_time(response.headers)
        difference = None if server is None else server - self.clock.now()
        with self._lock:
            self.latency += (took - self.latency) * _LATENCY_WEIGHT if self.latency else took
            if difference is not None:
                self._clock_difference = difference
        return response, content

    def _reply(
        self, request: Request, response: requests.Response, content: bytes, sent: float
    ) -> Reply:
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            wait = self.limiter.refuse(request.budget, response.headers)
            raise RateLimitedError(
                f"{request} answered 429: the budget of requests a minute is used up",
                retry_after=wait,
            )
        self.limiter.learn(request.budget, response.headers, sent)
        if not response.ok:
            # Before it is shortened: a server may send the key back.
            said = self._authenticator.hide_key(content.decode(errors="replace"))
            raise from_status(
                response.status_code,
                str(request),
                said.encode(),
                retry_after=retry_after(response.headers),
            )
        return Reply(replace_nulls(content))


def _pause(fault: TransientError, tries: int) -> float:
    """Seconds until the next try: about twice as many each time, and no less than was asked for."""
    asked = min(fault.retry_after or 0.0, _LONGEST_PAUSE)
    if isinstance(fault, RateLimitedError):
        return asked
    longest = min(2 ** (tries - 1), _LONGEST_PAUSE)
    return max(asked, random.uniform(longest / 2, longest))  # noqa: S311  # Spreads requests.
