"""How a stream is explained that lacks a role."""

from __future__ import annotations

import pytest

from tap_kustomer.client.errors import AccessError
from tap_kustomer.streams.ai_automations import AiAutomations
from tap_kustomer.streams.brands import Brands
from tap_kustomer.streams.definition import define
from tap_kustomer.sync.endings import explain_missing_role


def test_a_feature_that_may_be_off_is_named_beside_the_role() -> None:
    said = explain_missing_role(define(AiAutomations), AccessError("403"), "the API key")

    assert "org.permission.ai.read" in said
    assert "AI is off in this organisation" in said


def test_of_what_every_organisation_has_only_the_role_is_named() -> None:
    said = explain_missing_role(define(Brands), AccessError("403"), "the API key")

    assert "organisation" not in said


@pytest.mark.parametrize("credential", ["the API key", "the access token"])
def test_what_lacks_the_role_is_named(credential: str) -> None:
    said = explain_missing_role(define(Brands), AccessError("403"), credential)

    assert said.startswith(f"{credential} has none of the roles")
