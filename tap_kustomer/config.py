"""The settings: their JSON schema for people and programs, and their checked, typed form."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
from jsonschema import Draft202012Validator, FormatChecker
from singer_sdk import typing as th

from tap_kustomer import times
from tap_kustomer.batch_config import Batches, batches_from
from tap_kustomer.client.hosts import REGIONS, checked_url, organization_url
from tap_kustomer.errors import ConfigurationError
from tap_kustomer.secrecy import hide_key
from tap_kustomer.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from jsonschema import ValidationError

DISTRIBUTION: Final = "complete-tap-kustomer"

_TYPES: Final = {
    "integer": "a whole number",
    "boolean": "true or false",
    "object": "a JSON object",
    "array": "a JSON array",
    "string": "a text that is not empty",
}

# What the SDK takes for true in an environment variable, and the opposites.
_BOOLEANS: Final = {"true", "1", "yes", "on", "false", "0", "no", "off"}

# The name and the numbers that MeltanoLabs' variant of this tap uses for the region.
_PROD_POINTS: Final = {1: "us", 2: "eu"}

# A key that was pasted with its line break would not fit into a header. (`$` would let one pass.)
_PRINTABLE: Final = r"^[\x21-\x7e]+(?![\s\S])"
_ONE_LINE: Final = r"^[\x20-\x7e]+(?![\s\S])"
_TEXTS: Final = {
    _PRINTABLE: "a text without spaces and line breaks",
    _ONE_LINE: "one line of ASCII characters",
}

SCHEMA: Final[dict[str, Any]] = th.PropertiesList(
    th.Property(
        "api_key",
        th.StringType(pattern=_PRINTABLE),
        required=True,
        secret=True,
        title="API key",
        description="The bearer token of a Kustomer API key (Settings, Security, API Keys).",
        examples=["YOUR-KUSTOMER-API-KEY"],
    ),
    th.Property(
        "organization",
        th.StringType(min_length=1),
        title="Organisation",
        description=(
            "Subdomain of the organisation: acme for acme.kustomerapp.com. It leads to the right "
            "region by itself."
        ),
        examples=["acme"],
    ),
    th.Property(
        "region",
        th.StringType(allowed_values=list(REGIONS)),
        default="us",
        title="Region",
        description="Where the API key was issued. Used when no organisation is given.",
    ),
    th.Property(
        "prod_point",
        th.IntegerType(allowed_values=list(_PROD_POINTS)),
        title="Prod point",
        description="The region as MeltanoLabs' variant names it: 1 for us, 2 for eu.",
        examples=[1],
    ),
    th.Property(
        "api_url",
        th.StringType(min_length=1),
        title="API URL",
        description=(
            "Base URL to use instead of the region's or organisation's, for a proxy or a test "
            "server. https only, but for this machine."
        ),
        examples=["https://acme.api.kustomerapp.com"],
    ),
    th.Property(
        "start_date",
        th.DateTimeType,
        title="Start date",
        description=(
            "Date or date-time (UTC): rows updated before it are not read. Without it "
            "everything is read."
        ),
        examples=["2024-01-31", "2024-01-31T08:00:00Z"],
    ),
    th.Property(
        "end_date",
        th.DateTimeType,
        title="End date",
        description="Date or date-time (UTC): rows updated after it are not read. For backfills.",
        examples=["2030-01-01"],
    ),
    th.Property(
        "page_size",
        th.IntegerType(minimum=1, maximum=500),
        default=500,
        title="Page size",
        description="Rows to ask for at once, where the endpoint gives that many.",
    ),
    th.Property(
        "api_usage_percent",
        th.IntegerType(minimum=25, maximum=100),
        default=90,
        title="API usage",
        description=(
            "Share of Kustomer's request budgets that the tap may use, in percent. The rest is "
            "for the other users of the organisation."
        ),
    ),
    th.Property(
        "settle_seconds",
        th.IntegerType(minimum=0, maximum=86_400),
        default=60,
        title="Settle time",
        description=(
            "Seconds before the start of the run up to which rows are read: Kustomer's search "
            "shows changes with a delay."
        ),
    ),
    th.Property(
        "lookback_seconds",
        th.IntegerType(minimum=0, maximum=604_800),
        default=300,
        title="Lookback",
        description=(
            "Seconds before the bookmark from which rows are read again, for those that the "
            "search showed late."
        ),
    ),
    th.Property(
        "request_timeout",
        th.IntegerType(minimum=1, maximum=3_600),
        default=60,
        title="Request timeout",
        description="Seconds without a sign from Kustomer after which a request is repeated.",
    ),
    th.Property(
        "max_retry_seconds",
        th.IntegerType(minimum=0, maximum=86_400),
        default=300,
        title="Retry time",
        description=(
            "Seconds for which a request that fails is repeated, with growing pauses, before the "
            "stream is left out."
        ),
    ),
    th.Property(
        "max_parallel_requests",
        th.IntegerType(minimum=1, maximum=64),
        default=32,
        title="Parallel requests",
        description="Requests that may be under way at once.",
    ),
    th.Property(
        "max_lookahead_mb",
        th.IntegerType(minimum=1, maximum=4_096),
        default=64,
        title="Look-ahead",
        description="Megabytes of rows that may be read before it is their turn to be written.",
    ),
    th.Property(
        "strict_counts",
        th.BooleanType,
        default=False,
        title="Strict counts",
        description=(
            "End the run with an error when a search keeps giving fewer rows than it counts. "
            "Otherwise that is a warning."
        ),
    ),
    th.Property(
        "user_agent",
        th.StringType(pattern=_ONE_LINE),
        title="User agent",
        description="How the tap introduces itself to Kustomer.",
        examples=["tap-kustomer (data-team@example.com)"],
    ),
    th.Property(
        "summary_path",
        th.StringType(min_length=1),
        title="Summary file",
        description="JSON file to which the run's summary is written. Its folder has to exist.",
        examples=["output/summary.json"],
    ),
    th.Property(
        "emit_activate_version_messages",
        th.BooleanType,
        default=False,
        title="Activate versions",
        description=(
            "Send ACTIVATE_VERSION after each full table, so that the target can remove rows "
            "that are gone."
        ),
    ),
).to_dict()


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings, checked. Times are milliseconds since 1970, durations are seconds.

    Attributes:
        base_url: Scheme and host to ask, without `/v1`.
        start: Rows updated before it are not read; None for everything.
        end: Rows updated after it are not read; None for no such bound.
        api_usage: Share of the request budgets that the tap may use, up to 1.
        summary_path: Where to write the run's summary; None for nowhere.
        batches: How files for BATCH messages are written; None for RECORD messages.
    """

    api_key: str = field(repr=False)
    base_url: str
    start: int | None
    end: int | None
    page_size: int
    api_usage: float
    settle_seconds: int
    lookback_seconds: int
    request_timeout: int
    max_retry_seconds: int
    max_parallel_requests: int
    lookahead_bytes: int
    strict_counts: bool
    user_agent: str
    summary_path: Path | None
    batches: Batches | None


