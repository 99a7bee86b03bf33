"""KObjects: the organisation's own objects, such as orders, on a customer's timeline."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from tap_kustomer.reading.sources import Criterion, PagedList, PerParent, Search
from tap_kustomer.shaping.derived import values_of
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
from tap_kustomer.shaping.names import LONGEST, distinct, snake_case
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.definition import define
from tap_kustomer.streams.klasses import Klasses, name_of_klass
from tap_kustomer.streams.parts import (
    CREATED_AT,
    DELETION,
    IMPORTED_AT,
    ORG,
    REV,
    ROLE_GROUP_VERSIONS,
    TIME_SPENT,
    UPDATED_AT,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from tap_kustomer.shaping.fields import Field
    from tap_kustomer.streams.definition import StreamDefinition

_DONE: Final = (
    time("createdAt", "When it happened."),
    text("createdBy", "Id of the user who did it."),
    text("createdByTeam", "Id of that user's team."),
    text("assignedUser", "Id of the user that the object was assigned to."),
    text("assignedTeam", "Id of the team that the object was assigned to."),
    integer("commentCount", "Number of comments so far."),
    *TIME_SPENT,
)


# The objects of one klass. In the documented examples, the path has its name or the plural of it.
_LIST: Final = "/v1/klasses/"


class Kobjects(KustomerStream):
    """One row for each custom object, whatever its klass; `type` and `klass` say which.

    Where the search refuses, the list of each klass, by its name, serves. That takes a role of
    `klasses`.
    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "kobjects"
    group = Group.CUSTOM_OBJECTS
    resource_type = "kobject"
    foreign_keys = ("kobject_id",)
    source = Search(
        "kobject",
        fallback=PerParent(parent=Klasses.source, path=f"{_LIST}{{id}}", path_id=name_of_klass),
    )
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
                "Conversation that the object's revenue is attributed to.",
                text("conversationId", "Id of the conversation."),
                text("attributionBy", "Rule by which the revenue is attributed to it."),
                text("channel", "Channel of the conversation."),
                integer("time", "Time between the conversation and the object; unit undocumented."),
                number("revenueValue", "The revenue, in the currency of this row."),
                text("currency", "Currency of the revenue."),
            ),
            # Its state, for klasses that can be assigned.
            text("status", "State: open, snoozed or done."),
            text("subStatus", "Id of the organisation's own state within the status."),
            text("assignedUser", "Id of the user that the object is assigned to."),
            text("queue", "Id of the queue that routes the object."),
            structure("firstDone", "First time that it was marked as done.", *_DONE),
            structure("lastDone", "Latest time that it was marked as done.", *_DONE),
            integer("doneCount", "How often the object was marked as done."),
            integer("reopenCount", "How often the object was opened again."),
            integer("reopenFromDoneCount", "How often the object was opened again after done."),
            integer("reopenDoneCount", "The same, as some of Kustomer's pages spell it."),
            # When, and who may see it.
            CREATED_AT,
            UPDATED_AT,
            IMPORTED_AT,
            *DELETION,
            REV,
            ROLE_GROUP_VERSIONS,
        ),
        relationships=(
            ORG,
            to_one("klass", "Klass of the object, by its name."),
            to_one("customer", "Customer that the object belongs to."),
            to_one("company", "Company that the object belongs to."),
            to_one("queue", "Queue that routes the object."),
        ),
    )
    singular = "kobject"
    derived = (
        values_of(
            "kobject_tags",
            "tags",
            text("tagId", "Id of the tag."),
            "One row for each tag of a custom object.",
        ),
        values_of(
            "kobject_images",
            "images",
            text("url", "Address of the picture."),
            "One row for each picture of a custom object.",
        ),
    )
    joins = (
        Join("assigned_user", "users.id"),
        Join("klass_id", "klasses.name"),
        Join("sub_status", "sub_statuses.id"),
    )


# Every resource of a klass has a JSON:API type of its own.
_TYPE: Final = "kobject."

# The streams of single klasses have names that begin so.
PREFIX: Final = "kobject_"


# What `define_klass` starts from. It has no name of its own, so it is not among `STREAMS`.
class KlassKobjects(Kobjects):
    """One row for each custom object of one klass, with its custom attributes typed."""


def define_klass(
    name: str, klass: str, custom_fields: tuple[Field, ...] = (), title: str = ""
) -> StreamDefinition:
    """The stream of the custom objects of one klass, with its custom attributes typed.

    Args:
        name: Name of the stream, such as `kobject_order`.
        klass: Name of the klass in the API.
        custom_fields: The custom attributes of the klass.
        title: Name of the klass as people see it.
    """
    kobjects = define(KlassKobjects, custom_fields)
    types = (f"{_TYPE}{klass}",)
    columns = kobjects.schema["properties"]
    return replace(
        kobjects,
        name=name,
        types=types,
        schema={
            **kobjects.schema,
            # The catalog tells a later run which klass it is, for names of streams are made to fit.
            "properties": {**columns, "type": {**columns["type"], "enum": list(types)}},
            "title": title or klass,
        },
        # Which criterion this context has is undocumented: that of all klasses, or one of its own.
        own_source=Search(
            f"kobject_{klass}",
            criteria=(
                Criterion("kobject_updated_at"),
                Criterion(f"kobject_{klass}_updated_at"),
            ),
            fallback=PagedList(f"{_LIST}{quote(klass, safe='')}"),
        ),
    )


def stream_names(klasses: Iterable[str], taken: AbstractSet[str] = frozenset()) -> dict[str, str]:
    """The name of the stream of each klass. Names differ by more than capitals and underscores.

    >>> stream_names(["order", "Order", "e-return"])
    {'order': 'kobject_order', 'Order': 'kobject_order_4253ba76', 'e-return': 'kobject_e_return'}

    Args:
        klasses: Names of klasses.
        taken: Names of other streams.
    """
    sources = {klass: f"{PREFIX}{klass}" for klass in klasses}
    wanted = {source: f"{PREFIX}{snake_case(klass)}" for klass, source in sources.items()}
    names = distinct(wanted, taken, LONGEST)
    return {klass: names[source] for klass, source in sources.items()}


def klass_of(schema: Mapping[str, Any]) -> str | None:
    """The klass whose stream has this schema; None if it is not the stream of one klass."""
    types = schema.get("properties", {}).get("type", {}).get("enum")
    if isinstance(types, list) and types and str(types[0]).startswith(_TYPE):
        return str(types[0]).removeprefix(_TYPE)
    return None
