"""A stream as Singer sees it: from resources to SCHEMA, RECORD, BATCH and ACTIVATE_VERSION."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from singer_sdk.mapper import SameRecordTransform
from singer_sdk.singerlib.catalog import REPLICATION_INCREMENTAL
from typing_extensions import override

from tap_kustomer import times
from tap_kustomer.shaping.leftovers import without_columns
from tap_kustomer.singer.encoding import encode
from tap_kustomer.singer.omissions import deselected_columns
from tap_kustomer.singer.output.batch_files import write_lines, write_table
from tap_kustomer.singer.sdk import SdkStream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from singer_sdk.helpers.types import Context
    from singer_sdk.tap_base import Tap

    from tap_kustomer.config import Settings
    from tap_kustomer.config.batches import Batches
    from tap_kustomer.resource import Resource
    from tap_kustomer.shaping.leftovers import ColumnTree
    from tap_kustomer.shaping.records import Record
    from tap_kustomer.singer.output.writer import BufferedWriter
    from tap_kustomer.streams.definition import StreamDefinition


class TapStream(SdkStream):
    """A stream of the tap.

    Args:
        tap: The SDK requires it.
        definition: What the stream is.
        settings: The lookback, and how files are written.
        writer: Writes the messages.
        read_one_stream: Reads the records of this stream alone, for the SDK's own way to sync.

    Attributes:
        definition: What the stream is.
        rows: Records written in this run.
    """

    def __init__(
        self,
        tap: Tap,
        definition: StreamDefinition,
        settings: Settings,
        writer: BufferedWriter,
        read_one_stream: Callable[[TapStream], Iterable[Record]],
    ) -> None:
        super().__init__(tap, schema=definition.schema, name=definition.name)
        self.definition = definition
        self.primary_keys = definition.key
        self.replication_key = definition.replication_key
        # Of a derived stream, its parent's: selected, it causes the parent's rows to be read.
        self.selected_by_default = definition.declaration.selected_by_default
        self.rows = 0
        self._writer = writer
        self._settings = settings
        self._read_one_stream = read_one_stream
        self._skip_before: str | None = None
        self._last_record: Record = {}
        self._tail = b""
        self._batch: list[Record] = []
        # The bookmark when all records so far were in files.
        self._bookmark_in_files: str | None = None
        # The last record in a file, if it belongs to the page that is being written.
        self._last_record_in_files: Record = {}

    @cached_property
    def make_records(self) -> Callable[[Resource], Iterable[Record]]:
        """The function that makes this stream's records of a resource."""
        return self.definition.compile_rows(self.effective_schema["properties"].keys())

    # What to read

    @property
    @override
    def is_sorted(self) -> bool:
        """Whether rows come in the order of their replication key; a full table has none."""
        return self.is_incremental

    @property
    def is_incremental(self) -> bool:
        """Whether a run continues from the bookmark of the one before."""
        return self.replication_method == REPLICATION_INCREMENTAL

    @property
    def was_read(self) -> bool:
        """Whether it has a state: before this run writes, that of an earlier run."""
        return bool(self.stream_state)

    @property
    def bookmark(self) -> str | None:
        """Up to when the stream was read; None for a full table."""
        return self.stream_state.get("replication_key_value") if self.is_incremental else None

    @cached_property
    def resume_at(self) -> int | None:
        """The time to continue from: `lookback_seconds` before the bookmark; None without one.

        In milliseconds since 1970.
        """
        if (bookmark := self.bookmark) is None:
            return None
        return times.to_milliseconds(bookmark) - self._settings.lookback_seconds * 1000

    # How it is written, in this order

    def begin(self, skip_before: int | None = None) -> None:
        """Write the SCHEMA.

        Args:
            skip_before: The start of this stream's window (milliseconds since 1970), if that of the
                extraction is earlier. Older rows are not written.
        """
        # With the name: Meltano shows messages without the name of their logger.
        self.log("Started %s: %s", self.name, self.replication_method.lower().replace("_", " "))
        self._skip_before = None if skip_before is None else times.to_text(skip_before)
        self.write_schema()
        if not self.is_incremental and self.emit_activate_version_messages:
            self.start_version()
        self._bookmark_in_files = self.bookmark

    def begin_page(self) -> None:
        """Set `time_extracted` for the next page."""
        self._tail = self._encode_tail()
        self._last_record_in_files = {}

    def write_resource(self, resource: Resource) -> None:
        """Write the records of a resource."""
        earliest = self._skip_before
        for record in self.make_records(resource):
            if (
                earliest is not None
                and (record.get(self.replication_key or "") or earliest) < earliest
            ):
                continue
            self.rows += 1
            self._last_record = record
            self._write(record)

    def advance_bookmark(self, time: int) -> None:
        """Move the bookmark to a time before which everything is written, in ms since 1970."""
        if self.is_incremental:
            self._move_bookmark(times.to_text(time))

    def advance_within_page(self) -> None:
        """Move the bookmark to the last record written, because the run ends within a page.

        With batches, that is the last record in a file.
        """
        if self._settings.batches is None:
            self.advance_to_record(self._last_record)
        elif self._last_record_in_files:
            self.advance_to_record(self._last_record_in_files)
            self._bookmark_in_files = self.bookmark

    @override
    def advance_to_record(self, record: Record) -> None:
        """Move the bookmark to a record: everything before it is written."""
        if self.is_incremental and (value := record.get(self.replication_key or "")):
            self._move_bookmark(value)

    def finish(self, *, is_whole: bool) -> None:
        """Finish the stream: all rows that came are written.

        Args:
            is_whole: Whether counts show that no row is missing, so that a target may remove what
                did not come.
        """
        self.write_batch()
        if self.is_incremental:
            return
        self.stream_state["was_read"] = True
        if is_whole and self.definition.is_full_table:
            self.activate_version()

    def cap_bookmark(self, time: int) -> None:
        """Move the bookmark back to a time from which on rows are missing, in ms since 1970."""
        state = self.stream_state
        if (bookmark := state.get("replication_key_value")) is not None:
            state["replication_key_value"] = min(bookmark, times.to_text(time))

    def _move_bookmark(self, value: str) -> None:
        """Move the bookmark, but not back: rows of the lookback are older than it is."""
        state = self.stream_state
        if value > (state.get("replication_key_value") or ""):
            state["replication_key"] = self.replication_key
            state["replication_key_value"] = value

    @cached_property
    def _write(self) -> Callable[[Record], None]:
        """The function that writes a record, bypassing the SDK if nothing changes the record."""
        if self._settings.batches is not None:
            return self._write_to_batch
        if not self._is_plain:
            return self.write_record
        write = self._writer.write_line
        head = b'{"type":"RECORD","stream":%b,"record":' % encode(self.name)

        def write_plainly(record: Record) -> None:
            write(b"".join((head, encode(record), self._tail)))

        return write_plainly

    @property
    def _is_plain(self) -> bool:
        """Whether records are written as they were shaped: all columns, and no stream map."""
        first, *others = self.stream_maps
        return not others and type(first) is SameRecordTransform and all(self.mask.values())

    @override
    def omit(self, record: Record) -> Record:
        """Remove the values of deselected columns from `_extra`."""
        return without_columns(record, self._deselected)

    @cached_property
    def _deselected(self) -> ColumnTree:
        return deselected_columns(self.mask)

    def _encode_tail(self) -> bytes:
        """Encode what follows the record in its message."""
        now = encode(datetime.now(UTC))
        if self.version is None:
            return b',"time_extracted":%b}\n' % now
        return b',"version":%d,"time_extracted":%b}\n' % (self.version, now)

    # Batches

    def write_batch(self) -> None:
        """Write the pending records to a file, and announce it. A STATE may cover them then.

        Raises:
            ConfigurationError: The file can't be written.
        """
        if (batches := self._settings.batches) is None:
            return
        if self._batch:
            self._write_file(batches)
        self._bookmark_in_files, self._last_record_in_files = self.bookmark, self._last_record

    def _write_file(self, batches: Batches) -> None:
        if batches.encoding.format == "parquet":
            schema = self.stream_maps[0].transformed_schema
            address = write_table(batches, self.name, self._batch, schema)
        else:
            address = write_lines(batches, self.name, map(encode, self._batch))
        self._batch.clear()
        self.announce_file(address, batches.encoding.format, batches.encoding.compression)

    def rewind_to_last_file(self) -> None:
        """With batches, move the bookmark back to the last announced file; otherwise do nothing."""
        if not self._batch or not self.is_incremental:
            return
        state = self.stream_state
        if self._bookmark_in_files is not None:
            state["replication_key_value"] = self._bookmark_in_files
        else:
            state.pop("replication_key_value", None)
            state.pop("replication_key", None)

    def _write_to_batch(self, record: Record) -> None:
        # A file holds exactly what RECORD messages would.
        self._batch.extend(message.record for message in self.messages_of(record))
        if self._settings.batches and len(self._batch) >= self._settings.batches.batch_size:
            self.write_batch()

    # The SDK's own way to sync a stream, which its tests use

    @override
    def get_records(self, context: Context | None) -> Iterable[Record]:
        """Yield the records of this stream, in an extraction of its own."""
        del context
        yield from islice(self._read_one_stream(self), self.ABORT_AT_RECORD_COUNT)

    @override
    def flush(self) -> None:
        """Write the buffered messages."""
        self._writer.flush()
