"""Checks of a configuration; each error names the setting, what came and what was expected."""

from __future__ import annotations

import logging
import time
from importlib import metadata
from typing import TYPE_CHECKING, Any, Final

import msgspec
from jsonschema import Draft202012Validator, FormatChecker

from tap_kustomer import times
from tap_kustomer.config.batches import Batches, batches_from
from tap_kustomer.config.settings import (
    DECLARATIONS,
    DISTRIBUTION,
    OAUTH_SETTINGS,
    PROD_POINTS,
    SCHEMA,
    SECRETS,
    Settings,
)
from tap_kustomer.errors import ConfigurationError
from tap_kustomer.secrecy import hide_secrets
from tap_kustomer.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from jsonschema import ValidationError

_TYPES: Final = {
    "integer": "a whole number",
    "boolean": "true or false",
    "object": "a JSON object",
    "array": "a JSON array",
    "string": "a text that is not empty",
}

# Values of environment variables that the SDK takes for true, and their opposites.
_BOOLEANS: Final = {"true", "1", "yes", "on", "false", "0", "no", "off"}

_FORMATS: Final = FormatChecker(formats=())


@_FORMATS.checks("date-time", raises=ValueError)
def _is_time(value: object) -> bool:
    return not isinstance(value, str) or bool(times.to_text(times.to_milliseconds(value)))


_VALIDATOR: Final = Draft202012Validator(SCHEMA, format_checker=_FORMATS)


