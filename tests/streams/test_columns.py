"""What every column of every table owes to a target."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tap_kustomer.shaping.fields import Kind
from tap_kustomer.streams import STREAMS

if TYPE_CHECKING:
    from tap_kustomer.streams.base import KustomerStream


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_no_column_may_be_anything(stream: type[KustomerStream]) -> None:
    """A target has one type for a column: what comes in several types is text, if need be JSON."""
    fields = [
        *stream.shape.attributes,
        *(field for each in stream.derived for field in each.fields),
    ]

    assert not [field.source for field in fields if field.kind is Kind.ANYTHING]
