"""Work sessions: a user's time at work, from signing in to signing out."""

from __future__ import annotations

from typing import Final

from tap_kustomer.reading.sources import PagedList, Search
from tap_kustomer.shaping.derived import Derived, entries, related, rows_of
from tap_kustomer.shaping.fields import (
    Shape,
    array,
    boolean,
    integer,
    mapping,
    structure,
    text,
    time,
    to_many,
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

_IN_A_STATUS: Final = (
    time("statusAt", "When the user last switched to the status."),
    *MILLISECONDS_SPENT,
)


class WorkSessions(KustomerStream):
    """One row for each work session of a user; those that have ended don't change any more.

    Source: https://developer.kustomer.com/api/queues-and-routing
    """

    name = "work_sessions"
    group = Group.WORK
    resource_type = "work_session"
    foreign_keys = (
        "work_session_id",
        "routed_to_session_id",
    )
    singular = "work_session"
    source = Search("work_session", archived=False, fallback=PagedList("/v1/routing/work-sessions"))
    roles = (
        "org.permission.work_session.read",
        "org.permission.routing.read",
        "org.user.routing.read",
    )
    shape = Shape(
        attributes=(
            # Whether the user works.
            boolean("active", "Whether the session is still open."),
            boolean("routable", "Whether work is routed to the user now."),
            text(
                "statusType",
                "What the user's status means: available, busy, unavailable or offline.",
            ),
            time("signedInAt", "When the user signed in."),
            time("signedOutAt", "When the user signed out."),
            # How much the user has to do.
            integer("workItemCount", "Number of work items that the user has."),
            integer("pausedWorkItemCount", "Number of them that are paused; can be negative."),
            array(
                "capacity",
                "How much the user can take, by priority.",
                structure(
                    "",
                    "Capacity for one priority.",
                    integer("priority", "The priority."),
                    integer("limit", "What the user can take at most."),
                    integer("remaining", "What the user can still take."),
                ),
            ),
            integer("totalCapacity", "What the user can take at most."),
            integer("capacityRemaining", "What the user can still take; can exceed the total."),
            text("capacityStatus", "How busy the user is, such as idle or not-at-capacity."),
            time("lastAssignedItemAt", "When the user last got a work item."),
            # What the user did.
            integer("handledItemCount", "Number of work items that the user has handled."),
            integer("handledConversationCount", "Number of conversations among them."),
            structure("totalAvailable", "Time in which the user was available.", *_IN_A_STATUS),
            structure("totalUnavailable", "Time in which the user was unavailable.", *_IN_A_STATUS),
            structure(
                "totalAvailableIdleCapacity",
                "Time in which the user was available and had nothing to do.",
                *MILLISECONDS_SPENT,
            ),
            structure(
                "totalAvailableNotAtCapacity",
                "Time in which the user was available and could take more.",
                *MILLISECONDS_SPENT,
            ),
            structure(
                "totalAvailableAtCapacity",
                "Time in which the user was available and could take no more.",
                *MILLISECONDS_SPENT,
            ),
            structure(
                "totalUnavailableAtCapacity",
                "Time in which the user was unavailable and could have taken no more.",
                *MILLISECONDS_SPENT,
            ),
            structure("totalBusy", "Time in which the user was busy.", *_IN_A_STATUS),
            structure(
                "totalBusyIdleCapacity",
                "Time in which the user was busy and had nothing to do.",
                *MILLISECONDS_SPENT,
            ),
            structure(
                "totalBusyNotAtCapacity",
                "Time in which the user was busy and could have taken more.",
                *MILLISECONDS_SPENT,
            ),
            structure(
                "totalBusyAtCapacity",
                "Time in which the user was busy and could have taken no more.",
                *MILLISECONDS_SPENT,
            ),
            structure(
                "totalUnavailableIdleCapacity",
                "Time in which the user was unavailable and had nothing to do.",
                *MILLISECONDS_SPENT,
            ),
            structure(
                "totalUnavailableNotAtCapacity",
                "Time in which the user was unavailable and could have taken more.",
                *MILLISECONDS_SPENT,
            ),
            mapping(
                "totalTimeByStatus",
                "Time in each status, by the status's id.",
                structure(
                    "",
                    "Time in one status.",
                    integer("statusSelectedCount", "How often the user switched to the status."),
                    *_IN_A_STATUS,
                ),
            ),
            # When.
            *CREATION_AND_CHANGE,
            REV,
            structure(
                "lastRevision",
                "Latest stretch of the session without a change of status.",
                integer("handledItemCount", "Number of work items that the user handled in it."),
                structure("totalAvailable", "Time in which the user was available.", *_IN_A_STATUS),
            ),
        ),
        relationships=(
            ORG,
            to_one("user", "User whose session it is."),
            to_one("team", "Team that the user works for."),
            to_one("routingSettings", "Routing settings of that team."),
            to_one("status", "Status of the user."),
            to_many("queues", "Ids of the queues that the user works on."),
            to_many("workItems", "Ids of the work items that the user has."),
            to_one("pendingItem", "Work item that is offered to the user."),
            to_one("lastRevision", "Latest stretch of the session."),
            MODIFIED_BY,
        ),
    )
    derived = (
        Derived(
            "work_session_status_times",
            "One row for each status that a user had in a session.",
            (
                text("statusId", "Id of the status."),
                integer("statusSelectedCount", "How often the user switched to the status."),
                *_IN_A_STATUS,
            ),
            entries("totalTimeByStatus", named="statusId"),
        ),
        rows_of(
            shape,
            "work_session_capacities",
            "capacity",
            "One row for each priority, with how much work of it a user can take.",
        ),
        related(
            "work_session_queues",
            "queues",
            text("queueId", "Id of the queue."),
            "One row for each queue that a user works on in a session.",
        ),
        related(
            "work_session_work_items",
            "workItems",
            text("workItemId", "Id of the work item."),
            "One row for each work item that a user has in a session.",
        ),
    )
    joins = (
        Join("last_revision_id", None),  # A part of the row itself.
    )
