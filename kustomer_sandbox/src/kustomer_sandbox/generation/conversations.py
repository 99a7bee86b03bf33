"""Conversations, the widest record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kustomer_sandbox.generation import words
from kustomer_sandbox.generation.custom import values
from kustomer_sandbox.generation.document import (
    ABSENT,
    NOTHING,
    Document,
    at,
    deletion,
    maybe,
    present,
    rarely,
    resource,
    seldom,
    sparse,
    stamps,
    to_one,
)
from kustomer_sandbox.generation.messages import addresses
from kustomer_sandbox.generation.staff import agents, desks
from kustomer_sandbox.times import DAY, HOUR, MINUTE

if TYPE_CHECKING:
    from kustomer_sandbox.dice import Dice
    from kustomer_sandbox.row import Row
    from kustomer_sandbox.store import Store

_SURVEY_STATUSES = ("scheduled", "offered", "rated", "commented", "unresponded")


def conversation(organisation: Store, row: Row) -> Document:
    """Build a conversation."""
    dice, changing = row.dice(), row.revision_dice()
    facts = row.facts
    status, channel = facts["status"], facts["channel"]
    messages: tuple[Row, ...] = facts.get("messages", ())
    tags = [tag.id for tag in organisation.rows["tag"][:30]]
    actors = _Actors(organisation, changing)
    outbound = len(messages) // 2
    polarity = changing.between(-1, 1)
    done = status == "done"
    ended = done and dice.one_in(3)
    updated = row.updated
    attributes: Document = {
        "externalId": maybe(dice, f"conversation-{row.number}"),
        "name": maybe(dice, dice.pick(words.SUBJECTS)),
        "preview": maybe(dice, dice.pick(words.SENTENCES)),
        "replyChannel": maybe(dice, channel),
        "defaultLang": maybe(dice, dice.pick(words.LANGUAGES)),
        "locale": rarely(dice, dice.pick(words.LOCALES)),
        "phase": rarely(dice, "initial"),
        "externalQueue": rarely(dice, "amazon-connect", 12),
        "billingStatus": rarely(dice, "no_messages") if messages else "no_messages",
        "status": status,
        "channels": _channels(channel, dice) if messages else NOTHING[row.number % 3],
        "direction": "in",
        "lastMessageDirection": "in" if len(messages) % 2 else "out",
        "open": {"statusAt": at(row.created)},
        "snooze": {
            "status": "scheduled",
            "statusAt": at(updated),
            "time": at(updated + DAY),
        }
        if status == "snoozed"
        else maybe(dice, None),
        "priority": dice.between(1, 5),
        "messageCount": len(messages),
        "noteCount": facts.get("notes", 0),
        "outboundMessageCount": outbound,
        "inboundMessageCount": len(messages) - outbound,
        "doneCount": int(done),
        "snoozeCount": maybe(dice, int(status == "snoozed")),
        "reopenCount": maybe(dice, row.rev // 3),
        "reopenFromDoneCount": maybe(dice, 0),
        "rev": row.rev,
        "satisfaction": dice.pick((None, 0, 1, 0.5)),
        "satisfactionLevel": _satisfaction(organisation, row, dice, actors),
        **stamps(row),
        "importedAt": rarely(dice, at(row.created)),
        "lastActivityAt": at(updated),
        "lastMessageAt": at(messages[-1].created) if messages else None,
        "lastReceivedAt": at(messages[0].created) if messages else ABSENT,
        "spam": rarely(dice, False),
        "mergedTarget": rarely(dice, True, 20),
        "pinned": maybe(dice, dice.one_in(9)),
        "pinnedAt": rarely(dice, at(row.created + MINUTE), 12),
        "ended": ended,
        "endedAt": at(updated) if ended else maybe(dice, None),
        "endedReason": "solved 👍" if ended else ABSENT,
        "endedByType": dice.pick(("user", "customer")) if ended else ABSENT,
        "locked": rarely(dice, True, 20),
        "lockedAt": rarely(dice, at(row.created + HOUR), 20),
        "deleted": rarely(dice, False),
        "tags": sparse(changing, changing.some(tags, 4)),
        "assignedUsers": actors.users(),
        "assignedTeams": actors.teams(),
        "campaign": rarely(dice, "0123456789abcdef01234567", 15),
        "suggestedTags": [{"tag": tag, "confidence": 0.5} for tag in changing.some(tags, 2)],
        "suggestedShortcuts": _suggested_shortcuts(organisation, changing),
        "predictions": [
            {
                "field": "priority",
                "classifier": "c" * 24,
                "prediction": "d" * 24,
                "createdAt": at(row.created),
                "automatedAt": at(row.created),
            }
        ]
        if seldom(row, dice, 9)
        else [],
        "sentiment": dice.pick((None, {}, {"polarity": polarity, "confidence": 0.649023})),
        **_first_and_last(row, messages, actors),
        **_done(row, actors, len(messages)),
        **_sla(row, dice, changing),
        **_assistance(organisation, row, dice),
        "modificationHistory": _history(row, changing),
        "matchedTimeBasedRules": [],
        "skills": ["refunds", "german"][: row.number % 3],
        "linkedConversations": _linked(row),
        "roleGroupVersions": [],
        "accessOverride": [],
        "subStatus": rarely(dice, organisation.rows["sub_status"][0].id),
        "custom": values("conversation", row, changing),
        **deletion(row),
    }
    relationships = _relationships(organisation, row, dice, changing)
    return resource(organisation, row, attributes, relationships)


class _Actors:
    """Random agents, and lists of ids that may be empty, null or absent."""

    def __init__(self, organisation: Store, changing: Dice) -> None:
        self._changing = changing
        self._users = [one.id for one in agents(organisation)]
        self._teams = [one.id for one in desks(organisation)]
        self.agent: str = changing.pick(self._users)

    def users(self) -> Any:
        return sparse(self._changing, self._changing.some(self._users, 2))

    def teams(self) -> Any:
        return sparse(self._changing, self._changing.some(self._teams, 2))

    def all(self) -> Document:
        return {
            "createdBy": self.agent,
            "createdByTeams": self.teams(),
            "assignedUsers": self.users(),
            "assignedTeams": self.teams(),
        }


def _linked(row: Row) -> list[str]:
    """Sometimes, the id of an earlier conversation of the same customer."""
    earlier: str | None = row.facts.get("earlier")
    return [earlier] if earlier is not None and row.number % 4 == 0 else []


def _channels(channel: str, dice: Dice) -> list[str]:
    other = dice.pick(("email", "chat", "voice"))
    return [channel] if dice.below(4) or other == channel else [channel, other]


def _suggested_shortcuts(organisation: Store, changing: Dice) -> list[Document]:
    shortcuts = organisation.rows["shortcut"][:20]
    return [{"shortcutId": one.id, "confidence": 0.25} for one in changing.some(shortcuts, 1)]


def _satisfaction(organisation: Store, row: Row, dice: Dice, actors: _Actors) -> Any:
    answers = organisation.children(row, "satisfaction_response")
    if not answers:
        return {} if dice.one_in(3) else ABSENT
    answer = answers[0]
    when = at(answer.created)
    text = words.SENTENCES[answer.number % len(words.SENTENCES)]
    return present(
        {
            "form": organisation.rows["satisfaction"][0].id,
            "formResponse": answer.id,
            "channel": row.facts["channel"],
            "status": _SURVEY_STATUSES[answer.number % 5],
            "scheduledFor": when,
            "createdAt": when,
            "updatedAt": when,
            "sentAt": when,
            "sentBy": agents(organisation)[0].id,
            "sentByTeams": actors.teams(),
            "score": answer.number % 2,
            "rating": answer.number % 11,
            "firstAnswer": text,
            "answers": [{"id": "q1", "prompt": "Why? 🤔", "answer": text}][: answer.number % 2],
        }
    )


def _first_and_last(row: Row, messages: tuple[Row, ...], actors: _Actors) -> Document:
    if not messages:
        return {"lastMessageIn": {}, "firstResponse": {}}
    channel = row.facts["channel"]

    def message(one: Row, *, out: bool = False) -> Document:
        return {
            "id": one.id,
            "sentAt": at(one.created),
            "createdAt": at(one.created),
            "channel": channel,
            **({"createdBy": actors.agent} if out else {}),
        }

    first, last = messages[0], messages[-1 if len(messages) % 2 else -2]
    answers = messages[1::2]
    state: Document = {
        "firstMessageIn": {
            **message(first),
            "directionType": "initial-in",
            "meta": addresses(channel, row.number, "in"),
            "firstDelivered": {
                "timestamp": at(first.created),
                "clientType": "web",
                "clientVersion": "2.1",
                "supportsReadReceipts": True,
            },
        },
        "lastMessageIn": {
            **message(last),
            "meta": addresses(channel, row.number, "in"),
        },
        "firstResponse": {},
    }
    if len(messages) % 2:
        unanswered = {k: message(last)[k] for k in ("id", "sentAt", "createdAt")}
        state["lastMessageUnrespondedTo"] = unanswered
        state["lastMessageUnrespondedToSinceLastDone"] = unanswered
    if answers:
        passed = answers[0].created - first.created
        timing = {"time": passed, "businessTime": passed // 3}
        response = present(
            {
                "id": answers[0].id,
                **actors.all(),
                "createdAt": at(answers[0].created),
                "sentAt": at(answers[0].created),
                **timing,
                "responseTime": passed,
                "source": "agent",
            }
        )
        state |= {
            "firstMessageOut": present(
                {
                    **message(answers[0], out=True),
                    "directionType": "response-out",
                    "createdByTeams": actors.teams(),
                }
            ),
            "lastMessageOut": message(answers[-1], out=True),
            "firstResponse": response,
            "firstResponseSinceLastDone": response,
            "lastResponse": present(
                {
                    "id": answers[-1].id,
                    **actors.all(),
                    "createdAt": at(answers[-1].created),
                    **timing,
                    "source": "agent",
                }
            ),
        }
    return state


def _done(row: Row, actors: _Actors, count: int) -> Document:
    done, channel = row.facts["status"] == "done", row.facts["channel"]
    passed = row.updated - row.created
    state: Document = {
        "totalOpen": {
            "time": passed,
            "businessTime": passed // 3,
            "businessTimeBySchedule": passed // 3,
            "timeSinceLastDone": 0,
            "businessTimeSinceLastDone": 0,
            "businessTimeByScheduleSinceLastDone": 0,
        },
        "totalDone": {"time": 0, "businessTime": 0} if done else {},
        "totalSnooze": {"time": 0, "businessTime": 0},
    }
    if done:
        outcome = {
            "createdAt": at(row.updated),
            "time": passed,
            "businessTime": passed // 3,
            "noteCount": row.facts.get("notes", 0),
            "messageCount": count,
            "messageCountByChannel": {channel: count},
            "outboundMessageCount": count // 2,
            "outboundMessageCountByChannel": {channel: count // 2} if count else None,
            "lastMessageDirection": "in" if count % 2 else "out",
            "lastMessageDirectionType": "followup-in" if count % 2 else "response-out",
            "source": "agent",
        }
        state |= {
            "firstDone": present({**actors.all(), **outcome}),
            "lastDone": present({**actors.all(), **outcome}),
        }
    return state


def _sla(row: Row, dice: Dice, changing: Dice) -> Document:
    if row.number % 3:
        return {}
    breach, met = at(row.created + 4 * HOUR), at(row.created + HOUR)
    breached = changing.one_in(4)
    timing = {"breachAt": breach, "satisfiedAt": met}
    sla = {
        "name": "Standard",
        "version": 1,
        "matchedAt": at(row.created),
        "status": changing.pick(("done", "pending", "paused")),
        "breached": breached,
        "breach": {"metric": "firstResponse", "at": breach} if breached else {},
        "summary": {"satisfiedAt": met, "firstBreachAt": breach},
        "metrics": {
            "firstResponse": timing,
            "longestUnrespondedMessage": timing,
            "totalCustomerWaitTime": {"breachAt": breach},
            "totalConversationOpenTime": {},
            "nextReply": {**timing, "onTimeCount": dice.below(5), "lateCount": 0},
        },
    }
    return {"sla": sla}


def _assistance(organisation: Store, row: Row, dice: Dice) -> Document:
    state: Document = {
        "attribution": rarely(
            dice,
            {
                "totalRevenue": dice.pick((64.67, 120)),
                "hasAttributableRevenue": True,
                "currency": "USD",
            },
        ),
        "aiAgent": rarely(dice, {"automationId": [organisation.rows["ai_automation"][0].id]}),
        "assistant": ABSENT,
        "lastDeflection": ABSENT,
        "firstCompany": ABSENT,
    }
    company = row.facts["customer"].facts.get("company")
    if company is not None:
        state["firstCompany"] = {"id": company.id, "name": f"Company {company.number}"}
    if row.facts.get("late"):
        # Kustomer adds attributes without notice.
        state["handoffReason"] = "asked for a person"
    if dice.one_in(6):
        article = organisation.rows["kb_article"][0]
        state["assistant"] = {
            "fac": {
                "isFac": True,
                "source": {"type": "chat", "channel": "chat"},
                "createdAt": at(row.created),
                "reasons": ["asked"],
                "exclusions": [],
            },
            "assistantId": [organisation.rows["assistant"][0].id],
            "status": "transferred",
            "type": "chat",
            "emulation": False,
            "transferredAt": at(row.created + MINUTE),
            "app": "chat",
            "channel": "chat",
        }
        state["lastDeflection"] = {
            "deflectedAt": at(row.created),
            "type": "article",
            "status": "offered",
            "query": {"rawText": "return an item"},
            "articles": [
                {
                    "id": article.id,
                    "version": "1",
                    "lang": "en_us",
                    "title": "How to return an item",
                    "url": "https://help.example.com/return",
                    "visited": 0,
                    "deflected": False,
                }
            ],
        }
    return state


def _history(row: Row, changing: Dice) -> Document:
    names = ("name", "priority", "channel", "assignedTeams", "assignedUsers", "brand",
             "defaultLang", "status", "tags", "custom")  # fmt: skip
    changed, created = at(row.updated), at(row.created)
    return {f"{name}At": changing.pick((None, created, changed)) for name in names}


def _relationships(organisation: Store, row: Row, dice: Dice, changing: Dice) -> Document:
    staff = agents(organisation)
    rows = organisation.rows
    relationships: Document = {
        "customer": to_one(row.facts["customer"]),
        "messages": {"links": {"self": f"/v1/conversations/{row.id}/messages"}},
        "createdBy": maybe(dice, to_one(dice.pick(staff))),
        "modifiedBy": maybe(changing, to_one(changing.pick(staff))),
        "brand": maybe(dice, to_one(dice.pick(rows["brand"][:3]))),
        "queue": maybe(changing, to_one(changing.pick(rows["queue"][:5]))),
        "endedBy": rarely(dice, to_one(dice.pick(staff))),
        "pinnedBy": rarely(dice, to_one(dice.pick(staff)), 12),
        "lockedBy": rarely(dice, to_one(dice.pick(staff)), 20),
        "deletedBy": to_one(staff[0]) if row.deleted else ABSENT,
        "subStatus": rarely(dice, to_one(rows["sub_status"][0])),
    }
    if row.number % 3 == 0:
        version = rows["sla_version"][0]
        relationships["sla"] = to_one(rows["sla"][0])
        relationships["slaVersion"] = {"data": {"type": version.type, "id": version.id}}
    return relationships
