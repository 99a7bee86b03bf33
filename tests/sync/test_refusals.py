"""What is said of a stream that a good key may not read."""

from __future__ import annotations

from tap_kustomer.client.errors import AccessError
from tap_kustomer.streams.ai_automations import AiAutomations
from tap_kustomer.streams.brands import Brands
from tap_kustomer.streams.definition import define
from tap_kustomer.sync.endings import explain_refusal


def test_a_feature_that_may_be_off_is_named_beside_the_role() -> None:
    said = explain_refusal(define(AiAutomations), AccessError("403"))

    assert "org.permission.ai.read" in said
    assert "AI is off in this organisation" in said


def test_of_what_every_organisation_has_only_the_role_is_named() -> None:
    assert "organisation" not in explain_refusal(define(Brands), AccessError("403"))