def settings_from(config: Mapping[str, Any], *, now: int | None = None) -> Settings:
    """Check and parse a configuration.

    Args:
        config: The settings by name; null means absent, and other names are ignored.
        now: Milliseconds since 1970; by this machine's clock if not given.

    Raises:
        ConfigurationError: A setting is missing or not allowed.
    """
    given = {name: _whole(value) for name, value in config.items() if value is not None}
    problems = [_problem(error, given) for error in _VALIDATOR.iter_errors(given)]
    if problems:
        raise ConfigurationError("; ".join(dict.fromkeys(problems)))
    values = {"user_agent": _user_agent(), **given}
    _check_credential(given)
    settings = Settings(
        **{name: _parsed(name, values) for name in DECLARATIONS}, batches=_batches(given)
    )
    _check_together(settings, given, time.time_ns() // 1_000_000 if now is None else now)
    return settings


def _whole(value: Any) -> Any:
    """A number such as 100.0, which JSON does not distinguish from 100, as an integer."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _parsed(name: str, given: Mapping[str, Any]) -> Any:
    declaration = DECLARATIONS[name]
    if name not in given:
        return declaration.default
    try:
        return declaration.parse(given[name])
    except ValueError as error:
        raise ConfigurationError(
            f"Setting {name}: {_shown(given[name], given)} was given; expected {error}"
        ) from error


def _user_agent() -> str:
    try:
        version = metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        version = "unknown"
    return f"tap-kustomer/{version}"


def _batches(given: Mapping[str, Any]) -> Batches | None:
    try:
        return batches_from(given.get("batch_config"))
    except ValueError as error:
        raise ConfigurationError(
            f"Setting batch_config: {hide_secrets(str(error), *secrets_in(given))}; expected "
            '{"encoding": {"format": "jsonl"}, "storage": {"root": "FOLDER"}}'
        ) from error


def secrets_in(given: Mapping[str, Any]) -> tuple[str, ...]:
    """The secrets among the settings, which no text may show."""
    values = (given.get(name) for name in SECRETS)
    return tuple(value for value in values if isinstance(value, str))


def _check_credential(given: Mapping[str, Any]) -> None:
    """Check that there is either an API key or a sign-in, and that it is complete.

    Raises:
        ConfigurationError: There is none, both, or a part of one.
    """
    of_sign_in = [name for name in OAUTH_SETTINGS if name in given]
    if "api_key" in given:
        if of_sign_in:
            raise ConfigurationError(
                f"Setting {of_sign_in[0]}: it was given beside api_key; expected one of the two"
            )
        return
    if not of_sign_in:
        raise ConfigurationError(
            "Setting api_key: it is missing; expected in a file that --config names, or as "
            "TAP_KUSTOMER_API_KEY with --config ENV, or client_id and organization for the sign-in "
            "of a person"
        )
    for name in ("client_id", "organization"):
        if name not in given:
            raise ConfigurationError(
                f"Setting {name}: it is missing; expected beside {of_sign_in[0]}, as a person "
                "signs in to an application of an organisation"
            )
    if not {"refresh_token", "token_path"} & given.keys():
        raise ConfigurationError(
            "Setting refresh_token: it is missing; expected what a sign-in has given, or "
            "token_path with a file that `tap-kustomer-login` has written"
        )


def _check_together(settings: Settings, given: Mapping[str, Any], now: int) -> None:
    """Check what settings say about each other, and about the time.

    Raises:
        ConfigurationError: They contradict each other.
    """
    start, end = settings.start_date, settings.end_date
    if start is not None and start > now:
        raise ConfigurationError(
            f"Setting start_date: {given['start_date']!r} lies in the future; expected a time that "
            "has passed"
        )
    if start is not None and end is not None and end < start:
        raise ConfigurationError(
            f"Setting end_date: {given['end_date']!r} lies before start_date "
            f"{given['start_date']!r}; expected a later time"
        )
    if settings.prod_point and "region" in given:
        region = PROD_POINTS[settings.prod_point]
        if given["region"] != region:
            raise ConfigurationError(
                f"Setting prod_point: {settings.prod_point} ({region}) was given beside region "
                f"{given['region']!r}; expected one of the two, or both the same"
            )
    if settings.batches is not None and settings.emit_activate_version_messages:
        raise ConfigurationError(
            "Setting emit_activate_version_messages: it was given beside batch_config, but rows in "
            "files have no version, so that a target would delete them all; expected one of the two"
        )


def warnings_about(config: Mapping[str, Any], setting_names: Collection[str]) -> list[str]:
    """Warn about unknown settings. They are no errors: Meltano and others pass on their own.

    Args:
        config: The settings as they were given.
        setting_names: The names of all settings, the SDK's among them.
    """
    return [
        f"Setting {hide_secrets(name, *secrets_in(config))} is not known and has no effect"
        f"{did_you_mean(name, setting_names)}"
        for name, value in config.items()
        if value is not None and name not in setting_names
    ]


def check_environment(environment: Mapping[str, str], schema: Mapping[str, Any]) -> None:
    """Check environment variables that would crash the SDK, or that it would misread.

    Args:
        environment: The environment variables.
        schema: Of all settings, the SDK's among them.

    Raises:
        ConfigurationError: One of them is not of its setting's type.
    """
    properties = schema["properties"]
    given = {name: environment.get(f"TAP_KUSTOMER_{name.upper()}") for name in properties}
    for name, value in given.items():
        if value is not None and not _is_of_type(value, properties[name]["type"]):
            raise ConfigurationError(
                f"Setting {name}: {_shown(value, given)} was given in the environment; expected "
                f"{_expected(name, properties[name])}"
            )


def check_log_level(environment: Mapping[str, str]) -> None:
    """Check the environment variable that sets the SDK's log level.

    Raises:
        ConfigurationError: There is no such level.
    """
    name = "TAP_KUSTOMER_LOGLEVEL" if environment.get("TAP_KUSTOMER_LOGLEVEL") else "LOGLEVEL"
    level = environment.get(name)
    if level and level.upper() not in logging.getLevelNamesMapping():
        raise ConfigurationError(
            f"Environment variable {name}: {level!r} was given; expected one of "
            f"{', '.join(logging.getLevelNamesMapping())}"
        )


def _is_of_type(text: str, types: Collection[str]) -> bool:
    if "boolean" in types:
        return text.lower() in _BOOLEANS
    try:
        if "integer" in types:
            int(text)
        elif "object" in types:
            msgspec.json.decode(text, type=dict)
    except ValueError:
        return False
    return True


def _problem(error: ValidationError, given: Mapping[str, Any]) -> str:
    properties = SCHEMA["properties"]
    name = str(error.absolute_path[0])
    schema = properties[name]
    shown = _shown(error.instance, given)
    if schema.get("secret"):
        shown = "an empty text" if error.instance == "" else "a value"
    return f"Setting {name}: {shown} was given; expected {_expected(name, schema)}"


def _shown(value: object, given: Mapping[str, Any]) -> str:
    """A value as it was given, without a secret that was pasted into the wrong setting."""
    return hide_secrets(repr(value), *secrets_in(given))


def _expected(name: str, schema: Mapping[str, Any]) -> str:
    """Describe what a setting allows; the SDK's settings are not declared here."""
    if name in DECLARATIONS and DECLARATIONS[name].expected:
        return DECLARATIONS[name].expected
    if "enum" in schema:
        return "one of " + ", ".join(str(value) for value in schema["enum"])
    if schema.get("format") == "date-time":
        return "a date or date-time such as 2024-01-31 or 2024-01-31T08:00:00Z"
    if "minimum" in schema:
        return f"a whole number from {schema['minimum']} to {schema['maximum']}"
    return next(text for kind, text in _TYPES.items() if kind in schema.get("type", "string"))
