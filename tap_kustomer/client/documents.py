"""Parses JSON as strictly as it can be and as leniently as it must be."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final, TypeVar

import msgspec

from tap_kustomer.nesting import flatten

T = TypeVar("T")

# An escaped backslash too, for it begins no `\u0000`.
_ESCAPED: Final = re.compile(rb"\\(?:\\|u0000)")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def replace_nulls(content: bytes) -> bytes:
    """The same JSON with U+FFFD for U+0000, in keys too: PostgreSQL stores no text that has it.

    It is looked for in the bytes of a whole answer, as that costs next to nothing.
    """
    return _ESCAPED.sub(_without_null, content) if b"\\" in content else content


def _without_null(escaped: re.Match[bytes]) -> bytes:
    return escaped[0] if escaped[0] == rb"\\" else rb"\ufffd"


def decode(content: bytes | msgspec.Raw, decoder: msgspec.json.Decoder[T]) -> T:
    """Parse JSON, and change what no parser may accept but servers send all the same.

    A preview that was cut in the middle of an emoji ends with half a character, which becomes
    U+FFFD. `NaN`, and a number beyond all bounds, become the text of it. What is nested too deeply
    is kept as text below some level. Otherwise, one such value would hold up its whole table.

    Other fractions are doubles, the only ones that JSON promises (RFC 8259, section 6): digits
    beyond those of a double are gone. Integers keep all their digits.

    Raises:
        msgspec.DecodeError: It is no JSON, or of another shape than the decoder's.
    """
    try:
        return decoder.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return decoder.decode(_acceptable(bytes(content)))


def _acceptable(content: bytes) -> bytes:
    try:
        document: Any = json.loads(
            flatten(content).decode(errors="replace"),
            parse_float=_float,
            parse_int=_int,
            parse_constant=str,
        )
        text = json.dumps(document, ensure_ascii=False)
    except (ValueError, RecursionError) as error:
        raise msgspec.DecodeError(str(error)) from error
    return _SURROGATE.sub("\ufffd", text).encode()


def _float(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


def _int(text: str) -> int | str:
    try:
        return int(text)
    except ValueError:  # It has more digits than the interpreter converts.
        return text
