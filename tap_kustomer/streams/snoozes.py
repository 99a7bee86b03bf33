"""Snooze options: what the app offers when a conversation is snoozed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tap_kustomer.reading.sources import Concatenation, PagedList, PerParent
from tap_kustomer.resource import PARENT
from tap_kustomer.shaping.fields import Shape, boolean, text
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group, Join
from tap_kustomer.streams.klasses import Klasses
from tap_kustomer.streams.parts import CREATION_AND_CHANGE, CREATOR_AND_EDITOR, ORG

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tap_kustomer.resource import Resource


def _with_klass(option: Resource) -> Iterable[Resource]:
    """The option; one that only the list of a klass has is for that klass."""
    own = {member: value for member, value in option.items() if member != PARENT}
    attributes = own.get("attributes")
    if PARENT in option and isinstance(attributes, dict):
        own["attributes"] = {"klassId": option[PARENT]["id"], **attributes}
    return (own,)


class Snoozes(KustomerStream):
    """One row for each option of the menu. Snoozes themselves are in `conversations.snooze`.

    A klass can have options of its own, for its objects.

    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "snoozes"
    group = Group.SETTINGS
    resource_type = "snooze"
    source = Concatenation(
        (
            PagedList(
                "/v1/snoozes",
                variants=({}, {"resource": "conversation"}, {"resource": "kobject"}),
                optional_params=frozenset({"resource"}),
            ),
            PerParent(
                parent=Klasses.source,
                path="/v1/snoozes",
                params={"resource": "kobject", "klassId": "{id}"},
                may_be_refused=True,
            ),
        )
    )
    roles = ("org.permission.snooze.read",)
    prepare = _with_klass
    shape = Shape(
        attributes=(
            text("name", "Name of the option, as the menu shows it."),
            text("type", "How the time is calculated: relative, dynamic or absolute."),
            text(
                "value",
                (
                    "Until when: milliseconds from now (relative), a day and a time as JSON "
                    "(dynamic) or milliseconds since 1970 (absolute)."
                ),
            ),
            text("resource", "Kind of object that it is for: conversation or kobject."),
            text("klassId", "Id of the klass that it is for."),
            boolean("enabled", "Whether the menu offers it."),
            *CREATION_AND_CHANGE,
        ),
        relationships=(ORG, *CREATOR_AND_EDITOR),
    )
    joins = (Join("klass_id", "klasses.id"),)
