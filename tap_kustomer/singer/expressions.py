"""The expressions of stream maps: Python on the columns of a record, as the SDK documents it.

An expression that can never work is an error before the run. One that fails for a record ends the
run, with one line that holds no value of the record.
"""

from __future__ import annotations

import ast
import datetime as dt
import json
from contextlib import suppress
from dataclasses import dataclass
from hashlib import md5, sha256
from typing import TYPE_CHECKING, Any, Final

import simpleeval  # type: ignore[import-untyped]
from typing_extensions import override

from tap_kustomer import times
from tap_kustomer.client.documents import storable
from tap_kustomer.errors import ConfigurationError
from tap_kustomer.shaping.schema import types_of
from tap_kustomer.shaping.values import as_text
from tap_kustomer.singer.sdk import MapperEval
from tap_kustomer.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from tap_kustomer.shaping.schema import Schema


def _digest(algorithm: Callable[..., Any]) -> Callable[[Any], str | None]:
    def digest(value: Any) -> str | None:
        if value is None:
            return None
        return str(algorithm(as_text(value).encode(), usedforsecurity=False).hexdigest())

    return digest


_FUNCTIONS: Final[dict[str, Any]] = {
    **simpleeval.DEFAULT_FUNCTIONS,
    "bool": bool,
    "datetime": simpleeval.ModuleWrapper(dt),
    "json": simpleeval.ModuleWrapper(json),
    # These accept null, and values that are not strings, too.
    "md5": _digest(md5),
    "sha256": _digest(sha256),
}

# What expressions may use besides columns and functions.
RECORD_NAMES: Final = ("_", "record")
FAKE: Final = "fake"
SELF: Final = "self"
_OTHERS: Final = {
    *RECORD_NAMES,
    "config",
    FAKE,
    SELF,
    "__stream_name__",
    "__original_stream_name__",
}

_STRING: Final[Schema] = {"type": ["string", "null"]}
_RESULTS: Final[dict[str, Schema]] = {
    "bool": {"type": ["boolean", "null"]},
    "float": {"type": ["number", "null"]},
    "int": {"type": ["integer", "null"]},
    **dict.fromkeys(("json.dumps", "md5", "sha256", "str"), _STRING),
}
# The JSON types of Python's values, the narrowest first.
_KINDS: Final[Mapping[type, tuple[str, ...]]] = {
    bool: ("boolean",),
    int: ("integer", "number"),
    float: ("number",),
    str: ("string",),
    dict: ("object",),
    list: ("array",),
    tuple: ("array",),
}
_JSON_TYPES: Final = ("string", "number", "boolean", "object", "array", "null")


@dataclass(frozen=True, slots=True)
class Place:
    """The place of an expression in the settings.

    Attributes:
        name: The stream and the column, such as `customers.email`.
        expression: The expression as it was given, without secrets.
    """

    name: str
    expression: str

    def error(self, problem: str) -> ConfigurationError:
        """Make an error that names the stream, the column and the expression in one line."""
        return ConfigurationError(
            f"Setting stream_maps: {self.name}: the expression {self.expression} {problem}"
        )


