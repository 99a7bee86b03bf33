"""How a stream is explained that lacks a role."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tap_kustomer.client.errors import AccessError
from tap_kustomer.streams.ai_automations import AiAutomations
from tap_kustomer.streams.apps import Apps
from tap_kustomer.streams.brands import Brands
from tap_kustomer.streams.definition import define
from tap_kustomer.streams.knowledge_base_tags import KnowledgeBaseTags
from tap_kustomer.streams.outbound_webhook_calls import OutboundWebhookCalls
from tap_kustomer.streams.outbound_webhooks import OutboundWebhooks
from tap_kustomer.streams.settings import Settings
from tap_kustomer.streams.workflow_errors import WorkflowErrors
from tap_kustomer.sync.endings import explain_missing_role

if TYPE_CHECKING:
    from tap_kustomer.streams.base import KustomerStream


@pytest.mark.parametrize(
    ("stream", "feature"),
    [
        (AiAutomations, "AI"),
        (Apps, "apps"),
        (KnowledgeBaseTags, "the knowledge base"),
        (OutboundWebhooks, "outbound webhooks"),
        (OutboundWebhookCalls, "outbound webhooks"),
        (Settings, "settings"),
        (WorkflowErrors, "workflows"),
    ],
)
def test_a_feature_that_may_be_off_is_named_beside_the_role(
    stream: type[KustomerStream], feature: str
) -> None:
    said = explain_missing_role(define(stream), AccessError("403"), "the API key")

    assert stream.roles[0] in said
    assert f"this organisation does not have {feature}:" in said


def test_of_what_every_organisation_has_only_the_role_is_named() -> None:
    said = explain_missing_role(define(Brands), AccessError("403"), "the API key")

    assert "organisation" not in said


@pytest.mark.parametrize("credential", ["the API key", "the access token"])
def test_what_lacks_the_role_is_named(credential: str) -> None:
    said = explain_missing_role(define(Brands), AccessError("403"), credential)

    assert said.startswith(f"{credential} has none of the roles")
