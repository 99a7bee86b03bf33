"""KViews: how the app shows a kind of object, such as orders on the timeline."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.fields import Shape, anything, array, boolean, structure, text
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import CREATION_AND_CHANGE, CREATOR_AND_EDITOR, ORG, REV


class Kviews(KustomerStream):
    """One row for each view.

    The parts of a view and its revision are known from another vendor
    (https://docs.aws.amazon.com/glue/latest/dg/kustomer-reading-from-entities.html).
    Source: https://developer.kustomer.com/api/apps-platform
    """

    name = "kviews"
    group = Group.SETTINGS
    resource_type = "kview"
    source = PagedList(
        "/v1/kviews",
        variants=({}, {"appDisabled": "true"}),
        optional_params=frozenset({"appDisabled"}),
    )
    roles = ("org.permission.kview.read", "org.user.kview.read", "org.admin.kview.read")
    shape = Shape(
        attributes=(
            text("name", "Name of the view in the API."),
            text("resource", "Kind of object that it shows, such as kobject.order."),
            text("context", "Where it is shown, such as expanded-timeline."),
            text("template", "How it is shown, as JSX."),
            structure(
                "meta",
                "How the view itself is presented.",
                text("displayName", "Name of the view as people see it."),
                text("icon", "Icon of the view."),
                text("state", "Whether it is open or closed at first."),
            ),
            array("layout", "Arrangement of its parts.", anything("", "One part.")),
            structure("components", "Its parts."),
            structure("conditions", "When its parts are shown."),
            boolean("advanced", "Whether it was written as JSX and not put together in the app."),
            boolean("enabled", "Whether it is in use."),
            boolean("appDisabled", "Whether the app that brought the view has been disabled."),
            *CREATION_AND_CHANGE,
            REV,
        ),
        relationships=(ORG, *CREATOR_AND_EDITOR),
    )
