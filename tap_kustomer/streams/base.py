"""What every stream of the tap has in common: from its declaration to Singer messages."""

from __future__ import annotations

import itertools
import logging
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from singer_sdk.batch import Batcher
from singer_sdk.helpers.conform import TypeConformanceLevel
from singer_sdk.singerlib.catalog import REPLICATION_INCREMENTAL
from singer_sdk.streams import Stream
from typing_extensions import override

from tap_kustomer import times
from tap_kustomer.client.errors import AccessError, DeadKeyError, MissingError
from tap_kustomer.errors import ConfigurationError
from tap_kustomer.reading.incomplete import IncompleteError
from tap_kustomer.reading.lists import read_list
from tap_kustomer.reading.search import Window
from tap_kustomer.reading.sources import PagedList, Search
from tap_kustomer.shaping.custom import fields_from_schema, with_custom_fields
from tap_kustomer.shaping.records import compile_shaper
from tap_kustomer.shaping.schema import record_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from singer_sdk.helpers._batch import BaseBatchFileEncoding, BatchConfig
    from singer_sdk.helpers.types import Context, Record

    from tap_kustomer.reading.sources import Source
    from tap_kustomer.shaping.fields import Field, Shape
    from tap_kustomer.tap import TapKustomer

REPLICATION_KEY = "updated_at"

# Any one of them lets a key search.
# Source: https://developer.kustomer.com/api/core-resources/create-customer-search
SEARCH_ROLES = (
    "org.permission.search.create",
    "org.permission.search.update",
    "org.permission.search_global.create",
    "org.permission.search_preview.create",
)


