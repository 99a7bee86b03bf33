"""Writes Singer messages to standard output: whole lines, in buffered blocks."""

from __future__ import annotations

import sys

import msgspec
from singer_sdk.contrib.msgspec import enc_hook
from singer_sdk.singerlib.encoding.base import GenericSingerWriter
from singer_sdk.singerlib.messages import Message, RecordMessage, StateMessage
from typing_extensions import override

_BLOCK_BYTES = 256 * 1024


class BufferedWriter(GenericSingerWriter[bytes, Message]):
    """Collects records and writes them in blocks; every other message is written at once.

    So a STATE never overtakes the records that it speaks of, and never waits behind them.

    Attributes:
        ends_with_state: Whether the last message was a STATE.
    """

    def __init__(self) -> None:
        super().__init__()
        self._encode = msgspec.json.Encoder(enc_hook=enc_hook, decimal_format="number").encode
        self._lines: list[bytes] = []
        self._bytes = 0
        self.ends_with_state = False

    @override
    def serialize_message(self, message: Message) -> bytes:
        return self._encode(message.to_dict()) + b"\n"

    @override
    def write_message(self, message: Message) -> None:
        line = self.serialize_message(message)
        self._lines.append(line)
        self._bytes += len(line)
        self.ends_with_state = isinstance(message, StateMessage)
        if self._bytes >= _BLOCK_BYTES or not isinstance(message, RecordMessage):
            self.flush()

    def flush(self) -> None:
        """Write what was collected."""
        block, self._lines, self._bytes = b"".join(self._lines), [], 0
        if not block:
            return
        # Looked up now, for test runners replace it. With PYTHONUNBUFFERED it is a raw stream,
        # which may write less than it was given.
        output = sys.stdout.buffer
        rest = memoryview(block)
        while rest:
            rest = rest[output.write(rest) :]
        output.flush()
