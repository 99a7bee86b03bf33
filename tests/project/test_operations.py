"""Every documented read operation is read by a stream, or there is a reason why none does."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tap_kustomer.streams import STREAMS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tap_kustomer.streams.base import KustomerStream

DOCS = Path(__file__).parents[2] / "docs"
SAMPLES = Path(__file__).parents[1] / "streams" / "documented_samples.json"


@pytest.fixture(scope="module")
def operations() -> Iterator[Any]:
    """The module that knows the operations."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(DOCS)
        yield importlib.import_module("generator.operations")


def test_each_operation_is_listed_once(operations: Any) -> None:
    listed = operations.documented_operations().all

    assert len(listed) == len(set(listed)) == 207


def test_a_stream_reads_each_operation_that_is_said_to_be_read(operations: Any) -> None:
    found = operations.documented_operations()

    assert [one for one in found.read if not operations.readers(one, found.all)] == []


def test_each_operation_that_is_read_has_a_sample_of_its_shape(operations: Any) -> None:
    shown = {page for each in json.loads(SAMPLES.read_text("utf-8")) for page in each["pages"]}

    found = operations.documented_operations()

    assert [one for one in found.read if f"{one} (June 2026)" not in shown] == []


def test_no_stream_reads_an_operation_that_has_a_reason_not_to_be_read(operations: Any) -> None:
    found = operations.documented_operations()
    unread = [one for ones in found.unread.values() for one in ones]

    assert [one for one in unread if operations.readers(one, found.all)] == []


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_a_stream_is_called_documented_only_if_all_its_operations_are(
    operations: Any, stream: type[KustomerStream]
) -> None:
    listed = operations.documented_operations().all
    requests = [*operations.requests(stream.source)]

    assert requests
    assert not stream.documented or all(
        operations.documented(request, listed) for request in requests
    )


def test_a_path_of_its_own_is_preferred_to_one_with_an_id(operations: Any) -> None:
    listed = operations.documented_operations().all

    assert operations.documented("GET /v1/customers/searches", listed).endswith("/searches")
    assert operations.documented("GET /v1/metadata/company", listed).endswith("/{resource}")
    assert operations.documented("GET /v1/tags", listed) is None
