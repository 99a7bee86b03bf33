"""What the dbt package should find, computed in plain Python from the sandbox's resources.

Nothing is taken from the package: it is written from the definitions in docs/metrics.md.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from zoneinfo import ZoneInfo

Resource = dict[str, Any]
Resources = dict[str, list[Resource]]
Row = tuple[Any, ...]

_PROMISES: Final = {
    "firstResponse": "first_response",
    "longestUnrespondedMessage": "longest_unresponded_message",
    "totalCustomerWaitTime": "total_customer_wait_time",
    "totalConversationOpenTime": "total_conversation_open_time",
    "nextReply": "next_reply",
}


@dataclass(frozen=True)
class Activity:
    """Something that counts, when it happened and for whom."""

    name: str
    at: datetime
    conversation: str | None
    customer: str | None = None
    user: str | None = None
    channel: str | None = None
    brand: str | None = None
    queue: str | None = None
    kind: str | None = None
    seconds: float | None = None
    hit: bool = False
    score: float | None = None
    teams: frozenset[str] = frozenset()


def at(text: str) -> datetime:
    """A time of the API, in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def _of(resource: Resource, *path: str) -> Any:
    value: Any = resource["attributes"]
    for step in path:
        value = (value or {}).get(step)
    return value


def _related(resource: Resource, name: str) -> Any:
    data = (resource["relationships"].get(name) or {}).get("data")
    return data["id"] if data else None


def _seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000


