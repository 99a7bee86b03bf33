"""The result of each asset, from the tap's summary file."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kustomer_dagster.streams import parent_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

COMPLETE: Final = "complete"
UNPROVEN: Final = "unproven"
LEFT_OUT: Final = "left_out"

# From the best to the worst. `unproven` is a complete stream without a count that proves it.
_STATUSES: Final = (COMPLETE, UNPROVEN, LEFT_OUT, "incomplete", "cut_short")

_FIGURES: Final = ("rows", "expected", "requests", "seconds", "bookmark")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of an asset in a run.

    Attributes:
        status: The worst status of its streams.
        reason: Why it is not complete; empty if it is.
        figures: What the summary says of its main stream, and the rows of its derived ones.
    """

    status: str
    reason: str
    figures: dict[str, Any]

    @property
    def is_loaded(self) -> bool:
        """Whether all rows that Kustomer gave are in the target."""
        return self.status in {COMPLETE, UNPROVEN}

    @property
    def is_fault(self) -> bool:
        """Whether rows are missing; a stream that the key may not read is no fault."""
        return self.status not in {COMPLETE, UNPROVEN, LEFT_OUT}


def outcomes(summary: Mapping[str, Any], parents: Mapping[str, str]) -> dict[str, Outcome]:
    """Sort the summary's streams by the assets that they belong to.

    Args:
        summary: The content of the file at `summary_path`.
        parents: The asset of each stream, by its name.
    """
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for entry in summary["streams"]:
        found[parent_of(entry["stream"], parents)].append(entry)
    return {name: _outcome(name, entries) for name, entries in found.items()}


def _outcome(name: str, entries: Iterable[Mapping[str, Any]]) -> Outcome:
    streams = {entry["stream"]: entry for entry in entries}
    main = streams.get(name, {})
    derived = {stream: entry["rows"] for stream, entry in streams.items() if stream != name}
    reasons = (entry["reason"] for entry in streams.values() if entry["reason"])
    return Outcome(
        status=max(map(_status, streams.values()), key=_STATUSES.index),
        reason="; ".join(dict.fromkeys(reasons)),
        figures={
            **{key: main[key] for key in _FIGURES if main.get(key) is not None},
            **({"derived_rows": derived} if derived else {}),
        },
    )


def _status(entry: Mapping[str, Any]) -> str:
    if entry["status"] == COMPLETE and entry["unproven"]:
        return UNPROVEN
    return str(entry["status"])
