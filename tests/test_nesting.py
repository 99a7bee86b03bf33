"""Values that are nested too deeply for JSON libraries."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given

from support.json_values import deep, json_values
from tap_kustomer.nesting import LEVELS, encode_sorted, limit_depth


@pytest.mark.parametrize("value", ['a "]\\', 1.5, {"a": 1}, [{"a": []}], None], ids=str)
@pytest.mark.parametrize("levels", [0, 1, LEVELS - 4, LEVELS - 3])
def test_json_with_few_levels_is_not_changed(levels: int, value: Any) -> None:
    content = msgspec.json.encode(deep(value, levels))

    assert limit_depth(content) == content


@pytest.mark.parametrize("levels", [LEVELS + 1, 600, 10_000])
def test_json_below_the_deepest_level_becomes_text(levels: int) -> None:
    content = b'{"a":' * levels + b'"} \\" {"' + b"}" * levels

    value = msgspec.json.decode(limit_depth(content))
    for _ in range(LEVELS):
        value = value["a"]

    assert value.encode() == content[LEVELS * len('{"a":') : -LEVELS]


@pytest.mark.parametrize("content", [b"]]", b"[" * 500, b'{"a": "', b'"\\', b"[1,"])
def test_bytes_that_are_not_json_stay_invalid(content: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(limit_depth(content))


@given(json_values())
def test_the_order_of_keys_does_not_change_the_encoding(value: Any) -> None:
    assert encode_sorted(value) == msgspec.json.encode(value, order="deterministic")


@given(json_values())
def test_a_value_of_any_depth_is_encoded(value: Any) -> None:
    inside = deep({"b": [value, None], "a": "\n"}, 3_000)

    encoded = encode_sorted(inside)

    head, tail = encoded[: encoded.index(b'{"a":"')], encode_sorted({"a": "\n", "b": [value, None]})
    assert encoded.startswith(head + tail)
    assert encoded[len(head + tail) :] == head.replace(b'{"a":', b"}").replace(b"[", b"]")[::-1]