@dataclass(frozen=True)
class Oracle:
    """The figures of an organisation.

    Attributes:
        resources: All that it has, by type.
        zone: The time zone of the days.
        now: The present moment; promises with a later deadline are pending.
    """

    resources: Resources
    zone: ZoneInfo
    now: datetime

    def day(self, moment: datetime) -> date:
        """The day of a moment."""
        return moment.astimezone(self.zone).date()

    @property
    def range_of_days(self) -> tuple[date, date]:
        """The first and the last day of a range."""
        return (self.now - timedelta(days=120)).date(), (self.now - timedelta(days=30)).date()

    @property
    def _conversations(self) -> dict[str, Resource]:
        return {one["id"]: one for one in self.resources["conversation"]}

    @staticmethod
    def _is_deleted(resource: Resource | None) -> bool:
        return resource is not None and bool(_of(resource, "deleted"))

    @staticmethod
    def channel(conversation: Resource) -> str | None:
        """Of the first message."""
        first: str | None = _of(conversation, "firstMessageIn", "channel") or _of(
            conversation, "firstMessageOut", "channel"
        )
        return first

    def _place(self, conversation: Resource | None) -> dict[str, Any]:
        if conversation is None:
            return {}
        return {
            "channel": self.channel(conversation),
            "brand": _related(conversation, "brand"),
            "queue": _related(conversation, "queue"),
        }

    # Activities

    def activities(self) -> list[Activity]:
        """All that counts."""
        return [
            *self._messages(),
            *(one for each in self.resources["conversation"] for one in self._moments(each)),
            *self._handled(),
            *self._queued(),
        ]

    def _messages(self) -> Iterator[Activity]:
        conversations = self._conversations
        for message in self.resources["message"]:
            conversation = conversations.get(_related(message, "conversation"))
            if _of(message, "auto") or self._is_deleted(message) or self._is_deleted(conversation):
                continue
            incoming = _of(message, "direction") == "in"
            teams = (
                (_of(conversation, "assignedTeams") if incoming and conversation else None)
                if incoming
                else _of(message, "createdByTeams")
            )
            yield Activity(
                "message_in" if incoming else "message_out",
                at(_of(message, "createdAt")),
                _related(message, "conversation"),
                _related(message, "customer"),
                _related(message, "createdBy"),
                **{**self._place(conversation), "channel": _of(message, "channel")},
                kind=_of(message, "directionType"),
                seconds=_seconds(_of(message, "responseBusinessTime")),
                hit=bool((message["relationships"].get("shortcuts") or {}).get("data")),
                teams=frozenset(teams or ()),
            )

    def _moments(self, one: Resource) -> Iterator[Activity]:
        if self._is_deleted(one):
            return
        place = {
            **self._place(one),
            "conversation": one["id"],
            "customer": _related(one, "customer"),
        }
        assigned = frozenset(_of(one, "assignedTeams") or ())
        yield from self._automation(one, place, assigned)
        yield from self._survey(one, place)
        if _of(one, "sla", "matchedAt"):
            state = self.policy_state(one)
            yield Activity(
                "sla_matched",
                at(_of(one, "sla", "matchedAt")),
                **place,
                kind=state,
                hit=state == "achieved",
                teams=assigned,
            )
        if not _of(one, "messageCount"):
            return
        unmerged = _of(one, "direction") == "in" and not _of(one, "mergedTarget")
        for name, key in (
            ("first_response", "firstResponse"),
            ("first_done", "firstDone"),
            ("last_done", "lastDone"),
        ):
            if _of(one, key, "createdAt"):
                yield Activity(
                    name,
                    at(_of(one, key, "createdAt")),
                    **place,
                    user=_of(one, key, "createdBy"),
                    kind="fcr" if name == "first_done" and unmerged else None,
                    seconds=_seconds(_of(one, key, "businessTime")),
                    hit=_of(one, "status") == "done" and not _of(one, "reopenCount"),
                    teams=frozenset(_of(one, key, "createdByTeams") or ()),
                )

    @staticmethod
    def _automation(
        one: Resource, place: Mapping[str, Any], teams: frozenset[str]
    ) -> Iterator[Activity]:
        took_part = _of(one, "assistant", "assistantId") or _of(one, "aiAgent", "automationId")
        if took_part and not _of(one, "assistant", "emulation"):
            yield Activity(
                "automation",
                at(_of(one, "createdAt")),
                **place,
                kind=_of(one, "assistant", "status"),
                hit=bool(_of(one, "assistant", "fac", "isFac")),
                teams=teams,
            )

    @staticmethod
    def _survey(one: Resource, place: Mapping[str, Any]) -> Iterator[Activity]:
        level = _of(one, "satisfactionLevel") or {}
        if not level.get("status"):
            return
        rated = level["status"] in {"rated", "commented"}
        known = {
            **place,
            "channel": level.get("channel"),
            "user": level.get("sentBy"),
            "teams": frozenset(level.get("sentByTeams") or ()),
        }
        if level.get("sentAt"):
            yield Activity("survey_sent", at(level["sentAt"]), **known, hit=rated)
        if rated and level.get("score") is not None:
            rating = level.get("rating")
            yield Activity(
                "rating", at(level["createdAt"]), **known, hit=level["score"] == 1, score=rating
            )

    def _handled(self) -> Iterator[Activity]:
        conversations = self._conversations
        for one in self.resources["conversation_time"]:
            conversation = conversations.get(_related(one, "conversation"))
            if not self._is_deleted(conversation):
                yield Activity(
                    "handled",
                    at(_of(one, "createdAt")),
                    _related(one, "conversation"),
                    _related(one, "customer"),
                    _related(one, "createdBy"),
                    **self._place(conversation),
                    seconds=_of(one, "handleTime"),
                    teams=frozenset(_of(one, "createdByTeams") or ()),
                )

    def _queued(self) -> Iterator[Activity]:
        conversations = self._conversations
        for one in self.resources["work_item"]:
            conversation = conversations.get(_related(one, "resource"))
            entered, accepted = (
                _of(one, "firstEnterQueueAt"),
                _of(one, "lastRevision", "acceptedAt"),
            )
            team = _related(one, "team")
            yield Activity(
                "queued",
                at(entered),
                _related(one, "resource"),
                _related(conversation, "customer") if conversation else None,
                _related(one, "assignedTo"),
                _of(one, "channel"),
                _related(conversation, "brand") if conversation else None,
                _related(one, "queue"),
                seconds=(at(accepted) - at(entered)).total_seconds() if accepted else None,
                hit=(_of(one, "abandoned", "time") or 0) > 0,
                teams=frozenset({team} - {None}),
            )

    # Service levels

    def policy_state(self, one: Resource) -> str:
        """The state of a conversation's agreement."""
        kept, broken = (
            _of(one, "sla", "summary", "satisfiedAt"),
            _of(one, "sla", "summary", "firstBreachAt"),
        )
        if _of(one, "sla", "breached"):
            return "breached"
        return self._promise_state(kept, broken) or "pending"

    def _promise_state(self, kept: str | None, broken: str | None) -> str | None:
        if kept:
            return "achieved" if not broken or at(kept) <= at(broken) else "breached"
        if broken:
            return "breached" if at(broken) <= self.now else "pending"
        return None

    def sla_states(self) -> set[Row]:
        """Each conversation's promises and their states."""
        found = set[Row]()
        for one in self.resources["conversation"]:
            if self._is_deleted(one) or not _of(one, "sla", "matchedAt"):
                continue
            found.add((one["id"], "policy", self.policy_state(one)))
            for key, name in _PROMISES.items():
                promise = _of(one, "sla", "metrics", key) or {}
                state = self._promise_state(promise.get("satisfiedAt"), promise.get("breachAt"))
                if state:
                    found.add((one["id"], name, state))
        return found

    # What waited

    def backlog(self, last: date) -> dict[date, tuple[int, int]]:
        """Open and snoozed conversations at the end of each day."""
        found: dict[date, tuple[int, int]] = {}
        living = [one for one in self.resources["conversation"] if not self._is_deleted(one)]
        first = min(self.day(at(_of(one, "createdAt"))) for one in living)
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            waiting = sum(self._waits(one, day) for one in living)
            snoozed = sum(
                _of(one, "status") == "snoozed"
                and self._waits(one, day)
                and self.day(at(_of(one, "snooze", "statusAt") or _of(one, "updatedAt"))) <= day
                for one in living
            )
            found[day] = waiting - snoozed, snoozed
        return {day: both for day, both in found.items() if both != (0, 0)}

    def _waits(self, one: Resource, day: date) -> bool:
        if self.day(at(_of(one, "createdAt"))) > day:
            return False
        done, status = _of(one, "firstDone", "createdAt"), _of(one, "status")
        if not done:
            return status != "done" or self.day(at(_of(one, "updatedAt"))) > day
        if self.day(at(done)) > day:
            return True
        if status == "done":
            return False
        opened = _of(one, "open", "statusAt")
        again = opened if opened and at(opened) > at(done) else _of(one, "lastDone", "createdAt")
        return self.day(at(again)) <= day

    # Labels

    def tag_days(self) -> dict[Row, int]:
        """Conversations by tag and day of their creation."""
        counts: dict[Row, int] = defaultdict(int)
        for one in self.resources["conversation"]:
            if not self._is_deleted(one) and _of(one, "messageCount"):
                for tag in set(_of(one, "tags") or ()):
                    counts[tag, self.day(at(_of(one, "createdAt")))] += 1
        return counts

    def shortcut_usage(self) -> dict[Row, int]:
        """Messages by shortcut and user."""
        conversations = self._conversations
        counts: dict[Row, int] = defaultdict(int)
        for one in self.resources["message"]:
            conversation = conversations.get(_related(one, "conversation"))
            left_out = _of(one, "auto") or self._is_deleted(one) or self._is_deleted(conversation)
            if _of(one, "direction") == "out" and not left_out:
                used = (one["relationships"].get("shortcuts") or {}).get("data") or ()
                for shortcut in {each["id"] for each in used}:
                    counts[shortcut, _related(one, "createdBy")] += 1
        return counts

    def people(self) -> set[str]:
        """The ids of users whose days count: people who are not deleted."""
        return {
            one["id"]
            for one in self.resources["user"]
            if (_of(one, "userType") or "user") == "user" and not self._is_deleted(one)
        }
