"""Writes Singer messages to standard output: whole lines, in buffered blocks."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import msgspec
from singer_sdk.contrib.msgspec import enc_hook
from singer_sdk.singerlib.encoding.base import GenericSingerWriter
from singer_sdk.singerlib.messages import Message, RecordMessage, StateMessage
from typing_extensions import override

from tap_kustomer.singer.output.last_state import state_before
from tap_kustomer.singer.output.stdout import Output

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_kustomer.singer.output.last_state import State

_BLOCK_BYTES: Final = 256 * 1024

# For how long a reader that pauses is waited for when the run was told to end, in seconds.
_PATIENCE: Final = 3.0


class _ImpatienceError(Exception):
    """The reader has paused for too long. No TimeoutError: that is one of the output's own."""


class BufferedWriter(GenericSingerWriter[bytes, Message]):
    """Collects records and writes them in blocks; every other message is written at once.

    So a STATE never overtakes the records that it speaks of, and never waits behind them.

    Attributes:
        encode: Any value as JSON, in the form that all messages have.
        stop_if_asked: Raises when the run is to end; called while the reader pauses.
        ends_with_state: Whether the last message was a STATE.
    """

    def __init__(self) -> None:
        super().__init__()
        self.encode = msgspec.json.Encoder(enc_hook=enc_hook, decimal_format="number").encode
        self.stop_if_asked: Callable[[], None] = _go_on
        self.ends_with_state = False
        self._output = Output(self._stop_if_asked)
        self._lines: list[bytes] = []
        self._bytes = 0
        self._last_state: bytes | None = None
        # Whether the SDK had to do something to records, so that they are not as they were shaped.
        self._has_changed_records = False

    @override
    def serialize_message(self, message: Message) -> bytes:
        return self.encode(message.to_dict()) + b"\n"

    @override
    def write_message(self, message: Message) -> None:
        line = self.serialize_message(message)
        self.write_record(line)
        if isinstance(message, RecordMessage):
            self._has_changed_records = True
            return
        self.flush()
        if isinstance(message, StateMessage):
            self.ends_with_state, self._last_state = True, line

    def write_record(self, line: bytes) -> None:
        """Write a RECORD message that is a line of JSON already."""
        self._lines.append(line)
        self._bytes += len(line)
        self.ends_with_state = False
        if self._bytes >= _BLOCK_BYTES:
            self.flush()

    def write_document(self, text: str) -> None:
        """Write what is no message, such as a catalog.

        Raises:
            OutputError: The reader is gone, or the disk is full.
        """
        self._output.write([text.encode() + b"\n"])

    def flush(self) -> None:
        """Write what was collected.

        Raises:
            OutputError: The reader is gone, or the disk is full.
        """
        if self._lines:
            self._bytes = 0
            self._output.write(self._lines)

    def end(self, state: StateMessage) -> None:
        """Write the rest and a STATE; for a reader that keeps pausing, the STATE of what it has.

        What such a reader has not taken is left out: it is read again after that STATE.
        """
        if self.ends_with_state:
            return
        end = time.monotonic() + _PATIENCE

        def stop_after_a_while() -> None:
            if time.monotonic() > end:
                raise _ImpatienceError

        self.stop_if_asked = stop_after_a_while
        try:
            self.write_message(state)
        except _ImpatienceError:
            left_out, self._lines = self._lines, []
            if (line := self._state_before(left_out, state)) is not None:
                self._output.write_last(line)
        finally:
            self.stop_if_asked = _go_on

    def _state_before(self, left_out: list[bytes], state: StateMessage) -> bytes | None:
        if self._has_changed_records:
            # They may lack the column that tells how far they go.
            return self._last_state
        earlier: State = msgspec.json.decode(self._last_state)["value"] if self._last_state else {}
        reached = state_before(left_out, dict(state.value), earlier)
        return self.serialize_message(StateMessage(value=reached))

    def _stop_if_asked(self) -> None:
        self.stop_if_asked()


def _go_on() -> None:
    """Nobody has asked for the end."""
