"""Faults on demand: bad answers in place of good ones."""

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
    """A pending fault.

    Attributes:
        kind: What goes wrong.
        path: Prefix of the paths of the requests that meet it.
        context: The `queryContext` of the searches that meet it; None for any request.
        times: How many requests meet it; 0 for all.
        skip: How many matching requests go through before.
        status: Status of the answer, for `status` and `echo`.
        body: Form of the body, for `status` and `echo`.
        retry_after: Value of `Retry-After`, for `status`.
        seconds: Delay of `slow`, and pause between the bytes of `drip`.
        rows: Number of rows that `churn` changes, and that `miscount` counts.
        location: Target of `redirect` and `echo`; in the latter, `{key}` stands for the key.
        megabytes: Size of `huge`.
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
            raise ValueError(f"unknown kind of fault: {self.kind}")


def from_json(value: dict[str, Any]) -> Fault:
    """Fault that a control request describes.

    Raises:
        ValueError: It describes none.
    """
    known = {one.name for one in fields(Fault)}
    unknown = sorted(set(value) - known)
    if unknown or "kind" not in value:
        raise ValueError(f"unknown keys: {unknown}" if unknown else "kind is missing")
    return Fault(**value)


class Faults:
    """Pending faults. Each request meets at most one, besides churn."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, *faults: Fault) -> None:
        """Add pending faults, in this order."""
        self._waiting = [*self._waiting, *faults]

    def clear(self) -> None:
        """Remove all pending faults."""
        self._waiting = []

    @property
    def waiting(self) -> list[Fault]:
        """The pending faults."""
        return list(self._waiting)

    def meet(self, path: str, context: str | None, *, churn: bool) -> Fault | None:
        """Fault that a request meets; counted as met."""
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
    """Spoil the document of a good answer."""
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
