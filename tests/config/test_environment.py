"""Settings in environment variables."""

from __future__ import annotations

import copy
import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from singer_sdk.configuration import _dict_config

from tap_kustomer.config import OAUTH_SETTINGS, SCHEMA, check_environment, settings_from
from tap_kustomer.errors import ConfigurationError
from tap_kustomer.tap import TapKustomer

if TYPE_CHECKING:
    from pathlib import Path

KEY = "the-key-that-nobody-may-see"

# The tap's own settings and the SDK's.
ALL_SETTINGS = copy.deepcopy(SCHEMA)
TapKustomer.append_builtin_config(ALL_SETTINGS)


@pytest.mark.usefixtures("signals")
def test_every_setting_can_be_an_environment_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {name: example(name) for name in SCHEMA["properties"] if name not in OAUTH_SETTINGS}
    for name, value in given.items():
        monkeypatch.setenv(
            f"TAP_KUSTOMER_{name.upper()}", value if isinstance(value, str) else json.dumps(value)
        )

    tap = TapKustomer(parse_env_config=True, setup_mapper=False)

    assert tap.context.settings == settings_from(given)
    assert {name: tap.config[name] for name in given} == given


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("page_size", "many", "a whole number from 1 to 500"),
        ("page_size", "--5", "a whole number"),
        ("page_size", "5-", "a whole number"),
        ("page_size", "²", "a whole number"),
        ("page_size", "", "a whole number"),
        ("flattening_max_depth", "deep", "a whole number"),
        ("strict_counts", "maybe", "true or false"),
        ("flattening_enabled", "maybe", "true or false"),
        ("stream_maps", "all", "a JSON object"),
        ("stream_maps", "[]", "a JSON object"),
        ("batch_config", "{", "a JSON object"),
    ],
)
def test_a_variable_of_another_type_is_refused(name: str, value: str, expected: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{name}: .*; expected {expected}"):
        check_environment({f"TAP_KUSTOMER_{name.upper()}": value}, ALL_SETTINGS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("page_size", "50"),
        ("strict_counts", "True"),
        ("strict_counts", "off"),
        ("stream_maps", '{"tags": null}'),
        ("organization", "5"),
    ],
)
def test_a_variable_of_the_right_type_is_accepted(name: str, value: str) -> None:
    check_environment({f"TAP_KUSTOMER_{name.upper()}": value}, ALL_SETTINGS)


@pytest.mark.usefixtures("signals")
@pytest.mark.parametrize("text", ["TRUE", "true", "1", "yes", "on", "false", "0", "no", "off"])
def test_the_sdk_reads_booleans_as_they_are_checked(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAP_KUSTOMER_API_KEY", KEY)
    monkeypatch.setenv("TAP_KUSTOMER_STRICT_COUNTS", text)
    check_environment(os.environ, ALL_SETTINGS)

    tap = TapKustomer(parse_env_config=True, setup_mapper=False)

    assert tap.config["strict_counts"] is (text.lower() in {"true", "1", "yes", "on"})


def example(name: str) -> Any:
    """A value of a setting that is not its default."""
    examples = {"api_key": KEY, "region": "eu", "prod_point": 2, "summary_path": "summary.json"}
    if name in examples:
        return examples[name]
    schema = SCHEMA["properties"][name]
    if "examples" in schema:
        return schema["examples"][0]
    return schema["minimum"] if "minimum" in schema else not schema["default"]


def test_an_env_file_beside_the_sdk_is_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_bytes(b"TAP_KUSTOMER_USER_AGENT=gr\xf6\xdfe")
    monkeypatch.setattr(_dict_config, "find_dotenv", lambda: tmp_path / ".env")
    monkeypatch.setenv("TAP_KUSTOMER_USER_AGENT", "ours/1")

    assert TapKustomer._env_var_config["user_agent"] == "ours/1"  # noqa: SLF001
