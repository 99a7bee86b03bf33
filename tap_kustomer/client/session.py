"""The session: rate limits, retries, redirects and errors of every request."""

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
    TokenRenewedError,
    TransientError,
    WrongResponseError,
    from_status,
)
from tap_kustomer.client.hosts import same_origin
from tap_kustomer.client.limits import BudgetKind, retry_after, server_time
from tap_kustomer.client.network_errors import from_exception

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_kustomer.client.authenticator import BearerAuthenticator
    from tap_kustomer.client.clock import Clock
    from tap_kustomer.client.credentials import Credential
    from tap_kustomer.client.limits import Limiter

Document = dict[str, Any]
T = TypeVar("T")

_LONGEST_PAUSE: Final = 60.0
_MOST_REDIRECTS: Final = 5
# How long a body may take to arrive: this many timeouts, and at least this many seconds.
_BODY_TIMEOUTS: Final = 5
_LEAST_BODY_SECONDS: Final = 60.0
_ANYTHING: Final = msgspec.json.Decoder(Any)
_LATENCY_WEIGHT: Final = 0.2
# Spreads repeated requests. A generator of its own leaves that of the process as it is.
_SPREAD: Final = random.Random()  # noqa: S311  # No secret.
_FORM_HEADERS: Final = {"Content-Type": "application/x-www-form-urlencoded"}

