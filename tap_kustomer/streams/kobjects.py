"""KObjects: the organisation's own objects, such as orders, on a customer's timeline."""

from __future__ import annotations

from typing import Final

from tap_kustomer.reading.sources import Search
from tap_kustomer.shaping.fields import (
    Shape,
    custom,
    integer,
    number,
    structure,
    text,
    texts,
    time,
    to_one,
)
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.parts import (
    CREATED_AT,
    IMPORTED_AT,
    ORG,
    REV,
    ROLE_GROUP_VERSIONS,
    TIME_SPENT,
    UPDATED_AT,
)

_DONE: Final = (
    time("createdAt", "When it happened."),
    text("createdBy", "Id of the user who did it."),
    text("createdByTeam", "Id of that user's team."),
    text("assignedUser", "Id of the user whom the object was assigned to."),
    text("assignedTeam", "Id of the team that the object was assigned to."),
    integer("commentCount", "Number of comments so far."),
    *TIME_SPENT,
)


class Kobjects(KustomerStream):
    """One row for each custom object, whatever its klass; `type` and `klass` say which.

    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "kobjects"
    source = Search("kobject")
    roles = (
        "org.permission.kobject.read",
        "org.permission.kobject.kobject_*.read",
        "org.user.kobject.read",
    )
    shape = Shape(
        attributes=(
            # What it is.
            text("title", "Title of the object."),
            text("description", "Description of the object."),
            text("externalId", "Identifier of the object in another system."),
            text("icon", "Icon of the object on the timeline."),
            texts("images", "Addresses of the object's pictures."),
            text("klassDisplayName", "Name of the object's klass, as people see it."),
            texts(
                "klassMixins",
                "Abilities of the klass: commentable, assignable, editable, creatable.",
            ),
            custom("Custom attributes that the organisation has defined for the object's klass."),
            structure("data", "Free content of the object, beside its custom attributes."),
            text("s3DataUrl", "Where Kustomer keeps the object's free content."),
            texts("tags", "Ids of the object's tags."),
            structure(
                "attribution",
                "Conversation that the object's revenue is put down to.",
                text("conversationId", "Id of the conversation."),
                text("attributionBy", "Rule by which the revenue is put down to it."),
                text("channel", "Channel of the conversation."),
                integer("time", "Time between both; its unit is undocumented."),
                number("revenueValue", "Revenue, in the currency beside it."),
                text("currency", "Currency of the revenue."),
            ),
            # Where it stands, for klasses that can be assigned.
            text("status", "State: open, snoozed or done."),
            text("subStatus", "Id of the organisation's own state within the status."),
            text("assignedUser", "Id of the user whom the object is assigned to."),
            text("queue", "Id of the queue that routes the object."),
            structure("firstDone", "First time that it was marked as done.", *_DONE),
            structure("lastDone", "Latest time that it was marked as done.", *_DONE),
            integer("doneCount", "How often the object was marked as done."),
            integer("reopenCount", "How often the object was opened again."),
            integer("reopenFromDoneCount", "How often the object was opened again after done."),
            # When, and who may see it.
            CREATED_AT,
            UPDATED_AT,
            IMPORTED_AT,
            REV,
            ROLE_GROUP_VERSIONS,
        ),
        relationships=(
            ORG,
            to_one("klass", "Klass of the object, by its name."),
            to_one("customer", "Customer whom the object belongs to."),
            to_one("company", "Company that the object belongs to."),
            to_one("queue", "Queue that routes the object."),
        ),
    )
