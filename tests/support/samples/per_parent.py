"""Samples of tables that take a request for each row of another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.samples.documents import (
    BY_A_USER,
    CONVERSATION,
    CUSTOMER,
    MESSAGE,
    OF_A_CONVERSATION,
    ORG,
    STAMPS,
    USER,
    one,
    resource,
)
from tap_kustomer.streams.business_holidays import BusinessHolidays
from tap_kustomer.streams.conversation_attachments import ConversationAttachments
from tap_kustomer.streams.conversation_events import ConversationEvents
from tap_kustomer.streams.conversation_forwards import ConversationForwards
from tap_kustomer.streams.conversation_times_v2 import ConversationTimesV2
from tap_kustomer.streams.customer_drafts import CustomerDrafts
from tap_kustomer.streams.customer_merges import CustomerMerges
from tap_kustomer.streams.customer_session_events import CustomerSessionEvents
from tap_kustomer.streams.customer_sessions import CustomerSessions
from tap_kustomer.streams.kobject_comments import KobjectComments
from tap_kustomer.streams.message_attachment_files import MessageAttachmentFiles
from tap_kustomer.streams.satisfaction_responses import SatisfactionResponses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.samples.documents import Case

EDITOR = {
    "draftJs": {
        "blocks": [
            {
                "data": {},
                "entityRanges": [],
                "inlineStyleRanges": [],
                "depth": 0,
                "type": "unstyled",
                "text": "Hi Ada!",
                "key": "a789",
            }
        ],
        "entityMap": {},
    }
}
EVENT = {
    "name": "kustomer.customer.update",
    "type": "customer",
    "publishedAt": "2016-11-07T23:20:29.355Z",
    "createdAt": "2016-11-07T23:20:29.080Z",
    "updatedAt": "2016-11-07T23:20:29.080Z",
    "modifiedAt": None,
    "changes": {
        "attributes": {
            "conversationCounts": {
                "op": "replace",
                "before": {"all": 0, "snoozed": 0, "open": 0, "done": 0},
                "after": {"all": 1, "snoozed": 0, "open": 1, "done": 0},
            },
            "progressiveStatus": {"op": "add", "before": None, "after": "open"},
            "rev": {"op": "replace", "before": 1, "after": 2},
        },
        "relationships": {},
    },
    "location": None,
    "meta": None,
}
TRACKED_EVENT = {
    "name": "kustomer.tracking.identified.event",
    "trackingEvent": "tracking.foobar-event",
    "app": None,
    "publishedAt": "2016-11-14T01:22:09.476Z",
    "createdAt": "2016-11-14T01:31:30.187Z",
    "location": {
        "countryCode": "US",
        "countryName": "United States",
        "regionCode": "NY",
        "cityName": "Exampleville",
        "zipCode": "00000",
        "latitude": 40.5,
        "longitude": -73.5,
        "areaCode": "555",
        "regionName": "New York",
    },
    "meta": {"statusStr": "Silver"},
    "sessionId": "58290fb391113b1900bbee4c",
    "realIp": "203.0.113.10",
}
HANDLED = {
    "createdAt": "2020-07-22T15:40:38.206Z",
    "createdByTeams": ["5d8bb1995886ef001aee07d3"],
    "assignedUsers": [],
    "assignedTeams": [],
    "messageAt": "2020-07-22T14:39:07.287Z",
    "messageTime": 3691,
    "handleAt": "2020-07-22T14:39:06.472Z",
    "handleTime": 3692,
    "channels": ["chat"],
}
ATTACHMENT = {
    **resource(
        "attachment",
        {
            "name": "example.jpg",
            "contentType": "image/jpeg",
            "contentLength": 98153,
            "redacted": False,
        },
        {"org": one("org", ORG), "message": one("message", MESSAGE)},
        ("conversation", CONVERSATION),
    ),
    "links": {
        "self": f"/v1/messages/{MESSAGE}/attachments/6000000000000000000000aa",
        "related": "https://files.example.com/example.jpg?X-Amz-Expires=600&X-Amz-Signature=s1gn",
    },
}


def per_parent_cases() -> Iterator[Case]:
    """Tables that are read for each row of another one."""
    of_conversation = {
        "conversation_id": CONVERSATION,
        "conversation_updated_at": "2020-02-01T00:00:00.000Z",
    }
    of_customer = {"customer_id": CUSTOMER, "customer_updated_at": "2020-02-01T00:00:00.000Z"}
    in_conversation = ("conversation", CONVERSATION)
    at_customer = ("customer", CUSTOMER)
    yield (
        BusinessHolidays,
        resource(
            "holiday",
            {
                "name": "Test",
                "startDate": "2020-03-12T04:00:00.000Z",
                "endDate": "2020-03-14T03:59:59.000Z",
                "description": "test holiday",
                "enabled": True,
                **STAMPS,
            },
            {**BY_A_USER, "schedule": one("schedule", "d1")},
            ("schedule", "d1"),
        ),
        {"schedule_id": "d1", "start_date": "2020-03-12T04:00:00.000Z"},
    )
    yield (
        ConversationEvents,
        resource("customer_event", EVENT, {**BY_A_USER, **OF_A_CONVERSATION}, in_conversation),
        {**of_conversation, "published_at": "2016-11-07T23:20:29.355Z"},
    )
    forward = {
        "app": "gmail",
        "channel": "email",
        "subject": "Fwd: hey",
        "body": "Hi Ada!",
        "from": {"name": "Sales", "email": "sales@example.com"},
        "to": [{"name": "Billing", "email": "billing@example.com"}],
        "replyTo": "sales@example.com",
        "template": "p1",
        "payload": EDITOR,
        "status": "draft",
        "sendAt": None,
        **STAMPS,
    }
    files = {
        "data": [{"type": "attachment", "id": "f1"}],
        "links": [{"self": "/v1/forwards/6000000000000000000000aa/attachments"}],
    }
    yield (
        ConversationForwards,
        resource(
            "forward",
            forward,
            {**BY_A_USER, **OF_A_CONVERSATION, "attachments": files},
            in_conversation,
        ),
        {**of_conversation, "attachments": ["f1"], "from": forward["from"]},
    )
    yield (
        ConversationAttachments,
        ATTACHMENT,
        {**of_conversation, "message_id": MESSAGE, "content_length": 98153},
    )
    yield (
        MessageAttachmentFiles,
        ATTACHMENT,
        {**of_conversation, "message_id": MESSAGE, "content_length": 98153},
    )
    yield (
        ConversationTimesV2,
        resource(
            "conversation_time",
            {**HANDLED, "noteAt": "2020-07-22T14:39:06.472Z", "noteTime": 250},
            {"org": one("org", ORG), **OF_A_CONVERSATION, "createdBy": one("user", USER)},
            in_conversation,
        ),
        {**of_conversation, "note_time": 250},
    )
    yield (
        SatisfactionResponses,
        resource(
            "satisfaction_response",
            {
                "status": "commented",
                "rating": 4,
                "score": 1,
                "answers": [{"id": "q1", "prompt": "Why?", "answer": "Quick help"}],
                "followupAnswer": None,
                "submittedAt": "2020-01-18T00:00:00.000Z",
                **STAMPS,
            },
            {"org": one("org", ORG), **OF_A_CONVERSATION},
            in_conversation,
        ),
        {**of_conversation, "rating": 4},
    )
    yield (
        CustomerMerges,
        resource(
            "customer_merge",
            {
                "status": "success",
                "createdAt": "2016-11-09T05:57:06.913Z",
                "updatedAt": "2016-11-09T05:57:07.029Z",
            },
            {
                "org": one("org", ORG),
                "source": one("customer", CUSTOMER),
                "target": one("customer", "c2"),
                "createdBy": one("user", USER),
            },
            at_customer,
        ),
        {**of_customer, "source_id": CUSTOMER, "target_id": "c2"},
    )
    yield (
        CustomerDrafts,
        resource(
            "draft",
            {
                "channel": "email",
                "app": "postmark",
                "subject": "Re: hey",
                "body": "Hi Ada!",
                "htmlBody": "<p>Hi Ada!</p>",
                "lang": "en_us",
                "payload": EDITOR,
                "from": {"email": "support@example.com"},
                "to": [{"email": "ada@example.com", "name": "Ada"}],
                "cc": [{"email": "bob@example.com", "name": "Bob"}],
                "bcc": [],
                "replyTo": None,
                "headers": [{"name": "X-A", "value": "b"}],
                "reference": {"message": MESSAGE, "type": "reply"},
                "attachments": ["f1"],
                "shortcuts": [],
                "kbArticles": [],
                "userMentions": [{"user": USER}, {"team": "t1"}],
                "responseButtons": [{"label": "Yes", "value": "yes"}],
                "messageTemplate": {
                    "id": "p1",
                    "templateType": "text",
                    "body": "Hi",
                    "actions": [{"displayText": "Yes", "valueType": "string", "value": "yes"}],
                    "articles": [{"id": "k1", "type": "kb_article", "attributes": {}}],
                    "followupText": None,
                },
                "meta": {},
                "status": "draft",
                "template": None,
                "templateType": "email-reply",
                "sendAt": "2020-01-18T00:00:00Z",
                "auto": False,
                "source": "bulk",
                **STAMPS,
            },
            {**BY_A_USER, **OF_A_CONVERSATION},
            at_customer,
        ),
        {**of_customer, "conversation_id": CONVERSATION, "send_at": "2020-01-18T00:00:00.000Z"},
    )
    yield (
        CustomerSessions,
        resource(
            "customer_session",
            {
                "sessionId": "58290fb391113b1900bbee4c",
                "firstEventAt": "2016-11-14T01:13:23.132Z",
                "lastEventAt": "2016-11-14T01:22:09.476Z",
                "count": 2,
            },
            {"org": one("org", ORG), "customer": one("customer", CUSTOMER)},
            at_customer,
        ),
        {**of_customer, "session_id": "58290fb391113b1900bbee4c", "count": 2},
    )
    yield (
        CustomerSessionEvents,
        resource(
            "customer_event",
            TRACKED_EVENT,
            {
                "org": one("org", ORG),
                "createdBy": None,
                "modifiedBy": None,
                "customer": one("customer", CUSTOMER),
            },
            ("customer_session", "58290fb4cca9b0a5e0189628"),
        ),
        {
            "customer_id": CUSTOMER,
            "customer_session_id": "58290fb4cca9b0a5e0189628",
            "session_id": "58290fb391113b1900bbee4c",
        },
    )
    yield (
        KobjectComments,
        resource(
            "note",
            {"body": "Call the carrier", "attachments": [], "importedAt": None, **STAMPS},
            {
                **BY_A_USER,
                **OF_A_CONVERSATION,
                "kobject": one("kobject", "o1"),
                "klass": one("klass", "order"),
                "assignedUser": one("user", USER),
                "assignedTeam": one("team", "t1"),
                "userMentions": {"data": [{"type": "user", "id": USER}]},
            },
            ("kobject", "o1"),
        ),
        {"kobject_id": "o1", "klass_id": "order", "user_mentions": [USER]},
    )
