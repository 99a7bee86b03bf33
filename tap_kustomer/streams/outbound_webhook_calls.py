"""Outbound webhook calls: what Kustomer reported to other systems, and how that went."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.fields import Shape, text, timestamp, to_one
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import ORG


class OutboundWebhookCalls(KustomerStream):
    """One row for each call of an outbound webhook; how far back they go is not documented.

    Source: https://developer.kustomer.com/api/apps-platform
    """

    name = "outbound_webhook_calls"
    group = Group.SETTINGS
    resource_type = "outbound_webhook_transaction"
    selected_by_default = False
    feature = "outbound webhooks"
    source = PagedList("/v1/outbound-webhooks/transactions")
    roles = ("org.permission.outbound_webhook.read",)
    shape = Shape(
        attributes=(
            text("webhookId", "Id of the webhook."),
            text("eventName", "Name of the event."),
            text("status", "How the call went."),
            timestamp("sentAt", "When the call was sent."),
            timestamp("nextRetry", "When the call is tried again."),
        ),
        relationships=(ORG, to_one("hook", "The webhook.")),
    )
