"""Assistants: the bots that talk with customers."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.fields import Shape, boolean, text
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import CREATION_AND_CHANGE, CREATOR_AND_EDITOR, DELETION, ORG


class Assistants(KustomerStream):
    """One row for each assistant; conversations refer to it by `assistant.assistant_id`.

    Another vendor has the table (https://fivetran.com/docs/connectors/applications/kustomer);
    its path, role and columns are assumed.
    """

    name = "assistants"
    group = Group.SETTINGS
    resource_type = "assistant"
    documented = False
    assumed = True
    source = PagedList("/v1/assistants")
    roles = ("org.permission.assistant.read",)
    shape = Shape(
        attributes=(
            text("name", "Name of the assistant."),
            boolean("enabled", "Whether the assistant is in use."),
            *CREATION_AND_CHANGE,
            *DELETION,
        ),
        relationships=(ORG, *CREATOR_AND_EDITOR),
    )
