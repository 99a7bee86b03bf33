"""Tags: labels for customers, companies, conversations and custom objects."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.fields import Shape, text
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import (
    CREATION_AND_CHANGE,
    CREATOR_AND_EDITOR,
    DELETED_BY,
    DELETION,
    ORG,
)


class Tags(KustomerStream):
    """One row for each tag; other tables hold its id.

    Three public clients read this list; its role is assumed.
    Source: https://github.com/singer-io/tap-kustomer
    """

    name = "tags"
    group = Group.TEXTS
    resource_type = "tag"
    foreign_keys = ("tag_id",)
    documented = False
    source = PagedList("/v1/tags")
    roles = ("org.permission.tag.read",)
    shape = Shape(
        attributes=(
            text("name", "The tag as people see it."),
            text("color", "Colour of the tag in the app."),
            *CREATION_AND_CHANGE,
            *DELETION,
        ),
        relationships=(ORG, *CREATOR_AND_EDITOR, DELETED_BY),
    )
