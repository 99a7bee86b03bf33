"""What happens in an organisation while time passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustomer_sandbox.dice import Dice
from kustomer_sandbox.generation import words
from kustomer_sandbox.generation.customers import STATUSES, counted
from kustomer_sandbox.generation.history import QUIET
from kustomer_sandbox.generation.settings import KLASSES
from kustomer_sandbox.generation.staff import agents, desks
from kustomer_sandbox.times import HOUR, MINUTE, SECOND

if TYPE_CHECKING:
    from collections.abc import Callable

    from kustomer_sandbox.organisation import Organisation
    from kustomer_sandbox.row import Row

    _Happening = Callable[[Organisation, Dice, int], None]

# Minutes of an advance: half of them stay quiet.
SHORTEST = 30


def live(organisation: Organisation, start: int, minutes: float) -> None:
    """Let the minutes after ``start`` happen, in order, seeded by their number."""
    dice = Dice(organisation.seed ^ (len(organisation.advances) << 32))
    first = start + SECOND
    span = int(minutes * MINUTE) - QUIET - SECOND
    happenings: list[tuple[int, int, _Happening]] = []
    for happen, per_hour in _HAPPENINGS:
        amount = per_hour * organisation.scale * minutes * MINUTE / HOUR
        for _ in range(max(1, round(amount))):
            happenings.append((first + dice.below(span), len(happenings), happen))
    for instant, _, happen in sorted(happenings, key=lambda one: one[:2]):
        happen(organisation, dice, instant)


def _living(organisation: Organisation, dice: Dice, type_: str) -> Row:
    rows = organisation.rows[type_]
    for _ in range(20):
        row = dice.pick(rows)
        if row.deleted is None:
            return row
    return next(row for row in rows if row.deleted is None)


def _conversation_moved(
    organisation: Organisation, conversation: Row, instant: int, **facts: object
) -> None:
    organisation.touch(conversation, instant, **facts)
    customer = conversation.facts["customer"]
    counts = counted(customer.facts["conversations"])
    organisation.touch(customer, instant, counts=counts)


def _new_company(organisation: Organisation, dice: Dice, instant: int) -> None:
    del dice
    organisation.add("company", instant, late=1)


def _new_customer(organisation: Organisation, dice: Dice, instant: int) -> None:
    company = _living(organisation, dice, "company")
    organisation.add(
        "customer",
        instant,
        company=company,
        conversations=(),
        kobjects=(),
        counts=counted(()),
        late=1,
    )


def _new_conversation(organisation: Organisation, dice: Dice, instant: int) -> None:
    customer = _living(organisation, dice, "customer")
    row = organisation.add(
        "conversation",
        instant,
        customer=customer,
        channel=dice.pick(words.CHANNELS),
        status="open",
        messages=(),
        notes=0,
        late=1,
    )
    talks = (*customer.facts["conversations"], row)
    organisation.touch(customer, instant, conversations=talks, counts=counted(talks))
    _message_in(organisation, row, instant)


def _message_in(organisation: Organisation, conversation: Row, instant: int) -> None:
    facts = conversation.facts
    row = organisation.add(
        "message",
        instant,
        customer=facts["customer"],
        conversation=conversation,
        channel=facts["channel"],
        position=len(facts["messages"]),
        late=1,
    )
    messages = (*facts["messages"], row)
    _conversation_moved(organisation, conversation, instant, messages=messages, status="open")


def _new_message(organisation: Organisation, dice: Dice, instant: int) -> None:
    _message_in(organisation, _living(organisation, dice, "conversation"), instant)


def _new_note(organisation: Organisation, dice: Dice, instant: int) -> None:
    conversation = _living(organisation, dice, "conversation")
    customer = conversation.facts["customer"]
    organisation.add("note", instant, customer=customer, conversation=conversation, late=1)
    notes = conversation.facts["notes"] + 1
    _conversation_moved(organisation, conversation, instant, notes=notes)


def _new_kobject(organisation: Organisation, dice: Dice, instant: int) -> None:
    customer = _living(organisation, dice, "customer")
    klass = dice.pick([klass for klass in KLASSES if klass.status == "enabled"])
    row = organisation.add(f"kobject.{klass.name}", instant, customer=customer, talk=None, late=1)
    kobjects = (*customer.facts["kobjects"], row)
    organisation.touch(customer, instant, kobjects=kobjects)


def _status_change(organisation: Organisation, dice: Dice, instant: int) -> None:
    conversation = _living(organisation, dice, "conversation")
    status = dice.pick(STATUSES)
    _conversation_moved(organisation, conversation, instant, status=status)
    organisation.add("audit_log", instant, object=conversation)
    organisation.add(
        "customer_event",
        instant,
        customer=conversation.facts["customer"],
        conversation=conversation,
    )


def _change(type_: str) -> _Happening:
    def happen(organisation: Organisation, dice: Dice, instant: int) -> None:
        organisation.touch(_living(organisation, dice, type_), instant)

    return happen


def _delete(type_: str) -> _Happening:
    def happen(organisation: Organisation, dice: Dice, instant: int) -> None:
        row = _living(organisation, dice, type_)
        organisation.delete(row, instant)
        if type_ == "conversation":
            organisation.touch(row.facts["customer"], instant)

    return happen


def _work(organisation: Organisation, dice: Dice, instant: int) -> None:
    session = organisation.add(
        "work_session",
        instant,
        user=dice.pick(agents(organisation)),
        team=dice.pick(desks(organisation)),
        active=False,
    )
    conversation = _living(organisation, dice, "conversation")
    organisation.add(
        "work_item",
        instant,
        conversation=conversation,
        session=session,
        completed=instant,
    )
    organisation.add(
        "conversation_time",
        instant,
        conversation=conversation,
        user=session.facts["user"],
    )


# What happens, and how often in an hour at scale 1; at least once in an advance.
_HAPPENINGS: tuple[tuple[_Happening, float], ...] = (
    (_new_company, 0.5),
    (_new_customer, 2),
    (_new_conversation, 3),
    (_new_message, 8),
    (_new_note, 2),
    (_new_kobject, 2),
    (_status_change, 5),
    (_work, 2),
    (_change("customer"), 3),
    (_change("company"), 1),
    (_change("message"), 3),
    (_change("note"), 1),
    (_change("kobject.order"), 2),
    (_change("work_session"), 1),
    (_change("user"), 0.5),
    (_change("team"), 0.2),
    (_change("tag"), 0.5),
    (_change("shortcut"), 0.2),
    (_delete("note"), 0.3),
    (_delete("conversation"), 0.2),
    (_delete("kobject.order"), 0.2),
)
