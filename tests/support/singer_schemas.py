"""Checks records against their schema as strictly as a target could."""

from __future__ import annotations

import re
from typing import Any

from jsonschema_rs import Draft202012Validator

CANONICAL_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")


def _is_canonical(text: str) -> bool:
    return CANONICAL_TIME.fullmatch(text) is not None


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    """A validator that takes a time for one only in canonical form."""
    return Draft202012Validator(schema, validate_formats=True, formats={"date-time": _is_canonical})


def misfits(schema: dict[str, Any], record: dict[str, Any]) -> list[str]:
    """What a schema has against a record, each with the place."""
    return [
        f"{'.'.join(map(str, error.instance_path))}: {error.message}"
        for error in validator(schema).iter_errors(record)
    ]
