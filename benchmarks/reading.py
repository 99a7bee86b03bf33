"""Read conversations with the tap's session and reading engine, without Singer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_kustomer.client.authenticator import BearerAuthenticator
from tap_kustomer.client.credentials import ApiKey
from tap_kustomer.client.session import Session
from tap_kustomer.reading.context import ReadContext
from tap_kustomer.reading.reader import Reader
from tap_kustomer.reading.search.schema import SearchSchema
from tap_kustomer.reading.sources import Search

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_kustomer.client.clock import Clock
    from tap_kustomer.client.limits import Limiter
    from tap_kustomer.client.workers import Workers
    from tap_kustomer.reading.pages import Page, Shortfall, Unproven, Window


def open_session(address: str, limiter: Limiter, clock: Clock, *, parallel: int) -> Session:
    """Open a session with Kustomer's replacement at an address."""
    return Session(
        base_url=address,
        authenticator=BearerAuthenticator(ApiKey("benchmark"), address),
        limiter=limiter,
        clock=clock,
        timeout=60,
        user_agent="benchmark",
        max_retry_seconds=300,
        connections=parallel,
    )


def read_conversations(  # noqa: PLR0913
    session: Session,
    workers: Workers,
    window: Window,
    *,
    page_size: int,
    parallel: int,
    lookahead: int,
) -> Iterator[Page]:
    """Search for the conversations of a window.

    Args:
        session: Sends the requests.
        workers: Run them.
        window: When the conversations were updated.
        page_size: Rows of a page.
        parallel: The most requests at once.
        lookahead: The most bytes that may wait to be delivered.

    Raises:
        AssertionError: Fewer rows came than were counted.
    """
    context = ReadContext(
        session=session,
        workers=workers,
        page_size=page_size,
        max_parallel=parallel,
        lookahead=lookahead,
        strict=True,
        started=window.end,
        earliest=0,
        report=_never_short,
        search_schema=SearchSchema(),
    )
    source = Search("conversation")
    return Reader(context).read(source, window, "conversations", is_consumed=_always)


def _always() -> bool:
    """Whether the rows are waited for: nothing else is read."""
    return True


def _never_short(shortfall: Shortfall | Unproven) -> None:
    raise AssertionError(shortfall)
