"""The settings: what is accepted, what is refused, and the error messages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tap_kustomer import times
from tap_kustomer.config import SCHEMA, Settings, settings_from, warnings_about
from tap_kustomer.errors import ConfigurationError

KEY = "the-key-that-nobody-may-see"


def settings(**given: Any) -> Settings:
    return settings_from({"api_key": KEY, **given})


def refusal(**given: Any) -> str:
    """Error message for a configuration that is refused."""
    with pytest.raises(ConfigurationError) as caught:
        settings_from({"api_key": KEY, **given})
    said = str(caught.value)
    assert KEY not in said
    assert "\n" not in said
    return said


# Accepted


def test_the_key_is_all_that_is_needed() -> None:
    least = settings()

    assert least.api_key == KEY
    assert least.base_url == "https://api.kustomerapp.com"
    assert (least.start_date, least.end_date) == (None, None)


def test_defaults_match_the_schema() -> None:
    least = settings()
    defaults = {
        "page_size": 500,
        "settle_seconds": 60,
        "lookback_seconds": 300,
        "request_timeout": 60,
        "max_retry_seconds": 300,
        "max_parallel_requests": 32,
    }

    assert {name: getattr(least, name) for name in defaults} == defaults
    assert {name: SCHEMA["properties"][name]["default"] for name in defaults} == defaults
    assert least.api_usage == pytest.approx(0.9)
    assert least.user_agent.startswith("tap-kustomer/")


@pytest.mark.parametrize(
    ("given", "base_url"),
    [
        ({"region": "us"}, "https://api.kustomerapp.com"),
        ({"region": "eu"}, "https://api.prod2.kustomerapp.com"),
        ({"region": "in"}, "https://api.prod4.kustomerapp.com"),
        ({"prod_point": 1}, "https://api.kustomerapp.com"),
        ({"prod_point": 2}, "https://api.prod2.kustomerapp.com"),
        ({"prod_point": 2, "region": "eu"}, "https://api.prod2.kustomerapp.com"),
        ({"organization": "acme"}, "https://acme.api.kustomerapp.com"),
        ({"organization": "https://acme.kustomerapp.com/app"}, "https://acme.api.kustomerapp.com"),
        ({"organization": "acme", "region": "eu"}, "https://acme.api.kustomerapp.com"),
        ({"api_url": "https://proxy.example/v1/"}, "https://proxy.example"),
        ({"api_url": "http://127.0.0.1:8765"}, "http://127.0.0.1:8765"),
        ({"api_url": "http://localhost"}, "http://localhost"),
        ({"api_url": "https://proxy.example", "organization": "acme"}, "https://proxy.example"),
    ],
)
def test_the_base_url_follows_from_url_or_organisation_or_region(
    given: dict[str, Any], base_url: str
) -> None:
    assert settings(**given).base_url == base_url


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2024-01-31", "2024-01-31T00:00:00.000Z"),
        ("2024-01-31T08:00:00Z", "2024-01-31T08:00:00.000Z"),
        ("2024-01-31T08:00:00", "2024-01-31T08:00:00.000Z"),
        ("2024-01-31T08:00:00+02:00", "2024-01-31T06:00:00.000Z"),
        ("2024-01-31T08:00:00.5Z", "2024-01-31T08:00:00.500Z"),
    ],
)
def test_dates_are_dates_or_date_times(given: str, expected: str) -> None:
    bounded = settings(start_date=given, end_date=given)

    assert bounded.start_date == bounded.end_date == times.to_milliseconds(expected)


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("page_size", 1, 500),
        ("api_usage_percent", 25, 100),
        ("settle_seconds", 0, 86_400),
        ("lookback_seconds", 0, 604_800),
        ("request_timeout", 1, 3_600),
        ("max_retry_seconds", 0, 86_400),
        ("max_parallel_requests", 1, 64),
    ],
)
def test_a_number_has_a_range(name: str, least: int, most: int) -> None:
    for value in (least, most):
        settings(**{name: value})
    refused: list[Any] = [least - 1, most + 1, "5", True, 10.5, []]
    for value in refused:
        said = refusal(**{name: value})

        assert f"Setting {name}: {value!r}" in said
        assert f"from {least} to {most}" in said


def test_a_whole_number_may_be_written_with_a_fraction_of_zero() -> None:
    given = settings(page_size=100.0, prod_point=2.0)

    # A fraction would show in a request.
    assert (repr(given.page_size), given.base_url) == ("100", settings(prod_point=2).base_url)


def test_api_usage_is_a_share() -> None:
    assert settings(api_usage_percent=25).api_usage == pytest.approx(0.25)


@pytest.mark.parametrize("name", [name for name in SCHEMA["properties"] if name != "api_key"])
def test_a_setting_that_is_null_counts_as_absent(name: str) -> None:
    assert settings(**{name: None}) == settings()


def test_unknown_settings_are_ignored() -> None:
    assert settings(nonsense=1) == settings()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("api_token", ": did you mean api_key?"),
        ("start_data", ": did you mean start_date?"),
        ("Page_Size", ": did you mean page_size?"),
        ("page_size_limit", ": did you mean page_size?"),
        ("stream_map", ": did you mean stream_maps?"),
        ("nonsense", ""),
    ],
)
def test_a_warning_names_an_unknown_setting_and_the_nearest_known_one(
    given: str, said: str
) -> None:
    known = {*SCHEMA["properties"], "stream_maps"}
    warnings = warnings_about({"api_key": KEY, "stream_maps": {}, given: KEY}, known)

    assert warnings == [f"Setting {given} is not known and has no effect{said}"]


def test_an_unknown_setting_that_is_null_causes_no_warning() -> None:
    assert warnings_about({"nonsense": None}, SCHEMA["properties"]) == []


def test_the_summary_goes_to_a_file_in_a_folder_that_exists(tmp_path: Path) -> None:
    assert settings(summary_path=str(tmp_path / "s.json")).summary_path == tmp_path / "s.json"
    assert settings(summary_path="s.json").summary_path == Path("s.json")
    assert settings().summary_path is None


# Refused


@pytest.mark.parametrize(
    ("given", "allowed"),
    [
        ({"region": "de"}, "us, eu, in"),
        ({"region": ""}, "us, eu, in"),
        ({"prod_point": 3}, "1, 2"),
        ({"prod_point": "eu"}, "1, 2"),
        ({"organization": ""}, "not empty"),
        ({"organization": 5}, "text"),
        ({"organization": "acme.example.com"}, "acme for acme.kustomerapp.com"),
        ({"organization": "https://api.kustomerapp.com"}, "acme for acme.kustomerapp.com"),
        ({"api_url": "http://proxy.example"}, "https"),
        ({"api_url": "proxy.example"}, "https"),
        ({"api_url": "ftp://127.0.0.1"}, "https"),
        ({"api_url": "https://[::1"}, "https"),
        ({"start_date": "yesterday"}, "2024-01-31T08:00:00Z"),
        ({"start_date": "2024-02-30"}, "2024-01-31T08:00:00Z"),
        ({"start_date": "12:30"}, "2024-01-31T08:00:00Z"),
        ({"start_date": ""}, "2024-01-31T08:00:00Z"),
        ({"start_date": 1706695200}, "2024-01-31T08:00:00Z"),
        ({"end_date": "31.01.2024"}, "2024-01-31T08:00:00Z"),
        ({"summary_path": ""}, "not empty"),
        ({"summary_path": "no/such/folder/summary.json"}, "a file in a folder that exists"),
        ({"summary_path": "."}, "a file in a folder that exists"),
        ({"user_agent": ""}, "ASCII"),
        ({"user_agent": "Täp"}, "ASCII"),
        ({"user_agent": "tap\n"}, "ASCII"),
        ({"emit_activate_version_messages": "yes"}, "true or false"),
    ],
    ids=str,
)
def test_an_error_names_the_setting_what_was_given_and_what_is_allowed(
    given: dict[str, Any], allowed: str
) -> None:
    ((name, value),) = given.items()
    said = refusal(**given)

    assert f"Setting {name}: {value!r}" in said
    assert allowed in said


def test_a_missing_key_is_named() -> None:
    with pytest.raises(ConfigurationError, match="Setting api_key: it is missing; expected") as it:
        settings_from({"api_key": None})

    assert "--config" in str(it.value)


def test_an_empty_key_is_called_empty() -> None:
    assert refusal(api_key="").startswith("Setting api_key: an empty text was given; expected")


@pytest.mark.parametrize(
    "key",
    [f"{KEY} ", f"{KEY}\n", f"{KEY}\r\n", f" {KEY}", f"{KEY}ä", f"Bearer {KEY}", [KEY], 5],
    ids=str,
)
def test_a_key_that_fits_no_header_is_refused_and_not_shown(key: Any) -> None:
    said = refusal(api_key=key)

    assert said.startswith("Setting api_key: a value was given; expected")


def test_an_end_before_the_start_is_refused() -> None:
    said = refusal(start_date="2024-02-01", end_date="2024-01-31T23:59:59Z")

    assert "Setting end_date" in said
    assert "2024-01-31T23:59:59Z" in said
    assert "2024-02-01" in said


def test_a_start_in_the_future_is_refused() -> None:
    config = {"api_key": KEY, "start_date": "2024-02-01"}
    now = times.to_milliseconds("2024-02-01")

    assert settings_from(config, now=now).start_date == now
    with pytest.raises(ConfigurationError, match="start_date: '2024-02-01' lies in the future"):
        settings_from(config, now=now - 1)
    assert "start_date: '2999-01-01' lies in the future" in refusal(start_date="2999-01-01")


def test_an_end_in_the_future_is_allowed() -> None:
    assert settings(end_date="2999-01-01").end_date == times.to_milliseconds("2999-01-01")


@pytest.mark.parametrize(("region", "prod_point"), [("us", 2), ("eu", 1), ("in", 1)])
def test_contradicting_regions_are_refused(region: str, prod_point: int) -> None:
    said = refusal(region=region, prod_point=prod_point)

    assert "Setting prod_point" in said
    assert repr(region) in said


def test_one_error_lists_all_problems() -> None:
    said = refusal(region="de", page_size=0)

    assert "Setting region" in said
    assert "Setting page_size" in said


def test_no_representation_shows_the_key() -> None:
    assert KEY not in repr(settings())
    assert KEY not in str(settings())


# The JSON schema


@pytest.mark.parametrize("name", SCHEMA["properties"])
def test_every_setting_has_a_title_and_a_description(name: str) -> None:
    schema = SCHEMA["properties"][name]

    assert schema["title"]
    assert schema["description"].endswith(".")


def test_what_proves_who_asks_is_secret_and_nothing_else() -> None:
    secrets = [name for name, schema in SCHEMA["properties"].items() if schema.get("secret")]

    assert secrets == ["api_key", "client_secret", "refresh_token"]
