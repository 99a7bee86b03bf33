"""Faults on demand: what a server under strain answers instead."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

Kind = Literal[
    "status", "truncate", "reset", "not_json", "wrong_shape", "timed_out",
    "short_page", "empty_page", "backwards", "wrong_page", "miscount", "slow", "drip",
    "huge", "redirect", "echo", "churn",
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(Kind)


@dataclass
class Fault:
    """One fault, waiting for the requests it is meant for.

    ``path`` is a prefix of the request's path and ``context`` a search's
    queryContext. The first ``skip`` requests that fit go through; the next
    ``times`` meet the fault (0: all of them). ``rows`` is how many rows ``churn``
    changes and ``miscount`` claims that there are in all, and ``seconds`` how long
    ``slow`` waits and ``drip`` pauses. ``echo`` sends the Authorization header back, in
    headers and in a body of ``body``; in its ``location``, {key} stands for the key.
    """

    kind: Kind
    path: str = "/v1/"
    context: str | None = None
    times: int = 1
    skip: int = 0
    status: int = 503
    body: Literal["json", "html"] = "json"
    retry_after: float | None = None
    seconds: float = 1.0
    rows: int = 1
    megabytes: int = 200
    location: str = "https://elsewhere.example/v1/customers"

    def __post_init__(self) -> None:
        """Refuse a kind that does not exist."""
        if self.kind not in KINDS:
            message = f"unknown kind of fault: {self.kind}"
            raise ValueError(message)


def from_json(value: dict[str, Any]) -> Fault:
    """Return the fault that a control request describes, or raise ValueError."""
    known = {one.name for one in fields(Fault)}
    unknown = sorted(set(value) - known)
    if unknown or "kind" not in value:
        message = f"unknown keys: {unknown}" if unknown else "kind is missing"
        raise ValueError(message)
    return Fault(**value)


class Faults:
    """The faults that wait; each request meets at most one, beside churn."""

    def __init__(self) -> None:
        """Start without any."""
        self._waiting: list[Fault] = []

    def add(self, *faults: Fault) -> None:
        """Let faults wait for requests, in this order."""
        self._waiting = [*self._waiting, *faults]

    def clear(self) -> None:
        """Forget every fault."""
        self._waiting = []

    @property
    def waiting(self) -> list[Fault]:
        """The faults not yet used up."""
        return list(self._waiting)

    def meet(self, path: str, context: str | None, *, churn: bool) -> Fault | None:
        """Return the fault that a request meets, and count it."""
        for fault in self._waiting:
            fits = path.startswith(fault.path) and fault.context in (None, context)
            if not fits or (fault.kind == "churn") is not churn:
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            if fault.times == 1:
                self._waiting = [one for one in self._waiting if one is not fault]
            elif fault.times > 1:
                fault.times -= 1
            return fault
        return None


def disturb(fault: Fault, document: dict[str, Any]) -> None:
    """Make a good answer wrong in the way of a fault."""
    data = document.get("data")
    meta = document.setdefault("meta", {})
    if not isinstance(data, list):
        return
    if fault.kind in ("timed_out", "short_page"):
        document["data"] = data[: len(data) // 2]
    if fault.kind == "timed_out":
        meta["timed_out"] = True
    if fault.kind == "empty_page":
        document["data"] = []
    if fault.kind == "backwards":
        document["data"] = data[::-1]
    if fault.kind == "wrong_page":
        meta["page"] = int(meta.get("page", 1)) + 1
    if fault.kind == "miscount":
        meta["total"] = fault.rows
