"""JSON that is nested more deeply than the programs that read it can follow.

Parsers and encoders stop somewhere between 250 and 1,000 levels. So whatever lies below `LEVELS` is
kept as text: the JSON of the value, in its place.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

# No value that Kustomer documents has as many, and all readers that are known take twice as many.
LEVELS: Final = 100

_TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)

_encode: Final = msgspec.json.Encoder(order="deterministic").encode


def flatten(content: bytes) -> bytes:
    """The same JSON with no more than `LEVELS` levels, however many it has."""
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


def encode(value: Any) -> bytes:
    """The JSON of a value of any depth, objects in the order of their keys."""
    try:
        return _encode(value)
    except RecursionError:
        return _encode_step_by_step(value)


def _encode_step_by_step(value: Any) -> bytes:
    parts: list[bytes] = []
    # Values, and bytes that are JSON already; the next one is the last.
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
    """What is left to encode, in reverse; the first of the pieces is a comma too many."""
    return [end, *reversed(pieces[1:]), begin]
