"""What the streams of one run share: a session, a point in time, and what was left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, TypeVar

from tap_kustomer.client.authenticator import BearerAuthenticator
from tap_kustomer.client.errors import AccessError, DeadKeyError, MissingError
from tap_kustomer.client.limits import Limiter
from tap_kustomer.client.session import Request, Session
from tap_kustomer.client.workers import Workers
from tap_kustomer.reading.reader import Reader

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable

    from tap_kustomer.client.clock import Clock
    from tap_kustomer.client.session import Reply
    from tap_kustomer.config import Settings

T = TypeVar("T")

MAX_RETRY_SECONDS = 300


@dataclass
class Run:
    """One run of the tap.

    Attributes:
        settings: The checked settings.
        clock: Tells the time and waits.
        stop_if_asked: Ends the run by raising, if a signal has asked for it.
        refused: Streams that have a bookmark and that the key may not read any more.
    """

    settings: Settings
    clock: Clock
    stop_if_asked: Callable[[], None]
    refused: list[str] = field(default_factory=list)

    @cached_property
    def session(self) -> Session:
        """The one session with Kustomer."""
        settings = self.settings
        return Session(
            base_url=settings.base_url,
            authenticator=BearerAuthenticator(settings.api_key, settings.base_url),
            limiter=Limiter(self.clock, settings.api_usage),
            clock=self.clock,
            timeout=settings.request_timeout,
            user_agent=settings.user_agent,
            max_retry_seconds=MAX_RETRY_SECONDS,
            connections=settings.max_parallel_requests,
        )

    @cached_property
    def workers(self) -> Workers:
        """The threads that ask while the main thread writes."""
        return Workers(self.settings.max_parallel_requests, self.stop_if_asked)

    @cached_property
    def reader(self) -> Reader:
        """Reads sources, for every table."""
        return Reader(
            session=self.session,
            workers=self.workers,
            page_size=self.settings.page_size,
            parallel=self.settings.max_parallel_requests,
            lookahead=self.settings.lookahead_bytes,
            strict=self.settings.strict_counts,
            now=self.started,
        )

    def ask(self, request: Request, read: Callable[[Reply], T]) -> T:
        """Ask for one thing and wait for it; a signal ends the waiting."""
        return self.workers.result(self.workers.submit(partial(self.session.send, request, read)))

    def measure(self, logger: logging.Logger) -> Callable[[int], None]:
        """Begin to measure what a stream costs.

        Args:
            logger: Gets one line with the figures, as text and as fields.

        Returns:
            What to call at the end, with the number of rows.
        """
        limiter = self.session.limiter
        began = self.clock.monotonic()
        requests, searches = limiter.organization.spent, limiter.search.spent

        def report(rows: int) -> None:
            seconds = max(self.clock.monotonic() - began, 0.001)
            # A stream that takes less than a minute still has the budget of a whole one.
            granted = limiter.search.limit * max(seconds / 60, 1.0)
            figures = {
                "rows": rows,
                "requests": limiter.organization.spent - requests,
                "seconds": round(seconds, 1),
                "rows_per_minute": round(rows * 60 / seconds),
                "search_budget_percent": round(100 * (limiter.search.spent - searches) / granted),
            }
            text = ", ".join(f"{name}={value}" for name, value in figures.items())
            logger.info("Finished: %s", text, extra=figures)

        return report

    @cached_property
    def started(self) -> int:
        """The start of the run by Kustomer's clock, in milliseconds since 1970."""
        self.check_key()
        return int(self.session.server_now()) * 1000

    @cached_property
    def until(self) -> int:
        """The end of every window of this run, in milliseconds since 1970.

        It is the start of the run less the time that the search may lag behind, or the end date
        where that is earlier.
        """
        settled = self.started - self.settings.settle_seconds * 1000
        return settled if self.settings.end is None else min(settled, self.settings.end)

    def check_key(self) -> None:
        """Ask for the one thing that any valid key may read, whatever its roles.

        See https://developer.kustomer.com/docs/get-started/quickstart.

        Raises:
            DeadKeyError: Kustomer does not know the key.
        """
        try:
            self._ask_who_we_are()
        except AccessError as error:
            raise DeadKeyError(
                f"Kustomer does not accept the API key: {error}. It may have expired, been "
                "revoked, be bound to other IP addresses, or belong to another region than "
                f"{self.settings.base_url}: check api_key, organization and region"
            ) from error

    def _ask_who_we_are(self) -> None:
        for path in ("/v1/auth/tokens/current", "/v1/users/current"):
            try:
                self.ask(Request("GET", path), _ignore)
            except MissingError:
                # A proxy that does not forward this path says nothing about the key.
                continue
            return


def _ignore(reply: Reply) -> None:
    del reply