logger = logging.getLogger(__name__)
# urllib3 warns of a header that it can't parse with a traceback and the header's own text, which
# may be the key. The response is read without that header and, in places, those after it.
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class Request:
    """A request to Kustomer.

    Attributes:
        method: `GET` or `POST`.
        path: Path from `/v1` on, or of the token endpoint, without a query string.
        params: Query parameters.
        json: Body of a `POST`.
        form: Body of a `POST` as a form, encoded.
        budget: The budgets that the request draws on.
    """

    method: str
    path: str
    params: Mapping[str, str | int] = field(default_factory=dict)
    json: Document | None = None
    form: str | None = None
    budget: BudgetKind = BudgetKind.PLAIN

    @override
    def __str__(self) -> str:
        """Method and path, without values from the settings or the data."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Body:
    """The body of a response with a status of 2xx.

    Attributes:
        content: Its bytes, with U+FFFD for U+0000.
    """

    content: bytes

    def document(self) -> Document:
        """Parse the body as a JSON object.

        A body that was cut short is none, even where no header has said how long it is.

        Raises:
            WrongResponseError: It is none.
        """
        try:
            document = decode(self.content, _ANYTHING)
        except msgspec.DecodeError as error:
            raise WrongResponseError("the body is no JSON") from error
        if not isinstance(document, dict):
            raise WrongResponseError("the body is no JSON object")
        return document


class _NoRedirectSession(requests.Session):
    """Ignore redirects: `requests` would parse their addresses even without following them."""

    @override
    def get_redirect_target(self, resp: requests.Response) -> None:
        return None


class Session:
    """Sends requests within the rate limits and repeats those that fail. Threads may share it.

    Args:
        base_url: Scheme and host, without `/v1`.
        authenticator: Sends the token to that host only.
        limiter: Knows when the next request may be sent.
        clock: Waits between attempts.
        timeout: Seconds to wait for the connection, and then for each part of the response.
        user_agent: Value of the header `User-Agent`.
        max_retry_seconds: How long a failing request is repeated.
        connections: How many requests may be in flight at once.

    Attributes:
        limiter: As given.
        clock: As given.
        base_url: As given.
        latency: Seconds from a request to its response, a moving average.
        refused_parameters: Parameters that Kustomer refuses, so that no later request has them.
        request_count: Number of requests sent, repeated ones included.
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
        self.request_count = 0
        self.refused_parameters: set[str] = set()
        self._lock = threading.Lock()
        self._clock_difference: float | None = None
        self._http = _NoRedirectSession()
        self._http.headers.update({"User-Agent": user_agent, "Accept": "application/json"})
        self._http.auth = authenticator
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=connections)
        self._http.mount(f"{base_url}/", adapter)

    def with_own_request_count(self) -> Session:
        """The same session, which counts its own requests only.

        Its latency and clock difference start as copies, and follow its own requests only.
        """
        session = copy(self)
        session.request_count = 0
        return session

    @property
    def credential(self) -> Credential:
        """What proves to Kustomer who sends the requests."""
        return self._authenticator.credential

    def close(self) -> None:
        """Close the connections that are not in use."""
        self._http.close()

    def server_now(self) -> float:
        """Seconds since 1970 by Kustomer's clock; before the first response, by this machine's."""
        return self.clock.now() + (self._clock_difference or 0.0)

    def send(self, request: Request, parse: Callable[[Body], T]) -> T:
        """Send a request, repeat it as needed, and return the parsed response.

        Args:
            request: What to ask.
            parse: Raises `WrongResponseError` for a response that can't be true; the request is
                then repeated.

        Raises:
            RequestError: One of its subclasses (`tap_kustomer.client.errors`).
            ConfigurationError: What keeps the tokens of a sign-in can't be read.
        """
        tries = 0
        failing_since: float | None = None
        while True:
            # Renew the token before the limiter counts the request: a renewal may take minutes.
            self.credential.token()
            sent = self.limiter.wait(request.budget)
            with self._lock:
                self.request_count += 1
            try:
                return self._parse(request, self._attempt(request, sent), parse)
            except TransientError as error:
                tries += 1
                now = self.clock.monotonic()
                failing_since = now if failing_since is None else failing_since
                pause = _pause(error, tries)
                # How long a rate limit lasts is known: one such pause is always worthwhile.
                end = now if isinstance(error, RateLimitedError) else now + pause
                if end - failing_since > self._max_retry_seconds:
                    raise GaveUpError(
                        f"{error}. Given up after {'1 try' if tries == 1 else f'{tries} tries'} in "
                        f"{now - failing_since:.0f} s: run again with the last STATE to continue "
                        "where this run stopped"
                    ) from error
                logger.warning("%s. Trying again in %.1f s", error, pause)
                self.clock.sleep(pause)

    def _parse(self, request: Request, body: Body, parse: Callable[[Body], T]) -> T:
        try:
            return parse(body)
        except WrongResponseError as error:
            text = f"{request} gave a wrong response: {error}"
            raise WrongResponseError(self._authenticator.hide_secrets(text)) from None

    def _attempt(self, request: Request, sent: float) -> Body:
        """Send a request once, and again to where the same host redirects it.

        Args:
            request: The request.
            sent: The time that the limiter has given it.
        """
        url = f"{self.base_url}{request.path}"
        params: Mapping[str, str | int] | None = request.params
        for _ in range(_MOST_REDIRECTS):
            response, content = self._send_once(request, url, params)
            if not response.is_redirect:
                return self._body_or_error(request, response, content, sent)
            try:
                url, params = urljoin(url, response.headers["location"]), None
                is_elsewhere = not same_origin(url, self.base_url)
            except ValueError:
                raise RedirectError(
                    f"{request} is redirected to an invalid address: check organization, region "
                    "and api_url"
                ) from None
            if is_elsewhere:
                text = (
                    f"{request} is redirected to {urlsplit(url).hostname}, a host other than "
                    f"{urlsplit(self.base_url).hostname}, to which alone the tap sends "
                    f"{self.credential.name}: check organization, region and api_url"
                )
                raise RedirectError(self._authenticator.hide_secrets(text))
        raise RedirectError(f"{request} is redirected again and again")

    def _send_once(
        self, request: Request, url: str, params: Mapping[str, str | int] | None
    ) -> tuple[requests.Response, bytes]:
        """Send a request to an address, and return the response and its whole body."""
        began = self.clock.monotonic()
        try:
            response = self._http.request(
                request.method,
                url,
                params=dict(params) if params else None,
                json=request.json,
                data=request.form,
                headers=_FORM_HEADERS if request.form else None,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            )
            content = read_body(
                response.raw, str(request), clock=self.clock, seconds=self._body_seconds
            )
        except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            # `from None`: the libraries' exceptions hold the request and its headers.
            raise from_exception(error, str(request), urlsplit(url).netloc) from None
        elapsed = self.clock.monotonic() - began
        server = server_time(response.headers)
        difference = None if server is None else server - self.clock.now()
        with self._lock:
            self.latency += (elapsed - self.latency) * _LATENCY_WEIGHT if self.latency else elapsed
            if difference is not None:
                self._clock_difference = difference
        return response, content

    def _body_or_error(
        self, request: Request, response: requests.Response, content: bytes, sent: float
    ) -> Body:
        """Learn the rate limits, renew a rejected token, and return the body or raise the error.

        Raises:
            RequestError: It is an error for good.
            TransientError: The next try may succeed.
        """
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            wait = self.limiter.pause_after_429(request.budget, response.headers)
            raise RateLimitedError(
                f"{request}: HTTP 429: the rate limit is used up",
                retry_after=wait,
            )
        self.limiter.learn(request.budget, response.headers, sent)
        if response.status_code == HTTPStatus.UNAUTHORIZED and self._authenticator.renew(
            response.request
        ):
            raise TokenRenewedError(f"{request}: HTTP 401: the access token was renewed")
        if not response.ok:
            # A server may send the token back. It is hidden before the text is shortened.
            text = self._authenticator.hide_secrets(content.decode(errors="replace"))
            raise from_status(
                response.status_code,
                str(request),
                text.encode(),
                retry_after=retry_after(response.headers),
            )
        return Body(replace_nulls(content))


def _pause(error: TransientError, tries: int) -> float:
    """Seconds until the next attempt: about twice as many each time, at least those asked for."""
    if isinstance(error, TokenRenewedError):
        return 0.0
    asked = min(error.retry_after or 0.0, _LONGEST_PAUSE)
    if isinstance(error, RateLimitedError):
        return asked
    longest = min(2 ** (tries - 1), _LONGEST_PAUSE)
    return max(asked, _SPREAD.uniform(longest / 2, longest))
