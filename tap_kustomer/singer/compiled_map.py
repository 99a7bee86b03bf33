"""One stream map, compiled for one stream: its columns, its filter and its key."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from singer_sdk.mapper import (
    MAPPER_ALIAS_OPTION,
    MAPPER_ELSE_OPTION,
    MAPPER_FILTER_OPTION,
    MAPPER_KEY_PROPERTIES_OPTION,
    MAPPER_SOURCE_OPTION,
    NULL_STRING,
)

from tap_kustomer.errors import ConfigurationError
from tap_kustomer.secrecy import hide_secrets
from tap_kustomer.shaping.names import LONGEST, fits
from tap_kustomer.shaping.schema import types_of
from tap_kustomer.singer.expressions import FAKE, SELF, Expression, Place
from tap_kustomer.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tap_kustomer.shaping.records import Record
    from tap_kustomer.shaping.schema import Schema

logger = logging.getLogger(__name__)

NULLS: Final = (None, NULL_STRING)
OPTIONS: Final = (
    MAPPER_ALIAS_OPTION,
    MAPPER_ELSE_OPTION,
    MAPPER_FILTER_OPTION,
    MAPPER_KEY_PROPERTIES_OPTION,
    MAPPER_SOURCE_OPTION,
)

# How similar two names are if one may be a misspelling of the other.
_ALIKE: Final = 0.75


def _is_name(given: Any) -> bool:
    return isinstance(given, str)


def _are_names(given: Any) -> bool:
    return given is None or (isinstance(given, list) and all(map(_is_name, given)))


# What options other than expressions may be, and the words for that.
_EXPECTED: Final[Mapping[str, tuple[Callable[[Any], bool], str]]] = {
    MAPPER_ALIAS_OPTION: (_is_name, "a name"),
    MAPPER_ELSE_OPTION: (NULLS.__contains__, f"null or {NULL_STRING}"),
    MAPPER_KEY_PROPERTIES_OPTION: (_are_names, "an array of columns, or null"),
    MAPPER_SOURCE_OPTION: (_is_name, "the name of a stream"),
}

_KINDS: Final = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    str: "a text",
    list: "an array",
    dict: "an object",
}


@dataclass(frozen=True, slots=True)
class StreamColumns:
    """The columns of a stream, which a map can use and change.

    Attributes:
        name: The name of the stream.
        schema: The schema of the selected columns.
        all_columns: The names of all columns, deselected ones included.
        keys: The columns of the key.
    """

    name: str
    schema: Schema
    all_columns: frozenset[str]
    keys: Sequence[str]

    @property
    def columns(self) -> Mapping[str, Schema]:
        """The selected columns."""
        columns: Mapping[str, Schema] = self.schema["properties"]
        return columns


@dataclass(frozen=True, slots=True)
class ExpressionScope:
    """What expressions can use besides the columns.

    Attributes:
        config: The setting `stream_map_config`.
        faker: The setting `faker_config`.
        secrets: What no error shows.
    """

    config: Mapping[str, Any]
    faker: Mapping[str, Any]
    secrets: tuple[str, ...]

    def expression(self, owner: str, name: str, given: Any) -> Expression:
        """Parse the expression of a column or an option.

        Args:
            owner: The stream, or the key of the map.
            name: The column or the option.
            given: What the map gives for it.

        Raises:
            ConfigurationError: That is not an expression.
        """
        if not isinstance(given, str):
            expected = "an expression as a text" + ("" if name in OPTIONS else ", or null")
            raise map_error(f"{owner}.{name}", f"{kind(given)} was given; expected {expected}")
        shown = hide_secrets(" ".join(given.split()), *self.secrets)
        expression = Expression(given, Place(f"{owner}.{name}", shown))
        for key in sorted(expression.config_keys - self.config.keys()):
            raise expression.place.error(
                f"uses config[{key!r}], which the setting stream_map_config does not have"
                f"{did_you_mean(key, self.config)}"
            )
        if FAKE in expression.names and not find_spec("faker"):
            raise expression.place.error(
                "needs the package faker; expected the tap to be installed with its extra faker"
            )
        return expression

    def for_stream(
        self, name: str, alias: str, expressions: Iterable[Expression]
    ) -> dict[str, Any]:
        """The values that the expressions of a stream can use besides the columns.

        Args:
            name: The name of the stream.
            alias: The name that it is written under.
            expressions: Its expressions.
        """
        values = {
            "config": self.config,
            "__stream_name__": alias,
            "__original_stream_name__": name,
        }
        if any(FAKE in expression.names for expression in expressions):
            values[FAKE] = self._fake()
        return values

    def _fake(self) -> Any:
        faker: Any = import_module("faker")
        if (seed := self.faker.get("seed")) is not None:
            faker.Faker.seed(seed)
        try:
            return faker.Faker(self.faker.get("locale"))
        except (AttributeError, TypeError, ValueError) as error:
            raise ConfigurationError(
                "Setting faker_config: there is no such locale; expected one such as de_DE"
            ) from error


class CompiledMap(NamedTuple):
    """The compiled map of one stream.

    Attributes:
        schema: The schema of the mapped records.
        keys: The columns of their key.
        transform: Maps a record; returns None if the filter drops it.
    """

    schema: Schema
    keys: Sequence[str]
    transform: Callable[[Record], Record | None]


def compile_map(
    stream: StreamColumns, alias: str, options: Mapping[str, Any], scope: ExpressionScope
) -> CompiledMap:
    """Compile the map of one stream.

    Args:
        stream: The stream.
        alias: The name that it is written under.
        options: The options and columns of the map.
        scope: What expressions can use besides the columns.

    Raises:
        ConfigurationError: An option or an expression is wrong, or names something that does not
            exist. `transform` raises it too, if an expression fails for a record.
    """
    given = columns_of_map(options)
    left_out = {column for column, value in given.items() if value in NULLS}
    computed = {
        column: _expression(stream, column, value, scope)
        for column, value in given.items()
        if value not in NULLS
    }
    condition = options.get(MAPPER_FILTER_OPTION)
    keep_if = condition and _expression(stream, MAPPER_FILTER_OPTION, condition, scope)
    keys = options.get(MAPPER_KEY_PROPERTIES_OPTION, stream.keys) or ()
    for column in left_out:
        _check_left_out(stream, column, keys)
    for column in computed.keys() - stream.all_columns:
        _check_name(stream, column, computed)
    kept = {
        column: schema
        for column, schema in stream.columns.items()
        if (MAPPER_ELSE_OPTION not in options or column in keys) and column not in left_out
    }
    computed_schemas = {
        column: expression.schema(stream.columns, column) for column, expression in computed.items()
    }
    properties = _with_keys(stream, {**kept, **computed_schemas}, keys)
    expressions = [*computed.values(), *filter(None, [keep_if])]
    # A column that a record lacks is null.
    blank = dict.fromkeys(column for one in expressions for column in one.names)
    others = scope.for_stream(stream.name, alias, expressions)
    leave_out = stream.columns.keys() - kept.keys()
    keys_to_check = [key for key in keys if key in computed or key not in stream.keys]

    def transform(record: Record) -> Record | None:
        values = {**blank, **record, "_": record, "record": record, **others}
        if keep_if and not keep_if.evaluate(values):
            return None
        row = {**record}
        for column in row.keys() & leave_out:
            del row[column]
        for column, expression in computed.items():
            values[SELF] = record.get(column)
            result = expression.evaluate(values)
            row[column] = expression.conformed(result, computed_schemas[column])
        for key in keys_to_check:
            if row.get(key) in (None, ""):
                raise map_error(
                    f"{stream.name}.{key}",
                    "it is a key column, but null or empty in a row; expected a value in each row, "
                    f"or a {MAPPER_FILTER_OPTION} that leaves such rows out",
                )
        return row

    return CompiledMap({**stream.schema, "properties": properties}, keys, transform)


def check_options(owner: str, options: Mapping[str, Any], scope: ExpressionScope) -> None:
    """Check the options and columns of a map, as far as no stream is needed for that.

    Args:
        owner: The key of the map.
        options: Options and columns of the map.
        scope: What expressions can use besides the columns.

    Raises:
        ConfigurationError: An option has the wrong type, or an expression can never work.
    """
    for option, given in options.items():
        place = f"{owner}.{option}"
        if option in _EXPECTED:
            is_fitting, expected = _EXPECTED[option]
            if not is_fitting(given):
                raise map_error(place, f"{kind(given)} was given; expected {expected}")
        elif option.startswith("__") and option != MAPPER_FILTER_OPTION:
            raise map_error(place, f"there is no such option{did_you_mean(option, OPTIONS)}")
        elif given not in NULLS:
            scope.expression(owner, option, given)


def columns_of_map(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a map, without its options."""
    return {name: given for name, given in options.items() if name not in OPTIONS}


