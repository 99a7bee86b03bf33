"""Apps: what is installed in the organisation, and the parts that it brought."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.derived import Derived, entries
from tap_kustomer.shaping.fields import Shape, mapping, structure, text, time
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import CREATION_AND_CHANGE, MODIFIED_BY, ORG

if TYPE_CHECKING:
    from tap_kustomer.resource import Resource
    from tap_kustomer.shaping.derived import Items


_PARTS: Final = ("actions", "cards", "hooks", "klasses", "triggers", "workflows")


def _parts(app: Resource) -> Items:
    """The parts of all kinds, each with its kind and its name."""
    return [{"kind": kind, **part} for kind in _PARTS for part in entries(kind, named="name")(app)]


class Apps(KustomerStream):
    """One row for each app that is installed.

    Source: https://developer.kustomer.com/api/apps-platform
    """

    name = "apps"
    group = Group.SETTINGS
    resource_type = "app"
    foreign_keys = ("app_id",)
    singular = "app"
    feature = "apps"
    source = PagedList("/v1/apps")
    roles = ("org.permission.apps.read", "org.user.apps.read", "org.admin.apps.read")
    shape = Shape(
        attributes=(
            text("name", "Name of the app."),
            text("version", "Version of the app."),
            text("current", "Version that is in use."),
            text("status", "State of the app, such as installed."),
            time("statusAt", "When the app reached that state."),
            text("installing", "Version that is being installed."),
            structure(
                "remote",
                "The part of the app outside Kustomer.",
                text("status", "State of that part."),
                time("statusAt", "When that part reached its state."),
            ),
            *(
                mapping(
                    kind,
                    f"The {kind} that the app brought, by their names.",
                    structure(
                        "",
                        "One part.",
                        text("id", "Id of the part."),
                        text("status", "State of the part."),
                        time("statusAt", "When the part reached its state."),
                    ),
                )
                for kind in _PARTS
            ),
            *CREATION_AND_CHANGE,
        ),
        relationships=(ORG, MODIFIED_BY),
    )
    derived = (
        Derived(
            "app_parts",
            "One row for each action, card, hook, klass, trigger or workflow that an app brought.",
            (
                text("kind", f"Kind of part: {', '.join(_PARTS)}."),
                text("name", "Name of the part."),
                text("id", "Id of the part."),
                text("status", "State of the part."),
                time("statusAt", "When the part reached its state."),
            ),
            _parts,
        ),
    )