class Expression:
    """A parsed expression.

    Args:
        source: Its text.
        place: Its place in the settings.

    Raises:
        ConfigurationError: It is not an expression, or uses something that is not available.

    Attributes:
        place: Its place in the settings.
        names: The names that it uses, except functions.
        config_keys: The keys of `stream_map_config` that it can't do without.
    """

    def __init__(self, source: str, place: Place) -> None:
        self.place = place
        self._source = source
        try:
            self._node = ast.parse(source.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise place.error("is not a Python expression; expected one like md5(email)") from error
        self._evaluator = _Evaluator(functions=_FUNCTIONS)
        self._check_features()
        bound = {
            target.id
            for node in ast.walk(self._node)
            if isinstance(node, ast.comprehension)
            for target in ast.walk(node.target)
            if isinstance(target, ast.Name)
        }
        used = {node.id for node in ast.walk(self._node) if isinstance(node, ast.Name)}
        self.names = used - bound - _FUNCTIONS.keys()
        self.config_keys = _config_keys(self._node)

    def _check_features(self) -> None:
        for node in ast.walk(self._node):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if (name := node.func.id) not in _FUNCTIONS:
                    raise self.place.error(
                        f"calls {name}, which is not a function; expected one of "
                        f"{', '.join(_FUNCTIONS)}{did_you_mean(name, _FUNCTIONS)}"
                    )
            elif isinstance(node, ast.expr | ast.operator | ast.unaryop | ast.cmpop) and not (
                self._evaluator.knows(node)
            ):
                raise self.place.error(
                    f"uses {type(node).__name__}, which is not available in stream maps"
                )

    def needs(self, column: str) -> set[str]:
        """Return the columns that it uses.

        Args:
            column: The column of its results, which it may call `self`.
        """
        used = {column if name == SELF else name for name in self.names}
        return used - _OTHERS

    def schema(self, properties: Mapping[str, Schema], column: str) -> Schema:
        """Infer the schema of its results.

        Args:
            properties: The columns that it can use.
            column: The column of its results. Its schema is used if none can be inferred, or that
                of a string if it is a new column.
        """
        own = properties.get(column, _STRING)
        result = _result(self._node, {**properties, SELF: own})
        schema = own if result is None else result
        return {**schema, "type": types_of(schema) or list(_JSON_TYPES)}

    def evaluate(self, names: Mapping[str, Any]) -> Any:
        """Evaluate it.

        Args:
            names: The values that it can use.

        Raises:
            ConfigurationError: It fails for these values.
        """
        self._evaluator.names = names
        try:
            return self._evaluator.eval(self._source, previously_parsed=self._node)
        except Exception as error:  # An expression may raise anything.
            raise self.place.error(
                f"can't be evaluated for a row: {_reason(error)}; where a column may be null, "
                "expected an expression like name.upper() if name else None"
            ) from error

    def conformed(self, value: Any, schema: Schema) -> Any:
        """Convert a result to the type of its column.

        Raises:
            ConfigurationError: The result has another type.
        """
        types = schema["type"]
        if value is None:
            return None
        kind = type(value).__name__
        if isinstance(value, dt.date):
            value = value.isoformat()
        with suppress(TypeError, ValueError, RecursionError):
            value = storable(value)
            if schema.get("format") == "date-time" and isinstance(value, str):
                return times.canonical(value)
            if _is_of(value, types):
                return value
            if "string" in types and "format" not in schema:
                return as_text(value)
            if "integer" in types and isinstance(value, float) and value.is_integer():
                return int(value)
        expected = schema.get("format") or next(name for name in types if name != "null")
        raise self.place.error(
            f"gives a value of the type {kind}, but its column has the type {expected}; expected a "
            "value of that type, or a column with a name of its own"
        )


class _Evaluator(MapperEval):
    """The SDK's evaluator, but a missing key of an object is null."""

    def knows(self, node: ast.AST) -> bool:
        """Whether it can evaluate this kind of node."""
        return type(node) in self.nodes or type(node) in self.operators

    @override
    def _eval_attribute(self, node: ast.Attribute) -> Any:
        try:
            return super()._eval_attribute(node)
        except simpleeval.AttributeDoesNotExist:
            owner = self._eval(node.value)
            if owner is None or isinstance(owner, dict):
                return None
            raise


def _config_keys(root: ast.expr) -> set[str]:
    """The keys that an expression takes from `config`; none if it may check for them first."""
    keys: set[str] = set()
    for node in ast.walk(root):
        match node:
            case ast.IfExp() | ast.BoolOp() | ast.comprehension(ifs=[_, *_]):
                return set()
            case ast.Subscript(value=ast.Name(id="config"), slice=ast.Constant(value=str(key))):
                keys.add(key)
    return keys


def _reason(error: Exception) -> str:
    """The reason of an error, without the values that caused it."""
    if isinstance(error, simpleeval.AttributeDoesNotExist):
        return f"there is no {error.attr}"
    # The texts of these two name types only.
    if isinstance(error, TypeError | ZeroDivisionError):
        return str(error)
    return type(error).__name__


def _is_of(value: Any, types: Collection[str]) -> bool:
    # `_extra` is a subclass of dict.
    form = dict if isinstance(value, dict) else type(value)
    return any(kind in types for kind in _KINDS.get(form, ()))


def _result(node: ast.expr, properties: Mapping[str, Schema]) -> Schema | None:
    """Infer the schema of a node's value; None if that is not possible."""
    schema: Schema | None = None
    match node:
        case ast.Constant(value=value) if value is not None:
            schema = {"type": [_KINDS[type(value)][0], "null"]} if type(value) in _KINDS else None
        case ast.Compare() | ast.UnaryOp(op=ast.Not()):
            schema = _RESULTS["bool"]
        case ast.JoinedStr():
            schema = _STRING
        case ast.Name(id=name) if name in RECORD_NAMES:
            schema = {"type": ["object", "null"], "properties": dict(properties)}
        case ast.Name(id=name):
            schema = properties.get(name)
        case ast.Attribute(value=owner, attr=name):
            inner = _result(owner, properties) or {}
            schema = inner.get("properties", {}).get(name)
        case ast.IfExp(body=one, orelse=other) | ast.BoolOp(values=[one, other, *_]):
            schema = _result(one, properties) or _result(other, properties)
        case ast.Call(func=function):
            schema = _result_of_call(ast.unparse(function))
    return schema


def _result_of_call(called: str) -> Schema | None:
    if called.startswith("datetime.datetime") and not called.endswith(".date"):
        return {"type": ["string", "null"], "format": "date-time"}
    if called.startswith("datetime.date") or called.endswith(".date"):
        return {"type": ["string", "null"], "format": "date"}
    return _RESULTS.get(called)