def needed_columns(owner: str, name: str, given: Any, scope: ExpressionScope) -> set[str]:
    """Return the columns that a column or an option of a map requires.

    Args:
        owner: The stream, or the key of the map.
        name: The column or the option.
        given: What the map gives for it.
        scope: What expressions can use besides the columns.
    """
    if given in NULLS:
        return set() if name in OPTIONS else {name}
    if name in OPTIONS and name != MAPPER_FILTER_OPTION:
        return set()
    return scope.expression(owner, name, given).needs(name)


def map_error(place: str, problem: str) -> ConfigurationError:
    """Make the error for a place in the setting `stream_maps`."""
    return ConfigurationError(f"Setting stream_maps: {place}: {problem}")


def kind(value: Any) -> str:
    """Name the type of a JSON value, without the value: it may be a secret."""
    return _KINDS.get(type(value), "null")


def _expression(stream: StreamColumns, name: str, given: Any, scope: ExpressionScope) -> Expression:
    expression = scope.expression(stream.name, name, given)
    for column in sorted(expression.needs(name)):
        if column in stream.columns:
            continue
        if column in stream.all_columns:
            raise expression.place.error(
                f"uses {column}, which is not selected; expected the catalog to select it (a map "
                "can leave it out)"
            )
        raise expression.place.error(
            f"uses {column}, which is no column of {stream.name}"
            f"{did_you_mean(column, stream.all_columns)}"
        )
    return expression


