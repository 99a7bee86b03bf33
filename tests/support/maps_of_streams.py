"""Stream maps on an offline tap, and the records that they give."""

from __future__ import annotations

from typing import Any

import pytest

from support.offline_tap import OfflineTap
from tap_kustomer.errors import ConfigurationError
from tap_kustomer.streams.companies import Companies
from tap_kustomer.streams.tags import Tags
from tap_kustomer.streams.users import Users

COMPANY: dict[str, Any] = {
    "id": "c1",
    "name": "Acme",
    "external_id": None,
    "created_at": "2024-01-31T10:00:00.000Z",
    "updated_at": "2024-02-01T10:00:00.000Z",
    "emails": [{"email": "ann@example.com"}],
    "rev": 7,
}


FLAT: dict[str, Any] = {"flattening_enabled": True, "flattening_max_depth": 1}


SECRET = "ann@example.com"


def tap_of(maps: dict[str, Any], **config: Any) -> OfflineTap:
    return OfflineTap(Companies, Tags, Users, stream_maps=maps, **config)


def map_of(maps: dict[str, Any], stream: str = "companies", place: int = 0, **config: Any) -> Any:
    return tap_of(maps, **config).mapper.stream_maps[stream][place]


def mapped(
    options: dict[str, Any], record: dict[str, Any] = COMPANY, **config: Any
) -> dict[str, Any] | None:
    """Map a record, whose columns are declared with the types of their values."""
    one = map_of({"companies": options}, **config)
    row: dict[str, Any] | None = one.transform(record)
    assert row is None or row.keys() <= one.transformed_schema["properties"].keys()
    return row


def column(expression: str, record: dict[str, Any] = COMPANY) -> Any:
    """The value of an expression in a new column."""
    row = mapped({"made_up": expression}, record)
    assert row is not None
    return row["made_up"]


def schema_of(options: dict[str, Any]) -> dict[str, dict[str, Any]]:
    properties: dict[str, dict[str, Any]]
    properties = map_of({"companies": options}).transformed_schema["properties"]
    return properties


def problem(maps: dict[str, Any], **config: Any) -> str:
    """The error that ends the run before it starts."""
    with pytest.raises(ConfigurationError) as caught:
        tap_of(maps, **config)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def failure(options: dict[str, Any], record: dict[str, Any] = COMPANY) -> str:
    """The error that ends the run at a record."""
    one = map_of({"companies": options})
    with pytest.raises(ConfigurationError) as caught:
        one.transform(record)
    assert "\n" not in str(caught.value)
    return str(caught.value)
