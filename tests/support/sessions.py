"""Sessions with a server, or with an object that replaces its responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tap_kustomer.client.authenticator import BearerAuthenticator
from tap_kustomer.client.credentials import ApiKey
from tap_kustomer.client.limits import Limiter
from tap_kustomer.client.session import Session

if TYPE_CHECKING:
    from support.virtual_time import VirtualClock

KEY = "the-key"


def session_of(
    clock: VirtualClock, base_url: str, kind: type[Session] = Session, **settings: Any
) -> Session:
    """Make a session of an API key.

    Args:
        clock: Tells the time.
        base_url: Address of the server.
        kind: The class.
        settings: Arguments that a test depends on.
    """
    defaults: dict[str, Any] = {
        "authenticator": BearerAuthenticator(ApiKey(KEY), base_url),
        "limiter": Limiter(clock, 0.9),
        "timeout": 10,
        "user_agent": "tap-kustomer/test",
        "max_retry_seconds": 300,
        "connections": 4,
    }
    return kind(base_url=base_url, clock=clock, **{**defaults, **settings})
