"""How an extraction can end, and what an error means for its streams."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from tap_kustomer.client.errors import AccessError, MissingError
from tap_kustomer.reading.children import NoParentFoundError
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

# The ending of an extraction that the run does not finish.
CUT_SHORT: Final = Ending(Status.CUT_SHORT, "the run ended")


def left_out(
    definition: StreamDefinition, error: StreamError, *, credential: str, was_begun: bool
) -> Ending:
    """The ending for an error that makes a stream, or the rest of it, unreadable.

    Args:
        definition: The definition of the stream.
        error: The error.
        credential: Name of the credential, which was found to work.
        was_begun: Whether the stream was read before, at least in part: then it should be there.
    """
    if isinstance(error, AccessError):
        return Ending(
            Status.LEFT_OUT,
            explain_missing_role(definition, error, credential),
            fails_run=was_begun,
        )
    if isinstance(error, NoParentFoundError):
        # The parents may all have been deleted. The next run asks about others.
        return Ending(Status.LEFT_OUT, str(error))
    if is_absent(definition, error) and not was_begun:
        return Ending(Status.LEFT_OUT, f"this organisation does not have it: {error}")
    return Ending(Status.LEFT_OUT, str(error), fails_run=True)


def incomplete(definition: StreamDefinition, error: IncompleteError, *, strict: bool) -> Ending:
    """The ending for a stream that lacks rows.

    Rows that a search counts but does not return raise this error only if counts are strict.
    Otherwise, a search raises it for a tie, for the archive, or for a list that replaces the
    search, which always fails the run. A list raises it for any missing row, which fails the run
    only if counts are strict.

    Args:
        definition: The definition of the stream.
        error: The error that says what is missing.
        strict: The setting `strict_counts`.
    """
    fails_run = strict or is_searched(root_of(definition.source))
    return Ending(Status.INCOMPLETE, str(error), fails_run=fails_run)


def explain_missing_role(definition: StreamDefinition, error: AccessError, credential: str) -> str:
    """Explain an access error of a credential that works: it lacks one of the stream's roles."""
    roles = ", ".join(definition.declaration.roles)
    if is_searched(definition.source):
        roles = f"{roles} or, to search, none of {', '.join(SEARCH_ROLES)}"
    if not roles:
        return f"{credential} may not read it: {error}"
    feature = definition.declaration.feature
    missing = f", or this organisation does not have {feature}" if feature else ""
    return f"{credential} has none of the roles {roles}{missing}: {error}"


def is_absent(definition: StreamDefinition, error: StreamError) -> bool:
    """Whether an error means that the organisation does not have the stream.

    For a stream that is only assumed to exist, any of these errors means that.
    """
    if definition.declaration.assumed:
        return True
    return isinstance(error, MissingError) and not is_searched(definition.source)
