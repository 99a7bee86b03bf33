from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tap_kustomer.client.documents import decode

ANYTHING: msgspec.json.Decoder[Any] = msgspec.json.Decoder(Any)


@pytest.mark.parametrize(
    ("content", "document"),
    [
        (b'{"a": "\\ud83d"}', {"a": "?"}),
        (b'{"a": "\xff"}', {"a": "\ufffd"}),
        (b'{"a": 1e999, "b": 1.5}', {"a": None, "b": 1.5}),
        (b'{"a": NaN}', {"a": None}),
    ],
)
def test_one_value_that_no_parser_may_accept_does_not_hold_up_the_others(
    content: bytes, document: Any
) -> None:
    assert decode(content, ANYTHING) == document


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"<html>", b'{"a": [', b"[" * 100_000),
        b"[" * 100_000 + b"]" * 100_000,
        b'{"a": "\\ud83d", "b": %b1%b}' % (b"[" * 100_000, b"]" * 100_000),
        b'{"a": 1e999, "b": %b1%b}' % (b'{"a": ' * 100_000, b"}" * 100_000),
    ],
)
def test_what_is_no_json_is_none(content: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode(content, ANYTHING)
