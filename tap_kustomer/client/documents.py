"""Parse JSON strictly, after changing what servers send although no strict parser accepts it."""

from __future__ import annotations

import codecs
import json
import math
import re
from contextlib import suppress
from typing import Any, Final, TypeVar

import msgspec

from tap_kustomer.nesting import limit_depth

T = TypeVar("T")

# An escaped backslash is matched too: the `u0000` after it is plain text.
_ESCAPED: Final = re.compile(rb"\\(?:\\|u0000)")
# U+FFFD, as UTF-8 or escaped.
_REPLACEMENT: Final = re.compile(rb"\xef\xbf\xbd|\\u[fF]{3}[dD]")
_UNSTORABLE: Final = re.compile("[\0\ud800-\udfff]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")

_OBJECT: Final = msgspec.json.Decoder(dict[str, Any])


def replace_nulls(content: bytes) -> bytes:
    """Replace U+0000 in texts and keys by U+FFFD: PostgreSQL stores no text that contains it.

    Keys of one object stay different from each other.
    """
    # Bytes are replaced, not values: for a whole response, that costs next to nothing.
    if b"\\" not in content:
        return content
    replaced = _ESCAPED.sub(_without_null, content)
    if replaced != content and _REPLACEMENT.search(content):
        # Two keys may have become one.
        with suppress(msgspec.DecodeError):
            return _ESCAPED.sub(_without_null, _acceptable(content))
    return replaced


def _without_null(escaped: re.Match[bytes]) -> bytes:
    return escaped[0] if escaped[0] == rb"\\" else rb"\ufffd"


def decode(content: bytes | msgspec.Raw, decoder: msgspec.json.Decoder[T]) -> T:
    """Parse JSON, after changing what servers send although no parser accepts it.

    A byte order mark is dropped, and control characters in texts need not be escaped. Half an
    emoji, as at the end of a preview that was cut there, becomes U+FFFD. `NaN`, and numbers that no
    double holds, become text. Values nested too deeply become text below some level.
    Otherwise one such value would block its whole stream.

    Other fractions are doubles, the only ones that JSON promises (RFC 8259, section 6): digits
    beyond those of a double are lost. Integers keep all their digits.

    Raises:
        msgspec.DecodeError: It is not JSON, or does not have the decoder's type.
    """
    try:
        return decoder.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return decoder.decode(_acceptable(limit_depth(bytes(content))))


def decode_object(raw: msgspec.Raw) -> dict[str, Any]:
    """Parse the JSON of an object that was kept as it came.

    Raises:
        msgspec.DecodeError: It is not the JSON of an object.
    """
    return decode(raw, _OBJECT)


def _acceptable(content: bytes) -> bytes:
    """Rewrite JSON so that every parser accepts it.

    Raises:
        msgspec.DecodeError: It is not JSON, or nested too deeply.
    """
    try:
        document: Any = json.loads(
            content.removeprefix(codecs.BOM_UTF8).decode(errors="surrogateescape"),
            strict=False,
            object_pairs_hook=_members,
            parse_float=_float,
            parse_int=_int,
            parse_constant=str,
        )
        text = json.dumps(document, ensure_ascii=False)
    except (ValueError, RecursionError) as error:
        raise msgspec.DecodeError(str(error)) from error
    return _ESCAPED.sub(_without_null, _SURROGATE.sub("\ufffd", text).encode())


def storable(value: Any) -> Any:
    """Replace U+0000 and halves of emojis by U+FFFD in a value that was computed, not parsed.

    Raises:
        TypeError: A key of an object is no text.
    """
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return _members([(name, storable(member)) for name, member in value.items()])
    if isinstance(value, list | tuple):
        return [storable(item) for item in value]
    return value


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The members of an object; keys that differ still differ after U+FFFD has replaced a part."""
    members = dict(pairs)
    if not any(map(_UNSTORABLE.search, members)):
        return members
    renamed: dict[str, Any] = {}
    for key in sorted(members, key=lambda key: bool(_UNSTORABLE.search(key))):
        name = _UNSTORABLE.sub("\ufffd", key)
        while name in renamed:
            name += "_"
        renamed[name] = members[key]
    return renamed


def _float(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


def _int(text: str) -> int | str:
    try:
        return int(text)
    except ValueError:  # It has more digits than the interpreter converts.
        return text
