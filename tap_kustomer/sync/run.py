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
from tap_kustomer.reporting.progress import NoProgress

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_kustomer.client.clock import Clock
    from tap_kustomer.client.session import Reply
    from tap_kustomer.config import Settings
    from tap_kustomer.reading.pages import Shortfall, Unproven
    from tap_kustomer.reporting.outcome import Outcome
    from tap_kustomer.reporting.progress import Progress

T = TypeVar("T")


@dataclass
class Run:
    """One run of the tap.

    Attributes:
        settings: The checked settings.
        clock: Tells the time and waits.
        stop_if_asked: Ends the run by raising, if a signal has asked for it.
        selected: Names of the tables that are to be read.
        outcomes: What came of each table, in the order in which they were finished.
        is_finished: Whether the run came to its end, and its last STATE was written.
        progress: Told of what is written.
        failed: Why tables that there should be could not be read to their end, by their names.
    """

    settings: Settings
    clock: Clock
    stop_if_asked: Callable[[], None]
    selected: list[str] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    is_finished: bool = False
    progress: Progress = field(default_factory=NoProgress)
    failed: dict[str, str] = field(default_factory=dict)

    @cached_property
    def authenticator(self) -> BearerAuthenticator:
        """Shows the key to Kustomer, and to nobody else."""
        return BearerAuthenticator(self.settings.api_key, self.settings.base_url)

    @cached_property
    def session(self) -> Session:
        """The one session with Kustomer."""
        settings = self.settings
        return Session(
            base_url=settings.base_url,
            authenticator=self.authenticator,
            limiter=Limiter(self.clock, settings.api_usage),
            clock=self.clock,
            timeout=settings.request_timeout,
            user_agent=settings.user_agent,
            max_retry_seconds=settings.max_retry_seconds,
            connections=settings.max_parallel_requests,
        )

    @cached_property
    def workers(self) -> Workers:
        """The threads that ask while the main thread writes."""
        return Workers(self.settings.max_parallel_requests, self.stop_if_asked)

    def reader(self, report: Callable[[Shortfall | Unproven], None] = lambda _: None) -> Reader:
        """Reads sources, with a count of its own of the requests that it takes.

        Args:
            report: Called with rows that are counted but don't come, and with what no count
                proves.
        """
        return Reader(
            session=self.session.counted(),
            workers=self.workers,
            page_size=self.settings.page_size,
            parallel=self.settings.max_parallel_requests,
            lookahead=self.settings.lookahead_bytes,
            strict=self.settings.strict_counts,
            now=self.started,
            earliest=self.settings.start_date or 0,
            report=report,
        )

    def ask(self, request: Request, read: Callable[[Reply], T]) -> T:
        """Ask for one thing and wait for it; a signal ends the waiting."""
        return self.workers.call(partial(self.session.send, request, read))

    def begin(self) -> None:
        """Fix the point in time up to which is read, by Kustomer's clock.

        Raises:
            DeadKeyError: Kustomer does not know the key.
            RequestError: Kustomer can't be asked.
        """
        self.started  # noqa: B018  # Found out once, and kept.

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
        return settled if self.settings.end_date is None else min(settled, self.settings.end_date)

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
