"""The settings, one declaration each.

To add a setting, add an attribute to `Settings` and use it. The JSON schema follows from the
declarations, and from that `python docs/generate.py` writes all that lists the settings: the
README's table, `.env.example`, `sample_config.json`, `meltano.yml`, and their likes in `examples/`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from singer_sdk import typing as th

from tap_kustomer import times
from tap_kustomer.client.hosts import REGIONS, checked_url, organization_url, subdomain
from tap_kustomer.client.limits import SEARCH_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tap_kustomer.config.batches import Batches

DISTRIBUTION: Final = "complete-tap-kustomer"

# The name and the numbers that MeltanoLabs' variant of this tap uses for the region.
PROD_POINTS: Final = {1: "us", 2: "eu"}

# Header values. A key pasted with its line break would not fit into one; `$` would let it pass.
_PRINTABLE: Final = r"^[\x21-\x7e]+(?![\s\S])"
_ONE_LINE: Final = r"^[\x20-\x7e]+(?![\s\S])"

# Settings for a person who signs in by OAuth, instead of an API key.
OAUTH_SETTINGS: Final = ("client_id", "client_secret", "refresh_token", "token_path")

_ONE_WORD: Final = "a text without spaces and line breaks"


class Declaration(NamedTuple):
    """What is declared of a setting, apart from its name.

    Attributes:
        make_property: Makes its property of the JSON schema from its name.
        default: Its value where none is given.
        expected: Describes what is allowed, for error messages; empty where the JSON schema does.
        parse: Turns a value that fits the JSON schema into that of the attribute.
    """

    make_property: Callable[[str], th.Property[Any]]
    default: Any
    expected: str
    parse: Callable[[Any], Any]


def setting(  # noqa: PLR0913
    json_type: th.JSONTypeHelper[Any] | type[th.JSONTypeHelper[Any]],
    title: str,
    description: str,
    *,
    default: Any = None,
    example: Any = None,
    secret: bool = False,
    expected: str = "",
    parse: Callable[[Any], Any] = lambda value: value,
) -> Any:
    """Declare a setting as an attribute of `Settings`.

    Args:
        json_type: Its type and bounds, in the SDK's terms.
        title: Its name for people.
        description: What it does.
        default: Its value where none is given.
        example: A value to show where there is no default.
        secret: Whether its value must never be shown.
        expected: Describes what is allowed, for error messages; by default, the JSON type does.
        parse: Turns a value that fits the JSON type into that of the attribute, or raises a
            `ValueError` whose text describes what is allowed.
    """
    declare = partial(
        th.Property,
        wrapped=json_type,
        title=title,
        description=description,
        default=default,
        examples=None if example is None else [example],
        secret=secret,
    )
    declaration = Declaration(declare, default, expected, parse)
    return field(repr=not secret, metadata={Declaration: declaration})


def _file_in_folder(text: str) -> Path:
    path = Path(text)
    try:
        is_possible = path.parent.is_dir() and not path.is_dir()
    except OSError:  # For example, the name is too long.
        is_possible = False
    if not is_possible:
        raise ValueError("a file in a folder that exists")
    return path


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings, checked and parsed. Times are milliseconds since 1970.

    Attributes:
        batches: The SDK's setting `batch_config`: how files for BATCH messages are written; None
            for RECORD messages.
    """

    api_key: str | None = setting(
        th.StringType(pattern=_PRINTABLE),
        "API key",
        "Bearer token of a Kustomer API key (Settings, Security, API Keys). Required, unless a "
        "person signs in.",
        example="YOUR-KUSTOMER-API-KEY",
        secret=True,
        expected=_ONE_WORD,
    )
    client_id: str | None = setting(
        th.StringType(pattern=_PRINTABLE),
        "Client id",
        "Application that a person signs in to by OAuth, instead of an API key.",
        example="YOUR-CLIENT-ID",
        expected=_ONE_WORD,
    )
    client_secret: str | None = setting(
        th.StringType(pattern=_PRINTABLE),
        "Client secret",
        "Secret of the application, if it has one.",
        example="YOUR-CLIENT-SECRET",
        secret=True,
        expected=_ONE_WORD,
    )
    refresh_token: str | None = setting(
        th.StringType(pattern=_PRINTABLE),
        "Refresh token",
        "Refresh token of a sign-in. Not needed once `tap-kustomer-login` has written token_path.",
        example="YOUR-REFRESH-TOKEN",
        secret=True,
        expected=_ONE_WORD,
    )
    token_path: Path | None = setting(  # noqa: RUF009  # It returns a dataclass field.
        th.StringType(min_length=1),
        "Token file",
        "File that keeps the tokens of a sign-in between runs. Its folder must exist.",
        example="kustomer-tokens.json",
        parse=_file_in_folder,
    )
    organization: str | None = setting(
        th.StringType(min_length=1),
        "Organisation",
        "Subdomain of the organisation: acme for acme.kustomerapp.com. It leads to the right "
        "region by itself.",
        example="acme",
        parse=subdomain,
    )
    region: str = setting(
        th.StringType(allowed_values=list(REGIONS)),
        "Region",
        "Region where the API key was issued. Used when no organization is given.",
        default="us",
    )
    prod_point: int | None = setting(
        th.IntegerType(allowed_values=list(PROD_POINTS)),
        "Prod point",
        "The region as MeltanoLabs' variant names it: 1 for us, 2 for eu.",
        example=1,
    )
    api_url: str | None = setting(
        th.StringType(min_length=1),
        "API URL",
        "Base URL to use instead of the region's or organisation's, for a proxy or a test server. "
        "HTTPS only, except on loopback.",
        example="https://acme.api.kustomerapp.com",
        parse=checked_url,
    )
    start_date: int | None = setting(
        th.DateTimeType,
        "Start date",
        "Date or date-time (UTC): rows updated before it are not read. Without it, all rows are "
        "read.",
        example="2024-01-31",
        parse=times.to_milliseconds,
    )
    end_date: int | None = setting(
        th.DateTimeType,
        "End date",
        "Date or date-time (UTC): rows updated after it are not read. For backfills.",
        example="2030-01-01",
        parse=times.to_milliseconds,
    )
    page_size: int = setting(
        th.IntegerType(minimum=1, maximum=500),
        "Page size",
        "Rows per request, where the endpoint allows that many. Audit logs come by 1,000.",
        default=500,
    )
    api_usage_percent: int = setting(
        th.IntegerType(minimum=25, maximum=100),
        "API usage",
        "Share of Kustomer's rate limits that the tap may use, in percent. The rest is left to "
        "other users of the organisation.",
        default=90,
    )
    searches_per_minute: int = setting(
        th.IntegerType(minimum=10, maximum=2_000),
        "Searches a minute",
        "Searches a minute that Kustomer is assumed to grant, until a response states their "
        "limit. An API key is granted 100.",
        default=SEARCH_LIMIT,
    )
    settle_seconds: int = setting(
        th.IntegerType(minimum=0, maximum=86_400),
        "Settle time",
        "Rows updated less than this many seconds before the run are left to the next run: "
        "Kustomer's search shows changes with a delay.",
        default=60,
    )
    lookback_seconds: int = setting(
        th.IntegerType(minimum=0, maximum=604_800),
        "Lookback",
        "Each run starts this many seconds before its bookmark, for rows that the search showed "
        "late.",
        default=300,
    )
    request_timeout: int = setting(
        th.IntegerType(minimum=1, maximum=3_600),
        "Request timeout",
        "Seconds without data from Kustomer after which a request is repeated.",
        default=60,
    )
    max_retry_seconds: int = setting(
        th.IntegerType(minimum=0, maximum=86_400),
        "Retry time",
        "Seconds for which a failing request is repeated, with growing pauses, before its stream "
        "is left out.",
        default=300,
    )
    max_parallel_requests: int = setting(
        th.IntegerType(minimum=1, maximum=64),
        "Parallel requests",
        "Requests that may be in flight at once.",
        default=32,
    )
    max_lookahead_mb: int = setting(
        th.IntegerType(minimum=1, maximum=4_096),
        "Look-ahead",
        "Megabytes of rows that may be read before it is their turn to be written.",
        default=64,
    )
    strict_counts: bool = setting(
        th.BooleanType,
        "Strict counts",
        "Count the stream as failed (exit code 1) when Kustomer returns fewer rows than it counts. "
        "Otherwise the tap only warns.",
        default=False,
    )
    user_agent: str = setting(
        th.StringType(pattern=_ONE_LINE),
        "User agent",
        "How the tap introduces itself to Kustomer.",
        example="tap-kustomer (data-team@example.com)",
        expected="one line of ASCII characters",
    )
    summary_path: Path | None = setting(  # noqa: RUF009  # It returns a dataclass field.
        th.StringType(min_length=1),
        "Summary file",
        "JSON file to write the run's summary to. Its folder must exist.",
        example="summary.json",
        parse=_file_in_folder,
    )
    emit_activate_version_messages: bool = setting(
        th.BooleanType,
        "Activate versions",
        "Write ACTIVATE_VERSION after each full table, so that the target can remove rows that no "
        "longer exist.",
        default=False,
    )
    batches: Batches | None

    @property
    def base_url(self) -> str:
        """Scheme and host to send requests to, without `/v1`."""
        if self.api_url is not None:
            return self.api_url
        if self.organization is not None:
            return organization_url(self.organization)
        return REGIONS[PROD_POINTS[self.prod_point] if self.prod_point else self.region]

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no text may show."""
        return tuple(value for name in SECRETS if (value := getattr(self, name)))

    @property
    def api_usage(self) -> float:
        """Share of the rate limits that the tap may use, up to 1."""
        return self.api_usage_percent / 100

    @property
    def lookahead_bytes(self) -> int:
        """Bytes of rows that may be read before it is their turn to be written."""
        return self.max_lookahead_mb * 1_000_000


DECLARATIONS: Final[Mapping[str, Declaration]] = {
    each.name: each.metadata[Declaration]
    for each in fields(Settings)
    if Declaration in each.metadata
}

SCHEMA: Final[dict[str, Any]] = th.PropertiesList(
    *(declaration.make_property(name) for name, declaration in DECLARATIONS.items())
).to_dict()

SECRETS: Final = tuple(
    name for name, schema in SCHEMA["properties"].items() if schema.get("secret")
)
