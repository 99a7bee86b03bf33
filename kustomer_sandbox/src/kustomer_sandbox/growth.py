"""Events in an organisation while time passes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kustomer_sandbox.dice import Dice
from kustomer_sandbox.generation import words
from kustomer_sandbox.generation.customers import STATUSES, counted
from kustomer_sandbox.generation.history import QUIET
from kustomer_sandbox.generation.klasses import KLASSES, Klass
from kustomer_sandbox.generation.settings.registry import SETTINGS
from kustomer_sandbox.generation.staff import DESKS, USERS, agents, desks
from kustomer_sandbox.times import HOUR, MINUTE, SECOND

if TYPE_CHECKING:
    from collections.abc import Callable

    from kustomer_sandbox.row import Row
    from kustomer_sandbox.store import Store

    _Event = Callable[[Store, Dice, int], None]

# Minutes of the shortest advance; half of them stay quiet.
SHORTEST = 30


def live(organisation: Store, start: int, minutes: float) -> None:
    """Let events happen in the minutes after a time, in order."""
    dice = Dice(organisation.seed ^ (len(organisation.advances) << 32))
    first = start + SECOND
    span = int(minutes * MINUTE) - QUIET - SECOND
    events: list[tuple[int, int, _Event]] = []
    for event, per_hour in _EVENTS:
        amount = per_hour * organisation.scale * minutes * MINUTE / HOUR
        for _ in range(max(1, round(amount))):
            events.append((first + dice.below(span), len(events), event))
    for instant, _, event in sorted(events, key=lambda one: one[:2]):
        event(organisation, dice, instant)


def _living(organisation: Store, dice: Dice, type_: str) -> Row:
    """A row of a type that is not deleted."""
    rows = organisation.rows[type_]
    for _ in range(20):
        row = dice.pick(rows)
        if row.deleted is None:
            return row
    return next(row for row in rows if row.deleted is None)


def _conversation_moved(
    organisation: Store, conversation: Row, instant: int, **facts: object
) -> None:
    organisation.touch(conversation, instant, **facts)
    customer = conversation.facts["customer"]
    counts = counted(customer.facts["conversations"])
    organisation.touch(customer, instant, counts=counts)


def _new_company(organisation: Store, dice: Dice, instant: int) -> None:
    parent = _living(organisation, dice, "company")
    row = organisation.add("company", instant, late=1)
    organisation.add("kedge", instant, source=parent, target=row)


def _new_customer(organisation: Store, dice: Dice, instant: int) -> None:
    company = _living(organisation, dice, "company")
    row = organisation.add(
        "customer",
        instant,
        company=company,
        conversations=(),
        kobjects=(),
        counts=counted(()),
        late=1,
    )
    organisation.add("audit_log", instant, object=row)


def _new_conversation(organisation: Store, dice: Dice, instant: int) -> None:
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
    session = organisation.add("customer_session", instant, customer=customer)
    organisation.add(
        "customer_event", instant, customer=customer, conversation=row, session=session
    )


def _message_in(organisation: Store, conversation: Row, instant: int) -> Row:
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
    return row


def _new_message(organisation: Store, dice: Dice, instant: int) -> None:
    _message_in(organisation, _living(organisation, dice, "conversation"), instant)


def _new_attachment(organisation: Store, dice: Dice, instant: int) -> None:
    row = _message_in(organisation, _living(organisation, dice, "conversation"), instant)
    organisation.add("attachment", instant, message=row)


def _new_note(organisation: Store, dice: Dice, instant: int) -> None:
    conversation = _living(organisation, dice, "conversation")
    customer = conversation.facts["customer"]
    organisation.add("note", instant, customer=customer, conversation=conversation, late=1)
    notes = conversation.facts["notes"] + 1
    _conversation_moved(organisation, conversation, instant, notes=notes)


def _new_klass(organisation: Store, dice: Dice, instant: int) -> None:
    """Add the next klass that the organisation does not have yet, with a first object."""
    for klass in KLASSES[len(organisation.rows["klass"]) :]:
        organisation.add("klass", instant)
        _add_kobject(organisation, dice, klass, instant)


def _new_kobject(organisation: Store, dice: Dice, instant: int) -> None:
    known = KLASSES[: len(organisation.rows["klass"])]
    klass = dice.pick([klass for klass in known if klass.status == "enabled"])
    row = _add_kobject(organisation, dice, klass, instant)
    organisation.add("comment", instant, kobject=row)


def _add_kobject(organisation: Store, dice: Dice, klass: Klass, instant: int) -> Row:
    customer = _living(organisation, dice, "customer")
    row = organisation.add(
        f"kobject.{klass.name}", instant, customer=customer, conversation_id=None, late=1
    )
    kobjects = (*customer.facts["kobjects"], row)
    organisation.touch(customer, instant, kobjects=kobjects)
    return row


def _status_change(organisation: Store, dice: Dice, instant: int) -> None:
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


def _summarized(organisation: Store, dice: Dice, instant: int) -> None:
    """Let a conversation be summarized again."""
    del dice
    summaries = organisation.rows["ai_summary"]
    living = (row for row in summaries if row.facts["conversation"].deleted is None)
    summary = next(living, None)
    if summary is not None:
        organisation.touch(summary, instant)
        _conversation_moved(organisation, summary.facts["conversation"], instant)


def _rating(organisation: Store, dice: Dice, instant: int) -> None:
    """Let a customer answer a survey, once for each conversation."""
    conversation = _living(organisation, dice, "conversation")
    if not organisation.children(conversation, "satisfaction_response"):
        organisation.add("satisfaction_response", instant, conversation=conversation)
        _conversation_moved(organisation, conversation, instant)


def _writing(organisation: Store, dice: Dice, instant: int) -> None:
    """Let an agent forward a conversation, send a draft other than the first, and begin another."""
    conversation = _living(organisation, dice, "conversation")
    customer = conversation.facts["customer"]
    organisation.add("forward", instant, conversation=conversation, customer=customer)
    if sent := organisation.rows["draft"][1:]:
        organisation.purge(dice.pick(sent))
    organisation.add("draft", instant, conversation=conversation, customer=customer)


def _merge(organisation: Store, dice: Dice, instant: int) -> None:
    """Merge a customer without conversations and objects into another."""
    target = _living(organisation, dice, "customer")
    source = organisation.add(
        "customer", instant, conversations=(), kobjects=(), counts=counted(()), late=1
    )
    organisation.delete(source, instant)
    organisation.add("customer_merge", instant, source=source, target=target)
    organisation.touch(target, instant)


def _work(organisation: Store, dice: Dice, instant: int) -> None:
    """Let an agent complete one work item and leave another."""
    session = organisation.add(
        "work_session",
        instant,
        user=dice.pick(agents(organisation)),
        team=dice.pick(desks(organisation)),
        active=False,
    )
    conversation = _living(organisation, dice, "conversation")
    for completed in (instant, None):
        organisation.add(
            "work_item",
            instant,
            conversation=conversation,
            session=session,
            completed=completed,
        )
    organisation.add(
        "conversation_time",
        instant,
        conversation=conversation,
        user=session.facts["user"],
    )


def _item_done(organisation: Store, dice: Dice, instant: int) -> None:
    """Complete a work item that was left earlier."""
    del dice
    left = (row for row in organisation.rows["work_item"] if row.facts["completed"] is None)
    row = next(left, None)
    if row is not None:
        organisation.touch(row, instant, completed=instant)


def _sign_out(organisation: Store, dice: Dice, instant: int) -> None:
    """End a work session, and begin one with a work item."""
    active = [row for row in organisation.rows["work_session"] if row.facts["active"]]
    organisation.touch(active[0], instant, active=False)
    user, team = dice.pick(agents(organisation)), dice.pick(desks(organisation))
    session = organisation.add("work_session", instant, user=user, team=team, active=True)
    conversation = _living(organisation, session.dice(), "conversation")
    organisation.add(
        "work_item", instant, conversation=conversation, session=session, completed=None
    )


def _new_sla_version(organisation: Store, dice: Dice, instant: int) -> None:
    sla = dice.pick(organisation.rows["sla"])
    version = len(organisation.children(sla, "sla_version")) + 1
    organisation.add("sla_version", instant, version=version, sla=sla)
    organisation.touch(sla, instant)


def _new(type_: str) -> _Event:
    def event(organisation: Store, dice: Dice, instant: int) -> None:
        del dice
        organisation.add(type_, instant)

    return event


def _change(type_: str) -> _Event:
    def event(organisation: Store, dice: Dice, instant: int) -> None:
        organisation.touch(_living(organisation, dice, type_), instant)

    return event


def _delete(type_: str, start: int = 0, stop: int | None = None) -> _Event:
    """Make an event that deletes one of the rows at some positions, but never the last."""

    def event(organisation: Store, dice: Dice, instant: int) -> None:
        rows = [row for row in organisation.rows[type_][start:stop] if row.deleted is None]
        if len(rows) <= 1:
            return
        row = dice.pick(rows)
        organisation.delete(row, instant)
        if type_ == "conversation":
            organisation.touch(row.facts["customer"], instant)

    return event


def _replace(type_: str, kept: int) -> _Event:
    """Make an event that purges a row after the first ones, and adds another."""

    def event(organisation: Store, dice: Dice, instant: int) -> None:
        organisation.purge(dice.pick(organisation.rows[type_][kept:]))
        organisation.add(type_, instant)

    return event


# Events, and how many there are in an hour at scale 1; at least one in an advance. Rows that search
# finds are only marked as deleted; `Store.purge` removes them without a trace.
_EVENTS: tuple[tuple[_Event, float], ...] = (
    (_new_company, 0.5),
    (_new_customer, 2),
    (_new_conversation, 3),
    (_new_message, 7),
    (_new_attachment, 1),
    (_new_note, 2),
    (_new_klass, 0),
    (_new_kobject, 2),
    (_status_change, 5),
    (_rating, 0.5),
    (_summarized, 0.5),
    (_writing, 0.5),
    (_merge, 0.1),
    (_work, 2),
    (_item_done, 1),
    (_sign_out, 1),
    (_change("customer"), 3),
    (_change("company"), 1),
    (_change("message"), 3),
    (_change("note"), 1),
    (_change("kobject.order"), 2),
    *((_change(f"kobject.{klass.name}"), 0) for klass in KLASSES if klass.share),
    (_change("work_session"), 1),
    (_delete("note"), 0.3),
    (_delete("conversation"), 0.2),
    (_delete("customer"), 0.1),
    (_delete("company"), 0.1),
    (_delete("kobject.order"), 0.2),
    # Staff and settings, of which those to which others refer stay.
    (_change("user"), 0.5),
    (_change("team"), 0.2),
    (_change("role_group"), 0),
    (_new("user"), 0),
    (_new("team"), 0),
    (_new("role_group"), 0),
    (_delete("user", 1, USERS - 1), 0),
    (_delete("team", DESKS), 0),
    *((_change(type_), 0) for type_ in SETTINGS if type_ not in ("sla", "sla_version")),
    *((_new(type_), 0) for type_ in ("tag", "shortcut", "sender")),
    *((_delete(type_), 0) for type_ in ("tag", "shortcut", "sender")),
    (_delete("schedule", 1), 0),
    (_new_sla_version, 0),
    *(
        (_replace(type_, setting.kept), 0)
        for type_, setting in SETTINGS.items()
        if setting.kept is not None
    ),
)
