"""The definition for Meltano Hub is one that the Hub takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator
from referencing import Registry, Resource

ROOT = Path(__file__).parents[2]
SCHEMAS = Path(__file__).with_name("meltano_hub")


def hub_validator() -> Draft7Validator:
    """Checks the definition of an extractor."""
    schemas = {file.name: json.loads(file.read_text()) for file in SCHEMAS.glob("*.json")}
    registry: Registry[Any] = Registry(  # type: ignore[call-arg]  # mypy misses its fields.
        retrieve=lambda uri: Resource.from_contents(schemas[uri.rpartition("/")[2]])
    )
    return Draft7Validator(schemas["extractors.schema.json"], registry=registry)


@pytest.fixture(scope="module")
def definition() -> dict[str, Any]:
    text = (ROOT / "examples" / "meltano-hub" / "complete.yml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def test_the_definition_is_valid_by_the_hub_s_schema(definition: dict[str, Any]) -> None:
    assert not [error.message for error in hub_validator().iter_errors(definition)]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", None),
        ("quality", "excellent"),
        ("capabilities", ["magic"]),
        ("use_cached_catalog", False),
        ("settings", [{"name": "api_key", "kind": "text"}]),
    ],
)
def test_a_wrong_definition_is_refused_by_the_schema_of_the_hub(
    definition: dict[str, Any], key: str, value: Any
) -> None:
    assert not hub_validator().is_valid({**definition, key: value})
