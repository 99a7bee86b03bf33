"""Assistants: the bots that talk with customers."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.fields import Shape, boolean, text
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.parts import (
    CREATED_AT,
    CREATED_BY,
    DELETED,
    DELETED_AT,
    MODIFIED_AT,
    MODIFIED_BY,
    ORG,
    UPDATED_AT,
)


class Assistants(KustomerStream):
    """One row for each assistant; conversations refer to it by `assistant.assistant_id`.

    Unconfirmed: Kustomer does not document such a list. Another vendor has the table
    (https://fivetran.com/docs/connectors/applications/kustomer); path, role and columns are
    assumed.
    """

    name = "assistants"
    documented = False
    source = PagedList("/v1/assistants")
    roles = ("org.permission.assistant.read",)
    shape = Shape(
        attributes=(
            text("name", "Name of the assistant."),
            boolean("enabled", "Whether the assistant is in use."),
            CREATED_AT,
            UPDATED_AT,
            MODIFIED_AT,
            DELETED,
            DELETED_AT,
        ),
        relationships=(ORG, CREATED_BY, MODIFIED_BY),
    )
