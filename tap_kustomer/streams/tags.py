"""Tags: the words by which customers, companies, conversations and custom objects are sorted."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.fields import Shape, text
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.parts import (
    CREATED_AT,
    CREATED_BY,
    DELETED,
    DELETED_AT,
    DELETED_BY,
    MODIFIED_AT,
    MODIFIED_BY,
    ORG,
    UPDATED_AT,
)


class Tags(KustomerStream):
    """One row for each tag; other tables hold its id.

    Unconfirmed: Kustomer does not document this list nor its role, but three public clients
    read it. Source: https://github.com/singer-io/tap-kustomer
    """

    name = "tags"
    source = PagedList("/v1/tags")
    roles = ("org.permission.tag.read",)
    shape = Shape(
        attributes=(
            text("name", "The tag as people see it."),
            text("color", "Colour of the tag in the app."),
            CREATED_AT,
            UPDATED_AT,
            MODIFIED_AT,
            DELETED,
            DELETED_AT,
        ),
        relationships=(ORG, CREATED_BY, MODIFIED_BY, DELETED_BY),
    )