def _with_keys(
    stream: StreamColumns, properties: dict[str, Schema], keys: Iterable[str]
) -> dict[str, Schema]:
    """Make the columns of the key not nullable."""
    for key in keys:
        if key not in properties:
            raise map_error(
                f"{stream.name}.{MAPPER_KEY_PROPERTIES_OPTION}",
                f"there is no column {key}{did_you_mean(key, properties)}",
            )
        types = [one for one in types_of(properties[key]) if one != "null"]
        properties[key] = {**properties[key], "type": types}
    return properties


def _check_left_out(stream: StreamColumns, column: str, keys: Iterable[str]) -> None:
    place = f"{stream.name}.{column}"
    if column not in stream.all_columns:
        raise map_error(
            place, f"there is no such column to leave out{did_you_mean(column, stream.all_columns)}"
        )
    if column in keys:
        raise map_error(
            place,
            "a key column can't be left out; expected an expression such as md5(id), or other "
            f"{MAPPER_KEY_PROPERTIES_OPTION}",
        )


def _check_name(stream: StreamColumns, column: str, computed: Iterable[str]) -> None:
    """Check the name of a new column, and warn if it may be misspelled."""
    place = f"{stream.name}.{column}"
    if not fits(column):
        raise map_error(place, f"its name is too long; expected {LONGEST} bytes at most")
    for other in {*stream.all_columns, *computed} - {column}:
        if other.casefold() == column.casefold():
            raise map_error(
                place, f"there is a column {other} already; expected that, or another name"
            )
    if alike := get_close_matches(column, stream.all_columns, n=1, cutoff=_ALIKE):
        logger.warning(
            "Setting stream_maps: %s is a new column, and %s stays as it is: did you mean %s?",
            place,
            *alike * 2,
        )
