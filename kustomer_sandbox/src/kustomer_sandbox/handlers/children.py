"""Lists of children of one record, those that are not plain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from kustomer_sandbox import roles
from kustomer_sandbox.errors import json_api
from kustomer_sandbox.handlers.call import Call, Endpoint
from kustomer_sandbox.lists import Listing, find, page_links, page_of
from kustomer_sandbox.parameters import whole_number

if TYPE_CHECKING:
    from kustomer_sandbox.generation.document import Document
    from kustomer_sandbox.organisation import Organisation
    from kustomer_sandbox.row import Row


def _merges(call: Call) -> Document:
    """List the merges of a customer who no longer exists, as in the documented example."""
    find(call.organisation, call.names["id"], "customer")

    def narrow(_: Organisation, rows: list[Row], __: dict[str, str]) -> list[Row]:
        return [row for row in rows if row.facts["source"].id == call.names["id"]]

    listing = Listing("", "customer_merge", narrow=narrow)
    return page_of(call.organisation, listing, call.path, dict(call.parameters))


def _session_events(call: Call) -> Document:
    given = {**call.parameters, "id": call.names["session"]}
    listing = Listing("", "customer_event", parent="customer_session")
    return page_of(call.organisation, listing, call.path, given)


def _conversation_attachments(call: Call) -> Document:
    organisation = call.organisation
    conversation = find(organisation, call.names["id"], "conversation")
    rows = [
        attachment
        for message in conversation.facts["messages"]
        for attachment in organisation.children(message, "attachment")
    ]
    found = [organisation.document(row) for row in rows]
    for row, document in zip(rows, found, strict=True):
        # The documented example has no ids, but a schema made from live data has.
        if row.number % 3 == 0:
            del document["id"]
    number = whole_number(call.parameters, "page", 1)
    size = min(whole_number(call.parameters, "pageSize", 100), 100)
    return {
        "meta": {},
        "links": page_links(call.path, call.parameters, number, size, len(found)),
        "data": found[(number - 1) * size : number * size],
    }


def _message_attachment(call: Call) -> Document:
    message = find(call.organisation, call.names["message"], "message")
    row = find(call.organisation, call.names["id"], "attachment")
    if row.facts["message"] is not message:
        raise json_api(404, "notfound", "Not Found", parameter="id")
    return {"data": call.organisation.document(row)}


def _times_in_milliseconds(call: Call) -> Document:
    listing = Listing("", "conversation_time", parent="conversation", largest=1000)
    given = {**call.parameters, "id": call.names["id"]}
    document = page_of(call.organisation, listing, call.path, given)
    document["data"] = [msgspec.json.decode(one) for one in document["data"]]
    for one in document["data"]:
        make_version_2(one)
    return document


def make_version_2(time: Document) -> None:
    """Give a handling time the units and the attributes of version 2."""
    attributes, relationships = time["attributes"], time["relationships"]
    for name in ("handleTime", "messageTime", "noteTime"):
        if attributes.get(name) is not None:
            attributes[name] *= 1000
    attributes |= {
        "timerVersion": "v2",
        "handleBy": relationships["createdBy"]["data"]["id"],
        "isFocused": True,
        "isInitialFocusSession": False,
        "agentActionTrigger": "reply_sent",
        "conversationStatus": "open",
    }
    relationships["handleBy"] = relationships["createdBy"]


def _gone(call: Call) -> Document:
    raise json_api(404, "notfound", f"Not Found: {call.path} is deprecated")


ENDPOINTS = (
    Endpoint("/v1/customers/{id}/merges", roles.MERGE, _merges),
    Endpoint("/v1/customers/{id}/events", roles.EVENT, _gone),
    Endpoint("/v1/customers/{id}/sessions/{session}/events", roles.EVENT, _session_events),
    Endpoint("/v1/conversations/{id}/attachments", roles.ATTACHMENT, _conversation_attachments),
    Endpoint("/v1/messages/{message}/attachments/{id}", roles.ATTACHMENT, _message_attachment),
    Endpoint("/v2/conversations/{id}/times", roles.CONVERSATION, _times_in_milliseconds),
)
