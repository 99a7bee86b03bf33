"""Settings come without what gives access to something."""

from __future__ import annotations

from typing import Any

import pytest

from tap_kustomer.streams.definition import define
from tap_kustomer.streams.settings import Settings


def value(name: str, value: Any, category: str = "general") -> Any:
    """What the stream says is the value of a setting."""
    stream = define(Settings)
    rows = stream.compile_rows(stream.schema["properties"].keys())
    attributes = {"name": name, "category": category, "value": value}
    (row,) = rows({"id": "1", "attributes": attributes})
    assert "s1gn" not in str({**row, "value": None})
    return row["value"]


def test_a_setting_has_its_value() -> None:
    assert value("languages", {"en_us": {"enabled": True}}) == '{"en_us":{"enabled":true}}'


@pytest.mark.parametrize("name", ["apiKey", "clientSecret", "accessToken", "smtp_password"])
def test_a_setting_whose_name_says_that_it_is_a_secret_has_no_value(name: str) -> None:
    assert value(name, "s1gn") is None


def test_a_setting_whose_category_says_that_it_is_a_secret_has_no_value() -> None:
    assert value("shop", "s1gn", category="credentials") is None


def test_secrets_inside_of_a_value_are_left_out() -> None:
    found = value("shop", {"url": "x", "login": [{"password": "s1gn", "user": "a"}]})

    assert found == '{"login":[{"user":"a"}],"url":"x"}'
