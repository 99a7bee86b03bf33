"""Parses JSON as strictly as it can be and as leniently as it must be."""

from __future__ import annotations

import json
import math
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


def decode(content: bytes | msgspec.Raw, decoder: msgspec.json.Decoder[T]) -> T:
    """Parse JSON, mending what no parser may accept but servers send all the same.

    A preview that was cut in the middle of an emoji is half a character; it becomes a question
    mark, and a number beyond all bounds becomes null. Without that, one such value would hold up
    its whole table.

    Raises:
        msgspec.DecodeError: It is no JSON, is nested too deeply, or is of another shape than the
            decoder's.
    """
    try:
        try:
            return decoder.decode(content)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return decoder.decode(_mended(bytes(content)))
    except RecursionError as error:
        raise msgspec.DecodeError("nested too deeply") from error


def _mended(content: bytes) -> bytes:
    try:
        document: Any = json.loads(
            content.decode(errors="replace"), parse_float=_finite, parse_constant=_nothing
        )
        return json.dumps(document, ensure_ascii=False).encode(errors="replace")
    except ValueError as error:
        raise msgspec.DecodeError(str(error)) from error


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def _nothing(text: str) -> None:
    del text
