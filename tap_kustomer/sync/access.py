"""Which streams can be read, found out before a run: the option `--test`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from tap_kustomer.client.errors import AccessError, StreamError
from tap_kustomer.client.limits import BudgetKind
from tap_kustomer.reading.pages import IncompleteError
from tap_kustomer.sync.endings import explain_missing_role, is_absent

if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import Future

    from tap_kustomer.client.limits import Limiter
    from tap_kustomer.resource import Resource
    from tap_kustomer.sync.context import RunContext
    from tap_kustomer.sync.extractions import Extraction


class Readable(Enum):
    """Whether a stream can be read.

    Attributes:
        YES: Kustomer has returned rows, or none without an error.
        NO: A run leaves it out. That fails the run, unless only a role is missing and no earlier
            run has read the stream.
        ABSENT: The organisation does not have it. A run leaves it out, which fails the run only if
            an earlier one has read the stream.
        UNKNOWN: Its rows are requested for each row of another stream, and that has none.
    """

    YES = "yes"
    NO = "no"
    ABSENT = "absent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class AccessCheck:
    """What was found out about one extraction.

    Attributes:
        stream: Name of the stream that leads the extraction.
        other_count: How many other streams are made of the same rows.
        readable: Whether it can be read.
        reason: Why not, where it can't.
    """

    stream: str
    other_count: int
    readable: Readable
    reason: str = ""


def check_access(context: RunContext, extractions: Iterable[Extraction]) -> list[AccessCheck]:
    """Peek at each extraction, several at once, with a credential that was found to work.

    Raises:
        RunError: Kustomer can't be reached at all.
    """
    peeks = [
        (extraction, context.workers.submit(extraction.peek_in_worker))
        for extraction in extractions
    ]
    return [_check(context, extraction, peek) for extraction, peek in peeks]


def format_checks(checks: Iterable[AccessCheck]) -> str:
    """Format the checks as lines of text."""
    rows = [("stream (+ those made of its rows)", "readable", "")]
    rows += [(_name(check), check.readable.value, check.reason) for check in checks]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    lines = (f"{row[0]:{widths[0]}}  {row[1]:{widths[1]}}  {row[2]}".rstrip() for row in rows)
    return "\n".join(lines)


def format_limits(limiter: Limiter) -> str:
    """Format the rate limits as lines of text: those that responses stated, or assumed ones."""
    budgets = (
        ("requests", limiter.organization, BudgetKind.PLAIN),
        ("searches", limiter.search, BudgetKind.SEARCH),
    )
    stated, assumed = "stated by Kustomer", "assumed: Kustomer has stated none"
    return "\n".join(
        f"{name} a minute: {budget.limit:,} ({stated if limiter.is_stated(kind) else assumed}), "
        f"of which the tap uses up to {budget.share:.0%}"
        for name, budget, kind in budgets
    )


def _check(
    context: RunContext, extraction: Extraction, peek: Future[list[Resource] | None]
) -> AccessCheck:
    lead, other_count = extraction.lead.definition, extraction.other_count
    try:
        rows = context.workers.result(peek)
    except IncompleteError:
        # Rows came, or are counted: the role is there.
        return AccessCheck(lead.name, other_count, Readable.YES)
    except AccessError as error:
        reason = explain_missing_role(lead, error, context.session.credential.name)
        return AccessCheck(lead.name, other_count, Readable.NO, reason)
    except StreamError as error:
        readable = Readable.ABSENT if is_absent(lead, error) else Readable.NO
        return AccessCheck(lead.name, other_count, readable, str(error))
    if rows is None:
        reason = "the stream that its rows are requested for has no rows"
        return AccessCheck(lead.name, other_count, Readable.UNKNOWN, reason)
    return AccessCheck(lead.name, other_count, Readable.YES)


def _name(check: AccessCheck) -> str:
    return f"{check.stream} (+{check.other_count})" if check.other_count else check.stream