class KustomerStream(Stream):
    """A table of Kustomer objects. A subclass is a declaration.

    Attributes:
        source: Where its rows are found.
        shape: What a row carries.
        roles: The roles of an API key any one of which lets it read this stream.
        secrets: Attributes that never leave the tap.
        metadata_resource: Under which name `GET /v1/metadata` lists its custom attributes.
    """

    source: ClassVar[Source]
    shape: ClassVar[Shape]
    roles: ClassVar[tuple[str, ...]]
    secrets: ClassVar[tuple[str, ...]] = ()
    metadata_resource: ClassVar[str | None] = None

    # Shaping gives every value its declared type already.
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE
    STATE_MSG_FREQUENCY = 1_000

    def __init__(self, tap: TapKustomer, custom_fields: tuple[Field, ...] = ()) -> None:
        schema = record_schema(with_custom_fields(self.shape, custom_fields))
        super().__init__(tap, schema=schema)
        self._kustomer = tap.run
        self._flush = tap.writer.flush
        self._is_whole = False
        self.primary_keys = ("id",)
        if isinstance(self.source, Search):
            self.replication_key = REPLICATION_KEY

    @property
    @override
    def is_sorted(self) -> bool:
        """Whether rows come in the order of their replication key: a stopped run can go on."""
        return self.replication_method == REPLICATION_INCREMENTAL

    @override
    def get_records(self, context: Context | None) -> Iterable[Record]:
        """The stream's records, shaped; those of a search in the order of `updated_at`."""
        del context
        limit = self.ABORT_AT_RECORD_COUNT
        rows = 0
        report = self._kustomer.measure(self.logger)
        resources = itertools.chain.from_iterable(self._pages())
        try:
            for record in map(self._shaper, itertools.islice(resources, limit)):
                self._kustomer.stop_if_asked()
                rows += 1
                yield record
        except DeadKeyError:
            raise
        except AccessError as error:
            self._leave_out(error, rows)
        except MissingError as error:
            if isinstance(self.source, Search) or rows:
                raise
            self.logger.warning("Left out, as this organisation does not have it: %s", error)
        except IncompleteError as error:
            self._accept_or_raise(error)
        else:
            if limit is None:
                self._finish()
            report(rows)

    def _pages(self) -> Iterator[list[dict[str, Any]]]:
        run = self._kustomer
        if isinstance(self.source, PagedList):
            yield from read_list(run.session, run.workers, self.source, run.settings.page_size)
            return
        window = self._window()
        if window.start > window.end:
            return
        for rows in run.searcher.read(self.source, window, self.name, now=run.started):
            yield [row.resource() for row in rows]

    def _window(self) -> Window:
        """What to read: from a little before the bookmark, or the start date, to the run's end."""
        settings = self._kustomer.settings
        start = settings.start or 0
        if (bookmark := self._bookmark) is not None:
            start = max(start, bookmark - settings.lookback_seconds * 1000)
        return Window(start, self._kustomer.until)

    @property
    def _bookmark(self) -> int | None:
        """Everything up to here was read by an earlier run, in milliseconds since 1970."""
        if self.replication_method != REPLICATION_INCREMENTAL:
            return None
        value = self.stream_state.get("replication_key_value")
        if value is None:
            return None
        try:
            return times.to_milliseconds(value)
        except (TypeError, ValueError) as error:
            raise ConfigurationError(
                f"State of {self.name}: {value!r} was given as replication_key_value; expected a "
                "date-time such as 2024-01-31T08:00:00.000Z"
            ) from error

    @property
    def _needed_roles(self) -> str:
        roles = ", ".join(self.roles)
        if isinstance(self.source, Search):
            return f"{roles} or, to search, none of {', '.join(SEARCH_ROLES)}"
        return roles

    @cached_property
    def _shaper(self) -> Callable[[dict[str, Any]], Record]:
        properties = self.effective_schema["properties"]
        custom = fields_from_schema(properties.get("custom", {}))
        return compile_shaper(
            with_custom_fields(self.shape, custom), known=properties.keys(), secrets=self.secrets
        )

    def _accept_or_raise(self, error: IncompleteError) -> None:
        """A list that is shorter than it says is a warning unless counts are strict.

        A bookmark does not stand beyond rows that are known to be missing.

        Raises:
            IncompleteError: The run is to end here.
        """
        if error.since is not None:
            state = self.stream_state
            bookmark = state.get("replication_key_value")
            if bookmark is not None:
                state["replication_key_value"] = min(bookmark, times.to_text(error.since))
        if isinstance(self.source, Search) or self._kustomer.settings.strict_counts:
            raise error
        self.logger.warning("Incomplete: %s", error)

    def _leave_out(self, error: AccessError, rows: int) -> None:
        """The key is good, so what it lacks is a role.

        Raises:
            DeadKeyError: The key is not good.
        """
        self._kustomer.check_key()
        self.logger.warning(
            "Left out, as the API key has none of the roles %s: %s", self._needed_roles, error
        )
        if self.stream_state or rows:
            self._kustomer.refused.append(self.name)

    def _finish(self) -> None:
        """Everything was read and, but for batches, written: say so."""
        self._is_whole = True
        if isinstance(self.source, PagedList):
            self.stream_state["was_read"] = True
        if self.replication_method == REPLICATION_INCREMENTAL:
            if isinstance(self.source, Search):
                self._move_bookmark(times.to_text(self._kustomer.until))
        elif self.get_batch_config(self.config) is None:
            self._activate_version()

    def _activate_version(self) -> None:
        """Let the target remove what this table does not have any more."""
        # A search gives a window, even where the catalog makes a full table of it.
        is_table = isinstance(self.source, PagedList)
        if is_table and self._is_whole and self._stream_version is not None:
            super()._write_activate_version_message(self._stream_version)

    def _move_bookmark(self, value: str) -> None:
        """Bookmarks only move forward: rows of the lookback are older than where it stands."""
        state = self.stream_state
        if value > (state.get("replication_key_value") or ""):
            state["replication_key"] = self.replication_key
            state["replication_key_value"] = value

    @override
    def log(self, message: str, *args: Any, level: int = logging.INFO, **kwargs: Any) -> None:
        """Log a message, but not the SDK's about an error: the command line explains that."""
        if level < logging.ERROR:
            super().log(message, *args, level=level, **kwargs)

    # What follows replaces parts of the SDK that don't fit a bookmark with a lookback.

    @override
    def _increment_stream_state(
        self, latest_record: Record, *, context: Context | None = None
    ) -> None:
        if self.replication_method == REPLICATION_INCREMENTAL:
            value = latest_record.get(REPLICATION_KEY)
            if value is not None:
                self._move_bookmark(value)

    @override
    def _write_starting_replication_value(self, context: Context | None) -> None:
        """Leave the state as it is: the window is found without a marker in it."""

    @override
    def get_replication_key_signpost(self, context: Context | None = None) -> None:
        """No signpost: a window ends before the run has begun, so no bookmark can pass that."""

    @override
    def _write_activate_version_message(self, full_table_version: int) -> None:
        """Not before the records, where the SDK would send it: a target may delete at once."""

    @override
    def _write_state_message(self) -> None:
        """Write the state if it has changed; the records before it are due in any case."""
        super()._write_state_message()
        self._flush()

    @override
    def get_batches(
        self, batch_config: BatchConfig, context: Context | None = None
    ) -> Iterable[tuple[BaseBatchFileEncoding, list[str]]]:
        """Files of exactly what RECORD messages would hold; the SDK's own hold deselected columns.

        Raises:
            ConfigurationError: Stream maps make several streams of this one, which a file can't be.
        """
        if len(self.stream_maps) > 1:
            raise ConfigurationError(
                f"Setting batch_config: stream_maps duplicate {self.name}; expected one of the two "
                "settings for a stream"
            )
        batcher = Batcher(self.tap_name, self.name, batch_config)
        records = (
            message.record
            for record in self._sync_records(context, write_messages=False)
            for message in self._generate_record_messages(record)
        )
        for manifest in batcher.get_batches(records):
            yield batch_config.encoding, manifest
        self._activate_version()
