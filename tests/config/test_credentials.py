"""Either an API key, or the sign-in of a person: never both, and never a part."""

from __future__ import annotations

from typing import Any

import pytest

from tap_kustomer.config import settings_from
from tap_kustomer.errors import ConfigurationError

SIGN_IN = {"client_id": "a-client", "organization": "acme", "refresh_token": "a-refresh-token"}


@pytest.mark.parametrize(
    "config",
    [
        {"api_key": "a-key"},
        SIGN_IN,
        {**SIGN_IN, "client_secret": "a-secret"},
        {**SIGN_IN, "refresh_token": None, "token_path": "tokens.json"},
        {**SIGN_IN, "token_path": "tokens.json"},
    ],
    ids=str,
)
def test_each_way_to_prove_who_asks_is_enough(config: dict[str, Any]) -> None:
    settings = settings_from(config)

    assert (settings.api_key is None) == ("api_key" not in config)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({}, "Setting api_key: it is missing"),
        ({"organization": "acme"}, "client_id and organization for the sign-in"),
        ({**SIGN_IN, "api_key": "a-key"}, "Setting client_id: it was given beside api_key"),
        (
            {"api_key": "a-key", "token_path": "tokens.json"},
            "Setting token_path: it was given beside api_key",
        ),
        ({**SIGN_IN, "client_id": None}, "Setting client_id: it is missing"),
        ({**SIGN_IN, "organization": None}, "Setting organization: it is missing"),
        ({**SIGN_IN, "refresh_token": None}, "Setting refresh_token: it is missing"),
        ({**SIGN_IN, "token_path": "/absent/folder/tokens.json"}, "a folder that exists"),
    ],
    ids=str,
)
def test_a_mistake_is_explained_in_one_line(config: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        settings_from(config)

    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "a-refresh-token" not in str(refused.value)


@pytest.mark.parametrize("name", ["client_secret", "refresh_token"])
def test_a_secret_in_the_wrong_setting_is_not_shown(name: str) -> None:
    given = {**SIGN_IN, name: "the-secret-value", "page_size": "the-secret-value"}

    with pytest.raises(ConfigurationError, match="page_size") as refused:
        settings_from(given)

    assert "the-secret-value" not in str(refused.value)
