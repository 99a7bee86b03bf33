"""The settings file: the organisations, and how they are read and loaded."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# The API key of `acme-eu` is in KUSTOMER_API_KEY_ACME_EU, never in a file.
_KEY_PREFIX: Final = "KUSTOMER_API_KEY_"


class SettingsError(Exception):
    """The settings file or the environment is wrong; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Program:
    """A tap or a target.

    Attributes:
        command: The program and its first arguments.
        settings: Its settings for every organisation.
    """

    command: tuple[str, ...]
    settings: dict[str, Any]

    def settings_for(self, organization: str) -> dict[str, Any]:
        """Return the settings, with the organisation's name for `{organization}` in a text."""
        return {
            name: value.replace("{organization}", organization) if isinstance(value, str) else value
            for name, value in self.settings.items()
        }


@dataclass(frozen=True, slots=True)
class Settings:
    """The content of the settings file.

    Attributes:
        first_month: The first month that can be backfilled, as in 2024-01.
        tap: Reads an organisation.
        target: Loads it.
        organizations: The tap's settings of each organisation, by its name.
    """

    first_month: str
    tap: Program
    target: Program
    organizations: dict[str, dict[str, Any]]

    def tap_settings(self, organization: str) -> dict[str, Any]:
        """Return the tap's settings for an organisation.

        Raises:
            SettingsError: The file does not name the organisation.
        """
        if organization not in self.organizations:
            raise SettingsError(f"Organisation {organization} is not in the settings file: add it")
        return {**self.tap.settings_for(organization), **self.organizations[organization]}


def load_settings(file: Path) -> Settings:
    """Load the settings file.

    Raises:
        SettingsError: It cannot be read, lacks a section, or holds an API key.
    """
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
        settings = Settings(
            first_month=found["first_month"],
            tap=_program(found["tap"]),
            target=_program(found["target"]),
            organizations=found.get("organizations", {}),
        )
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{file}: {error}") from None
    except KeyError as error:
        raise SettingsError(f"{file}: expected {error.args[0]}; see the README") from None
    for name, each in {"tap": settings.tap.settings, **settings.organizations}.items():
        if "api_key" in each:
            raise SettingsError(
                f"{file}: {name} has an api_key; put it into the environment, as {key_name(name)}"
            )
    return settings


def _program(section: Mapping[str, Any]) -> Program:
    return Program(tuple(section["command"]), section.get("settings", {}))


def key_name(organization: str) -> str:
    """Return the environment variable that holds an organisation's API key."""
    return _KEY_PREFIX + "".join(
        character if character.isalnum() else "_" for character in organization.upper()
    )


def without_keys(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without any organisation's API key."""
    return {name: value for name, value in environment.items() if not name.startswith(_KEY_PREFIX)}
