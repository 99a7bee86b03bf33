"""Customers, conversations and messages as Kustomer shows them fit their columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tap_kustomer.shaping.records import compile_shaper
from tap_kustomer.shaping.schema import record_schema
from tap_kustomer.streams.conversations import Conversations
from tap_kustomer.streams.customers import Customers
from tap_kustomer.streams.messages import Messages

if TYPE_CHECKING:
    from tap_kustomer.streams.base import KustomerStream


ORG = {
    "links": {"self": "/v1/orgs/600000000000000000000009"},
    "data": {"type": "org", "id": "600000000000000000000009"},
}


USER = {
    "links": {"self": "/v1/users/600000000000000000000001"},
    "data": {"type": "user", "id": "600000000000000000000001"},
}


CUSTOMER: dict[str, Any] = {
    "type": "customer",
    "id": "600000000000000000000011",
    "attributes": {
        "name": "Ada Example",
        "displayName": "Ada Example",
        "displayColor": "yellow",
        "displayIcon": "flower",
        "externalId": "my-customer-database-id",
        "externalIds": [{"externalId": "my-customer-database-id", "verified": True, "id": None}],
        "sharedExternalIds": [],
        "emails": [
            {"email": "ada.example@example.com", "verified": True, "type": "home", "id": None}
        ],
        "sharedEmails": [],
        "phones": [],
        "sharedPhones": [],
        "smoochIds": [],
        "whatsapps": [],
        "facebookIds": [],
        "instagramIds": [],
        "socials": [],
        "sharedSocials": [],
        "urls": [],
        "locations": [],
        "activeUsers": [],
        "watchers": [],
        "recentLocation": {"updatedAt": "2016-11-07T23:22:01.746Z"},
        "locale": None,
        "timeZone": None,
        "birthdayAt": None,
        "gender": None,
        "presence": "offline",
        "createdAt": "2016-11-07T23:20:29.080Z",
        "updatedAt": "2016-11-09T04:47:07.036Z",
        "modifiedAt": "2016-11-09T04:47:07.036Z",
        "lastSeenAt": "2016-11-07T23:23:51.582Z",
        "lastActivityAt": "2016-11-09T04:47:07.036Z",
        "deleted": False,
        "lastMessageIn": {"sentAt": "2016-11-07T23:22:02.281Z", "sentiment": None},
        "lastMessageOut": {},
        "lastMessageUnrespondedTo": {},
        "lastConversation": {
            "id": "600000000000000000000701",
            "channels": ["email"],
            "sentiment": {"confidence": 0.649023, "polarity": 1},
            "tags": [],
        },
        "conversationCounts": {"all": 3, "snoozed": 0, "open": 2, "done": 1},
        "preview": {
            "previewAt": "2016-11-07T23:23:26.039Z",
            "type": "message_out",
            "text": "...",
            "subject": "...",
        },
        "recentItems": [
            {
                "meta": {"klassName": "order"},
                "updatedAt": "2020-10-01T12:06:20.291Z",
                "type": "kobject",
                "id": "600000000000000000000012",
            }
        ],
        "satisfactionLevel": {
            "firstSatisfaction": {"sentByTeams": []},
            "lastSatisfaction": {"sentByTeams": []},
        },
        "tags": [],
        "sentiment": {"polarity": 1, "confidence": 0.649023},
        "progressiveStatus": "open",
        "verified": True,
        "rev": 37,
        "roleGroupVersions": [],
        "accessOverride": [],
    },
    "relationships": {
        "org": ORG,
        "messages": {"links": {"self": "/v1/customers/600000000000000000000011/messages"}},
        "modifiedBy": USER,
        "orders": {
            "links": {"self": "/v1/customers/600000000000000000000011/klasses/orders"},
            "meta": {"kobject": True},
        },
    },
    "links": {"self": "/v1/customers/600000000000000000000011"},
}


CONVERSATION: dict[str, Any] = {
    "type": "conversation",
    "id": "600000000000000000000701",
    "attributes": {
        "name": "",
        "channels": ["email"],
        "status": "done",
        "messageCount": 0,
        "noteCount": 0,
        "satisfaction": 0,
        "createdAt": "2016-11-09T02:46:29.789Z",
        "updatedAt": "2016-11-09T03:23:34.064Z",
        "modifiedAt": "2016-11-09T03:23:34.064Z",
        "tags": [],
        "suggestedTags": [],
        "sentiment": {},
        "lastMessageIn": {},
        "assignedUsers": [],
        "assignedTeams": [],
        "firstResponse": {},
        "firstDone": {
            "createdByTeams": None,
            "messageCountByChannel": {"twitter-dm": 2},
            "outboundMessageCountByChannel": None,
        },
        "sla": {"name": "Gold", "breach": {}, "metrics": {"nextReply": {"lateCount": 1}}},
        "direction": "in",
        "outboundMessageCount": 0,
        "rev": 1,
    },
    "relationships": {
        "org": ORG,
        "customer": {
            "links": {"self": "/v1/customers/600000000000000000000011"},
            "data": {"type": "customer", "id": "600000000000000000000011"},
        },
        "messages": {"links": {"self": "/v1/conversations/600000000000000000000701/messages"}},
        "sla": {
            "links": {"self": "/v1/slas/600000000000000000000801"},
            "data": {"type": "sla", "id": "600000000000000000000801"},
        },
        "slaVersion": {"data": {"type": "sla_version", "id": "600000000000000000000802"}},
        "createdBy": USER,
        "modifiedBy": USER,
    },
    "links": {"self": "/v1/conversations/600000000000000000000701"},
}


MESSAGE: dict[str, Any] = {
    "type": "message",
    "id": "600000000000000000000901",
    "attributes": {
        "externalId": "<message-id-1@mail.example.com>",
        "channel": "email",
        "app": "postmark",
        "size": 0,
        "direction": "in",
        "preview": "Can you please help me?",
        "sentiment": {"confidence": 1, "polarity": 1},
        "meta": {
            "subject": "Re: hey",
            "from": "sender@example.com",
            "to": [{"email": "support@example.com"}],
            "cc": [],
            "recipient": {"email": "support@example.com", "mailboxHash": ""},
            "inReplyTo": "<message-id-0@mail.example.com>",
        },
        "status": "received",
        "lang": "zh_cn",
        "sentAt": "2016-09-02T01:15:14.000Z",
        "createdAt": "2016-09-02T01:15:31.140Z",
        "updatedAt": "2016-11-13T16:34:12.214Z",
        "modifiedAt": "2016-11-13T16:34:12.214Z",
    },
    "relationships": {
        "org": ORG,
        "customer": {
            "links": {"self": "/v1/customers/600000000000000000000011"},
            "data": {"type": "customers", "id": "600000000000000000000011"},
        },
        "conversation": {
            "links": {"self": "/v1/conversations/600000000000000000000701"},
            "data": {"type": "conversation", "id": "600000000000000000000701"},
        },
    },
    "links": {
        "self": "/v1/messages/600000000000000000000901",
        "related": "/v1/postmark/messages/600000000000000000000901",
    },
}


@pytest.mark.parametrize(
    ("stream", "resource"),
    [(Customers, CUSTOMER), (Conversations, CONVERSATION), (Messages, MESSAGE)],
    ids=["customers", "conversations", "messages"],
)
def test_a_documented_sample_fits_its_columns(
    stream: type[KustomerStream], resource: dict[str, Any]
) -> None:
    record = compile_shaper(stream.shape)(resource)

    assert "_extra" not in record
    assert record.keys() <= record_schema(stream.shape)["properties"].keys()


def test_what_organisations_name_themselves_keeps_its_name() -> None:
    record = compile_shaper(Conversations.shape)(CONVERSATION)

    assert record["first_done"]["message_count_by_channel"] == {"twitter-dm": 2}


def test_an_sla_is_an_attribute_and_a_relationship() -> None:
    record = compile_shaper(Conversations.shape)(CONVERSATION)

    assert record["sla"]["name"] == "Gold"
    assert record["sla_data"] == {"id": "600000000000000000000801", "type": "sla"}
    assert record["sla_id"] == "600000000000000000000801"


@pytest.mark.parametrize(
    "recipients",
    [[{"email": "support@example.com"}], {"email": "support@example.com"}, "+15550100", None],
    ids=["array", "object", "string", "null"],
)
def test_recipients_of_a_message_come_in_any_type(recipients: Any) -> None:
    resource = {"id": "m", "type": "message", "attributes": {"meta": {"to": recipients}}}

    record = compile_shaper(Messages.shape)(resource)

    assert record["meta"] == {"to": recipients}
    assert "_extra" not in record
