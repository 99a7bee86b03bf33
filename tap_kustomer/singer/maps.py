"""Stream maps and flattening: from the settings to the function that maps a stream's records.

The SDK's own maps take the same settings. But there, a misspelled name has no effect, so a column
that should be hashed is written in clear, and a null value ends the run with a traceback.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

from singer_sdk.mapper import (
    MAPPER_ALIAS_OPTION,
    MAPPER_ELSE_OPTION,
    MAPPER_SOURCE_OPTION,
    NULL_STRING,
    RemoveRecordTransform,
    SameRecordTransform,
    StreamMap,
)
from singer_sdk.singerlib.catalog import MetadataMapping, StreamMetadata
from typing_extensions import override

from tap_kustomer.config import secrets_in
from tap_kustomer.errors import ConfigurationError
from tap_kustomer.shaping.layout import EXTRA
from tap_kustomer.shaping.leftovers import without_columns
from tap_kustomer.shaping.names import LONGEST, distinct
from tap_kustomer.singer.compiled_map import (
    NULLS,
    CompiledMap,
    ExpressionScope,
    StreamColumns,
    check_options,
    compile_map,
    kind,
    map_error,
    needed_columns,
)
from tap_kustomer.singer.flattening import compile_flattening, flattening_of
from tap_kustomer.singer.omissions import columns_changed_by_map
from tap_kustomer.singer.sdk import get_selected_schema
from tap_kustomer.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from singer_sdk.streams.core import Stream

    from tap_kustomer.shaping.leftovers import ColumnTree
    from tap_kustomer.shaping.records import Record
    from tap_kustomer.singer.flattening import Flattening

logger = logging.getLogger(__name__)

_WILDCARDS: Final = re.compile(r"[*?\[]")

# An alias with other characters is an expression.
_LITERAL: Final = re.compile(r"(?!.*__stream_name__)[\w. -]+")


def check_stream_maps(config: Mapping[str, Any]) -> None:
    """Check the setting before the first request, as far as no stream is needed for that.

    Raises:
        ConfigurationError: A map has the wrong type, or an expression can never work.
    """
    given = config.get("stream_maps") or {}
    if not isinstance(given, dict):
        raise ConfigurationError(
            f"Setting stream_maps: {kind(given)} was given; expected an object of maps by stream"
        )
    scope = _expression_scope(config)
    for key, definition in given.items():
        if key == MAPPER_ELSE_OPTION:
            if definition not in NULLS:
                raise map_error(
                    key, f"{kind(definition)} was given; expected null or {NULL_STRING}"
                )
        elif key.startswith("__"):
            raise map_error(
                key, f"there is no such option{did_you_mean(key, [MAPPER_ELSE_OPTION])}"
            )
        elif isinstance(definition, dict):
            check_options(key, definition, scope)
        elif definition not in NULLS:
            raise map_error(key, f"{kind(definition)} was given; expected an object, or null")


def stream_maps(streams: Iterable[Stream], config: Mapping[str, Any]) -> dict[str, list[StreamMap]]:
    """Compile the maps of each stream, by its name: first its own, then those of its duplicates.

    If several maps match a stream, the one without wildcards wins for each option and column that
    it names; among maps with wildcards, the last one.

    Args:
        streams: All streams, with the catalog applied.
        config: The settings.

    Raises:
        ConfigurationError: A setting is wrong, or names something that does not exist.
    """
    streams = list(streams)
    with_columns = [_stream_columns(stream) for stream in streams]
    given = config.get("stream_maps") or {}
    scope = _expression_scope(config)
    flattening = flattening_of(config)
    entries = [
        _entry(key, definition, [stream.name for stream in with_columns])
        for key, definition in given.items()
        if key != MAPPER_ELSE_OPTION
    ]
    entries.sort(key=lambda entry: not entry.has_wildcard)
    for entry in entries:
        if entry.has_wildcard:
            _check_columns(
                entry, [stream for stream in with_columns if entry.matches(stream.name)], scope
            )

    def compiled(stream: StreamColumns, alias: str, *applied: _Entry) -> StreamMap:
        if options := _options(stream, applied, scope):
            mapped = compile_map(stream, alias, options, scope)
        elif flattening is None:
            return SameRecordTransform(alias, stream.schema, stream.keys, None)
        else:
            mapped = CompiledMap(stream.schema, stream.keys, _unchanged)
        omitted = columns_changed_by_map(options, stream.all_columns)
        return _CompiledStreamMap(stream, alias, mapped, flattening, omitted)

    maps: dict[str, list[StreamMap]] = {}
    for stream in with_columns:
        matching = [entry for entry in entries if entry.matches(stream.name)]
        own = [entry for entry in matching if not entry.is_copy]
        first: StreamMap
        if own and own[-1].options is not None:
            first = compiled(stream, _alias(stream.name, own, scope), *own)
        elif own or MAPPER_ELSE_OPTION in given:
            first = RemoveRecordTransform(stream.name, stream.schema, stream.keys, None)
        else:
            first = compiled(stream, stream.name)
        copies = (
            compiled(stream, _fitting(entry.key), entry) for entry in matching if entry.is_copy
        )
        maps[stream.name] = [first, *copies]
    written = {stream.name: maps[stream.name] for stream in streams if stream.selected}
    _check_aliases(written)
    if config.get("batch_config"):
        _check_copies(written)
    _warn_of_dropped_keys(written)
    return maps


def _stream_columns(stream: Stream) -> StreamColumns:
    """The columns that a stream has if it is selected."""
    schema = stream.effective_schema
    metadata = MetadataMapping(stream.metadata)
    metadata[()] = StreamMetadata(selected=True)
    return StreamColumns(
        name=stream.name,
        schema=get_selected_schema(stream.name, schema, metadata.resolve_selection()),
        all_columns=frozenset(schema["properties"]) | frozenset(stream.schema["properties"]),
        keys=stream.primary_keys,
    )


def _unchanged(record: Record) -> Record:
    return record


class _CompiledStreamMap(StreamMap):
    """A map that changes records.

    Attributes:
        drops_keys: Whether keys of objects are dropped if they have no column.
    """

    def __init__(
        self,
        stream: StreamColumns,
        alias: str,
        mapped: CompiledMap,
        flattening: Flattening | None,
        omitted: ColumnTree,
    ) -> None:
        super().__init__(alias, stream.schema, mapped.keys, None)
        self.transformed_schema = mapped.schema
        self.drops_keys = False
        self._transform = mapped.transform
        self._omitted = omitted
        self._flatten: Callable[[Record], Record] | None = None
        if flattening is not None:
            columns = mapped.schema["properties"]
            self.transformed_schema, self._flatten = compile_flattening(mapped.schema, flattening)
            flat = self.transformed_schema["properties"]
            self.drops_keys = EXTRA not in columns and flat.keys() != columns.keys()

    @override
    def transform(self, record: Record) -> Record | None:
        row = self._transform(without_columns(record, self._omitted))
        return row if row is None or self._flatten is None else self._flatten(row)

    @override
    def get_filter_result(self, record: Record) -> bool:
        return self._transform(record) is not None


# Settings


@dataclass(frozen=True, slots=True)
class _Entry:
    """One map in the settings.

    Attributes:
        key: Its key in the setting.
        source: The name of its stream, or a pattern of names.
        options: Its options and columns; None if it removes its streams.
        is_copy: Whether it duplicates its stream.
    """

    key: str
    source: str
    options: Mapping[str, Any] | None
    is_copy: bool

    @property
    def has_wildcard(self) -> bool:
        """Whether it may match several streams. It need not fit all of them."""
        return bool(_WILDCARDS.search(self.source))

    def matches(self, stream: str) -> bool:
        """Whether it is a map of this stream."""
        return fnmatchcase(stream, self.source)


def _expression_scope(config: Mapping[str, Any]) -> ExpressionScope:
    return ExpressionScope(
        config=config.get("stream_map_config") or {},
        faker=config.get("faker_config") or {},
        secrets=secrets_in(config),
    )


def _entry(key: str, definition: Any, streams: Iterable[str]) -> _Entry:
    options = None if definition in NULLS else definition
    source = (options or {}).get(MAPPER_SOURCE_OPTION, key)
    entry = _Entry(key, source, options, is_copy=MAPPER_SOURCE_OPTION in (options or {}))
    if not any(map(entry.matches, streams)):
        raise map_error(key, f"there is no stream {source}{did_you_mean(source, streams)}")
    return entry


def _check_columns(entry: _Entry, streams: Iterable[StreamColumns], scope: ExpressionScope) -> None:
    """Check that each column and filter of a map with wildcards fits at least one stream."""
    column_sets = [stream.all_columns for stream in streams]
    for name, given in (entry.options or {}).items():
        needed = needed_columns(entry.key, name, given, scope)
        if not any(needed <= columns for columns in column_sets):
            every = frozenset[str]().union(*column_sets)
            column = next(iter(sorted(needed - every)), ", ".join(sorted(needed)))
            raise map_error(
                f"{entry.key}.{name}",
                f"no stream has a column {column}{did_you_mean(column, every)}",
            )


def _options(
    stream: StreamColumns, entries: Iterable[_Entry], scope: ExpressionScope
) -> dict[str, Any]:
    """Merge the options and columns of several maps: later ones replace earlier ones."""
    options: dict[str, Any] = {}
    for entry in entries:
        for name, given in (entry.options or {}).items():
            needed = needed_columns(stream.name, name, given, scope)
            if needed <= stream.columns.keys() or not entry.has_wildcard:
                options[name] = given
    return options


# Names


def _alias(stream: str, entries: Iterable[_Entry], scope: ExpressionScope) -> str:
    """The name that a stream is written under."""
    alias: Any = stream
    for entry in entries:
        alias = (entry.options or {}).get(MAPPER_ALIAS_OPTION, alias)
    if not _LITERAL.fullmatch(alias):
        expression = scope.expression(stream, MAPPER_ALIAS_OPTION, alias)
        if unknown := expression.needs("self"):
            raise expression.place.error(f"uses {unknown.pop()}; expected __stream_name__ alone")
        alias = expression.evaluate({"__stream_name__": stream})
    if not isinstance(alias, str) or not alias:
        raise map_error(
            f"{stream}.{MAPPER_ALIAS_OPTION}", f"{kind(alias)} was given; expected a name"
        )
    return _fitting(alias)


def _fitting(alias: str) -> str:
    return distinct({alias: alias}, longest=LONGEST)[alias]


def _check_aliases(maps: Mapping[str, Iterable[StreamMap]]) -> None:
    """Check that no two streams of this run have the same name."""
    owners: dict[str, str] = {}
    for stream, stream_maps in maps.items():
        for stream_map in stream_maps:
            if isinstance(stream_map, RemoveRecordTransform):
                continue
            name = stream_map.stream_alias.casefold()
            if (other := owners.get(name)) is not None:
                raise map_error(
                    stream_map.stream_alias,
                    f"{other} and {stream} would both be written under this name; expected names "
                    "that differ by more than capitals",
                )
            owners[name] = stream


def _check_copies(maps: Mapping[str, Sequence[StreamMap]]) -> None:
    """Check that no stream is duplicated: a file holds the records of one map."""
    for stream, stream_maps in maps.items():
        if len(stream_maps) > 1:
            raise ConfigurationError(
                f"Setting batch_config: stream_maps duplicate {stream}; expected one of the two "
                "settings for a stream"
            )


def _warn_of_dropped_keys(maps: Mapping[str, Iterable[StreamMap]]) -> None:
    names = [
        stream
        for stream, stream_maps in maps.items()
        if any(isinstance(each, _CompiledStreamMap) and each.drops_keys for each in stream_maps)
    ]
    if names:
        logger.warning(
            "Setting flattening_enabled: keys without a column are dropped from the objects of "
            "%s; expected their column %s to be selected, which takes such keys",
            ", ".join(names),
            EXTRA,
        )
