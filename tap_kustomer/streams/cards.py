"""Cards: pages of other systems that the app shows beside a customer or a conversation."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.derived import values_of
from tap_kustomer.shaping.fields import Shape, text, texts, to_one
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import CREATION_AND_CHANGE, CREATOR_AND_EDITOR, ORG


class Cards(KustomerStream):
    """One row for each card that is installed.

    Source: https://developer.kustomer.com/api/apps-platform
    """

    name = "cards"
    group = Group.SETTINGS
    resource_type = "card"
    singular = "card"
    feature = "apps"
    source = PagedList("/v1/cards")
    roles = ("org.permission.apps.read", "org.user.apps.read", "org.admin.apps.read")
    shape = Shape(
        attributes=(
            text("name", "Name of the card."),
            text("description", "What the card shows."),
            text("url", "Address of the page that the card shows."),
            texts("contexts", "Where it is shown: customer, company, conversation or kobject."),
            *CREATION_AND_CHANGE,
        ),
        relationships=(ORG, to_one("app", "App that brought the card."), *CREATOR_AND_EDITOR),
    )
    derived = (
        values_of(
            "card_contexts",
            "contexts",
            text("context", "Where it is shown: customer, company, conversation or kobject."),
            "One row for each place where a card is shown.",
        ),
    )
