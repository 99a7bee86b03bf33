"""Work items: conversations on their way through the queues to a user."""

from __future__ import annotations

from tap_kustomer.reading.sources import Criterion, PagedList, Search
from tap_kustomer.shaping.fields import (
    Shape,
    boolean,
    integer,
    structure,
    text,
    time,
    to_one,
)
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.parts import (
    CREATION_AND_CHANGE,
    MILLISECONDS_SPENT,
    MODIFIED_BY,
    ORG,
    REV,
)


class WorkItems(KustomerStream):
    """One row for each work item: a conversation on its way through routing.

    Kustomer does not document by which times it can be searched. If only the end of the handling
    can be searched for, work that has not ended yet comes from the list of work items, in every
    run. Where the search refuses, that list serves alone.
    Source: https://developer.kustomer.com/api/queues-and-routing
    """

    name = "work_items"
    group = Group.WORK
    resource_type = "work_item"
    foreign_keys = (
        "work_item_id",
        "pending_item_id",
    )
    source = Search(
        "work_item",
        criteria=(
            Criterion("work_item_updated_at"),
            Criterion("work_item_handle_completed_at", None, requires=("handle", "completedAt")),
        ),
        archived=False,
        fallback=PagedList("/v1/routing/work-items"),
    )
    roles = ("org.permission.routing.read", "org.user.routing.read")
    shape = Shape(
        attributes=(
            # What is to be done.
            text("resourceType", "Kind of object that the work is on: conversation."),
            time("resourceCreatedAt", "When the conversation was created."),
            text("resourceDirection", "Who began the conversation: in (customer) or out."),
            integer("resourceRev", "Revision of the conversation."),
            text("channel", "Channel of the conversation."),
            integer("workItemNumber", "Number of the conversation's work items up to this one."),
            integer("priority", "Priority of the item in routing."),
            integer("itemSize", "Share of a user's capacity that the item takes up."),
            # Its state.
            text("status", "State: ivr, queued, routed, assigned, wrap-up or completed."),
            boolean("paused", "Whether the item is paused, as its conversation is snoozed."),
            time("firstEnterQueueAt", "When the item first entered a queue."),
            integer("queuedCount", "How often the item entered a queue."),
            time("completedAt", "When the item was completed."),
            # How long it took.
            structure("ivr", "Time before the first queue.", *MILLISECONDS_SPENT),
            structure(
                "handle",
                "Time that a user worked on it.",
                *MILLISECONDS_SPENT,
                time("completedAt", "When the user ended the work."),
            ),
            structure(
                "wrapUp",
                "Time to wrap up afterwards.",
                *MILLISECONDS_SPENT,
                time("enteredAt", "When it began."),
            ),
            structure("abandoned", "Time until the customer gave up.", *MILLISECONDS_SPENT),
            integer(
                "resourceFirstQueueTime",
                "From the conversation's creation to its first queue, in milliseconds.",
            ),
            integer(
                "resourceFirstRouteTime",
                "From the conversation's creation to its first routing, in milliseconds.",
            ),
            integer(
                "resourceFirstAssignTime",
                "From the conversation's creation to its first assignment, in milliseconds.",
            ),
            structure(
                "firstRoutedResponse",
                "First response after the routing.",
                text("id", "Id of the message that responds."),
                time("createdAt", "When the message was created."),
                *MILLISECONDS_SPENT,
            ),
            structure(
                "lastRevision",
                "Latest pass of the item through routing.",
                time("enteredQueueAt", "When the item entered the queue."),
                integer("queueTime", "Time in the queue, in milliseconds."),
                integer("queueBusinessTime", "The same within business hours, in milliseconds."),
                time("routedAt", "When the item was offered to a user."),
                time("acceptedAt", "When the user accepted it."),
                boolean("timedout", "Whether the offer to the user timed out."),
                time("lastTimedoutAt", "When an offer last timed out."),
                text("externalQueue", "Name of the queue in another system."),
            ),
            # When.
            *CREATION_AND_CHANGE,
            REV,
        ),
        relationships=(
            ORG,
            to_one("resource", "Conversation that the work is on."),
            to_one("queue", "Queue that the item is or was in."),
            to_one("rule", "Queue rule that chose the queue."),
            to_one("team", "Team of the user."),
            to_one("workSession", "Work session of the user."),
            to_one("routedTo", "User that the item was offered to."),
            to_one("routedToSession", "Work session of the user that it was offered to."),
            to_one("assignedTo", "User that the item is assigned to."),
            to_one("acceptedBy", "User who accepted the item."),
            to_one("lastRevision", "Latest pass of the item through routing."),
            MODIFIED_BY,
        ),
    )
    joins = (
        Join("last_revision_id", None),  # A part of the row itself.
        Join("resource_id", "conversations.id"),
    )
