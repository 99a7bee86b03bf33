"""The setting `batch_config`: whether records go to files, and how these are written."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec


class Encoding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How records are written; each BATCH message states it.

    Attributes:
        format: JSON lines, or Parquet, whose columns have one type each: objects and arrays are
            JSON text in it.
        compression: Of a file of JSON lines, or of the parts of a Parquet file.
    """

    format: Literal["jsonl", "parquet"] = "jsonl"
    compression: Literal["gzip", "none"] = "gzip"


class Storage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where files go.

    Attributes:
        root: A folder, or an address that fsspec knows.
        prefix: What the names of files begin with.
        params: Options for fsspec.
    """

    root: Annotated[str, msgspec.Meta(min_length=1)]
    prefix: str | None = None
    params: dict[str, Any] = {}


class Batches(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The setting `batch_config`.

    Attributes:
        storage: Where files go.
        encoding: How records are written.
        batch_size: The most records that a file holds.
    """

    storage: Storage
    encoding: Encoding = Encoding()
    batch_size: Annotated[int, msgspec.Meta(ge=1)] = 10_000


def batches_from(value: Any) -> Batches | None:
    """Check the setting `batch_config`; None for a run without batches.

    Raises:
        ValueError: It is not understood.
    """
    return msgspec.convert(_without_nulls(value), Batches) if value else None


def _without_nulls(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: _without_nulls(one) for name, one in value.items() if one is not None}
