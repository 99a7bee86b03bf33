"""What all extractions of a run share, and its points in time."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from tap_kustomer.client.authenticator import BearerAuthenticator
from tap_kustomer.client.credentials import ApiKey
from tap_kustomer.client.errors import AccessError, InvalidCredentialError, MissingError
from tap_kustomer.client.limits import Limiter
from tap_kustomer.client.session import Request, Session
from tap_kustomer.client.workers import Workers
from tap_kustomer.reading.context import ReadContext
from tap_kustomer.reading.reader import Reader
from tap_kustomer.reading.search.schema import SearchSchema
from tap_kustomer.times import DAY_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from tap_kustomer.client.clock import Clock
    from tap_kustomer.client.credentials import Credential
    from tap_kustomer.client.session import Body
    from tap_kustomer.config import Settings
    from tap_kustomer.reading.pages import Shortfall, Unproven
    from tap_kustomer.singer.stream import TapStream

T = TypeVar("T")

# How far Kustomer's clock may be ahead of this machine's, in seconds. The next run would refuse a
# bookmark that is later than that (`singer/state.py`).
_CLOCK_TOLERANCE: Final = DAY_SECONDS

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunTimes:
    """The points in time of a run, in milliseconds since 1970.

    Attributes:
        started: Its start, by Kustomer's clock.
        earliest: No older row is wanted: `start_date`, or 0 without one.
        until: The end of every window: the start less `settle_seconds`, or `end_date` if that is
            earlier.
    """

    started: int
    earliest: int
    until: int

    def start_of(self, stream: TapStream) -> int:
        """The start of a stream's window: where it continues, or `earliest` if that is later."""
        return self.earliest if stream.resume_at is None else max(self.earliest, stream.resume_at)


@dataclass(frozen=True)
class RunContext:
    """What all extractions of a run share.

    Attributes:
        settings: The checked settings.
        clock: Tells the time and waits.
        session: The one session with Kustomer.
        workers: The threads that send requests while the main thread writes.
        stop_if_asked: Ends the run by raising, if a signal has asked for it.
        search_schema: The criteria that the search lists, requested once if at all.
    """

    settings: Settings
    clock: Clock
    session: Session
    workers: Workers
    stop_if_asked: Callable[[], None]
    search_schema: SearchSchema

    def reader(
        self, run_times: RunTimes, report: Callable[[Shortfall | Unproven], None] = lambda _: None
    ) -> Reader:
        """Make a reader that counts its own requests.

        Args:
            run_times: The points in time of the run.
            report: Called with each part of a window that is short of rows, or unproven.
        """
        context = ReadContext(
            session=self.session.with_own_request_count(),
            workers=self.workers,
            page_size=self.settings.page_size,
            max_parallel=self.settings.max_parallel_requests,
            lookahead=self.settings.lookahead_bytes,
            strict=self.settings.strict_counts,
            started=run_times.started,
            earliest=run_times.earliest,
            report=report,
            search_schema=self.search_schema,
        )
        return Reader(context)

    def ask(self, request: Request, read: Callable[[Body], T]) -> T:
        """Send a request and wait for the response; a signal ends the wait."""
        return self.workers.call(partial(self.session.send, request, read))

    def fix_times(self) -> RunTimes:
        """Check the credential, and fix the points in time of a run by Kustomer's clock.

        Raises:
            InvalidCredentialError: Kustomer does not know the API key or sign-in.
            RequestError: Kustomer can't be reached.
            ConfigurationError: The tokens of a sign-in can't be read.
        """
        self.check_credential()
        started = int(self._now()) * 1000
        settled = started - self.settings.settle_seconds * 1000
        start, end = self.settings.start_date, self.settings.end_date
        return RunTimes(started, start or 0, settled if end is None else min(settled, end))

    def _now(self) -> float:
        """The time by Kustomer's clock, but never much later than by this machine's clock.

        A bookmark in the future would make later runs miss rows. One in the past loses nothing.
        """
        now, latest = self.session.server_now(), self.clock.now() + _CLOCK_TOLERANCE
        if now <= latest:
            return now
        logger.warning(
            "Kustomer's clock is %.1f days ahead of this machine's: check the clock. Rows are read "
            "up to the time of this machine",
            (now - self.clock.now()) / DAY_SECONDS,
        )
        return self.clock.now()

    def check_credential(self) -> None:
        """Request what any valid key or sign-in may read, whatever its roles.

        Source: https://developer.kustomer.com/docs/get-started/quickstart

        Raises:
            InvalidCredentialError: Kustomer does not know the API key or sign-in.
            RequestError: Kustomer can't be reached.
            ConfigurationError: The tokens of a sign-in can't be read.
        """
        try:
            self._ask_who_we_are()
        except AccessError as error:
            credential = self.session.credential
            raise InvalidCredentialError(
                f"Kustomer does not accept {credential.name}: {error}. It may have expired, been "
                "revoked, be bound to other IP addresses, or belong to another region than "
                f"{self.settings.base_url}: {credential.remedy}"
            ) from error

    def _ask_who_we_are(self) -> None:
        for path in self.session.credential.account_paths:
            try:
                self.ask(Request("GET", path), _ignore)
            except MissingError:
                # A proxy may not forward this path. That says nothing of the credential.
                continue
            return


def open_context(
    settings: Settings,
    clock: Clock,
    stop_if_asked: Callable[[], None],
    *,
    config_files: Collection[Path] = (),
) -> RunContext:
    """Make the context of a run. No request is sent yet.

    Args:
        settings: The checked settings.
        clock: Tells the time and waits.
        stop_if_asked: Ends the run by raising, if a signal has asked for it.
        config_files: Files that the settings are from.
    """

    def open_session(authenticator: BearerAuthenticator, limiter: Limiter) -> Session:
        return Session(
            base_url=settings.base_url,
            authenticator=authenticator,
            limiter=limiter,
            clock=clock,
            timeout=settings.request_timeout,
            user_agent=settings.user_agent,
            max_retry_seconds=settings.max_retry_seconds,
            connections=settings.max_parallel_requests,
        )

    if settings.api_key is not None:
        credential: Credential = ApiKey(settings.api_key)
    else:
        # Imported only for those who sign in: it takes a twentieth of a second.
        from tap_kustomer.sync.oauth import oauth_credential  # noqa: PLC0415

        # The token endpoint is no part of the API: its requests must not draw on the API's budget.
        open_token_session = partial(open_session, limiter=Limiter(clock, settings.api_usage))
        credential = oauth_credential(settings, clock, open_token_session, config_files)
    limiter = Limiter(clock, settings.api_usage, settings.searches_per_minute)
    session = open_session(BearerAuthenticator(credential, settings.base_url), limiter)
    workers = Workers(settings.max_parallel_requests, stop_if_asked)
    return RunContext(settings, clock, session, workers, stop_if_asked, SearchSchema())


def _ignore(body: Body) -> None:
    del body
