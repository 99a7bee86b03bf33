"""The settings file of the example for Dagster."""

from __future__ import annotations

from pathlib import Path

import pytest

from kustomer_dagster.settings import SettingsError, key_name, load_settings, without_keys
from tap_kustomer.config import settings_from

FILE = Path(__file__).parents[2] / "examples" / "dagster" / "organizations.toml"

SMALL = """
first_month = "2026-01"
[tap]
command = ["tap"]
[tap.settings]
page_size = 100
user_agent = "for {organization}"
[target]
command = ["target"]
[target.settings]
filepath = "{organization}.duckdb"
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "organizations.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_an_organisations_own_settings_win(tmp_path: Path) -> None:
    file = written(tmp_path, SMALL + "[organizations.acme]\npage_size = 50\n")
    assert load_settings(file).tap_settings("acme") == {"page_size": 50, "user_agent": "for acme"}


def test_each_organisation_has_its_own_place_in_the_target(tmp_path: Path) -> None:
    target = load_settings(written(tmp_path, SMALL)).target
    assert target.settings_for("acme") == {"filepath": "acme.duckdb"}


def test_the_tap_takes_the_settings_of_the_example() -> None:
    settings = load_settings(FILE)
    for name in settings.organizations:
        settings_from({**settings.tap_settings(name), "api_key": "key"})


@pytest.mark.parametrize("place", ["[tap.settings]", "[organizations.acme]"])
def test_an_api_key_in_the_file_is_refused_without_showing_it(tmp_path: Path, place: str) -> None:
    text = f"{SMALL}\n[organizations.acme]\n".replace(place, f'{place}\napi_key = "a secret"')
    with pytest.raises(SettingsError, match="put it into the environment") as caught:
        load_settings(written(tmp_path, text))
    assert "a secret" not in str(caught.value)


def test_what_the_file_lacks_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="expected first_month"):
        load_settings(written(tmp_path, ""))


def test_an_organisation_that_was_removed_is_named(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, SMALL))
    with pytest.raises(SettingsError, match="acme is not in the settings file"):
        settings.tap_settings("acme")


def test_each_organisation_has_its_own_variable_for_the_key() -> None:
    assert key_name("acme-eu") == "KUSTOMER_API_KEY_ACME_EU"


def test_no_program_gets_the_keys_of_other_organisations() -> None:
    assert without_keys({"KUSTOMER_API_KEY_ACME": "a secret", "PATH": "/bin"}) == {"PATH": "/bin"}
