"""The one place that touches what the SDK keeps to itself: a new release of it can break only this.

The SDK gives a tap no public way to write a record, a SCHEMA or a version at a time of its own
choosing, to stop at a signal, or to read its settings. Classes here take over those hooks and offer
them under public names; everything else in the tap uses these alone.
"""

from __future__ import annotations

import logging
import os
from abc import abstractmethod
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from singer_sdk.configuration._dict_config import parse_environment_config
from singer_sdk.exceptions import ConfigValidationError
from singer_sdk.helpers._batch import BaseBatchFileEncoding
from singer_sdk.helpers._catalog import get_selected_schema, pop_deselected_record_properties
from singer_sdk.helpers._classproperty import classproperty
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.mapper import _MapperEval as MapperEval
from singer_sdk.plugin_base import _ConfigInput as ConfigInput
from singer_sdk.singerlib.messages import RecordMessage
from singer_sdk.streams.core import Stream
from singer_sdk.tap_base import Tap
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from types import FrameType

    from singer_sdk.helpers._batch import BatchConfig
    from singer_sdk.helpers.types import Context, Record
    from singer_sdk.singerlib.messages import SchemaMessage

__all__ = [
    "ConfigInput",
    "MapperEval",
    "SdkStream",
    "SdkTap",
    "get_selected_schema",
    "pop_deselected_record_properties",
]

# What is added to the number of a signal to give the code that a process ends with.
SIGNAL_CODES = 128


class SdkTap(Tap):
    """The SDK's tap, which stops at a signal only where it is asked to."""

    _stop_signal: int | None = None

    def check_settings(self, config: Mapping[str, Any]) -> None:
        """Check the settings as they were given, before the SDK does."""

    def explain(self, errors: list[str]) -> Exception:
        """The error to raise for what the SDK finds wrong with the settings."""
        return ConfigValidationError("; ".join(errors), errors=errors)

    def check_more_settings(self, config: Mapping[str, Any]) -> None:
        """Check the settings once the SDK has found their types right and filled defaults in."""

    def stop_if_asked(self) -> None:
        """End the run here, between two records or in a pause, if a signal has asked for it.

        Raises:
            SystemExit: With the code 128 plus the signal's number.
        """
        if self._stop_signal is not None:
            raise SystemExit(SIGNAL_CODES + self._stop_signal)

    @override
    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        self.check_settings(self._config)
        # The SDK's own check also fills the defaults in.
        try:
            errors = super()._validate_config(raise_errors=raise_errors)
        except ConfigValidationError as error:
            raise self.explain(error.errors) from error
        self.check_more_settings(self._config)
        return errors

    @override
    @classproperty
    def _env_var_config(cls) -> dict[str, Any]:  # noqa: N805
        # The SDK would look for another file with variables, beside itself.
        return parse_environment_config(
            cls.config_jsonschema, cls._env_var_prefix, dotenv_path=os.devnull
        )

    @override
    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        """Take note only: the main thread may be in the middle of writing a line."""
        self._stop_signal = signum


class SdkStream(Stream):
    """The SDK's stream, whose messages are written when the tap says so.

    The SDK's own way to sync a stream, which its tests use, works too.
    """

    # Shaping gives every value its declared type already.
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE

    @abstractmethod
    def omit(self, record: Record) -> Record:
        """The record without what is deselected in places where the SDK does not look."""

    @abstractmethod
    def advance_past(self, record: Record) -> None:
        """Move the bookmark: everything up to this record is written."""

    @abstractmethod
    def flush(self) -> None:
        """Write what is buffered."""

    # Messages

    @property
    def version(self) -> int | None:
        """The version that records carry; None for records without one."""
        return self._stream_version

    def start_version(self) -> None:
        """Let the records that follow carry a version: the start of this run, in seconds."""
        self._stream_version = self._initialized_at // 1000

    def write_schema(self) -> None:
        """Write the SCHEMA, one for each stream map."""
        self._write_schema_message()

    def write_record(self, record: Record) -> None:
        """Write the RECORD messages of a record: selected columns only, one for each stream map."""
        self._write_record_message(record)

    def messages_of(self, record: Record) -> Generator[RecordMessage, None, None]:
        """The RECORD messages of a record, which is changed."""
        pop_deselected_record_properties(record, self.schema, self.mask)
        kept = self.omit(record)
        for stream_map in self.stream_maps:
            row = stream_map.transform(kept)
            if row is not None:
                yield RecordMessage(
                    stream=stream_map.stream_alias,
                    record=row,
                    version=self._stream_version,
                    time_extracted=datetime.now(UTC),
                )

    def announce_file(self, address: str, file_format: str, compression: str) -> None:
        """Write a BATCH message."""
        encoding = BaseBatchFileEncoding(file_format, compression)
        self._write_batch_message(encoding=encoding, manifest=[address])

    def activate_version(self) -> None:
        """Write an ACTIVATE_VERSION message, if the records carry a version."""
        if self._stream_version is not None:
            super()._write_activate_version_message(self._stream_version)

    # What the SDK would do otherwise

    @override
    def _generate_record_messages(self, record: Record) -> Generator[RecordMessage, None, None]:
        return self.messages_of(record)

    @override
    def _generate_schema_messages(self) -> Generator[SchemaMessage, None, None]:
        """The SDK's, without a replication key that a stream map has left out."""
        for message in super()._generate_schema_messages():
            columns = message.schema["properties"]
            keys = [key for key in message.bookmark_properties or () if key in columns]
            message.bookmark_properties = keys or None
            yield message

    @override
    def _increment_stream_state(
        self, latest_record: Record, *, context: Context | None = None
    ) -> None:
        self.advance_past(latest_record)

    @override
    def _write_state_message(self) -> None:
        """Write the state if it has changed; the records before it are due in any case."""
        super()._write_state_message()
        self.flush()

    @override
    def _write_activate_version_message(self, full_table_version: int) -> None:
        """Not before the records, where the SDK would send it: a target may delete at once."""

    @override
    def _write_starting_replication_value(self, context: Context | None) -> None:
        """Leave the state as it is: the window is found without a marker in it."""

    @override
    def get_replication_key_signpost(self, context: Context | None = None) -> None:
        """No signpost: a window ends before the run has begun, so no bookmark can pass that."""

    @override
    def get_batch_config(self, config: Mapping[str, Any]) -> BatchConfig | None:
        """None: the SDK's own batches hold deselected columns, and ignore stream maps."""
        return None

    @override
    def log(self, message: str, *args: Any, level: int = logging.INFO, **kwargs: Any) -> None:
        """Log a message, but not the SDK's about an error: the command line explains that."""
        if level < logging.ERROR:
            super().log(message, *args, level=level, **kwargs)
