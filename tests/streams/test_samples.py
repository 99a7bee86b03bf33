"""Samples of the smaller tables become whole records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from support.samples.cases import CASES, shaped
from tap_kustomer.shaping.schema import record_schema

if TYPE_CHECKING:
    from tap_kustomer.streams.base import KustomerStream

each_sample = pytest.mark.parametrize(
    ("stream", "sample", "expected"), CASES, ids=[stream.__name__ for stream, *_ in CASES]
)


@each_sample
def test_a_sample_has_its_columns(
    stream: type[KustomerStream], sample: dict[str, Any], expected: dict[str, Any]
) -> None:
    record = shaped(stream, sample)

    assert {column: record.get(column, "missing") for column in expected} == expected


@each_sample
def test_nothing_of_a_sample_is_left_over(
    stream: type[KustomerStream], sample: dict[str, Any], expected: dict[str, Any]
) -> None:
    del expected

    assert "_extra" not in shaped(stream, sample)


@each_sample
def test_a_sample_is_what_the_schema_says(
    stream: type[KustomerStream], sample: dict[str, Any], expected: dict[str, Any]
) -> None:
    del expected
    schema = record_schema(stream.shape)
    record = shaped(stream, sample)
    if "id" not in stream.key:
        del record["id"]

    assert record.keys() <= schema["properties"].keys()
    assert not list(Draft202012Validator(schema).iter_errors(record))
