"""A plausible history of an organisation."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

from kustomer_sandbox.dice import Dice
from kustomer_sandbox.generation import words
from kustomer_sandbox.generation.customers import STATUSES, counted
from kustomer_sandbox.generation.klasses import KLASSES
from kustomer_sandbox.generation.settings.registry import add_settings
from kustomer_sandbox.generation.staff import add_staff, agents, desks
from kustomer_sandbox.times import DAY, HOUR, MINUTE, SECOND, YEAR

if TYPE_CHECKING:
    from kustomer_sandbox.row import Row
    from kustomer_sandbox.store import Store

# The newest row is this much older than the organisation's start.
QUIET = 15 * MINUTE
_MONTHS_14 = 14 * 30 * DAY
_TWO_YEARS = 2 * YEAR

# Rows at scale 1.
AMOUNTS = {
    "company": 60,
    "customer": 300,
    "conversation": 600,
    "message": 2400,
    "note": 500,
    "kobject": 500,
    "conversation_time": 800,
    "work_session": 120,
    "work_item": 300,
    "satisfaction_response": 80,
    "attachment": 240,
    "audit_log": 400,
    "customer_session": 100,
    "customer_event": 600,
    "comment": 60,
    "kedge": 20,
    "draft": 30,
    "forward": 20,
    "customer_merge": 8,
}
# Rows that share one update time, whatever the options are.
TIES = {"customer": 12, "message": 40}

_CREATED = attrgetter("created")


@dataclass
class Era:
    """A period, and how much happened in it."""

    start: int
    end: int
    scale: float
    dice: Dice

    def amount(self, type_: str) -> int:
        """Number of rows of a type."""
        return max(1, round(AMOUNTS[type_] * self.scale))

    def times(self, amount: int, start: float = 0.0, end: float = 0.98) -> list[int]:
        """Sorted times within a part of the era."""
        span = self.end - self.start
        low = self.start + int(span * start)
        width = max(1, int(span * (end - start)))
        return sorted(low + self.dice.below(width) for _ in range(amount))

    def until_end(self, instant: int) -> int:
        """A time, but at most the era's end."""
        return min(instant, self.end)


def populate(organisation: Store) -> None:
    """Fill a new organisation."""
    now = organisation.started_at
    dice = Dice(organisation.seed)
    eras = [Era(now - _MONTHS_14, now - QUIET, organisation.scale, dice)]
    years = organisation.years
    if years * YEAR > _TWO_YEARS:
        # A little overlap, so that rows lie on both sides of the two-year edge.
        share = organisation.scale * 0.3 * (years - 2)
        past = Era(now - int(years * YEAR), now - _TWO_YEARS + 20 * DAY, share, dice)
        eras.insert(0, past)
    add_staff(organisation, eras[0].start - 60 * DAY, now - QUIET)
    add_settings(organisation, eras[0].start - 50 * DAY, now - QUIET)
    for era in eras:
        _EraFiller(organisation, era).fill()
    for type_, amount in {**TIES, **organisation.ties}.items():
        _tie(organisation, type_, amount, now - 3 * DAY)


