"""How the extraction of a stream ends: complete, or with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from tap_kustomer.client.errors import AccessError, MissingError
from tap_kustomer.reading.children import NoneFoundError
from tap_kustomer.reading.sources import is_searched, root_of
from tap_kustomer.reporting.results import Status
from tap_kustomer.streams.roles import SEARCH_ROLES

if TYPE_CHECKING:
    from tap_kustomer.client.errors import StreamError
    from tap_kustomer.reading.pages import IncompleteError
    from tap_kustomer.streams.definition import StreamDefinition


class Ending(NamedTuple):
    """How an extraction ended.

    Attributes:
        status: Whether all rows came.
        reason: Why not; empty if they did.
        fails_run: Whether the run fails for this reason once all other streams are read.
    """

    status: Status
    reason: str = ""
    fails_run: bool = False


COMPLETE: Final = Ending(Status.COMPLETE)

# What is known of an extraction until its end.
CUT_SHORT: Final = Ending(Status.CUT_SHORT, "the run ended")


def left_out(stream: StreamDefinition, error: StreamError, *, was_begun: bool) -> Ending:
    """The ending of a stream that an error keeps from being read. The key is good.

    Args:
        stream: The stream.
        error: What came.
        was_begun: Whether the stream was read before, or in part just now: then it should be there.
    """
    if isinstance(error, AccessError):
        return Ending(Status.LEFT_OUT, explain_refusal(stream, error), fails_run=was_begun)
    if isinstance(error, NoneFoundError):
        # The parents may all have been deleted. The next run asks about others.
        return Ending(Status.LEFT_OUT, str(error))
    if is_absent(stream, error) and not was_begun:
        return Ending(Status.LEFT_OUT, f"this organisation does not have it: {error}")
    return Ending(Status.LEFT_OUT, str(error), fails_run=True)


def incomplete(stream: StreamDefinition, error: IncompleteError, *, strict: bool) -> Ending:
    """The ending of a stream that lacks rows: a fault of a search, but by default none of a list.

    Args:
        stream: The stream.
        error: What is missing.
        strict: Whether it is a fault of a list too.
    """
    is_fault = strict or is_searched(root_of(stream.source))
    return Ending(Status.INCOMPLETE, str(error), fails_run=is_fault)


def explain_refusal(stream: StreamDefinition, error: AccessError) -> str:
    """Name the roles of which a good key has none, and what came."""
    roles = ", ".join(stream.roles)
    if is_searched(stream.source):
        roles = f"{roles} or, to search, none of {', '.join(SEARCH_ROLES)}"
    if not roles:
        return f"the API key may not read it: {error}"
    return f"the API key has none of the roles {roles}: {error}"


def is_absent(stream: StreamDefinition, error: StreamError) -> bool:
    """Whether an error shows that an organisation does not have a stream.

    For a stream that is only assumed to be there, any of these errors does.
    """
    if stream.assumed:
        return True
    return isinstance(error, MissingError) and not is_searched(stream.source)
