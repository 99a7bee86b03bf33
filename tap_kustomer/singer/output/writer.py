"""Writes Singer messages to standard output: whole lines, in buffered blocks."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import msgspec
from singer_sdk.singerlib.encoding.base import GenericSingerWriter
from singer_sdk.singerlib.messages import Message, RecordMessage, StateMessage
from typing_extensions import override

from tap_kustomer.singer.encoding import encode
from tap_kustomer.singer.output.last_state import state_before
from tap_kustomer.singer.output.stdout import Output

if TYPE_CHECKING:
    from collections.abc import Callable

    from tap_kustomer.singer.output.last_state import State

_BLOCK_BYTES: Final = 256 * 1024

# How long the run waits for a target that pauses once it should end, in seconds.
_PATIENCE: Final = 3.0


class _ImpatienceError(Exception):
    """The target has paused for too long. A TimeoutError would be an OSError of the output."""


class BufferedWriter(GenericSingerWriter[bytes, Message]):
    """Buffers records and writes them in blocks; writes every other message at once.

    So a STATE never comes before the records that it covers, and never waits behind them.

    Attributes:
        stop_if_asked: Raises if the run should end; called while the target pauses.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stop_if_asked: Callable[[], None] = _go_on
        self._output = Output(self._stop_if_asked)
        self._lines: list[bytes] = []
        self._bytes = 0
        self._last_state: bytes | None = None
        self._ends_with_state = False
        # Whether records were changed by the SDK or a stream map after they were shaped.
        self._has_changed_records = False

    @override
    def serialize_message(self, message: Message) -> bytes:
        return encode(message.to_dict()) + b"\n"

    @override
    def write_message(self, message: Message) -> None:
        line = self.serialize_message(message)
        self.write_line(line)
        if isinstance(message, RecordMessage):
            self._has_changed_records = True
            return
        self.flush()
        if isinstance(message, StateMessage):
            self._ends_with_state, self._last_state = True, line

    def write_line(self, line: bytes) -> None:
        """Buffer a message that is encoded already, with its line feed."""
        self._lines.append(line)
        self._bytes += len(line)
        self._ends_with_state = False
        if self._bytes >= _BLOCK_BYTES:
            self.flush()

    def write_document(self, text: str) -> None:
        """Write a document that is not a message, such as a catalog.

        Raises:
            OutputError: The target has ended, or the disk is full.
        """
        self._output.write([text.encode() + b"\n"])

    def flush(self) -> None:
        """Write the buffered messages.

        Raises:
            OutputError: The target has ended, or the disk is full.
        """
        if self._lines:
            self._bytes = 0
            self._output.write(self._lines)

    def end(self, state: StateMessage) -> None:
        """Write the buffered messages and a STATE, unless the output ends with that STATE already.

        If the target keeps pausing, its last messages are dropped, and the STATE covers only those
        before. The next run reads the dropped rows again. Normally everything is flushed already:
        the deadline matters only after a signal or an error.
        """
        if self._ends_with_state and self._last_state == self.serialize_message(state):
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
            # They may lack their replication key.
            return self._last_state
        earlier: State = msgspec.json.decode(self._last_state)["value"] if self._last_state else {}
        reached = state_before(left_out, dict(state.value), earlier)
        return self.serialize_message(StateMessage(value=reached))

    def _stop_if_asked(self) -> None:
        self.stop_if_asked()


def _go_on() -> None:
    """The run goes on."""
