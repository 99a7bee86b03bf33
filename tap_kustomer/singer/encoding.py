"""How all values are encoded as JSON: in messages, in files and in columns of flat records."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from singer_sdk.contrib.msgspec import enc_hook

# Values of stream maps may be decimals or of other types that JSON lacks.
encode: Final = msgspec.json.Encoder(enc_hook=enc_hook, decimal_format="number").encode


def as_json_text(value: Any) -> str:
    """Return a string as it is, and any other value as JSON.

    Unlike `shaping.values.as_text`, it takes every type that a stream map may return.
    """
    return value if type(value) is str else encode(value).decode()
