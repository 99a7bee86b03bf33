"""JSON that is nested too deeply.

Parsers and encoders fail at 250 to 1,000 levels. So values below `LEVELS` levels are replaced by
their JSON, as text.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

# More than any value that Kustomer documents, and half of what every known parser accepts.
LEVELS: Final = 100

_TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)

_encode: Final = msgspec.json.Encoder(order="deterministic").encode


def limit_depth(content: bytes) -> bytes:
    """Reduce JSON of any depth to `LEVELS` levels."""
    parts: list[bytes] = []
    level = start = 0
    for token in _TOKEN.finditer(content):
        match token[0]:
            case b"[" | b"{":
                if level == LEVELS:
                    parts.append(content[start : token.start()])
                    start = token.start()
                level += 1
            case b"]" | b"}":
                level -= 1
                if level == LEVELS:
                    text = content[start : token.end()].decode(errors="replace")
                    parts.append(_encode(text))
                    start = token.end()
    return b"".join((*parts, content[start:]))


def encode_sorted(value: Any) -> bytes:
    """Encode a value of any depth as JSON, with sorted keys."""
    try:
        return _encode(value)
    except RecursionError:
        return _encode_step_by_step(value)


def _encode_step_by_step(value: Any) -> bytes:
    parts: list[bytes] = []
    # A stack of values, and of bytes that are JSON already.
    rest: list[Any] = [value]
    while rest:
        match rest.pop():
            case bytes(json):
                parts.append(json)
            case dict(members):
                pairs = ((b",", _encode(key), b":", members[key]) for key in sorted(members))
                rest += _between(b"{", [piece for pair in pairs for piece in pair], b"}")
            case list(items):
                rest += _between(b"[", [piece for item in items for piece in (b",", item)], b"]")
            case single:
                parts.append(_encode(single))
    return b"".join(parts)


def _between(begin: bytes, pieces: list[Any], end: bytes) -> list[Any]:
    """Pieces of an object or array for the stack, without the comma before the first one."""
    return [end, *reversed(pieces[1:]), begin]
