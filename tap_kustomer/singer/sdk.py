"""The only module that uses private names of the SDK, so that a new release can break only this.

The SDK has no public way to write a SCHEMA, a record or a version when the tap chooses to, to stop
at a signal only where the state is right, or to check settings first. The classes here override the
private hooks and offer them under public names.
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

from tap_kustomer.errors import SIGNAL_CODES
from tap_kustomer.singer.about import markdown_page

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


class SdkTap(Tap):
    """The SDK's tap, which stops at a signal only where it calls `stop_if_asked`."""

    _stop_signal: int | None = None

    def check_raw_settings(self, config: Mapping[str, Any]) -> None:
        """Check the settings as they were given. The SDK checks them afterwards."""

    def settings_error(self, errors: list[str]) -> Exception:
        """Make the error for what the SDK finds wrong with the settings."""
        return ConfigValidationError("; ".join(errors), errors=errors)

    def check_completed_settings(self, config: Mapping[str, Any]) -> None:
        """Check the settings further. Their types are right, and defaults are filled in."""

    def stop_if_asked(self) -> None:
        """End the run here if a signal has come.

        Raises:
            SystemExit: With the code 128 plus the signal's number.
        """
        if self._stop_signal is not None:
            raise SystemExit(SIGNAL_CODES + self._stop_signal)

    @override
    @classmethod
    def print_about(cls, output_format: str | None = None) -> None:
        """Write to standard output what the tap is and can do."""
        if output_format == "markdown":
            print(markdown_page(cls._get_about_info()))  # noqa: T201  # As the SDK does.
        else:
            super().print_about(output_format)

    @override
    def _validate_config(self, *, raise_errors: bool = True) -> list[str]:
        self.check_raw_settings(self._config)
        # The SDK's own check also fills the defaults in.
        try:
            errors = super()._validate_config(raise_errors=raise_errors)
        except ConfigValidationError as error:
            raise self.settings_error(error.errors) from error
        self.check_completed_settings(self._config)
        return errors

    @override
    @classproperty
    def _env_var_config(cls) -> dict[str, Any]:  # noqa: N805
        # Otherwise the SDK would read a file `.env` next to its own code.
        return parse_environment_config(
            cls.config_jsonschema, cls._env_var_prefix, dotenv_path=os.devnull
        )

    @override
    def _handle_termination(self, signum: int, frame: FrameType | None) -> None:
        """Only set a flag: the main thread may be in the middle of writing a line.

        The SDK's constructor registers this method for SIGINT and SIGTERM.
        """
        self._stop_signal = signum


class SdkStream(Stream):
    """The SDK's stream, whose messages the tap writes one by one.

    The SDK's own `sync`, which its tests call, works too.
    """

    # Shaping gives every value its declared type already.
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE

    @abstractmethod
    def omit(self, record: Record) -> Record:
        """Remove the values of deselected columns from `_extra`."""

    @abstractmethod
    def advance_to_record(self, record: Record) -> None:
        """Move the bookmark to a record: everything before it is written."""

    @abstractmethod
    def flush(self) -> None:
        """Write the buffered messages."""

    # Messages

    @property
    def version(self) -> int | None:
        """The version that the records carry; None if they carry none."""
        return self._stream_version

    def start_version(self) -> None:
        """Start a version, which is the start time of the run in seconds."""
        self._stream_version = self._initialized_at // 1000

    def write_schema(self) -> None:
        """Write a SCHEMA message for each stream map."""
        self._write_schema_message()

    def write_record(self, record: Record) -> None:
        """Write a RECORD message with the selected columns for each stream map."""
        self._write_record_message(record)

    def messages_of(self, record: Record) -> Generator[RecordMessage, None, None]:
        """Make the RECORD messages of a record. The record is changed."""
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
        """Write an ACTIVATE_VERSION message if the records carry a version."""
        if self._stream_version is not None:
            super()._write_activate_version_message(self._stream_version)

    # What the SDK does differently

    @override
    def _generate_record_messages(self, record: Record) -> Generator[RecordMessage, None, None]:
        return self.messages_of(record)

    @override
    def _generate_schema_messages(self) -> Generator[SchemaMessage, None, None]:
        """Leave out a replication key that a stream map has removed."""
        for message in super()._generate_schema_messages():
            columns = message.schema["properties"]
            keys = [key for key in message.bookmark_properties or () if key in columns]
            message.bookmark_properties = keys or None
            yield message

    @override
    def _increment_stream_state(
        self, latest_record: Record, *, context: Context | None = None
    ) -> None:
        self.advance_to_record(latest_record)

    @override
    def _write_state_message(self) -> None:
        """Write the state if it has changed, and the buffered records in any case."""
        super()._write_state_message()
        self.flush()

    @override
    def _write_activate_version_message(self, full_table_version: int) -> None:
        """Write nothing before the records, as the SDK would: a target may delete rows at once."""

    @override
    def _write_starting_replication_value(self, context: Context | None) -> None:
        """Write no marker into the state: the tap needs none to find the window."""

    @override
    def get_replication_key_signpost(self, context: Context | None = None) -> None:
        """Set no signpost: a window ends before the run starts, so no bookmark is later."""

    @override
    def get_batch_config(self, config: Mapping[str, Any]) -> BatchConfig | None:
        """Prevent the SDK's own batches: they hold deselected columns and ignore stream maps."""
        return None

    @override
    def log(self, message: str, *args: Any, level: int = logging.INFO, **kwargs: Any) -> None:
        """Log a message, but no error of the SDK: the command line explains that."""
        if level < logging.ERROR:
            super().log(message, *args, level=level, **kwargs)
