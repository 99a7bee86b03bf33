"""Outbound webhooks: which events Kustomer reports to other systems."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.derived import values_of
from tap_kustomer.shaping.fields import Shape, boolean, text, texts
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import CREATION_AND_CHANGE, CREATOR_AND_EDITOR, ORG


class OutboundWebhooks(KustomerStream):
    """One row for each outbound webhook.

    Its token, its headers and its address are left out, as they can give access.
    Source: https://developer.kustomer.com/api/apps-platform
    """

    name = "outbound_webhooks"
    group = Group.SETTINGS
    resource_type = "outbound_webhook"
    foreign_keys = ("webhook_id", "hook_id")
    singular = "outbound_webhook"
    selected_by_default = False
    feature = "outbound webhooks"
    source = PagedList("/v1/outbound-webhooks")
    roles = ("org.permission.outbound_webhook.read",)
    secrets = ("token", "headers", "url")
    shape = Shape(
        attributes=(
            text("name", "Name of the webhook."),
            boolean("enabled", "Whether the webhook is in use."),
            boolean("isError", "Whether the latest call failed."),
            texts("events", "Names of the events that it reports."),
            *CREATION_AND_CHANGE,
        ),
        relationships=(ORG, *CREATOR_AND_EDITOR),
    )
    derived = (
        values_of(
            "outbound_webhook_events",
            "events",
            text("event", "Name of the event."),
            "One row for each event that an outbound webhook reports.",
        ),
    )
