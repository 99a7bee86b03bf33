"""Samples of service-level agreements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.samples.documents import ORG, USER, one, resource
from tap_kustomer.streams.slas import Slas, SlaVersions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.samples.documents import Case


def sla_cases() -> Iterator[Case]:
    """Agreements and their versions, which come beside them."""
    versions = {"data": [{"type": "sla_version", "id": "v1"}, {"type": "sla_version", "id": "v2"}]}
    yield (
        Slas,
        resource(
            "sla",
            {"currentVersion": 2, "createdAt": "2020-11-12T23:14:02.462Z"},
            {"org": one("org", ORG), "createdBy": one("user", USER), "versions": versions},
        ),
        {"current_version": 2, "versions": ["v1", "v2"]},
    )
    times = {str(priority): 3600000 for priority in range(1, 6)}
    yield (
        SlaVersions,
        resource(
            "sla_version",
            {
                "name": "Email Policy",
                "description": "SLA policy for email conversations.",
                "version": 1,
                "hours": "calendar",
                "metrics": {
                    "firstResponse": {
                        "enabled": True,
                        "times": times,
                        "basedOnHumanInteraction": True,
                    },
                    "nextReply": {"enabled": False, "times": {}},
                    "longestUnrespondedMessage": {"enabled": True, "times": times},
                    "totalConversationOpenTime": {"enabled": False, "times": {}},
                    "totalCustomerWaitTime": {"enabled": False, "times": {}},
                },
                "criteria": {
                    "and": [{"conversation_channel": {"operator": "contains", "value": "email"}}]
                },
                "createdAt": "2020-11-12T23:14:37.406Z",
            },
            {"org": one("org", ORG), "createdBy": one("user", USER), "sla": one("sla", "a1")},
        ),
        {"sla_id": "a1", "version": 1},
    )