class _EraFiller:
    """The rows of one era; later ones refer to earlier ones."""

    def __init__(self, organisation: Store, era: Era) -> None:
        self.organisation = organisation
        self.era = era
        self.dice = era.dice

    def fill(self) -> None:
        self.companies = self._companies()
        self.customers = self._customers()
        self.customer_times = [row.created for row in self.customers]
        self.conversations = self._conversations()
        self._messages()
        self._notes()
        self._kobjects()
        self._settle()
        self._work()
        self._trail()
        self._deletions()

    def _later(self, row: Row, within: int) -> int:
        return self.era.until_end(row.created + self.dice.below(within))

    def _companies(self) -> list[Row]:
        add, era = self.organisation.add, self.era
        rows = [
            add("company", created, era.until_end(created + self.dice.below(90 * DAY)))
            for created in era.times(era.amount("company"), 0.0, 0.5)
        ]
        # A forest: the parent of each comes before it.
        for child in range(1, min(len(rows), era.amount("kedge") + 1)):
            parent = rows[self.dice.below(child)]
            add("kedge", self._later(rows[child], DAY), source=parent, target=rows[child])
        return rows

    def _customers(self) -> list[Row]:
        add, era, dice = self.organisation.add, self.era, self.dice
        rows = []
        for created in era.times(era.amount("customer"), 0.02, 0.95):
            company = dice.pick(self.companies)
            if dice.one_in(3) and company.created < created:
                rows.append(add("customer", created, company=company))
            else:
                rows.append(add("customer", created))
        return rows

    def _customer_before(self, instant: int) -> Row:
        known = bisect_right(self.customer_times, instant)
        return self.customers[self.dice.below(known)] if known else self.customers[0]

    def _conversations(self) -> list[Row]:
        add, era, dice = self.organisation.add, self.era, self.dice
        rows = []
        for instant in era.times(era.amount("conversation"), 0.05):
            customer = self._customer_before(instant)
            created = max(instant, customer.created + SECOND)
            channel = dice.pick(words.CHANNELS)
            recent = era.end - created < 30 * DAY
            status = dice.pick(STATUSES) if recent or dice.one_in(10) else "done"
            talks = customer.facts.setdefault("conversations", [])
            row = add(
                "conversation",
                created,
                customer=customer,
                earlier=talks[-1].id if talks else None,
                channel=channel,
                status=status,
                messages=(),
                notes=0,
            )
            talks.append(row)
            rows.append(row)
        return rows

    def _messages(self) -> None:
        add, era, dice = self.organisation.add, self.era, self.dice
        counts = [0] * len(self.conversations)
        for _ in range(era.amount("message")):
            counts[dice.below(len(counts))] += 1
        for conversation, count in zip(self.conversations, counts, strict=True):
            if not count:
                continue
            gap = min(8 * HOUR, (era.end - conversation.created) // (count + 1))
            created = conversation.created
            facts = conversation.facts
            rows = []
            for position in range(count):
                updated = created + dice.below(90 * SECOND)
                if dice.one_in(20):
                    updated += dice.below(20 * DAY)
                row = add(
                    "message",
                    created,
                    era.until_end(updated),
                    customer=facts["customer"],
                    conversation=conversation,
                    channel=facts["channel"],
                    position=position,
                )
                rows.append(row)
                created += 1 + dice.below(max(1, gap))
            facts["messages"] = tuple(rows)
            conversation.updated = rows[-1].created

    def _notes(self) -> None:
        for _ in range(self.era.amount("note")):
            conversation = self.dice.pick(self.conversations)
            created = self._later(conversation, 5 * DAY)
            updated = self.era.until_end(created + self.dice.below(HOUR))
            self.organisation.add(
                "note",
                created,
                updated,
                customer=conversation.facts["customer"],
                conversation=conversation,
            )
            conversation.facts["notes"] += 1
            conversation.updated = max(conversation.updated, created)

    def _kobjects(self) -> None:
        era, dice = self.era, self.dice
        total = era.amount("kobject")
        for klass in KLASSES:
            for created in era.times(total * klass.share // 100, 0.1):
                customer = self._customer_before(created)
                company = customer.facts.get("company")
                talks = customer.facts.get("conversations", ())
                row = self.organisation.add(
                    f"kobject.{klass.name}",
                    max(created, customer.created + SECOND),
                    customer=customer,
                    conversation_id=talks[0].id if talks else None,
                    **({"company": company} if company else {}),
                )
                row.updated = era.until_end(row.created + dice.below(5 * DAY))
                customer.facts.setdefault("kobjects", []).append(row)
        self._comments()

    def _comments(self) -> None:
        kobjects = [row for one in self.customers for row in one.facts.get("kobjects", ())]
        for _ in range(self.era.amount("comment")):
            about = self.dice.pick(kobjects)
            self.organisation.add("comment", self._later(about, DAY), kobject=about)

    def _settle(self) -> None:
        """Update parents after their children."""
        dice, end = self.dice, self.era.end
        for row in self.conversations:
            extra = dice.below(2 * HOUR) if dice.below(10) else dice.below(30 * DAY)
            row.updated = min(end, row.updated + extra)
        for row in self.customers:
            facts = row.facts
            conversations = tuple(facts.get("conversations", ()))
            kobjects = tuple(sorted(facts.get("kobjects", ()), key=_CREATED))
            facts["conversations"] = conversations
            facts["kobjects"] = kobjects
            facts["counts"] = counted(conversations)
            moved = [row.created + dice.below(3 * DAY)]
            moved += [one.updated for one in conversations]
            moved += [one.created for one in kobjects]
            row.updated = min(end, max(moved))

    def _work(self) -> None:
        add, era, dice = self.organisation.add, self.era, self.dice
        people, teams = agents(self.organisation), desks(self.organisation)
        sessions = []
        starts = era.times(era.amount("work_session"))
        for number, created in enumerate(starts):
            active = number >= len(starts) - 3
            end = era.until_end(created + dice.between(2 * HOUR, 9 * HOUR))
            user, team = dice.pick(people), dice.pick(teams)
            row = add("work_session", created, end, user=user, team=team, active=active)
            sessions.append(row)
        for number in range(era.amount("work_item")):
            conversation = dice.pick(self.conversations)
            created = self._later(conversation, HOUR)
            completed = era.until_end(created + dice.between(MINUTE, DAY))
            done = dice.below(6) > 0
            add(
                "work_item",
                created,
                completed if done else created,
                conversation=conversation,
                # Only active sessions name their items.
                session=dice.pick(sessions if number else sessions[-1:]),
                completed=completed if done else None,
            )
        for _ in range(era.amount("conversation_time")):
            conversation = dice.pick(self.conversations)
            created = self._later(conversation, 5 * DAY)
            user = dice.pick(people)
            add("conversation_time", created, conversation=conversation, user=user)
        for _ in range(era.amount("satisfaction_response")):
            conversation = dice.pick(self.conversations)
            if not self.organisation.children(conversation, "satisfaction_response"):
                created = conversation.updated
                add("satisfaction_response", created, conversation=conversation)

    def _trail(self) -> None:
        add, era, dice = self.organisation.add, self.era, self.dice
        talks = [row for row in self.conversations if row.facts["messages"]]
        for conversation in talks[::3]:
            add("ai_summary", conversation.updated, conversation=conversation)
        for created in era.times(era.amount("audit_log"), 0.2):
            about = dice.pick(dice.pick((self.customers, talks)))
            add("audit_log", max(created, about.created), object=about)
        for _ in range(era.amount("attachment")):
            message = dice.pick(dice.pick(talks).facts["messages"])
            add("attachment", message.created, message=message)
        sessions = []
        for _ in range(era.amount("customer_session")):
            conversation = dice.pick(talks)
            created = conversation.created
            ended = self._later(conversation, HOUR)
            customer = conversation.facts["customer"]
            row = add("customer_session", created, ended, customer=customer)
            sessions.append((row, conversation))
        for number in range(era.amount("customer_event")):
            session, conversation = dice.pick(sessions)
            created = self._later(conversation, DAY)
            parents = {"customer": conversation.facts["customer"]}
            first = conversation.facts["messages"][0]
            if number % 3 == 0:
                parents["session"] = session
            elif number % 3 == 1:
                parents["message"] = first
            add("customer_event", created, conversation=conversation, **parents)
        self._drafts_and_forwards(talks)

    def _drafts_and_forwards(self, talks: list[Row]) -> None:
        """Add drafts and forwards. Some of them, and some shortcuts, have a file."""
        add, era, dice = self.organisation.add, self.era, self.dice
        files = [one.id for one in self.organisation.rows["attachment"]]
        for shortcut, file in zip(self.organisation.rows["shortcut"][::3], files, strict=False):
            shortcut.facts.setdefault("file", file)
        for type_ in ("draft", "forward"):
            for number in range(era.amount(type_)):
                row = dice.pick(talks)
                created = self._later(row, DAY)
                customer = row.facts["customer"]
                added = add(type_, created, conversation=row, customer=customer)
                if number % 3 == 0:
                    added.facts["file"] = files[number % len(files)]

    def _deletions(self) -> None:
        """Merge silent customers into another one, and delete a few rows."""
        era, rows = self.era, self.organisation.rows
        silent = [
            row
            for row in self.customers
            if not row.facts["conversations"] and not row.facts["kobjects"]
        ]
        target = max(self.customers, key=lambda row: len(row.facts["conversations"]))
        for row in silent[: era.amount("customer_merge")]:
            row.deleted = row.updated
            created = row.updated
            self.organisation.add("customer_merge", created, source=row, target=target)
        quiet = [row for row in self.conversations if not row.facts["messages"]]
        written = [row for row in quiet if not row.facts["notes"]]
        first = rows["note"][-era.amount("note") :: 50]
        for row in (*written[::2], *first, *self.companies[::30]):
            row.deleted = row.updated


def _tie(organisation: Store, type_: str, amount: int, instant: int) -> None:
    """Give rows one exact update time, as a bulk update does."""
    rows = [row for row in organisation.index(type_) if row.updated <= instant]
    if len(rows) < amount:
        raise ValueError(
            f"a tie of {amount} {type_} rows needs more than the {len(rows)} there are: "
            "raise the scale"
        )
    dice = Dice(organisation.seed ^ amount)
    start = dice.below(len(rows))
    for number in range(amount):
        row = rows[(start + number) % len(rows)]
        if row.deleted:
            row.deleted = instant
        row.updated = instant
    organisation.resort()
