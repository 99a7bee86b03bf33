"""Rows as bytes that only need to be joined.

Conversations have about 2.5 KB; customers and messages are those of the sandbox, of about 5 and
1.5 KB.
"""

from __future__ import annotations

import json
import random
from bisect import bisect_left, bisect_right
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from kustomer_sandbox import Clock, Organisation

if TYPE_CHECKING:
    from collections.abc import Iterable

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_DAY: Final = 86_400_000

# Each row has its own id and times. Every so many rows, the rest repeats.
_CONTENTS: Final = 8
_CONTENTS_OF_SANDBOX: Final = 200

# The attributes that each row has of its own.
_TIMES: Final = frozenset({"updatedAt", "createdAt"})

_WORDS: Final = ("order", "parcel", "refund", "late", "invoice", "address", "return", "thanks")


def milliseconds(text: str) -> int:
    """Convert a date-time to milliseconds since 1970."""
    moment = datetime.fromisoformat(text)
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH) // _MILLISECOND


def time_text(time: int) -> str:
    """Format a time as Kustomer does."""
    moment = _EPOCH.replace(tzinfo=None) + timedelta(milliseconds=time)
    return moment.isoformat(timespec="milliseconds") + "Z"


class Rows:
    """Rows whose `updatedAt` are spread over the year before a time, one in each equal part.

    Args:
        kind: Their type, such as `conversation`.
        count: How many rows.
        end: A time after the last row, in milliseconds since 1970.
    """

    def __init__(self, kind: str, count: int, end: int) -> None:
        draw = random.Random(1)  # noqa: S311  # A seed is there to be repeated.
        part = 365 * _DAY / count
        begin = end - 365 * _DAY
        self._times = [begin + int((n + draw.random()) * part) for n in range(count)]
        self._heads = [_head(kind, n, time) for n, time in enumerate(self._times)]
        self._contents = (
            [_conversation(draw) for _ in range(_CONTENTS)]
            if kind == "conversation"
            else [_content(**each) for each in _of_sandbox(kind, end)]
        )

    def between(self, start: int, end: int) -> range:
        """Return the numbers of the rows that were updated between two times."""
        return range(bisect_left(self._times, start), bisect_right(self._times, end))

    def page(self, numbers: range) -> bytes:
        """Return some rows, separated by commas."""
        contents = self._contents
        return b",".join(self._heads[n] + contents[n % len(contents)] for n in numbers)


def _head(kind: str, number: int, time: int) -> bytes:
    row_id = f"{number:024x}"
    return (
        f'{{"type":"{kind}","id":"{row_id}","links":{{"self":"/v1/{kind}s/{row_id}"}},'
        f'"attributes":{{"updatedAt":"{time_text(time)}","createdAt":"{time_text(time - _DAY)}",'
    ).encode()


def _of_sandbox(kind: str, end: int) -> Iterable[dict[str, Any]]:
    """Yield the attributes and relationships of some resources of the sandbox."""
    organisation = Organisation(started_at=end, clock=Clock(frozen=end), scale=0.2)
    for resource in organisation.resources(kind)[:_CONTENTS_OF_SANDBOX]:
        attributes = resource["attributes"]
        yield {
            "attributes": {key: value for key, value in attributes.items() if key not in _TIMES},
            "relationships": resource["relationships"],
        }


def _content(attributes: dict[str, Any], relationships: dict[str, Any]) -> bytes:
    """Return the rest of a row, from its third attribute on."""
    rest = json.dumps(attributes, separators=(",", ":"))[1:]
    return f'{rest},"relationships":{json.dumps(relationships, separators=(",", ":"))}}}'.encode()


def _conversation(draw: random.Random) -> bytes:

    def text(words: int) -> str:
        return " ".join(draw.choices(_WORDS, k=words))

    def some_id() -> str:
        return f"{draw.getrandbits(96):024x}"

    def time() -> str:
        return time_text(1_700_000_000_000 + draw.randrange(365 * _DAY))

    def link(kind: str, path: str) -> dict[str, Any]:
        to = some_id()
        return {"data": {"type": kind, "id": to}, "links": {"self": f"/v1/{path}/{to}"}}

    def message(direction: str) -> dict[str, Any]:
        return {
            "id": some_id(),
            "sentAt": time(),
            "createdAt": time(),
            "channel": "email",
            "directionType": f"initial-{direction}",
        }

    attributes = {
        "name": text(8),
        "preview": text(70),
        "externalId": str(draw.randrange(10**9)),
        "channels": ["email", "chat"],
        "direction": "in",
        "status": draw.choice(["open", "snoozed", "done"]),
        "open": {"statusAt": time()},
        "priority": draw.randrange(1, 6),
        "messageCount": draw.randrange(40),
        "inboundMessageCount": draw.randrange(20),
        "outboundMessageCount": draw.randrange(20),
        "noteCount": draw.randrange(5),
        "doneCount": draw.randrange(3),
        "tags": [some_id() for _ in range(3)],
        "assignedUsers": [some_id()],
        "assignedTeams": [some_id()],
        "firstMessageIn": message("in"),
        "lastMessageOut": message("out"),
        "lastMessageDirection": "out",
        "satisfaction": draw.randrange(-1, 2),
        "sentiment": {"polarity": draw.randrange(-1, 2), "confidence": round(draw.random(), 6)},
        "custom": {"orderNumberStr": str(draw.randrange(10**8)), "isUrgentBool": True},
        "modifiedAt": time(),
        "lastActivityAt": time(),
        "lastMessageAt": time(),
        "spam": False,
        "ended": False,
        "rev": draw.randrange(1, 90),
        "defaultLang": "en_us",
    }
    relationships = {
        "org": link("org", "orgs"),
        "customer": link("customer", "customers"),
        "queue": link("queue", "routing/queues"),
        "createdBy": link("user", "users"),
        "modifiedBy": link("user", "users"),
    }
    return _content(attributes, relationships)
