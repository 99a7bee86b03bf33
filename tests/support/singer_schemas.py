"""Checks records against their schema as strictly as a target could."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator, FormatChecker

if TYPE_CHECKING:
    from collections.abc import Mapping

CANONICAL_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")

_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("date-time")
def _is_canonical(value: object) -> bool:
    return not isinstance(value, str) or CANONICAL_TIME.fullmatch(value) is not None


def validator(schema: Mapping[str, Any]) -> Draft202012Validator:
    """A validator that takes a time for one only in canonical form."""
    return Draft202012Validator(schema, format_checker=_FORMATS)


def misfits(schema: Mapping[str, Any], record: Mapping[str, Any]) -> list[str]:
    """What a schema has against a record, each with the place."""
    return [
        f"{'.'.join(map(str, error.absolute_path))}: {error.message}"
        for error in validator(schema).iter_errors(record)
    ]
