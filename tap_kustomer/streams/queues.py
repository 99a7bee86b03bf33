"""Queues: where conversations wait to be routed to an agent."""

from __future__ import annotations

from tap_kustomer.reading.sources import PagedList
from tap_kustomer.shaping.fields import Shape, boolean, integer, text, timestamp
from tap_kustomer.streams.base import KustomerStream
from tap_kustomer.streams.data_model import Group
from tap_kustomer.streams.parts import CREATED_AT, CREATOR_AND_EDITOR, MODIFIED_AT, ORG, UPDATED_AT


class Queues(KustomerStream):
    """One row for each queue, those that Kustomer itself made included.

    Source: https://developer.kustomer.com/api/queues-and-routing
    """

    name = "queues"
    group = Group.WORK
    resource_type = "queue"
    foreign_keys = ("queue_id",)
    source = PagedList(
        "/v1/routing/queues",
        variants=({}, {"all": "true"}, {"system": "true"}),
        optional_params=frozenset({"all", "system"}),
    )
    roles = (
        "org.permission.queue.read",
        "org.permission.routing.read",
        "org.user.routing.read",
    )
    shape = Shape(
        attributes=(
            text("name", "Name of the queue; the default one is DEFAULT_QUEUE."),
            text("displayName", "Name under which the app shows the queue."),
            text("description", "What the queue is for."),
            text("key", "Key by which other systems refer to the queue."),
            integer("priority", "Priority of the queue's items in routing."),
            integer("itemSize", "Share of an agent's capacity that one item takes up."),
            boolean("system", "Whether Kustomer itself made the queue."),
            boolean("restrictTransfersByUsers", "Whether users can't transfer items to it."),
            timestamp("createdAt", CREATED_AT.description),
            UPDATED_AT,
            MODIFIED_AT,
        ),
        relationships=(ORG, *CREATOR_AND_EDITOR),
    )
