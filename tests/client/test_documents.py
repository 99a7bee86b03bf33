"""JSON from servers is parsed, even where a strict parser refuses it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.json_values import json_values
from tap_kustomer.client.documents import decode, replace_nulls
from tap_kustomer.nesting import LEVELS

ANYTHING: msgspec.json.Decoder[Any] = msgspec.json.Decoder(Any)


@pytest.mark.parametrize(
    ("content", "document"),
    [
        (b'{"a": "\\ud83d"}', {"a": "\ufffd"}),
        (b'{"a": "\\udc00x", "\\ud83d": 1}', {"a": "\ufffdx", "\ufffd": 1}),
        (b'{"a": "\\ud83d\\ude00", "b": "\\ud83d"}', {"a": "\U0001f600", "b": "\ufffd"}),
        (b'{"a": "\xff"}', {"a": "\ufffd"}),
        (b'{"a": 1e999, "b": 1.5}', {"a": "1e999", "b": 1.5}),
        (b'{"a": NaN, "b": -Infinity}', {"a": "NaN", "b": "-Infinity"}),
        (b'{"a": %b}' % (b"9" * 5_000), {"a": "9" * 5_000}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'{"a": "\x01\n\t"}', {"a": "\x01\n\t"}),
        (
            b'{"a": "x\0", "b\0": 1, "b\xef\xbf\xbd": 2}',
            {"a": "x\ufffd", "b\ufffd_": 1, "b\ufffd": 2},
        ),
    ],
    ids=[
        *("half a character", "the other half", "both halves", "no UTF-8"),
        *("no double", "no number", "thousands of digits"),
        *("byte order mark", "bare control characters", "bare null characters"),
    ],
)
def test_one_invalid_value_does_not_block_the_others(content: bytes, document: Any) -> None:
    assert decode(content, ANYTHING) == document


@pytest.mark.parametrize("content", [b"", b"<html>", b'{"a": [', b"[" * 100_000])
def test_bytes_that_are_not_json_are_refused(content: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode(content, ANYTHING)


def test_values_nested_too_deeply_for_a_parser_are_kept_as_text() -> None:
    # Python 3.14 parses tens of thousands of levels.
    deep = b"[" * 100_000 + b'"a \\" ]"' + b"]" * 100_000

    document = decode(b'{"deep": %b, "b": 1}' % deep, ANYTHING)

    value = document.pop("deep")
    assert document == {"b": 1}
    for _ in range(LEVELS - 1):
        (value,) = value
    assert value == deep[LEVELS - 1 : -(LEVELS - 1)].decode()


@pytest.mark.parametrize(
    ("content", "replaced"),
    [
        (rb'{"a": "x\u0000y"}', {"a": "x\ufffdy"}),
        (rb'{"a\u0000": {"\u0000": 1}}', {"a\ufffd": {"\ufffd": 1}}),
        (rb'["\u0000\u0000", "\\\u0000"]', ["\ufffd\ufffd", "\\\ufffd"]),
        (rb'["\\u0000", "\\\\u0000", "\\\\\u0000"]', ["\\u0000", "\\\\u0000", "\\\\\ufffd"]),
        (rb'["\u00001", "\u0001", "\n"]', ["\ufffd1", "\u0001", "\n"]),
    ],
)
def test_null_characters_are_replaced_and_lookalikes_are_not(content: bytes, replaced: Any) -> None:
    assert msgspec.json.decode(replace_nulls(content)) == replaced


@pytest.mark.parametrize(
    "key", [rb"a\u0000", rb"a\ud800", b"a\xff"], ids=["null", "half a character", "no UTF-8"]
)
@pytest.mark.parametrize("replacement", [rb"a\ufffd", rb"a\uFFFD", "a\ufffd".encode()])
@pytest.mark.parametrize("is_first", [True, False])
def test_keys_that_a_replacement_makes_equal_stay_apart(
    key: bytes, replacement: bytes, *, is_first: bool
) -> None:
    members = [b'"%b": "odd\\u0000"' % key, b'"%b": 1.5' % replacement]
    content = b'{"x": [{%b}]}' % b", ".join(members if is_first else reversed(members))

    document = decode(replace_nulls(content), ANYTHING)

    assert document == {"x": [{"a\ufffd": 1.5, "a\ufffd_": "odd\ufffd"}]}


def test_any_number_of_keys_that_become_equal_stays_apart() -> None:
    content = rb'{"a\u0000\ufffd": 1, "a\ufffd\u0000": 2, "a\ufffd\ufffd": 3, "a\u0000": 4}'

    assert set(decode(replace_nulls(content), ANYTHING).values()) == {1, 2, 3, 4}


@pytest.mark.parametrize("content", [rb'["\ufffd\u0000', b"[" * 100_000 + rb'"\ufffd\u0000"'])
def test_null_characters_are_replaced_in_invalid_json_too(content: bytes) -> None:
    assert replace_nulls(content) == content.replace(rb"\u0000", rb"\ufffd")


@given(json_values(), st.sampled_from(["\0", "\\", "\\u0000", "\\\0"]))
def test_null_characters_are_replaced_wherever_they_stand(value: Any, text: str) -> None:
    document = [text, {text: value}, text + text]

    replaced = msgspec.json.decode(replace_nulls(msgspec.json.encode(document)))

    assert replaced == _without_nulls(document)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {_without_nulls(key): _without_nulls(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_nulls(item) for item in value]
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value


def test_a_response_without_null_characters_is_not_copied() -> None:
    content = rb'{"a": "one\ntwo \u0001"}'

    assert replace_nulls(content) is content