def settings_from(config: Mapping[str, Any], *, now: int | None = None) -> Settings:
    """Check a configuration and give it its typed form.

    Args:
        config: The settings by name; names that mean nothing are left alone.
        now: Milliseconds since 1970; by this machine's clock if not given.

    Raises:
        ConfigurationError: Something is missing or not allowed; one line names the setting, what
            was given and what is allowed.
    """
    given = {name: value for name, value in config.items() if value is not None}
    problems = [_explain(error, given) for error in _VALIDATOR.iter_errors(given)]
    if problems:
        raise ConfigurationError("; ".join(dict.fromkeys(problems)))
    defaults = {
        name: schema["default"]
        for name, schema in SCHEMA["properties"].items()
        if "default" in schema
    }
    merged = {**defaults, **given}
    start = _moment(given, "start_date")
    end = _moment(given, "end_date")
    if start is not None and start > (time.time_ns() // 1_000_000 if now is None else now):
        raise ConfigurationError(
            f"Setting start_date: {given['start_date']!r} lies in the future; expected a time that "
            "has passed"
        )
    if start is not None and end is not None and end < start:
        raise ConfigurationError(
            f"Setting end_date: {given['end_date']!r} lies before start_date "
            f"{given['start_date']!r}; expected a later time"
        )
    return Settings(
        api_key=given["api_key"],
        base_url=_base_url(given),
        start=start,
        end=end,
        page_size=merged["page_size"],
        api_usage=merged["api_usage_percent"] / 100,
        settle_seconds=merged["settle_seconds"],
        lookback_seconds=merged["lookback_seconds"],
        request_timeout=merged["request_timeout"],
        max_retry_seconds=merged["max_retry_seconds"],
        max_parallel_requests=merged["max_parallel_requests"],
        lookahead_bytes=merged["max_lookahead_mb"] * 1_000_000,
        strict_counts=merged["strict_counts"],
        user_agent=merged.get("user_agent") or f"tap-kustomer/{version()}",
        summary_path=_summary_path(given),
        batches=_batches(given),
    )


def warnings_about(config: Mapping[str, Any], known: Collection[str]) -> list[str]:
    """What to say about settings that nobody knows: Meltano and others may pass on their own.

    Args:
        config: The settings as they were given.
        known: The names of all settings, the SDK's among them.
    """
    return [
        f"Setting {hide_key(name, config.get('api_key'))} is not known and has no effect"
        f"{did_you_mean(name, known)}"
        for name, value in config.items()
        if value is not None and name not in known
    ]


def check_environment(environment: Mapping[str, str], schema: Mapping[str, Any]) -> None:
    """Check environment variables that the SDK would stumble over, or take for something else.

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
                f"{_allowed(properties[name])}"
            )


def check_log_level(environment: Mapping[str, str]) -> None:
    """Check the environment variable by which the SDK sets the level of its log.

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


def version() -> str:
    """The tap's version, as it was installed."""
    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return "unknown"


_FORMATS: Final = FormatChecker(formats=())


def _is_time(value: object) -> bool:
    return not isinstance(value, str) or bool(times.to_text(times.to_milliseconds(value)))


_FORMATS.checks("date-time", raises=ValueError)(_is_time)
_VALIDATOR: Final = Draft202012Validator(SCHEMA, format_checker=_FORMATS)


def _explain(error: ValidationError, config: Mapping[str, Any]) -> str:
    if error.validator == "required":
        name = next(name for name in SCHEMA["required"] if name not in config)
        return f"Setting {name}: it is missing; expected {_allowed(SCHEMA['properties'][name])}"
    name = str(error.absolute_path[0]) if error.absolute_path else "the configuration"
    given = "a value" if name == "api_key" else _shown(error.instance, config)
    allowed = _allowed(SCHEMA["properties"].get(name, {}))
    return f"Setting {name}: {given} was given; expected {allowed}"


def _shown(value: object, config: Mapping[str, Any]) -> str:
    """A value as it was given, but for the API key, if it was pasted into the wrong setting."""
    key = config.get("api_key")
    return hide_key(repr(value), key if isinstance(key, str) else None)


def _allowed(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return "one of " + ", ".join(str(value) for value in schema["enum"])
    if schema.get("format") == "date-time":
        return "a date or date-time such as 2024-01-31 or 2024-01-31T08:00:00Z"
    if "minimum" in schema:
        return f"a whole number from {schema['minimum']} to {schema['maximum']}"
    if "pattern" in schema:
        return _TEXTS[schema["pattern"]]
    return next(text for kind, text in _TYPES.items() if kind in schema.get("type", "string"))


def _moment(given: Mapping[str, Any], name: str) -> int | None:
    return times.to_milliseconds(given[name]) if name in given else None


def _summary_path(given: Mapping[str, Any]) -> Path | None:
    if "summary_path" not in given:
        return None
    path = Path(given["summary_path"])
    try:
        can_be_made = path.parent.is_dir() and not path.is_dir()
    except OSError:  # Such as a name that is too long.
        can_be_made = False
    if not can_be_made:
        raise ConfigurationError(
            f"Setting summary_path: {_shown(given['summary_path'], given)} was given; expected a "
            "file in a folder that exists"
        )
    return path


def _batches(given: Mapping[str, Any]) -> Batches | None:
    try:
        batches = batches_from(given.get("batch_config"))
    except ValueError as error:
        raise ConfigurationError(
            f"Setting batch_config: {hide_key(str(error), given['api_key'])}; expected "
            '{"encoding": {"format": "jsonl"}, "storage": {"root": "FOLDER"}}'
        ) from error
    if batches is not None and given.get("emit_activate_version_messages"):
        raise ConfigurationError(
            "Setting emit_activate_version_messages: it was given beside batch_config, but rows in "
            "files have no version, so that a target would delete them all; expected one of the two"
        )
    return batches


def _base_url(given: Mapping[str, Any]) -> str:
    for name, read in (("api_url", checked_url), ("organization", organization_url)):
        if name in given:
            try:
                return read(given[name])
            except ValueError as error:
                raise ConfigurationError(
                    f"Setting {name}: {_shown(given[name], given)} was given; expected {error}"
                ) from error
    region = _PROD_POINTS.get(given.get("prod_point", 0), "us")
    if "region" in given and "prod_point" in given and given["region"] != region:
        raise ConfigurationError(
            f"Setting prod_point: {given['prod_point']} ({region}) was given beside region "
            f"{given['region']!r}; expected one of the two, or both the same"
        )
    return REGIONS[given.get("region", region)]
