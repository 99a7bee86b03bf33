"""Klasses: the kinds of custom objects that the organisation has defined."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.derived import values_of
from tap_kustomer.shaping.fields import Shape, boolean, text, texts
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import CREATED_AT, ORG, UPDATED_AT

if TYPE_CHECKING:
    from collections.abc import Mapping

_TITLE: Final = "display_name"


def name_of_klass(klass: Mapping[str, Any]) -> str | None:
    """The name of a klass, as paths of the API have it; None if it has none."""
    attributes = klass.get("attributes")
    name = attributes.get("name") if isinstance(attributes, dict) else None
    return name if isinstance(name, str) and name else None


class Klasses(KustomerStream):
    """One row for each klass, such as order, disabled ones included.

    Source: https://developer.kustomer.com/api/core-resources
    """

    name = "klasses"
    group = Group.CUSTOM_OBJECTS
    resource_type = "klass"
    singular = "klass"
    # The list holds the klasses of one status; without the parameter, the enabled ones.
    source = PagedList(
        "/v1/klasses",
        variants=({"status": "enabled"}, {"status": "existing_only"}, {"status": "disabled"}),
    )
    roles = ("org.permission.klass.read", "org.user.klass.read", "org.admin.klass.read")
    shape = Shape(
        attributes=(
            text("name", "Name of the klass in the API, such as order."),
            # Of two names that targets may not tell apart, the documented one is kept.
            replace(text("displayName", "Name of the klass as people see it."), column=_TITLE),
            text("displayname", "The same as display_name, as one of Kustomer's pages spells it."),
            text("icon", "Icon of the klass."),
            text("color", "Colour of the klass."),
            text(
                "status",
                "State: enabled, existing_only (objects stay, none are added) or disabled.",
            ),
            texts(
                "mixins",
                "Abilities of its objects: commentable, assignable, editable, creatable.",
            ),
            text("klassSchema", "Schema that the klass was made from."),
            text("appVersion", "Version of the app that brought the klass."),
            boolean("appDisabled", "Whether the app that brought the klass has been disabled."),
            text("s3DataUrl", "Where Kustomer keeps data of the klass."),
            CREATED_AT,
            UPDATED_AT,
        ),
        relationships=(ORG,),
    )
    derived = (
        values_of(
            "klass_mixins",
            "mixins",
            text("mixin", "The ability: commentable, assignable, editable or creatable."),
            "One row for each ability of a klass's objects.",
        ),
    )
