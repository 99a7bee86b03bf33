"""Says which tables the API key can read, before a run has to find out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from tap_kustomer.client.errors import AccessError, StreamError
from tap_kustomer.reading.pages import IncompleteError, Page
from tap_kustomer.reading.prefetch import Prefetch
from tap_kustomer.sync.extractions import explain_refusal, is_absent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tap_kustomer.sync.context import Context
    from tap_kustomer.sync.extractions import Extraction


class Readable(Enum):
    """Whether a table can be read.

    Attributes:
        YES: Kustomer has answered.
        NO: A run would leave the table out, and fail in the end.
        ABSENT: The organisation does not have it: a run leaves it out.
        UNKNOWN: It is asked for by the rows of another table, and that has none to ask by.
    """

    YES = "yes"
    NO = "no"
    ABSENT = "absent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class AccessCheck:
    """What a trial has shown of one reading.

    Attributes:
        table: Name of the table that the reading is made for.
        others: How many tables are made of the same rows.
        readable: Whether it can be read.
        reason: Why not, where it can't.
    """

    table: str
    others: int
    readable: Readable
    reason: str = ""


def check_access(context: Context, extractions: Iterable[Extraction]) -> list[AccessCheck]:
    """Ask for as little of each extraction as shows whether it can be read, several at once.

    The key was found to work: what is refused lacks a role.

    Raises:
        RunError: Kustomer can't be asked at all.
    """
    opened = [(extraction, _open(context, extraction)) for extraction in extractions]
    return [_finding(extraction, pages) for extraction, pages in opened]


def table_of(findings: Iterable[AccessCheck]) -> str:
    """What the trials have shown, in lines of text."""
    rows = [("stream (+ those made of its rows)", "readable", "")]
    rows += [(_name(finding), finding.readable.value, finding.reason) for finding in findings]
    widths = [max(len(row[place]) for row in rows) for place in (0, 1)]
    lines = (f"{row[0]:{widths[0]}}  {row[1]:{widths[1]}}  {row[2]}".rstrip() for row in rows)
    return "\n".join(lines)


def _open(context: Context, reading: Extraction) -> Prefetch:
    def read(is_consumed: Callable[[], bool]) -> Iterator[Page]:
        del is_consumed
        rows = reading.sample()
        if rows is not None:
            yield Page(rows)

    return Prefetch(read, before_waiting=lambda: None, stop_if_asked=context.stop_if_asked)


def _finding(reading: Extraction, pages: Iterable[Page]) -> AccessCheck:
    lead, others = reading.lead.definition, reading.others
    try:
        if list(pages):
            return AccessCheck(lead.name, others, Readable.YES)
    except IncompleteError:
        return AccessCheck(lead.name, others, Readable.YES)
    except AccessError as error:
        return AccessCheck(lead.name, others, Readable.NO, explain_refusal(lead, error))
    except StreamError as error:
        readable = Readable.ABSENT if is_absent(lead, error) else Readable.NO
        return AccessCheck(lead.name, others, readable, str(error))
    return AccessCheck(
        lead.name, others, Readable.UNKNOWN, "there are no rows by which to ask for it"
    )


def _name(finding: AccessCheck) -> str:
    return f"{finding.table} (+{finding.others})" if finding.others else finding.table
